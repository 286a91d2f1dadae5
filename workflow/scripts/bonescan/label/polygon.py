"""Polygons to pixels, by the edges that cross each row: scikit-image asks every pixel of the box about every edge.

The pixels are those of `skimage.draw.polygon2mask`, bit for bit (tests/label/test_polygon.py): the same arithmetic
decides, at fewer places.
"""

from collections.abc import Iterator

import numpy as np

PAIRS = 2**15
"""Rows times edges that are held in memory together."""

TOLERANCE = 1e-12  # pixels within which a pixel's centre is a corner, as in scikit-image


def fill_polygon(points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return the pixels whose centre lies inside a polygon or on its edge; where it crosses itself, the even-odd rule.

    Parameters
    ----------
    points : ndarray, shape (n, 2), float
        Rows and columns of the corners, pixels; they may lie outside the picture.
    size : (int, int)
        Rows and columns of the picture.

    Returns
    -------
    ndarray, shape `size`, bool
    """
    mask = np.zeros(size, dtype=bool)
    ends = np.asarray(points, dtype=float)
    (top, left), (bottom, right) = (np.clip(to(ends), 0, size).astype(int) for to in (_first, _beyond))
    if top < bottom and left < right:
        mask[top:bottom, left:right] = _fill_box(ends, (top, left), (bottom - top, right - left))
    return mask


def _first(points: np.ndarray) -> np.ndarray:
    """Return the first row and column whose pixels may lie in a polygon."""
    return np.floor(points.min(axis=0))


def _beyond(points: np.ndarray) -> np.ndarray:
    """Return the first row and column beyond a polygon."""
    return np.ceil(points.max(axis=0)) + 1


def _fill_box(ends: np.ndarray, corner: tuple[int, int], size: tuple[int, int]) -> np.ndarray:
    """Return which pixels of a box are filled, shape `size`, bool; `corner` is its first row and column."""
    # marks at which the crossings of a ray to the right and of one to the left change from even to odd
    right, left = np.zeros((2, size[0], size[1] + 1), dtype=np.uint8)
    starts = np.roll(ends, 1, axis=0)
    level = starts[:, 0] == ends[:, 0]  # crosses no ray; its corners belong to other edges too
    starts, stops = starts[~level], ends[~level]
    for row, edges in _crossed_rows(starts, stops, corner[0], corner[0] + size[0]):
        _mark_crossings(right, left, corner, row, *(side[edges] for of in (starts, stops) for side in of.T))
    odd_right = np.bitwise_xor.accumulate(right[:, ::-1], axis=1)[:, ::-1] & 1
    odd_left = np.bitwise_xor.accumulate(left, axis=1) & 1
    # on an edge the two differ
    filled = (odd_right | odd_left)[:, :-1].astype(bool)
    near = np.rint(ends)
    place = (near - corner).astype(int)
    on = (np.abs(ends - near) < TOLERANCE).all(axis=1) & ((place >= 0) & (place < size)).all(axis=1)
    filled[tuple(place[on].T)] = True
    return filled


def _crossed_rows(starts: np.ndarray, ends: np.ndarray, top: int, bottom: int) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield rows from `top` to `bottom` and the numbers of edges that reach them, some at a time; each (n,) int."""
    low, high = np.minimum(starts[:, 0], ends[:, 0]), np.maximum(starts[:, 0], ends[:, 0])
    first = np.clip(np.ceil(low), top, bottom).astype(int)
    number = np.maximum(np.clip(np.floor(high), top - 1, bottom - 1).astype(int) - first + 1, 0)
    total = np.cumsum(number)
    begin = 0
    while begin < len(total):
        done = total[begin - 1] if begin else 0
        stop = max(begin + 1, int(np.searchsorted(total, done + PAIRS, side="right")))
        taken = slice(begin, stop)
        edges = np.repeat(np.arange(begin, stop), number[taken])
        offset = np.repeat(first[taken] - (total[taken] - number[taken] - done), number[taken])
        yield offset + np.arange(len(edges)), edges
        begin = stop


def _mark_crossings(right: np.ndarray, left: np.ndarray, corner: tuple[int, int], row, y1, x1, y0, x0) -> None:
    """Mark where, in each row, the pixels end (begin) whose ray to the right (left) crosses an edge.

    Parameters
    ----------
    right, left : ndarray, shape (rows, columns + 1), uint8
        Changed in place; only whether a number is odd counts.
    corner : (int, int)
        Their first row and column in the picture.
    row : ndarray, shape (n,), int
    y1, x1, y0, x0 : ndarray, shape (n,), float
        Row and column of the first and the second end of an edge that reaches the row and is not level.
    """
    width = right.shape[1]
    y0, y1 = y0 - row, y1 - row
    height = y1 - y0
    # rounding decides at the nearest column alone: one further off is half a pixel away
    nearest = np.rint((x0 * y1 - x1 * y0) / height)
    crossing = ((x0 - nearest) * y1 - (x1 - nearest) * y0) / height  # as scikit-image has it, from this column
    last = np.clip(nearest - (crossing <= 0) - corner[1], -1, width - 2).astype(int)
    first = np.clip(nearest + (crossing >= 0) - corner[1], 0, width - 1).astype(int)
    # a corner in the row itself belongs to the edge on one side of it
    seen, place = ((y0 > 0) != (y1 > 0)) & (last >= 0), (row - corner[0]) * width
    # a number of another type would be converted at every place
    np.add.at(right.reshape(-1), (place + last)[seen], np.uint8(1))
    np.add.at(left.reshape(-1), (place + first)[(y0 < 0) != (y1 < 0)], np.uint8(1))
