"""What the readers marked, as masks of an image's pixels."""

import math

import numpy as np
import pandas as pd
from skimage.draw import disk

from bonescan.label.polygon import fill_polygon
from bonescan.terms import METASTASIS

POINT_RADIUS = 3  # pixels, so that a single marked point can be seen


def read_points(text: str) -> np.ndarray:
    """Return the corners written as `row,column;row,column`, shape (n, 2), float, in pixels."""
    return np.array([[float(number) for number in point.split(",")] for point in text.split(";")])


def shape_mask(shape: str, points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return the pixels inside one marked shape.

    Parameters
    ----------
    shape : {"polygon", "rectangle", "circle", "point", "mask"}
        As `bonescan.label.labelme` has them: a rectangle by two corners, a circle by its centre and a point of its rim,
        a mask by the first and the last pixel of each run in a row.
    points : ndarray, shape (n, 2), float
        Rows and columns, pixels.
    size : (int, int)
        Rows and columns of the view.

    Returns
    -------
    ndarray, shape `size`, bool
    """
    if shape == "rectangle":
        (top, left), (bottom, right) = points.min(axis=0), points.max(axis=0)
        points = np.array([[top, left], [top, right], [bottom, right], [bottom, left]])
    elif shape in ("circle", "point"):
        radius = math.dist(*points[:2]) if shape == "circle" else POINT_RADIUS
        mask = np.zeros(size, dtype=bool)
        mask[disk(points[0], max(radius, 1), shape=size)] = True
        return mask
    elif shape == "mask":
        mask = np.zeros(size, dtype=bool)
        for (row, first), (_, last) in zip(points[::2].astype(int), points[1::2].astype(int), strict=True):
            mask[row, first : last + 1] = True
        return mask
    elif shape != "polygon":
        raise ValueError(f"shape: expected polygon, rectangle, circle, point or mask, got {shape!r}")
    return fill_polygon(points, size)


def view_mask(findings: pd.DataFrame, image: str, size: tuple[int, int], votes: int) -> np.ndarray:
    """Return the pixels of a view that enough readers marked as metastasis.

    Parameters
    ----------
    findings : DataFrame
        `findings.tsv`: image, reader, finding, shape, points (pixels of the whole-body view).
    size : (int, int)
        Rows and columns of the view.
    votes : int
        Readers who must agree on a pixel, as many as make an image abnormal.

    Returns
    -------
    ndarray, shape `size`, bool
    """
    marked = findings[(findings["image"] == image) & (findings["finding"] == METASTASIS)]
    readers = np.zeros(size, dtype=int)
    for _, marks in marked.groupby("reader"):
        own = np.zeros(size, dtype=bool)
        for mark in marks.itertuples(index=False):
            own |= shape_mask(mark.shape, read_points(mark.points), size)
        readers += own
    return readers >= votes


def lesion_masks(findings: pd.DataFrame, images: list[str], size: tuple[int, int], votes: int) -> dict[str, np.ndarray]:
    """Return the lesion mask of each image on which enough readers agree on a pixel; the others have none.

    Parameters
    ----------
    findings : DataFrame
        As in `view_mask`.
    images : list of str
    size : (int, int)
    votes : int
        Readers who must agree on a pixel.

    Returns
    -------
    dict of str to ndarray, shape `size`, bool
    """
    marked = set(findings.loc[findings["finding"] == METASTASIS, "image"])
    masks = {image: view_mask(findings, image, size, votes) for image in images if image in marked}
    return {image: mask for image, mask in masks.items() if mask.any()}
