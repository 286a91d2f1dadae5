"""Stage 4, removing the pelvis and the arms: the trunk's lower end and its width."""

from dataclasses import replace

import numpy as np
from scipy import ndimage

from bonescan.crop.noise import Denoised
from bonescan.crop.profile import SMOOTHING

LEGS = (0.03, 0.10)  # below the trunk's end, where the width of the legs is measured: below the hands
MOST_LEGS = 0.26  # width of both legs, fraction of the height; more are legs with hands beside them, or far apart
# breadth between the shoulders' tips, fraction of the height: .23 of the stature (Drillis and Contini), which is .97 of
# the way from crown to toes; it holds both shoulders of NM1, where the legs measure .193
SHOULDER_WIDTH = 0.225
# of a body with raised arms, shares of the height: rows of the chest, half-width of the head, how far the crown may be
# from where the legs tell, and where the shoulders begin; what lies farther out above them than this is an arm
CHEST, HEAD_HALF, CROWN, SHOULDERS, NECK_HALF = (0.20, 0.40), 0.035, 0.08, 0.15, 0.10
# least and most height from neck to the trunk's end; .392 to the steepest descent on real views
TRUNK = {"steepest_descent": (0.33, 0.46), "valley": (0.40, 0.60)}


def remove_pelvis(
    landmarks: dict[str, int], spine_to_pelvis: tuple[float, float], trunk_end: str
) -> tuple[int, list[str]]:
    """Return the row that divides the way from the neck to the trunk's end in the ratio of spine to pelvis.

    Parameters
    ----------
    landmarks : dict of str to int
        Of stage 3.
    spine_to_pelvis : tuple of float
    trunk_end : {"steepest_descent", "valley"}
        What the trunk's end in `landmarks` is.

    Returns
    -------
    cut : int
    reasons : list of str
    """
    spine, pelvis = spine_to_pelvis
    neck, end = landmarks["neck"], landmarks["trunk_end"]
    share = (end - neck) / (landmarks["toes"] - landmarks["crown"])
    least, most = TRUNK[trunk_end]
    reasons = [] if least <= share <= most else [f"trunk {share:.2f} of the height"]
    return neck + round((end - neck) * spine / (spine + pelvis)), reasons


def remove_arms(denoised: Denoised, landmarks: dict[str, int]) -> tuple[int, int]:
    """Cut the trunk as wide as the area of the legs, yet not through the shoulders, its counts in the middle.

    Parameters
    ----------
    denoised : Denoised
    landmarks : dict of str to int
        Of stage 3, with the cut.

    Returns
    -------
    columns : tuple of int
        First column of the view that is kept, and the one after the last.
    """
    height = landmarks["toes"] - landmarks["crown"]
    first, last = (landmarks["trunk_end"] + round(share * height) for share in LEGS)
    legs = denoised.body[max(0, first) : max(0, last)]
    legs = legs[legs.any(axis=1)]
    width = np.median(_extent(legs)[1] - _extent(legs)[0]) / height if len(legs) else 0.0
    # DEVIATION: legs are narrower than shoulders, and wider only where hands lie beside them
    if not SHOULDER_WIDTH <= width <= MOST_LEGS:
        width = SHOULDER_WIDTH
    trunk = slice(max(0, landmarks["shoulder"]), max(0, landmarks["cut"], landmarks["shoulder"] + 1))
    middle = find_middle(denoised.view[trunk], denoised.body[trunk])
    col0 = round(middle - width * height / 2)
    return max(0, col0), min(denoised.view.shape[1], col0 + round(width * height))


def remove_raised_arms(denoised: Denoised, toes: int, height: int) -> Denoised:
    """Take raised arms out of the body: what lies above the crown, and beside head and neck.

    The crown is where the elements of the head's columns increase most, near where a body of this height has it.

    Parameters
    ----------
    denoised : Denoised
    toes : int
        Row below the toes.
    height : int
        Rows from crown to toes, roughly.

    Returns
    -------
    Denoised
        With less body.
    """
    usual = toes - height
    chest = slice(*(max(0, usual + round(share * height)) for share in CHEST))
    middle = find_middle(denoised.view[chest], denoised.body[chest])
    away = np.abs(np.arange(denoised.view.shape[1]) + 0.5 - middle)
    head = np.count_nonzero((denoised.view * denoised.body)[:, away < HEAD_HALF * height], axis=1).astype(float)
    rise = np.gradient(ndimage.gaussian_filter1d(head, SMOOTHING * height))
    first, last = (max(0, usual + round(share * height)) for share in (-CROWN, CROWN))
    crown = first + int(rise[first : last + 1].argmax())
    body = denoised.body.copy()
    body[:crown] = False
    body[: crown + round(SHOULDERS * height), away > NECK_HALF * height] = False
    return replace(denoised, body=body)


def _extent(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first column of each row's set pixels and the one after the last, shape (rows,)."""
    return mask.argmax(axis=1), mask.shape[1] - mask[:, ::-1].argmax(axis=1)


def find_middle(trunk: np.ndarray, body: np.ndarray) -> float:
    """Return the trunk's middle column, the median of three estimates.

    They are the brightest column, the column that halves the counts and the middle of the outline. A hot rib, a hot arm
    or an arm that leaves the picture can pull one of them aside. An injection site must not pull two, so counts are
    capped at their 95th percentile, and the brightest column is looked for in the middle half of the outline.

    Parameters
    ----------
    trunk : ndarray, shape (rows, columns), uint16
        Counts without noise.
    body : ndarray, shape (rows, columns), bool
    """
    if not trunk.any() or not body.any():
        return trunk.shape[1] / 2
    columns = np.minimum(trunk, np.percentile(trunk[trunk > 0], 95)).sum(axis=0)
    first, last = (float(np.median(edge)) for edge in _extent(body[body.any(axis=1)]))
    inner = slice(int(first + (last - first) / 4), int(last - (last - first) / 4) + 1)
    spine = inner.start + ndimage.gaussian_filter1d(columns, 3)[inner].argmax()
    half = np.searchsorted(columns.cumsum(), columns.sum() / 2)
    return float(np.median([spine + 0.5, half + 0.5, (first + last) / 2]))
