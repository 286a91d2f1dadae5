"""Pictures of any matrix into the one that the workflow works on; no count is lost or made up."""

import math
import zlib

import numpy as np

from bonescan.ingest.refusal import Refusal

GREATEST = np.iinfo(np.uint16).max
LARGEST_SIDE = 8192  # of a matrix that is decoded at all
MAXIMUM_PIXELS = 16 * 2**20  # 64 whole-body views
SQUARE = 0.02  # sides of a pixel may differ by this share, as rounded headers do
LOST = 0.001  # share of the counts that may lie outside too small a matrix: stray counts, no limb
LEAST_ROWS = 0.5  # share of the wanted rows: less is no whole body


def zoom(found: tuple[int, int], wanted: tuple[int, int], spacing: tuple[float, float] | None = None):
    """Return how many rows and columns of a file's matrix become one; decided before anything is decoded.

    Parameters
    ----------
    found, wanted : (int, int)
        Rows and columns.
    spacing : (float, float), optional
        Distance of two rows and of two columns, mm; pixels are taken for square where it is unknown.

    Returns
    -------
    (float, float)
        Whole numbers, or 0.5 where one row or column becomes two.

    Raises
    ------
    Refusal
        No whole factor leads from the one to the other, or too few rows are left for the picture.
    """
    expected = f"Rows x Columns: expected {wanted[0]} x {wanted[1]} or a whole multiple, found {found[0]} x {found[1]}"
    if not all(0 < side <= LARGEST_SIDE for side in found) or found[0] * found[1] > MAXIMUM_PIXELS:
        raise Refusal(expected)
    if found[1] % wanted[1] == 0:
        across = found[1] // wanted[1]
    elif 2 * found[1] == wanted[1]:
        across = 0.5
    elif wanted[1] / 2 < found[1] < 2 * wanted[1]:
        across = 1  # padded or cut
    else:
        raise Refusal(expected)
    down = across
    if spacing and abs(spacing[0] / spacing[1] - 1) > SQUARE:
        down = across * spacing[1] / spacing[0]
        nearest = 0.5 if down < 0.75 else round(down)
        if abs(down / nearest - 1) > SQUARE:
            raise Refusal("Pixel Spacing: the sides of a pixel differ by no whole factor")
        down = nearest
    if not LEAST_ROWS * wanted[0] <= math.ceil(found[0] / down) <= 2 * wanted[0]:
        raise Refusal(expected)
    return down, across


def fit(counts: np.ndarray, wanted: tuple[int, int], factors: tuple[float, float]) -> tuple[np.ndarray, list[str]]:
    """Bring one picture into the wanted matrix.

    Rows and columns are summed or, from half the matrix, split: each count of a pixel falls into one of its parts by
    chance, as it would have in the finer matrix (drawn from the picture alone). What is then too small is
    centred in zeros, what is too large is cut to the window with the most counts.

    Parameters
    ----------
    counts : ndarray, shape (rows, columns), int
        None negative.
    wanted : (int, int)
    factors : (float, float)
        From `zoom`.

    Returns
    -------
    counts : ndarray, shape `wanted`, uint16
    steps : list of str
        What was done, in words; empty for a picture that fits.

    Raises
    ------
    Refusal
        A cut would lose more than stray counts, or a sum exceeds 16 bits.
    """
    steps = []
    for axis, factor in enumerate(factors):
        counts = _split(counts, axis) if factor == 0.5 else _bin(counts, axis, int(factor))
    if factors != (1, 1):
        steps.append("resampled {:g} x {:g}".format(*factors))
    for axis, (side, name) in enumerate(zip(wanted, ("rows", "columns"), strict=True)):
        if (room := side - counts.shape[axis]) > 0:
            widths = [(0, 0), (0, 0)]
            widths[axis] = (room // 2, room - room // 2)
            counts = np.pad(counts, widths)
            steps.append(f"{room} {name} added")
        elif room < 0:
            counts = _cut(counts, axis, side, name)
            steps.append(f"{-room} {name} cut")
    if (high := int(counts.max())) > GREATEST:
        raise Refusal(f"up to {high} counts in a pixel, expected at most {GREATEST}")
    return counts.astype(np.uint16), steps


def _bin(counts: np.ndarray, axis: int, factor: int) -> np.ndarray:
    """Sum `factor` neighbours along an axis; zeros fill up the last ones."""
    if factor == 1:
        return counts
    widths = [(0, 0), (0, 0)]
    widths[axis] = (0, -counts.shape[axis] % factor)
    return np.add.reduceat(np.pad(counts, widths), range(0, counts.shape[axis], factor), axis=axis, dtype=np.int64)


def _split(counts: np.ndarray, axis: int) -> np.ndarray:
    """Share the counts of each pixel out between two neighbours along an axis."""
    rng = np.random.default_rng(zlib.crc32(np.ascontiguousarray(counts, dtype="<i8").tobytes()))
    first = rng.binomial(counts, 0.5)
    halves = np.stack([first, counts - first], axis=axis + 1)
    return halves.reshape([side * (1 + (number == axis)) for number, side in enumerate(counts.shape)])


def _cut(counts: np.ndarray, axis: int, side: int, name: str) -> np.ndarray:
    """Keep the `side` neighbouring rows or columns with the most counts, the middle ones of equals."""
    profile = np.concatenate([[0], counts.sum(axis=1 - axis, dtype=np.int64).cumsum()])
    inside = profile[side:] - profile[:-side]
    best = np.flatnonzero(inside == inside.max())
    start = int(best[np.abs(best - (len(inside) - 1) / 2).argmin()])
    if (lost := 1 - inside[start] / profile[-1]) > LOST:
        raise Refusal(f"{counts.shape[axis]} {name}: the fullest {side} of them lose {100 * lost:.1f} % of the counts")
    return counts.take(range(start, start + side), axis=axis)
