"""How far the readers agree on normal and abnormal: percent, Cohen's kappa of each pair, Fleiss' kappa, with intervals.

The intervals come from resampling patients, because the two views of a patient are not independent.
"""

import warnings
from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

RESAMPLES = 2000
LEVEL = 0.95


def cohen_kappa(counts: np.ndarray) -> np.ndarray:
    """Return Cohen's kappa of two readers (Cohen, Educ Psychol Meas 1960, 20:37).

    Parameters
    ----------
    counts : ndarray, shape (..., 4)
        Numbers of images: both readers called it normal, only the second abnormal, only the first, both abnormal.

    Returns
    -------
    ndarray, shape (...)
        NaN where it is undefined: all votes alike.
    """
    both_normal, second, first, both = np.moveaxis(np.asarray(counts, dtype=float), -1, 0)
    total = both_normal + second + first + both
    ones, twos = (first + both) / total, (second + both) / total
    expected = ones * twos + (1 - ones) * (1 - twos)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected < 1, ((both_normal + both) / total - expected) / (1 - expected), np.nan)


def fleiss_kappa(counts: np.ndarray) -> np.ndarray:
    """Return Fleiss' kappa of several readers (Fleiss, Psychol Bull 1971, 76:378).

    Parameters
    ----------
    counts : ndarray, shape (..., readers + 1)
        Numbers of images that none, one, two ... all of the readers called abnormal.

    Returns
    -------
    ndarray, shape (...)
        NaN where it is undefined: fewer than two readers, or all votes alike.
    """
    counts = np.asarray(counts, dtype=float)
    readers = counts.shape[-1] - 1
    abnormal = np.arange(readers + 1)
    total = counts.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = counts @ abnormal / (readers * total)
        expected = share**2 + (1 - share) ** 2
        pairs = (abnormal * (abnormal - 1) + (readers - abnormal) * (readers - abnormal - 1)) / (
            readers * (readers - 1)
        )
        return np.where(expected < 1, (counts @ pairs / total - expected) / (1 - expected), np.nan)


def percent_agreement(counts: np.ndarray) -> np.ndarray:
    """Return the percentage of images on which all readers agree: those of the first and the last class."""
    counts = np.asarray(counts, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return 100 * (counts[..., 0] + counts[..., -1]) / counts.sum(axis=-1)


def estimate(
    statistic: Callable, classes: np.ndarray, number: int, patients: Sequence[str], rng: np.random.Generator
) -> tuple[float | None, list[float] | None]:
    """Return a statistic of the images' classes and its interval.

    Parameters
    ----------
    statistic : callable
        Takes counts of the classes, shape (..., number).
    classes : ndarray, shape (images,), int
        From 0 to `number` - 1.
    number : int
    patients : sequence of str
        The patient of each image.
    rng : numpy.random.Generator

    Returns
    -------
    value : float or None
    interval : [float, float] or None
        Bounds of the middle 95 % of resampled cohorts, patients drawn with replacement. None where it is undefined.
    """
    if not len(classes):
        return None, None
    table = pd.crosstab(np.asarray(patients), classes).reindex(columns=range(number), fill_value=0).to_numpy()
    value = float(statistic(table.sum(axis=0)))
    if not np.isfinite(value):
        return None, None
    if len(table) < 2:
        return value, None
    with warnings.catch_warnings():
        # all resamples may give the same value: a valid result, and the warning is about another method
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        resampled = _resample(statistic, table, rng)
    resampled = resampled[np.isfinite(resampled)]
    tails = (1 - LEVEL) / 2, (1 + LEVEL) / 2
    return value, [float(bound) for bound in np.quantile(resampled, tails)] if resampled.size else None


def _resample(statistic: Callable, table: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the statistic of resampled cohorts; `table` has the counts of the classes, one row per patient."""
    return stats.bootstrap(
        (np.arange(len(table)),),
        lambda index, axis: statistic(table[index].sum(axis=-2)),
        n_resamples=RESAMPLES,
        batch=100,
        method="percentile",
        rng=rng,
    ).bootstrap_distribution


def agreement(votes: pd.DataFrame, patients: Sequence[str], rng: np.random.Generator) -> dict:
    """Return how far the readers agree, for `agreement.json`.

    Parameters
    ----------
    votes : DataFrame, one row per image, one column per reader
        1 abnormal, 0 normal, NaN where a reader did not see the image.
    patients : sequence of str
        The patient of each image.
    rng : numpy.random.Generator

    Returns
    -------
    dict
        `images`; `complete`, those that every reader saw; `abnormal`, how many each reader called abnormal;
        `disagreements`, the complete images on which not all agree; `percent` of them on which all agree; `pairs` of
        readers with the images that both saw, their number of disagreements, percent agreement and Cohen's kappa;
        `fleiss_kappa` of the complete images. Percent and kappas come with intervals. What is undefined is None.
    """
    votes, patients = votes.reset_index(drop=True), np.asarray(patients)

    def entries(statistic, classes, number, of, name):
        value, interval = estimate(statistic, classes, number, of, rng)
        return {name: value, f"{name}_interval": interval}

    pairs = []
    for first, second in combinations(votes.columns, 2):
        seen = votes[[first, second]].notna().all(axis=1).to_numpy()
        classes = (2 * votes.loc[seen, first] + votes.loc[seen, second]).to_numpy(dtype=int)
        pairs.append(
            {
                "readers": [first, second],
                "images": int(seen.sum()),
                "disagreements": int(np.isin(classes, (1, 2)).sum()),
                **entries(percent_agreement, classes, 4, patients[seen], "percent"),
                **entries(cohen_kappa, classes, 4, patients[seen], "cohen_kappa"),
            }
        )
    readers = votes.shape[1]
    complete = votes.notna().all(axis=1).to_numpy() & (readers > 0)
    classes = votes[complete].sum(axis=1).to_numpy(dtype=int)
    return {
        "images": len(votes),
        "complete": int(complete.sum()),
        "abnormal": {reader: int(votes[reader].sum()) for reader in votes.columns},
        "disagreements": int(((classes > 0) & (classes < readers)).sum()),
        **entries(percent_agreement, classes, readers + 1, patients[complete], "percent"),
        "pairs": pairs,
        **entries(fleiss_kappa, classes, readers + 1, patients[complete], "fleiss_kappa"),
        "level": LEVEL,
    }
