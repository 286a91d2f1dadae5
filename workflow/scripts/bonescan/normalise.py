"""Min-max normalisation of thoracic images to [0, 1] (paper: Normalization)."""

import numpy as np


def min_max(images: np.ndarray, over: str = "image") -> np.ndarray:
    """Bring counts to [0, 1] by min-max normalisation.

    Parameters
    ----------
    images : ndarray, shape (n, rows, columns)
        Counts.
    over : {"image", "dataset"}
        Whose least and greatest count become 0 and 1: those of each image, or those of all images together.

    Returns
    -------
    ndarray, shape (n, rows, columns), float32
        An image (or dataset) with a single value becomes 0.
    """
    axes = {"image": (1, 2), "dataset": None}
    if over not in axes:
        raise ValueError(f"normalise.over: expected one of {', '.join(axes)}, got {over!r}")
    least = images.min(axis=axes[over], keepdims=True)
    span = images.max(axis=axes[over], keepdims=True) - least
    return ((images - least) / np.where(span == 0, 1, span)).astype(np.float32)
