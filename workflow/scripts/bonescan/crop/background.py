"""Stage 5, filling with the background: the penalty sigma, and the region in an image of background."""

import numpy as np


def draw_sigma(sigma: int | tuple[int, int], rng: np.random.Generator) -> int:
    """Return the rows of the penalty: a fixed number, or one drawn from a range, both ends included; 0 for none.

    Parameters
    ----------
    sigma : int or (int, int)
    rng : numpy.random.Generator
    """
    if isinstance(sigma, int):
        return sigma
    return int(rng.integers(sigma[0], sigma[1], endpoint=True))


def add_penalty(region: tuple[int, int, int, int], sigma: int, sides: str) -> tuple[int, int, int, int]:
    """Widen a region by sigma.

    Parameters
    ----------
    region : tuple of int
        row0, row1, col0, col1, half-open.
    sigma : int
    sides : {"below", "rows", "around"}
        Where sigma is added: below the cut, above and below, or on all four sides.
    """
    above, beside = int(sides != "below"), int(sides == "around")
    row0, row1, col0, col1 = region
    return row0 - above * sigma, row1 + sigma, col0 - beside * sigma, col1 + beside * sigma


def hold_within(
    region: tuple[int, int, int, int], shape: tuple[int, int], size: int
) -> tuple[tuple[int, int, int, int], list[str]]:
    """Cut a region down to what lies in the picture and fits the image.

    A region that is larger than the image loses the same on both sides.

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


def place(box: tuple[int, int, int, int], columns: int, size: int, padding: str) -> tuple[int, int]:
    """Return row and column of a box's upper left corner in the image.

    Parameters
    ----------
    box : tuple of int
        row0, row1, col0, col1, no larger than the image.
    columns : int
        Of the view.
    size : int
    padding : {"centre", "top", "column"}
        Centred; at the top and centred sideways; centred from top to bottom, in the column that it has in the view.
    """
    row0, row1, col0, col1 = box
    row, column = (size - (row1 - row0)) // 2, (size - (col1 - col0)) // 2
    if padding == "top":
        row = 0
    elif padding == "column":
        column = min(max(0, col0 + (size - columns) // 2), size - (col1 - col0))
    return row, column


def fill_with_background(
    view: np.ndarray, thr_n: int, box: tuple[int, int, int, int], corner: tuple[int, int], size: int
) -> np.ndarray:
    """Return the thoracic image: a box of the view without its noise, on a background of 0.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
    thr_n : int
        Counts less than this are noise.
    box : tuple of int
        row0, row1, col0, col1, half-open.
    corner : tuple of int
        Row and column of the box's upper left corner in the image.
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
