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
LEAST_ROWS = 0.6  # share of the rows of a whole-body view: less is no whole body, or is two of them side by side
FAINT = 0.05  # of the hotter pixels: what is less is background
MIDDLE, LEAST_MIDDLE = 0.02, 0.005  # share of the breadth to each side of a column, and of the counts there
TALL = 0.4  # share of the rows that a body fills, and no arm
LEAST_SIDE = 32  # pixels of a picture that need not be of a whole body


def zoom(
    found: tuple[int, int],
    wanted: tuple[int, int],
    spacing: tuple[float, float] | None = None,
    whole_body: bool = True,
) -> tuple[float, float]:
    """Return how many rows and columns of a file's matrix become one; decided before anything is decoded.

    A picture that is no whole-body view may be small: it is doubled as often as it still fits.

    Parameters
    ----------
    found, wanted : (int, int)
        Rows and columns.
    spacing : (float, float), optional
        Distance of two rows and of two columns, mm; pixels are taken for square where it is unknown.
    whole_body : bool

    Returns
    -------
    (float, float)
        Whole numbers, or 0.5 where one row or column becomes two, 0.25 where it becomes four ...

    Raises
    ------
    Refusal
        No whole factor leads from the one to the other, or too few rows are left for the picture.
    """
    expected = f"Rows x Columns: expected {wanted[0]} x {wanted[1]} or a whole multiple, found {found[0]} x {found[1]}"
    # of rows farther apart than columns, so many more must come
    taller = spacing[0] / spacing[1] if spacing and abs(spacing[0] / spacing[1] - 1) > SQUARE else 1
    if taller != 1:
        expected += f" with pixels of {spacing[0]:g} x {spacing[1]:g} mm"
    if not all(0 < side <= LARGEST_SIDE for side in found) or found[0] * found[1] > MAXIMUM_PIXELS:
        raise Refusal(expected)
    if not whole_body and min(found) >= LEAST_SIDE and found[0] * taller <= wanted[0] and found[1] <= wanted[1]:
        times = min(wanted[0] / (found[0] * taller), wanted[1] / found[1])
        across = 1 / 2 ** int(math.log2(times))
    elif found[1] % wanted[1] == 0:
        across = found[1] // wanted[1]
    elif 2 * found[1] == wanted[1]:
        across = 0.5
    elif wanted[1] / 2 < found[1] < 2 * wanted[1]:
        across = 1  # padded or cut
    else:
        raise Refusal(expected)
    down = across
    if taller != 1:
        down = across / taller
        nearest = 2 ** round(math.log2(down)) if down < 0.75 else round(down)
        if abs(down / nearest - 1) > SQUARE:
            raise Refusal("Pixel Spacing: the sides of a pixel differ by no whole factor")
        down = nearest
    least = LEAST_ROWS * wanted[0] if whole_body else LEAST_SIDE
    if whole_body and down == across and 2 * wanted[1] * found[0] == wanted[0] * found[1]:
        raise Refusal(f"{expected}: too wide for one view; of two side by side make two pictures")
    if not least <= math.ceil(found[0] / down) <= 2 * wanted[0]:
        raise Refusal(expected)
    return down, across


def fit(counts: np.ndarray, wanted: tuple[int, int], factors: tuple[float, float]) -> tuple[np.ndarray, list[str]]:
    """Bring one picture into the wanted matrix.

    Rows and columns are summed or, in too small a matrix, split: each count of a pixel falls into one of its parts by
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
        while factor < 1:
            counts, factor = _split(counts, axis), 2 * factor
        counts = _bin(counts, axis, int(factor))
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


def check_one_body(counts: np.ndarray) -> None:
    """Refuse a picture with two bodies side by side, as the two views are printed.

    Between them lies next to nothing, where one body has its spine; and both are tall, where beside one body there may
    be a hot arm.

    Parameters
    ----------
    counts : ndarray, shape (rows, columns)

    Raises
    ------
    Refusal
    """
    counts = counts[::4]  # enough to see a body
    if not (counts > 0).any():
        return
    # square roots, so that one hot spot does not weigh more than a body; background is none
    weight = np.sqrt(np.where(counts > max(1, FAINT * np.percentile(counts[counts > 0], 99)), counts, 0))
    profile = weight.sum(axis=0).cumsum()
    first, last = np.searchsorted(profile, [0.005 * profile[-1], 0.995 * profile[-1]])
    reach = max(int(MIDDLE * (last - first)), 1)
    middles = np.arange(first + int(0.35 * (last - first)), first + int(0.65 * (last - first)) + 1)
    strips = profile[np.minimum(middles + reach, len(profile) - 1)] - profile[np.maximum(middles - reach, 0)]
    if strips.min() > LEAST_MIDDLE * profile[-1]:
        return
    emptiest = middles[strips.argmin()]
    sides = [side.sum(axis=1) for side in (weight[:, :emptiest], weight[:, emptiest:])]
    if min(np.mean(rows > rows.mean() / 10) for rows in sides) > TALL:
        raise Refusal("two bodies in one picture: expected one view")


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
