"""One simulated examination: frames, truth and annotations."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from bonescan.cohort import quantiles
from bonescan.phantom import benign, camera, disease, habitus, readers, skeleton, soft_tissue, truth
from bonescan.phantom.scene import Scene, locate

# a focus counts as visible when the noise-limited ideal observer's signal-to-noise ratio and its peak over the
# surroundings allow
VISIBLE_SNR = 5.0
VISIBLE_PEAK = 0.20
THORAX = ("ribs", "sternum", "shoulder girdle")
USUAL_COUNTS = 0.54e6
USUAL_MINUTES = 13.0
# 1.95 m at 27 and at 5 cm a minute
MINUTES = (7.2, 39.0)
SLOW_SHARE = 0.06
SLOW_COUNTS = (0.8e6, 3.6e6)
DRAWS = 60


@dataclass(frozen=True)
class Exam:
    """What one examination gives.

    Attributes
    ----------
    frames : ndarray, shape (n, 1024, 256), uint16
        Counts as displayed, one frame a view.
    views : tuple of str
    minutes : float
        Duration of the scan.
    truth : list of dict
        A row a view for ``truth_views.tsv``.
    lesions, foci : list of dict
        A row a lesion or benign focus and view, for ``truth_lesions.tsv`` and ``truth_foci.tsv``.
    annotations : dict
        (reader, image) to a LabelMe dictionary; readers count from 1.
    masks : dict of str to ndarray, shape (n, 1024, 256)
        ``regions`` (uint16, bits of `bonescan.phantom.truth.REGIONS`), ``lesions`` and ``foci`` (uint8, numbers of
        the rows in `lesions` and `foci`), as displayed.
    """

    frames: np.ndarray
    views: tuple
    minutes: float
    truth: list
    lesions: list
    foci: list
    annotations: dict
    masks: dict


def simulate(row, settings, rng):
    """Simulate one patient's examination.

    Parameters
    ----------
    row : mapping
        A row of the cohort: ``patient``, ``exam``, ``subtype``, ``label``, ``sex``, ``age``, ``views`` and the
        quantiles.
    settings : mapping
        ``pixel_spacing_mm`` (mm), ``counts`` (smallest and largest expected counts of a view), ``readers``,
        ``reader_error``.
    rng : numpy.random.Generator

    Returns
    -------
    Exam
    """
    views = tuple(row["views"].split(","))
    drawn = quantiles(row)
    posture = habitus.draw(row["sex"], settings["pixel_spacing_mm"], drawn, rng)
    bones = skeleton.build(posture, rng)
    body = soft_tissue.build(posture, rng)
    places = locate(bones.points, posture, body)
    scene = Scene(body, places, bones.activity, posture.pixel, views)
    level = count_level(drawn["counts"])
    counts = {view: float(np.clip(level * np.exp(rng.normal(0, 0.05)), *settings["counts"])) for view in views}
    background = {view: rng.uniform(0.045, 0.065) * np.sqrt(counts[view] / USUAL_COUNTS) for view in views}
    box = thorax_box(bones, places)

    foci = _Shown(scene, posture, body, box, counts, background)
    foci.show(benign.draw(row["age"], bones, posture, rng), scene.images)
    lesions = _Shown(scene, posture, body, box, counts, background)
    if row["label"]:
        for attempt in range(DRAWS):
            lesions.show(disease.draw(row["subtype"], bones, max(0, attempt - 10) / 5, rng), foci.images)
            if all(_as_asked(lesions.rows[view], row["subtype"]) for view in views):
                break
        else:
            raise RuntimeError(
                f"{row['patient']}: no metastases of subtype {row['subtype']} visible in {views} in {DRAWS} draws"
            )
    expected = lesions.images if row["label"] else foci.images

    anatomy = truth.anatomy(bones, places, body)
    frames, rows, masks, annotations = [], [], [], {}
    for view in views:
        image = f"{row['patient']}_{row['exam']}_{view}"
        frame = camera.expose(scene.scattered(expected[view]), counts[view], background[view], rng)
        frames.append(frame if view == "anterior" else frame[:, ::-1])
        rows.append(_view_row(image, row, view, posture, box, frames[-1]))
        masks.append(
            truth.masks(
                anatomy,
                lesions.patches.get(view, ()),
                lesions.rows.get(view, ()),
                foci.patches[view],
                foci.rows[view],
                view,
            )
        )
        seen = [each for each in lesions.rows.get(view, ()) if each["visible"]]
        looks = sorted((each for each in foci.rows[view] if each["visible"]), key=lambda each: -each["detectability"])
        looks = [each for each in looks if each["in_thorax"]] + [each for each in looks if not each["in_thorax"]]
        fallback = [_anywhere(bones, places, view, rng)]
        for reader, vote in enumerate(
            readers.votes(row["label"], settings["readers"], settings["reader_error"], rng), 1
        ):
            marked = looks[:8] or (fallback if vote and not seen else [])
            annotations[reader, image] = readers.annotate(image, int(vote), seen, marked, rng)
    return Exam(
        frames=np.stack(frames),
        views=views,
        minutes=scan_minutes(level, drawn["duration"]),
        truth=rows,
        lesions=_numbered(row, lesions.rows, "lesion"),
        foci=_numbered(row, foci.rows, "focus"),
        annotations=annotations,
        masks={name: np.stack([each[name] for each in masks]) for name in masks[0]},
    )


def count_level(quantile):
    """Expected counts of a patient's views: mostly 0.36-0.68 M, seldom a slow scan with up to 3.6 M.

    Parameters
    ----------
    quantile : float
        Above 0 and below 1.

    Returns
    -------
    float
    """
    usual = 1 - SLOW_SHARE
    if quantile < usual:
        return float(USUAL_COUNTS * np.exp(0.14 * ndtri(quantile / usual)))
    low, high = SLOW_COUNTS
    return float(low * (high / low) ** ((quantile - usual) / SLOW_SHARE))


def scan_minutes(level, quantile):
    """Duration (minutes) of a scan with the counts `level`.

    Half of what sets two count levels apart is the speed of the table, the other half the patient's uptake: 15 cm a
    minute for the usual scan, 10 to 21 for most.

    Parameters
    ----------
    level : float
        Expected counts of a view.
    quantile : float
        Above 0 and below 1.

    Returns
    -------
    float
    """
    minutes = USUAL_MINUTES * np.sqrt(level / USUAL_COUNTS) * np.exp(0.12 * ndtri(quantile))
    return float(np.clip(minutes, *MINUTES))


def thorax_box(bones, places):
    """Smallest box round ribs, sternum and shoulder girdle.

    Parameters
    ----------
    bones : bonescan.phantom.skeleton.Skeleton
    places : bonescan.phantom.scene.Points

    Returns
    -------
    tuple of int
        First row, row after the last, first column, column after the last; half-open, columns of the anterior view.
    """
    member = np.concatenate([bones.region(region) for region in THORAX])
    rows, columns = places.row[member], places.column[member]
    return (
        int(np.floor(rows.min())),
        int(np.ceil(rows.max())) + 1,
        max(0, int(np.floor(columns.min()))),
        min(256, int(np.ceil(columns.max())) + 1),
    )


class _Shown:
    """Foci as they appear in each view.

    `rows` for the truth tables, `patches` with what each focus adds and where, `images` with the foci added.
    """

    def __init__(self, scene, posture, body, box, counts, background):
        self._scene = scene
        self._posture = posture
        self._body = body
        self._box = box
        self._counts = counts
        self._background = background
        self.rows = {}
        self.patches = {}
        self.images = {}

    def show(self, foci, images):
        """Add foci to the views `images`, which stay as they are."""
        self.images = {view: image.copy() for view, image in images.items()}
        self.rows = {view: [] for view in images}
        self.patches = {view: [] for view in images}
        for focus in foci:
            points = locate(focus.points, self._posture, self._body)
            for view, image in images.items():
                patch, window = self._scene.glimpse(points, focus.activity, view)
                shown = self.images[view][window]
                # a cold focus takes away no more than there is
                np.maximum(shown + patch, 0, out=shown)
                self.patches[view].append((patch, window))
                self.rows[view].append(self._describe(focus, points, patch, window, image, view))

    def _describe(self, focus, points, patch, window, image, view):
        """The truth of one focus in one view."""
        share = focus.activity / focus.activity.sum()
        row, column = float(points.row @ share), float(points.column @ share)
        half_rows, half_cols = (
            float(2 * np.sqrt((at - mean) ** 2 @ share + 1.2))
            for at, mean in ((points.row, row), (points.column, column))
        )
        # scattered photons blur the focus away but stay under it
        scale = self._counts[view] / image.sum()
        signal = patch * scale * (1 - camera.SCATTER_FRACTION)
        under = image[window] * scale + self._background[view]
        snr = float(np.sqrt((signal**2 / np.maximum(under + signal, self._background[view])).sum()))
        strongest = np.abs(signal).argmax()
        peak = float(abs(signal.flat[strongest]) / under.flat[strongest])
        row0, row1, col0, col1 = self._box
        inside = row0 <= row < row1 and col0 <= column < col1
        return {
            "kind": focus.kind,
            "bone": focus.bone,
            "region": focus.region,
            "site": focus.site,
            "row": round(row, 2),
            "col": round(column if view == "anterior" else 255 - column, 2),
            "half_rows": round(half_rows, 2),
            "half_cols": round(half_cols, 2),
            "size_mm": round(focus.size, 2),
            "contrast": round(focus.contrast, 3),
            "counts": round(float(signal.sum()), 2),
            "peak_ratio": round(peak, 3),
            "detectability": round(snr, 3),
            "visible": int(snr >= VISIBLE_SNR and peak >= VISIBLE_PEAK),
            "in_thorax": int(inside),
        }


def _as_asked(rows, subtype):
    """Whether a view's visible lesions give the subtype, with one of them in the thorax."""
    seen = [each for each in rows if each["visible"]]
    if not any(each["in_thorax"] for each in seen):
        return False
    if subtype == "spinal":
        return all(each["region"] == "spine" for each in seen)
    elsewhere = [each for each in seen if each["region"] != "spine"]
    return len(seen) == len(elsewhere) == 1 if subtype == "outside_spine" else len(seen) > 1 and len(elsewhere) > 0


def _view_row(image, row, view, posture, box, frame):
    row0, row1, col0, col1 = box
    if view == "posterior":
        col0, col1 = 256 - col1, 256 - col0
    marks = {f"{name}_row": round(float(posture.rows(z)), 1) for name, z in habitus.LANDMARKS.items()}
    return {
        "image": image,
        "patient": row["patient"],
        "exam": row["exam"],
        "view": view,
        "subtype": row["subtype"],
        "label": row["label"],
        "sex": row["sex"],
        "age": row["age"],
        "row0": row0,
        "row1": row1,
        "col0": col0,
        "col1": col1,
        **marks,
        "body_row0": int(np.floor(posture.rows(0.0))),
        "body_row1": int(np.ceil(posture.rows(habitus.LANDMARKS["toe"]))) + 1,
        "tilt_degrees": round(posture.tilt, 3),
        "pixel_spacing_mm": posture.pixel,
        "counts": int(frame.sum(dtype=np.int64)),
    }


def _numbered(row, rows, name):
    """Truth rows of all views under one number a focus: the same focus has the same number in both views."""
    kept = []
    for view, foci in rows.items():
        for number, focus in enumerate(foci, 1):
            kept.append({"image": f"{row['patient']}_{row['exam']}_{view}", name: number, **focus})
    return kept


def _anywhere(bones, places, view, rng):
    """A plausible place for a reader's error: somewhere on a rib."""
    member = bones.region("ribs")
    at = member[rng.integers(len(member))]
    column = float(places.column[at])
    return {
        "kind": "metastasis",
        "bone": bones.names[bones.owner[at]],
        "row": float(places.row[at]),
        "col": column if view == "anterior" else 255 - column,
        "half_rows": 4.0,
        "half_cols": 4.0,
    }
