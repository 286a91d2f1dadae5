"""What the standard reader is given and what it learns: images, patients to train on and to test, the curve."""

import numpy as np
import pandas as pd

BLOCK = 2
"""Side of the blocks of pixels of which `simulated_patients.py` keeps the mean count."""

MARGINS = (slice(16, 112), slice(22, 106))
"""Rows and columns of a 128 x 128 image in which the cropped thorax lies."""


def prepare(images: np.ndarray) -> np.ndarray:
    """Return the log counts of images, each standardised over its pixels with counts.

    Parameters
    ----------
    images : ndarray, shape (n, 128, 128), float32
        Mean counts of 2 x 2 pixels.

    Returns
    -------
    ndarray, shape (n, 96, 84, 1), float32
    """
    logs = np.log1p(BLOCK**2 * images[(slice(None), *MARGINS)])  # of their sums
    filled = np.where(logs > 0, logs, np.nan)
    mean, deviation = np.nanmean(filled, axis=(1, 2)), np.nanstd(filled, axis=(1, 2))
    return ((logs - mean[:, None, None]) / deviation[:, None, None])[..., None].astype(np.float32)


def split_patients(views: pd.DataFrame, tested: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows may be trained on, and which are tested: the views of the last patients.

    Parameters
    ----------
    views : DataFrame
        image, patient, label, in the order of the patients.
    tested : int
        Views; those of the last patient needed are all tested.

    Returns
    -------
    train, test : ndarray, shape (n,), bool

    Raises
    ------
    ValueError
        Too few views.
    """
    if len(views) <= tested:
        raise ValueError(f"standard_reader: expected more than {tested} views, got {len(views)}")
    first = views["patient"].iloc[len(views) - tested]
    test = np.cumsum(views["patient"].eq(first).to_numpy()) > 0
    return ~test, test


def choose(patients: np.ndarray, wanted: int, rng: np.random.Generator) -> np.ndarray:
    """Return the rows of patients drawn at random until there are `wanted` views, a patient with all of them.

    Parameters
    ----------
    patients : ndarray, shape (n,), str
    wanted : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (n,), bool

    Raises
    ------
    ValueError
        Fewer views than wanted.
    """
    if len(patients) < wanted:
        raise ValueError(f"standard_reader.views: expected at most {len(patients)}, the views made, got {wanted}")
    names, numbers = np.unique(patients, return_counts=True)
    order = rng.permutation(len(names))
    needed = int(np.searchsorted(numbers[order].cumsum(), wanted)) + 1
    return np.isin(patients, names[order[:needed]])


def summarise_trainings(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the learning curve: one row a number of views, from the fewest.

    Parameters
    ----------
    runs : DataFrame
        One row a training: views (wanted), seed, n_train, metastatic (share), n_test, auc.

    Returns
    -------
    DataFrame
        views, n_train (median), metastatic (mean), n_test, seeds, auc (median), low, high (over the seeds).
    """
    grouped = runs.groupby("views")
    return pd.DataFrame(
        {
            "n_train": grouped["n_train"].median().astype(int),
            "metastatic": grouped["metastatic"].mean(),
            "n_test": grouped["n_test"].first(),
            "seeds": grouped["seed"].nunique(),
            "auc": grouped["auc"].median(),
            "low": grouped["auc"].min(),
            "high": grouped["auc"].max(),
        }
    ).reset_index()
