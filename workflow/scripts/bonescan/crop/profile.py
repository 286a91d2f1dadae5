"""Stages 2 and 3: the body area, and the curve of its elements counted from the top down (Figure 3)."""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import Chebyshev
from scipy import ndimage

from bonescan.crop.noise import BLOCK, Denoised

SMOOTHING = 0.008  # standard deviation of the profile's smoothing as a share of the height, about 6 rows
USUAL_HEIGHT = 710  # rows from crown to toes; 680 to 740 on eight real views of 2.4 mm pixels
# a body is cut through if its first rows are wider than a crown or toes: than this share of the width nearby, or of the
# usual height
ABRUPT, WIDE = 0.5, 0.02
NEAR = 24  # rows that count as nearby
# counts of a pixel in its first rows over those of the rows within: where stressed phantoms are cut through at least
# .84, in the fringe that lossy compression leaves round a whole body at most .70 (NM1, errors of up to 10 counts)
FAINT, WITHIN = 0.77, (8, 40)


@dataclass(frozen=True)
class Profile:
    """The curves of stage 3, one value a row of the body that is in the picture.

    Attributes
    ----------
    first_row : int
        The view's row of the first value.
    occupancy : ndarray, shape (rows,), float64
        Non-zero pixels of the body in each row.
    fitted, first, second : ndarray, shape (rows,), float64
        The polynomial fitted to it, and its first and second derivatives by row.
    smoothed : ndarray, shape (rows,), float64
        The occupancy under a narrow Gaussian, which keeps edges where they are.
    crown, toes : int
        Rows of the view where the body begins and ends; beyond the picture's edge where it is cut off.
    """

    first_row: int
    occupancy: np.ndarray
    fitted: np.ndarray
    first: np.ndarray
    second: np.ndarray
    smoothed: np.ndarray
    crown: int
    toes: int

    @property
    def height(self) -> int:
        """Rows from crown to toes."""
        return self.toes - self.crown

    @property
    def cut_off(self) -> bool:
        """Whether crown or toes lie beyond the rows that are in the picture."""
        return self.crown < self.first_row or self.toes > self.first_row + len(self.occupancy)

    def place(self, fraction: float) -> int:
        """Return the index into the curves of a fraction of the height below the crown; clipped to their ends."""
        return min(max(0, round(self.crown + fraction * self.height) - self.first_row), len(self.occupancy) - 1)


@dataclass(frozen=True)
class BodyArea:
    """What stage 2 keeps.

    Attributes
    ----------
    first, last : int
        The first row with the body in it, and the row after the last.
    crown, toes : int
        The same; where the field of view cuts the body off, the row where it should begin or end.
    """

    first: int
    last: int
    crown: int
    toes: int


def extract_body_area(view: np.ndarray, denoised: Denoised) -> tuple[BodyArea, list[str]]:
    """Stage 2, extracting the body area: what is above the top of the head and below the toes is discarded.

    Where head or feet lie outside the field of view, the body is taken to be as tall as usual.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
        Counts as acquired; empty rows at the top and at the bottom lie outside the field of view.
    denoised : bonescan.crop.noise.Denoised

    Returns
    -------
    area : BodyArea
    reasons : list of str
    """
    seen = denoised.view * denoised.body
    occupancy = np.count_nonzero(seen, axis=1)
    level = seen.sum(axis=1, dtype=np.int64) / np.maximum(occupancy, 1)
    rows = np.flatnonzero(occupancy)
    last = len(occupancy)
    if rows.size < last // 4:
        return BodyArea(0, last, 0, last), ["no body found"]
    crown, toes = int(rows[0]), int(rows[-1]) + 1
    acquired = np.flatnonzero(view.any(axis=1))
    head_cut = crown < acquired[0] + BLOCK and _is_cut_through(occupancy[crown:], level[crown:])
    feet_cut = toes > acquired[-1] + 1 - BLOCK and _is_cut_through(occupancy[:toes][::-1], level[:toes][::-1])
    reasons = [f"{part} cut off" for part, cut in (("head", head_cut), ("feet", feet_cut)) if cut]
    if head_cut == feet_cut:
        return BodyArea(crown, toes, crown, toes), reasons
    # DEVIATION: the paper's patients all lie within the field of view; here the body is taken to go on beyond it
    height = max(USUAL_HEIGHT, toes - crown + BLOCK)
    area = BodyArea(crown, toes, toes - height if head_cut else crown, crown + height if feet_cut else toes)
    return area, reasons


def _is_cut_through(occupancy: np.ndarray, level: np.ndarray) -> bool:
    """Whether the body is cut through at the first of these rows: it is wide there, and as bright as within."""
    wide = occupancy[:BLOCK].mean() > min(ABRUPT * occupancy[BLOCK:NEAR].max(initial=1), WIDE * USUAL_HEIGHT)
    return bool(wide and level[:BLOCK].mean() > FAINT * np.median(level[slice(*WITHIN)]))


def fit_profile(denoised: Denoised, area: BodyArea, degree: int) -> Profile:
    """Stage 3, the curve: count the non-zero elements of each row from the top down and fit a polynomial to them.

    Parameters
    ----------
    denoised : bonescan.crop.noise.Denoised
    area : BodyArea
    degree : int
        Of the polynomial.
    """
    body = slice(area.first, area.last)
    occupancy = np.count_nonzero(denoised.view[body].astype(bool) & denoised.body[body], axis=1).astype(float)
    rows = np.arange(len(occupancy))
    polynomial = Chebyshev.fit(rows, occupancy, degree)
    curves = [polynomial.deriv(order)(rows) if order else polynomial(rows) for order in range(3)]
    smoothed = ndimage.gaussian_filter1d(occupancy, SMOOTHING * (area.toes - area.crown))
    return Profile(area.first, occupancy, *curves, smoothed, area.crown, area.toes)
