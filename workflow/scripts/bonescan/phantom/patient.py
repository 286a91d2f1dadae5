"""One simulated examination: frames, truth and annotations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from bonescan.phantom import benign, camera, disease, habitus, observer, readers, skeleton, soft_tissue, truth
from bonescan.phantom.assembly import Skeleton
from bonescan.phantom.composition import quantiles
from bonescan.phantom.habitus import Habitus
from bonescan.phantom.scene import Points, Scene, locate
from bonescan.phantom.shown import Shown
from bonescan.terms import VIEW_SHAPE

THORAX = ("ribs", "sternum", "shoulder girdle")
USUAL_COUNTS = 0.53e6
USUAL_MINUTES = 13.0
# 1.95 m at 27 and at 5 cm a minute
MINUTES = (7.2, 39.0)
SLOW_SHARE = 0.06
SLOW_COUNTS = (0.8e6, 3.6e6)
DRAWS, READINGS = 60, 200


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
    views: tuple[str, ...]
    minutes: float
    truth: list[dict]
    lesions: list[dict]
    foci: list[dict]
    annotations: dict[tuple[int, str], dict]
    masks: dict[str, np.ndarray]


def simulate(row: Mapping, settings: Mapping, rng: np.random.Generator) -> Exam:
    """Simulate one patient's examination.

    Parameters
    ----------
    row : mapping
        A row of the cohort: ``patient``, ``exam``, ``subtype``, ``label``, ``sex``, ``age``, ``views`` and the
        quantiles.
    settings : mapping
        ``pixel_spacing_mm`` (mm), ``counts`` (smallest and largest expected counts of a view), ``readers``.
    rng : numpy.random.Generator

    Returns
    -------
    Exam
    """
    views = tuple(row["views"].split(","))
    # the readers, and the views without lesions that the ideal observer compares with, change no picture
    control, panel = rng.spawn(2)
    drawn = quantiles(row)
    posture = habitus.draw(row["sex"], settings["pixel_spacing_mm"], drawn, rng)
    bones = skeleton.build(posture, rng)
    body = soft_tissue.build(posture, rng)
    places = locate(bones.points, posture, body)
    scene = Scene(body, places, bones.activity, posture.pixel, views)
    level = count_level(drawn["counts"])
    counts = {view: float(np.clip(level * np.exp(rng.normal(0, 0.05)), *settings["counts"])) for view in views}
    background = {view: rng.uniform(0.048, 0.062) * np.sqrt(counts[view] / USUAL_COUNTS) for view in views}
    box = thorax_box(bones, places)

    foci, lesions = (Shown(scene, posture, body, box, counts, background) for _ in range(2))
    foci.show(benign.draw(row["age"], bones, posture, rng), scene.images)
    if row["label"]:
        for attempt in range(DRAWS):
            lesions.show(disease.draw(row["subtype"], bones, max(0, attempt - 10) / 5, rng), foci.images)
            if all(_shows_subtype(lesions.rows[view], row["subtype"]) for view in views):
                break
        else:
            raise RuntimeError(
                f"{row['patient']}: no metastases of subtype {row['subtype']} visible in {views} in {DRAWS} draws"
            )
    read = readers.read(list_plainest(views, foci, lesions), settings["readers"], READINGS, panel)
    votes = readers.agree(read, row["label"])
    expected = lesions.images if row["label"] else foci.images

    anatomy = truth.anatomy(bones, places, body)
    frames, rows, masks, annotations = [], [], [], {}
    for view in views:
        image = f"{row['patient']}_{row['exam']}_{view}"
        present = camera.expect(scene.add_scatter(expected[view]), counts[view], background[view])
        frame = camera.expose(present, rng)
        frames.append(frame if view == "anterior" else frame[:, ::-1])
        rows.append(
            _view_row(image, row, view, posture, box, frames[-1]) | {"reads": read.size, "calls": int(read.sum())}
        )
        if row["label"]:
            absent = lesions.expect_without_foci(view)
            for name, seen in (("matched_filter", frame), ("matched_filter_without", camera.expose(absent, control))):
                rows[-1][name] = round(observer.matched_filter(seen, present, absent), 3)
        masks.append(truth.masks(anatomy, lesions, foci, view))
        for reader, vote in enumerate(votes, 1):
            annotations[reader, image] = readers.annotate(
                image, int(vote), lesions.list_visible(view), foci.list_visible(view), panel
            )
    return Exam(
        frames=np.stack(frames),
        views=views,
        minutes=scan_minutes(level, drawn["duration"]),
        truth=rows,
        lesions=_number_rows(row, lesions.rows, "lesion"),
        foci=_number_rows(row, foci.rows, "focus"),
        annotations=annotations,
        masks={name: np.stack([each[name] for each in masks]) for name in masks[0]},
    )


def count_level(quantile: float) -> float:
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
        return float(USUAL_COUNTS * np.exp(0.112 * ndtri(quantile / usual)))
    low, high = SLOW_COUNTS
    return float(low * (high / low) ** ((quantile - usual) / SLOW_SHARE))


def scan_minutes(level: float, quantile: float) -> float:
    """Duration (minutes) of a scan with the counts `level`.

    The speed of the table makes half of the difference between two count levels, the patient's uptake the other half.
    The speed is 15 cm a minute for the usual scan, 10 to 21 for most.

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


def thorax_box(bones: Skeleton, places: Points) -> tuple[int, int, int, int]:
    """Smallest box round ribs, sternum and shoulder girdle.

    Parameters
    ----------
    bones : bonescan.phantom.assembly.Skeleton
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
        min(VIEW_SHAPE[1], int(np.ceil(columns.max())) + 1),
    )


def list_plainest(views: Sequence[str], *shown: Shown) -> list[dict]:
    """Return the row of each focus seen in the thorax in any of the views, of two rows the plainer one."""
    plainest = []
    for foci in shown:
        for rows in zip(*(foci.rows[view] for view in views if view in foci.rows), strict=True):
            seen = [row for row in rows if row["visible"] and row["in_thorax"]]
            plainest += sorted(seen, key=lambda row: row["detectability"])[-1:]
    return plainest


def _shows_subtype(rows: list[dict], subtype: str) -> bool:
    """Whether a view's visible lesions give the subtype, with one of them in the thorax."""
    seen = [each for each in rows if each["visible"]]
    if not any(each["in_thorax"] for each in seen):
        return False
    if subtype == "spinal":
        return all(each["region"] == "spine" for each in seen)
    elsewhere = [each for each in seen if each["region"] != "spine"]
    return len(seen) == len(elsewhere) == 1 if subtype == "outside_spine" else len(seen) > 1 and len(elsewhere) > 0


def _view_row(
    image: str, row: Mapping, view: str, posture: Habitus, box: tuple[int, int, int, int], frame: np.ndarray
) -> dict:
    row0, row1, col0, col1 = box
    if view == "posterior":
        col0, col1 = VIEW_SHAPE[1] - col1, VIEW_SHAPE[1] - col0
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
        "matched_filter": None,
        "matched_filter_without": None,
    }


def _number_rows(row: Mapping, rows: dict[str, list[dict]], name: str) -> list[dict]:
    """Number the truth rows of all views; a focus has the same number in both views."""
    kept = []
    for view, foci in rows.items():
        for number, focus in enumerate(foci, 1):
            kept.append({"image": f"{row['patient']}_{row['exam']}_{view}", name: number, **focus})
    return kept
