"""Patients and pictures that are hard to crop: changes to the body before the camera, and to the picture after it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import ndimage

from bonescan.chance import generator
from bonescan.crop import crop_row, crop_thorax
from bonescan.crop.flags import flag_frames
from bonescan.crop_quality.scores import score_view, summarise
from bonescan.phantom import camera, habitus, skeleton, soft_tissue, truth
from bonescan.phantom.assembly import Skeleton
from bonescan.phantom.composition import quantiles
from bonescan.phantom.habitus import Habitus
from bonescan.phantom.scene import Scene, locate
from bonescan.phantom.soft_tissue import Body
from bonescan.terms import VIEW_SHAPE, VIEWS

COUNTS = 0.5e6  # of a view, as usual (facts: 0.36 to 0.68 M)
BACKGROUND = 0.05  # expected counts of a pixel outside the body
ELBOW = 600.0  # mm below the crown of the reference body, as every height here
THIGH = 960.0
BELLY_Y, HANDS_Z, HANDS_X = -135.0, 640.0, 25.0  # where hands lie on the abdomen, mm

Picture = tuple[np.ndarray, np.ndarray, float]
"""Expected or counted pixels of a view, its regions, and the waist's row."""


@dataclass(frozen=True)
class Posed:
    """One patient's views before a photon is counted, as displayed.

    Attributes
    ----------
    expected : dict of str to ndarray, shape (1024, 256), float64
        Expected counts of each view.
    regions : dict of str to ndarray, shape (1024, 256), uint16
        Bits of `bonescan.phantom.truth.REGIONS`.
    waist : float
        Row of the waist.
    """

    expected: dict[str, np.ndarray]
    regions: dict[str, np.ndarray]
    waist: float


def _set_length(posture: Habitus, length: float) -> Habitus:
    """Give a patient another length (mm, crown to toes), scale breadth and depth with it, and centre the picture."""
    scale = length / posture.length
    row = (VIEW_SHAPE[0] - length / posture.pixel) / 2
    return replace(posture, length=length, breadth=posture.breadth * scale, depth=posture.depth * scale, row=row)


def _add_kyphosis(posture: Habitus) -> Habitus:
    return replace(posture, kyphosis=45.0)


def _remove_leg(bones: Skeleton, body: Body, posture: Habitus) -> tuple[Skeleton, Body]:
    """Take the left leg off at the thigh."""
    points = bones.points
    lost = (points[:, 2] > THIGH) & (points[:, 0] > 0)
    bones = replace(bones, activity=np.where(lost, 0.0, bones.activity), points=points)
    rows = np.arange(body.density.shape[1]) + body.top
    heights = posture.heights(rows)
    gone = (heights[:, None] > THIGH) & (np.arange(256) > posture.columns(0 * heights, heights)[:, None])
    return bones, _remove_tissue(body, gone)


def _lay_arms_on_abdomen(bones: Skeleton, body: Body, posture: Habitus) -> tuple[Skeleton, Body]:
    """Turn forearms and hands about the elbows until the hands lie on the belly; take their tissue from the sides."""
    points = bones.points.copy()
    for side, name in ((1.0, "left"), (-1.0, "right")):
        member = np.isin(bones.owner, [bones.names.index(f"{name} {part}") for part in ("forearm", "hand")])
        member &= points[:, 2] > ELBOW
        elbow = np.array([side * (230.0 + posture.arm_shift(ELBOW)), ELBOW])
        target = np.array([side * HANDS_X, HANDS_Z]) - elbow
        along = (points[member, 2] - ELBOW) / 330.0
        across = points[member, 0] - elbow[0]
        normal = np.array([-target[1], target[0]]) / np.hypot(*target)
        moved = elbow + along[:, None] * target + across[:, None] * normal
        points[member, 0], points[member, 2] = moved.T
        points[member, 1] = BELLY_Y + (points[member, 1] - 45.0) * 0.5
    heights = posture.heights(np.arange(body.density.shape[1]) + body.top)
    inner = np.interp(heights, soft_tissue.ARM[:, 0], soft_tissue.ARM[:, 1] - soft_tissue.ARM[:, 2])
    inner = inner + np.array([posture.arm_shift(height) for height in heights])
    columns = np.arange(256)
    edges = [posture.columns(side * inner, heights)[:, None] for side in (1.0, -1.0)]
    beside = (columns > edges[0]) | (columns < edges[1])
    gone = beside & ((heights > ELBOW + 20) & (heights < soft_tissue.ARM[-1, 0] + 5))[:, None]
    return replace(bones, points=points), _remove_tissue(body, gone)


def _remove_tissue(body: Body, gone: np.ndarray) -> Body:
    """Empty the body where a mask of rows and columns is set, shape (rows, 256), bool."""
    return replace(body, activity=body.activity * ~gone, density=body.density * ~gone)


POSTURES = {
    "as usual": None,
    "tilt 5°": lambda posture: replace(posture, tilt=5.0),
    "tilt 10°": lambda posture: replace(posture, tilt=10.0),
    "tilt −10°": lambda posture: replace(posture, tilt=-10.0),
    "short (1.50 m)": lambda posture: _set_length(posture, 1560.0),
    "tall (1.95 m)": lambda posture: _set_length(posture, 2010.0),
    "kyphosis, head sunk 4 cm": _add_kyphosis,
    "arms on the abdomen": None,
    "left leg amputated": None,
}
"""How a patient lies: changes to the build and posture drawn."""

BODIES = {"arms on the abdomen": _lay_arms_on_abdomen, "left leg amputated": _remove_leg}
"""Changes to skeleton and tissue."""


def pose(row: Mapping, pixel: float, drawn: Mapping[str, float], posture_name: str, rng: np.random.Generator) -> Posed:
    """Put one healthy patient before the camera.

    Parameters
    ----------
    row : mapping
        A row of the cohort: sex.
    pixel : float
        Pixel spacing, mm.
    drawn : mapping
        The patient's quantiles by name.
    posture_name : str
        A key of `POSTURES`.
    rng : numpy.random.Generator
    """
    posture = habitus.draw(row["sex"], pixel, drawn, rng)
    if change := POSTURES[posture_name]:
        posture = change(posture)
    bones = skeleton.build(posture, rng)
    body = soft_tissue.build(posture, rng)
    if change := BODIES.get(posture_name):
        bones, body = change(bones, body, posture)
    places = locate(bones.points, posture, body)
    scene = Scene(body, places, bones.activity, posture.pixel, VIEWS)
    anatomy = truth.anatomy(_keep_active(bones), places[bones.activity > 0], body)
    expected, regions = {}, {}
    for view in VIEWS:
        side = slice(None, None, 1 if view == "anterior" else -1)
        expected[view] = camera.expect(scene.add_scatter(scene.images[view]), COUNTS, BACKGROUND)[:, side]
        regions[view] = anatomy[:, side]
    posed = Posed(expected, regions, float(posture.rows(habitus.LANDMARKS["waist"])))
    if posture_name.startswith("kyphosis"):
        neck = round(float(posture.rows(habitus.LANDMARKS["neck"])))
        posed = _sink_head(posed, neck, round(40 / pixel))
    return posed


def _keep_active(bones: Skeleton) -> Skeleton:
    """Drop the points that have lost their activity."""
    kept = bones.activity > 0
    return replace(bones, points=bones.points[kept], activity=bones.activity[kept], owner=bones.owner[kept])


def _sink_head(posed: Posed, neck: int, rows: int) -> Posed:
    """Sink the head, all above the row `neck`, forward by some rows, over neck and shoulders."""
    expected, regions = {}, {}
    for view, image in posed.expected.items():
        head = image[:neck] - BACKGROUND
        rest = image.copy()
        rest[:neck] = BACKGROUND
        rest[rows : neck + rows] += head
        expected[view] = rest
        masks = posed.regions[view].copy()
        masks[:neck] = 0
        masks[rows : neck + rows] |= posed.regions[view][:neck]
        regions[view] = masks
    return Posed(expected, regions, posed.waist)


def _move(rows: int, columns: int) -> Callable[..., Picture]:
    """Move the patient in the picture by some rows down and columns to the right."""

    def change(expected: np.ndarray, regions: np.ndarray, view: str, waist: float) -> Picture:
        size = expected.shape
        to, at = (
            tuple(
                slice(max(0, sign * step), length + min(0, sign * step))
                for step, length in zip((rows, columns), size, strict=True)
            )
            for sign in (1, -1)
        )
        image, masks = np.full(size, BACKGROUND), np.zeros_like(regions)
        image[to], masks[to] = expected[at], regions[at]
        return image, masks, waist + rows

    return change


def _move_out(rows_out: int, above: bool) -> Callable[..., Picture]:
    """Move the patient until some rows of the body lie beyond the picture's upper (or lower) edge."""

    def change(expected: np.ndarray, regions: np.ndarray, view: str, waist: float) -> Picture:
        inside = np.flatnonzero(truth.mask(regions, "body").any(axis=1))
        rows = -(inside[0] + rows_out) if above else len(expected) - inside[-1] - 1 + rows_out
        return _move(int(rows), 0)(expected, regions, view, waist)

    return change


def _heat(place: str, factor: float = 10.0) -> Callable[..., Picture]:
    """Make bladder or injection site so many times hotter than bone, with the camera's blur."""

    def change(expected: np.ndarray, regions: np.ndarray, view: str, waist: float) -> Picture:
        bone = np.percentile(expected[truth.mask(regions, "lumbar spine")], 75)
        source = np.zeros(expected.shape)
        if place == "bladder":
            source[truth.mask(regions, "bladder")] = 1.0
        else:
            # the crease of the left elbow
            rows, columns = np.nonzero(truth.mask(regions, "arms"))
            left = columns > 128 if view == "anterior" else columns < 128
            elbow = rows.min() + round(0.45 * (rows.max() - rows.min()))
            column = int(np.median(columns[left & (np.abs(rows - elbow) < 3)]))
            source[elbow - 4 : elbow + 5, max(0, column - 4) : column + 5] = 1.0
        source = ndimage.gaussian_filter(source, 2.0) + 0.02 * ndimage.gaussian_filter(source, 12.0)
        return expected + factor * bone * source / source.max(), regions, waist

    return change


PICTURES = {
    "30 rows up": _move(-30, 0),
    "30 rows down": _move(30, 0),
    "25 columns aside": _move(0, 25),
    "half the head outside the field": _move_out(45, above=True),
    "whole head outside the field": _move_out(85, above=True),
    "feet outside the field": _move_out(60, above=False),
    "legs to the knee outside the field": _move_out(220, above=False),
    "bladder 10 times bone": _heat("bladder"),
    "injection site 10 times bone": _heat("elbow"),
}
"""Changes to the expected picture; each takes expected counts, regions, view and the waist's row."""

AFTER = {
    "a quarter of the counts": lambda frames, rng: {
        view: rng.binomial(frame, 0.25).astype(frame.dtype) for view, frame in frames.items()
    },
    "upside down": lambda frames, rng: {view: np.ascontiguousarray(frame[::-1]) for view, frame in frames.items()},
    "frames swapped": lambda frames, rng: {"anterior": frames["posterior"], "posterior": frames["anterior"]},
}
"""Changes to the counted frames."""


def expose(posed: Posed, picture: str | None, after: str | None, seed: int, name: str) -> dict[str, Picture]:
    """Count the photons of one patient's views under a stress.

    Parameters
    ----------
    posed : Posed
    picture, after : str or None
        Keys of `PICTURES` and of `AFTER`.
    seed : int
    name : str
        The patient's.

    Returns
    -------
    dict of str to (ndarray, ndarray, float)
        For each view the frame, shape (1024, 256), uint16, its regions and the waist's row.
    """
    frames, truths = {}, {}
    for view in VIEWS:
        shown = posed.expected[view], posed.regions[view], posed.waist
        if picture:
            shown = PICTURES[picture](shown[0], shown[1], view, shown[2])
        frames[view] = camera.expose(shown[0], generator(seed, "crop_stress", name, view))
        truths[view] = shown[1:]
    if after:
        frames = AFTER[after](frames, generator(seed, "crop_stress", name, after))
        if after == "upside down":
            truths = {view: (regions[::-1], len(regions) - waist) for view, (regions, waist) in truths.items()}
        elif after == "frames swapped":
            truths = {"anterior": truths["posterior"], "posterior": truths["anterior"]}
    return {view: (frames[view], *truths[view]) for view in VIEWS}


STRESSES = {
    **{posture: (posture, None, None) for posture in POSTURES},
    **{picture: ("as usual", picture, None) for picture in PICTURES},
    **{after: ("as usual", None, after) for after in AFTER},
}
"""Every stress: how the patient lies, the change to the picture, the change to the frames."""


def crop_under_stress(
    posed: Posed, picture: str | None, after: str | None, name: str, settings: dict, seed: int
) -> Iterator[tuple[str, np.ndarray, dict]]:
    """Crop and score one patient's views under a stress.

    Parameters
    ----------
    posed : Posed
    picture, after : str or None
        As for `expose`.
    name : str
        The patient's.
    settings : dict
        The keywords of `crop_thorax`.
    seed : int

    Yields
    ------
    view : str
    frame : ndarray, shape (1024, 256), uint16
    row : dict
        As in `crop.tsv`, with the scores of `score_view`.
    """
    for view, (frame, regions, waist) in expose(posed, picture, after, seed, name).items():
        crop = crop_thorax(frame, generator(seed, "crop", f"{name}_1_{view}"), **settings)
        yield view, frame, crop_row(crop) | score_view(crop.box, regions, waist)


def list_postures() -> list[str]:
    """Return the postures in which the stresses need a patient, each once."""
    return list(dict.fromkeys(posture for posture, _, _ in STRESSES.values()))


def examine(task: tuple[Mapping, str, Mapping, bool]) -> tuple[list[dict], dict[tuple[str, str], np.ndarray]]:
    """Pose one patient in one posture; return the crops under each stress that uses it, and pictures of them.

    Parameters
    ----------
    task : tuple
        Row of the cohort; posture; `simulate`, `crop` and `seed` of the config; whether pictures are wanted.

    Returns
    -------
    rows : list of dict
        For `summarise_stress`.
    pictures : dict of (str, str) to ndarray, shape (1024, 256), uint16
        By stress and view.
    """
    row, posture, params, shown = task
    pixel, seed = params["simulate"]["pixel_spacing_mm"], params["seed"]
    posed = pose(row, pixel, quantiles(row), posture, generator(seed, "crop_stress", row["patient"]))
    rows, pictures = [], {}
    for stress, (own, picture, after) in STRESSES.items():
        if own == posture:
            for view, frame, crop in crop_under_stress(posed, picture, after, row["patient"], params["crop"], seed):
                rows.append({"stress": stress, "view": view, "patient": row["patient"], "exam": "1"} | crop)
                if shown:
                    pictures[stress, view] = frame
    return rows, pictures


def summarise_stress(crops: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add the flags that need both views, and sum up each stress.

    Parameters
    ----------
    crops : DataFrame
        Rows of all stresses: stress, patient, exam, view and what `crop_under_stress` gives.

    Returns
    -------
    crops : DataFrame
        In the order of `STRESSES`.
    summaries : DataFrame
        A row a stress: `stress`, the columns of `summarise`, `reason` (of the commonest flag).
    """
    flagged, summaries = [], []
    for stress in STRESSES:
        own = flag_frames(crops[crops["stress"] == stress])
        reasons = own.loc[own["flag"] == 1, "reason"].str.replace(r"\d+\.\d+", "…", regex=True).value_counts()
        flagged.append(own)
        summaries.append({"stress": stress, **summarise(own), "reason": reasons.index[0] if len(reasons) else "none"})
    return pd.concat(flagged, ignore_index=True), pd.DataFrame(summaries)
