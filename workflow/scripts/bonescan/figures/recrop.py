"""One view cropped once more, with all that the stages found, for the figures that show them."""

import numpy as np
import pandas as pd

from bonescan.chance import generator
from bonescan.crop import Crop, crop_row, crop_thorax
from bonescan.figures.choice import CLEAR_CASE, choose, find_row, row_in_array


def crop_again(
    scans: np.ndarray, cohort: pd.DataFrame, crops: pd.DataFrame, wanted: str | None, settings: dict, seed: int
) -> tuple[str, np.ndarray, Crop]:
    """Choose a view, crop it with the random numbers of the run, and check the result against what the run wrote.

    Parameters
    ----------
    scans : ndarray, shape (n, 1024, 256), uint16
        Counts.
    cohort, crops : DataFrame
        `cohort.tsv` and `crop.tsv`.
    wanted : str or None
        The image asked for in the config.
    settings : dict
        The keywords of `crop_thorax`.
    seed : int

    Returns
    -------
    image : str
    view : ndarray, shape (1024, 256), uint16
    crop : Crop

    Raises
    ------
    ValueError
        If the image is not in the cohort, or the crop differs from the run's.
    """
    image = choose(cohort.merge(crops[["image", "flag"]], on="image"), wanted, **CLEAR_CASE)
    view = np.asarray(scans[row_in_array(cohort, image, "scan_row")])
    crop = crop_thorax(view, generator(seed, "crop", image), **settings)
    written = find_row(crops, image)
    for name in ("thr_n", "row0", "row1", "col0", "col1", "sigma"):
        if (found := crop_row(crop)[name]) != written[name]:
            raise ValueError(f"{image}: expected the crop of the run, {name} {written[name]}, got {found}")
    return image, view, crop
