"""What the readers marked, as masks on a whole-body view, its thoracic image and that image's variants."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from bonescan.figures.style import MARK

VIEW = (1024, 256)
"""Rows and columns of a whole-body view."""

_POINT_RADIUS = 3  # pixels, so that a single marked point can be seen


def read_points(text: str) -> np.ndarray:
    """Return the corners written as `row,column;row,column`, shape (n, 2), float, in pixels."""
    return np.array([[float(number) for number in point.split(",")] for point in text.split(";")])


def shape_mask(shape: str, points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return the pixels inside one marked shape.

    Parameters
    ----------
    shape : {"polygon", "rectangle", "circle", "point"}
        As LabelMe has them: a rectangle by two corners, a circle by its centre and a point of its rim.
    points : ndarray, shape (n, 2), float
        Rows and columns, pixels.
    size : (int, int)
        Rows and columns of the view.

    Returns
    -------
    ndarray, shape `size`, bool
    """
    from skimage.draw import disk, polygon2mask

    if shape == "rectangle":
        (top, left), (bottom, right) = points.min(axis=0), points.max(axis=0)
        points = np.array([[top, left], [top, right], [bottom, right], [bottom, left]])
    elif shape in ("circle", "point"):
        radius = math.dist(*points[:2]) if shape == "circle" else _POINT_RADIUS
        mask = np.zeros(size, dtype=bool)
        mask[disk(points[0], max(radius, 1), shape=size)] = True
        return mask
    elif shape != "polygon":
        raise ValueError(f"shape: expected polygon, rectangle, circle or point, got {shape!r}")
    return polygon2mask(size, points)


def view_mask(findings: pd.DataFrame, image: str, size: tuple[int, int], votes: int) -> np.ndarray:
    """Return the pixels of a view that enough readers marked as metastasis.

    Parameters
    ----------
    findings : DataFrame
        `findings.tsv`: image, reader, finding, shape, points (pixels of the whole-body view).
    size : (int, int)
        Rows and columns of the view.
    votes : int
        Readers who must agree on a pixel; all of them, where the table knows fewer.

    Returns
    -------
    ndarray, shape `size`, bool
    """
    marked = findings[(findings["image"] == image) & (findings["finding"] == "metastasis")]
    readers = np.zeros(size, dtype=int)
    for _, marks in marked.groupby("reader"):
        own = np.zeros(size, dtype=bool)
        for mark in marks.itertuples(index=False):
            own |= shape_mask(mark.shape, read_points(mark.points), size)
        readers += own
    return readers >= max(1, min(votes, findings["reader"].nunique()))


def thorax_mask(mask: np.ndarray, crop, size: int) -> np.ndarray:
    """Carry a mask from a view into its thoracic image, as the crop carries its counts.

    Parameters
    ----------
    mask : ndarray, shape (rows, columns), bool
    crop : row of `crop.tsv`
        row0, row1, col0, col1: box in the view; paste_row, paste_col: where it lies in the thoracic image.
    size : int
        Rows and columns of the thoracic image.

    Returns
    -------
    ndarray, shape (size, size), bool
    """
    thorax = np.zeros((size, size), dtype=bool)
    box = mask[crop.row0 : crop.row1, crop.col0 : crop.col1]
    thorax[crop.paste_row : crop.paste_row + box.shape[0], crop.paste_col : crop.paste_col + box.shape[1]] = box
    return thorax


def outline(axes: Axes, mask: np.ndarray) -> None:
    """Draw the outline of a mask, shape (rows, columns), on an image of the same shape."""
    if mask.any():
        axes.contour(mask, levels=[0.5], colors=MARK, linewidths=0.8)
