"""Stage 5, filling with the background: the penalty sigma, and the region in an image of background."""

import numpy as np


def draw_sigma(sigma, rng) -> int:
    """Return the rows of the penalty: drawn from a range with both ends, or fixed; 0 for none.

    Parameters
    ----------
    sigma : int or (int, int)
    rng : numpy.random.Generator
    """
    if isinstance(sigma, int):
        return sigma
    return int(rng.integers(sigma[0], sigma[1], endpoint=True))


def add_penalty(region, sigma, sides):
    """Widen a region by sigma.

    Parameters
    ----------
    region : tuple of int
        row0, row1, col0, col1, half-open.
    sigma : int
    sides : {"below", "rows", "around"}
        Below the cut; above and below; on all four sides.
    """
    above, beside = int(sides != "below"), int(sides == "around")
    row0, row1, col0, col1 = region
    return row0 - above * sigma, row1 + sigma, col0 - beside * sigma, col1 + beside * sigma


def hold_within(region, shape, size):
    """Return what of a region is in the picture and fits the image.

    A region that is larger than the image loses as much on either side.

    Parameters
    ----------
    region : tuple of int
        row0, row1, col0, col1, half-open.
    shape : tuple of int
        Rows and columns of the view.
    size : int
        Rows and columns of the image.

    Returns
    -------
    box : tuple of int
        At least one pixel.
    reasons : list of str
    """
    box, reasons = [], []
    for (low, high), length, name in zip((region[:2], region[2:]), shape, ("tall", "wide"), strict=True):
        low = min(max(0, low), length - 1)
        high = min(length, max(high, low + 1))
        if high - low > size:
            reasons.append(f"too {name}: {high - low} of {size}")
            low += (high - low - size) // 2
            high = low + size
        box += [low, high]
    return tuple(box), reasons


def place(box, columns, size, padding):
    """Return row and column of a box's corner in the image.

    Parameters
    ----------
    box : tuple of int
        row0, row1, col0, col1, no larger than the image.
    columns : int
        Of the view.
    size : int
    padding : {"centre", "top", "column"}
        In the middle; at the top, in the middle sideways; in the middle, but in the column that it has in the view.
    """
    row0, row1, col0, col1 = box
    row, column = (size - (row1 - row0)) // 2, (size - (col1 - col0)) // 2
    if padding == "top":
        row = 0
    elif padding == "column":
        column = min(max(0, col0 + (size - columns) // 2), size - (col1 - col0))
    return row, column


def fill_with_background(view, thr_n, box, corner, size):
    """Return the thoracic image: the counts of a box that are no noise, on a background of 0.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
    thr_n : int
        Counts less than this are noise.
    box : tuple of int
        row0, row1, col0, col1, half-open.
    corner : tuple of int
        Row and column of the box's corner in the image.
    size : int

    Returns
    -------
    ndarray, shape (size, size), dtype of `view`
    """
    row0, row1, col0, col1 = box
    thorax = np.zeros((size, size), view.dtype)
    region = view[row0:row1, col0:col1]
    top, left = corner
    thorax[top : top + row1 - row0, left : left + col1 - col0] = region * (region >= thr_n)
    return thorax
