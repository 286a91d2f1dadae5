"""Regions of interest as a nuclear medicine physicist draws them, and the ratios of their counts.

- Lumbar spine: 30 mm about the ridge of the spine, over the middle lumbar rows.
- Flank: soft tissue beside the spine on either side, below the kidneys and above the iliac crests, from 60 to 85 % of
  the way from the spine to the trunk's edge.
- Ribs: the lateral lower thorax on either side, bones and spaces between them, from 55 to 90 % of that way.
- Thigh: both thighs halfway between groin and knee, without the femurs, and off the skin.
- Bladder: the brightest pixel of the pelvis.

Rows are fractions of the way from the neck to the groin (the trunk) or of the body height, which hold for the one real
scan and for bodies of other proportions. Where the profile shows no neck or groin, their usual places are taken.
"""

import numpy as np
from scipy import ndimage, signal

from bonescan.phantom_quality.anatomy import Body

USUAL = {"neck": 0.122, "descent": 0.514}  # of the body height: facts of eight real views
LUMBAR = (0.50, 0.62)  # of the trunk: L2 to L4; the iliac crests lie at 0.61 (real scan) and below
FLANK = (0.54, 0.62)  # of the trunk: kidneys end above
LOWER_THORAX = (0.28, 0.44)  # of the trunk
PELVIS = (0.70, 1.02)  # of the trunk
THIGH = (0.56, 0.61)  # of the body height: below the hands, above the knees
FLANK_ACROSS = (0.60, 0.85)  # of the way from the spine to the trunk's edge
RIBS_ACROSS = (0.55, 0.90)
SPINE_HALF_WIDTH = 15.0  # mm; a lumbar vertebra is 45 mm wide
FEMUR_HALF_WIDTH = 18.0  # mm: the shaft and its blur
SKIN = 10.0  # mm from the leg's edge
LEAST_THIGH = 60.0  # mm: what is narrower is no thigh, but a hand or a line
TRUNK_HALF_WIDTH = (0.05, 0.16)  # of the body height: where the trunk's edge is looked for
# Of the body height: how far the lumbar spine may lie beside the spine as a whole; kidneys are farther away
RIDGE_REACH = 0.014
AIR = 0.3  # of the counts of soft tissue: what has less is air, with scatter and blur
CLEFT = 0.15  # of the counts of soft tissue: least depth of the valley between trunk and arm


def ratios(view: np.ndarray, body: Body, spacing: float) -> dict[str, float]:
    """Return lumbar spine : flank, ribs : flank, spine : thigh and the bladder's maximum.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
        Counts.
    body : Body
        Found in it.
    spacing : float
        Side of a pixel, mm.

    Returns
    -------
    dict of str to float
        NaN where a region holds no counts.
    """
    masks = regions(view, body, spacing)
    spine = _median_row(view, masks["spine"])
    flank, ribs, thigh = (_mean(view, masks[name]) for name in ("flank", "ribs", "thigh"))
    return {
        "spine_flank": _ratio(spine, flank),
        "ribs_flank": _ratio(ribs, flank),
        "spine_thigh": _ratio(spine, thigh),
        "bladder_maximum": float(view[trunk_rows(body, *PELVIS)].max()),
    }


def regions(view: np.ndarray, body: Body, spacing: float) -> dict[str, np.ndarray]:
    """Return the regions spine, flank, ribs and thigh; each a mask, shape (rows, columns), bool."""
    return {
        "spine": lumbar_spine(view, body, spacing),
        "flank": region_beside_spine(view, body, FLANK, FLANK_ACROSS),
        "ribs": region_beside_spine(view, body, LOWER_THORAX, RIBS_ACROSS),
        "thigh": thighs(view, body, spacing),
    }


def _mean(view, mask) -> float:
    return float(view[mask].mean()) if mask.any() else float("nan")


def _median_row(view, mask) -> float:
    """Return the median of a region's row means, five rows at a time, so that one hot vertebra does not decide it."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not rows.size:
        return float("nan")
    means = np.where(mask, view, 0).sum(axis=1)[rows] / mask.sum(axis=1)[rows]
    return float(np.median(ndimage.uniform_filter1d(means, 5)))


def _ratio(numerator, denominator) -> float:
    return float(numerator / denominator) if denominator > 0 else float("nan")


def trunk_rows(body: Body, low: float, high: float) -> slice:
    """Return the rows at fractions of the way from the neck to the groin."""
    neck, groin = (USUAL[name] if np.isnan(body.landmarks[name]) else body.landmarks[name] for name in USUAL)
    return slice(body.row(neck + low * (groin - neck)), body.row(neck + high * (groin - neck)))


def midline(view: np.ndarray, body: Body, rows: slice) -> int:
    """Return the column of the spine's ridge in some rows of the trunk.

    The spine is bright all along the trunk, a kidney, a rib or a hot spot only in some rows. So the ridge is found on
    the median over the rows from the lower thorax to the iliac crests, and then near that in the rows asked for.
    """
    trunk = trunk_rows(body, LOWER_THORAX[0], LUMBAR[1])
    columns = np.median(ndimage.gaussian_filter(view[trunk].astype(np.float32), (4, 2.5)), axis=0)
    filled = np.flatnonzero(columns > AIR * tissue(view, body))
    if not filled.size:
        return view.shape[1] // 2
    first, last = int(filled[0]), int(filled[-1]) + 1
    inner = slice(first + (last - first) // 3, last - (last - first) // 3)
    ridge = inner.start + int(columns[inner].argmax())
    reach = round(RIDGE_REACH * body.height)
    near = slice(max(0, ridge - reach), ridge + reach + 1)
    part = np.median(ndimage.gaussian_filter(view[rows, near].astype(np.float32), (4, 2.5)), axis=0)
    return near.start + int(part.argmax())


def tissue(view: np.ndarray, body: Body) -> float:
    """Return the median counts of the body's pixels: those of soft tissue."""
    part = ndimage.uniform_filter(view[body.crown : body.toes].astype(np.float32), 5)
    filled = part[part > 0.2 * part.mean()]
    return float(np.median(filled)) if filled.size else 0.0


def trunk_edges(view: np.ndarray, body: Body, rows: slice) -> tuple[int, int, int]:
    """Return the trunk's first column, the spine's and the trunk's last, in some rows.

    The trunk ends in air or, where the arm touches it, in the valley between them.
    """
    middle, level = midline(view, body, rows), tissue(view, body)
    columns = ndimage.gaussian_filter1d(view[rows].mean(axis=0), 3)
    near, far = (round(share * body.height) for share in TRUNK_HALF_WIDTH)
    ends = []
    for side in (-1, 1):
        outwards = columns[middle::-1] if side < 0 else columns[middle:]
        over = outwards < AIR * level
        valleys, _ = signal.find_peaks(-outwards, prominence=CLEFT * level)
        over[valleys] = True
        places = np.flatnonzero(over[near : far + 1])
        ends.append(middle + side * min(near + int(places[0]) if places.size else far, len(outwards) - 1))
    return ends[0], middle, ends[1]


def lumbar_spine(view: np.ndarray, body: Body, spacing: float) -> np.ndarray:
    """Return the region of the lumbar spine, which follows its ridge from row to row."""
    rows = trunk_rows(body, *LUMBAR)
    middle, half = midline(view, body, rows), max(1, round(SPINE_HALF_WIDTH / spacing))
    smoothed = ndimage.gaussian_filter(view[rows].astype(np.float32), (6, 2))
    first = max(0, middle - half)
    ridge = first + smoothed[:, first : middle + half + 1].argmax(axis=1)
    mask = np.zeros(view.shape, dtype=bool)
    mask[rows] = np.abs(np.arange(view.shape[1]) - ridge[:, None]) <= half
    return mask


def region_beside_spine(
    view: np.ndarray, body: Body, along: tuple[float, float], across: tuple[float, float]
) -> np.ndarray:
    """Return a region on both sides of the spine.

    Parameters
    ----------
    along : (float, float)
        Rows, fractions of the trunk.
    across : (float, float)
        Columns, fractions of the way from the spine to the trunk's edge.
    """
    rows = trunk_rows(body, *along)
    first, middle, last = trunk_edges(view, body, rows)
    mask = np.zeros(view.shape, dtype=bool)
    for edge in (first, last):
        low, high = sorted(middle + round(share * (edge - middle)) for share in across)
        mask[rows, low : high + 1] = True
    return mask


def thighs(view: np.ndarray, body: Body, spacing: float) -> np.ndarray:
    """Return the soft tissue of both thighs, without the femurs and off the skin; empty where no legs are found."""
    rows = slice(body.row(THIGH[0]), body.row(THIGH[1]))
    columns = ndimage.gaussian_filter1d(view[rows].mean(axis=0), 2)
    # compared with the legs' own soft tissue, which may be fainter than the trunk's
    legs = columns > AIR * np.median(columns[columns >= 0.1 * columns.max()])
    legs = ndimage.binary_opening(legs, iterations=max(1, round(LEAST_THIGH / 2 / spacing)))
    mask, places = np.zeros(view.shape, dtype=bool), np.flatnonzero(legs)
    if not places.size:
        return mask
    soft = ndimage.binary_erosion(legs, iterations=max(1, round(SKIN / spacing)))
    reach = round(FEMUR_HALF_WIDTH / spacing)
    for half in np.array_split(places, 2):
        shaft = half[columns[half].argmax()]
        soft[max(0, shaft - reach) : shaft + reach + 1] = False
    mask[rows] = soft
    return mask
