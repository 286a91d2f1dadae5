"""What the readers marked, carried from a whole-body view into its thoracic image, and its outline."""

import numpy as np
from matplotlib.axes import Axes

from bonescan.figures.style import MARK


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


def draw_outline(axes: Axes, mask: np.ndarray) -> None:
    """Draw the outline of a mask, shape (rows, columns), on an image of the same shape."""
    if mask.any():
        axes.contour(mask, levels=[0.5], colors=MARK, linewidths=0.8)
