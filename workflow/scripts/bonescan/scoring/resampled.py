"""Statistics of a sample and of its bootstrap resamples in one go: an image's weight is how often a resample holds it.

In every array of weights, shape (draws + 1, n), the first row is the sample itself.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from bonescan.scoring.metrics import predict_class
from bonescan.terms import METRICS

DRAWS = 1000
"""Bootstrap resamples of patients."""

LEVEL = 0.95
"""Of every interval."""

AT_ONCE = 2_000_000
"""Weights of images that are held in memory together."""


def weigh_patients(patients: np.ndarray, rng: np.random.Generator, draws: int = DRAWS) -> pd.DataFrame:
    """Draw patients with replacement, as often as there are patients.

    Parameters
    ----------
    patients : ndarray, shape (n,), str
        Any number of times each.
    rng : numpy.random.Generator
    draws : int

    Returns
    -------
    DataFrame, shape (patients, draws + 1), float
        How often each resample holds each patient, by patient; 1 in the first column.
    """
    names = np.unique(patients)
    drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    return pd.DataFrame(np.vstack([np.ones(len(names)), drawn]).T, index=names)


def resample_weights(patient: np.ndarray, rng: np.random.Generator, draws: int = DRAWS) -> np.ndarray:
    """Return how often each image occurs in each resample of patients, shape (draws + 1, n); 1 in the first row."""
    return weigh_patients(patient, rng, draws).loc[patient].to_numpy().T


def blocks_of_weights(patient: np.ndarray, weights: pd.DataFrame) -> Iterator[np.ndarray]:
    """Yield how often each image occurs in each resample, so many resamples at a time that memory stays bounded.

    Parameters
    ----------
    patient : ndarray, shape (n,), str
        Of each image.
    weights : DataFrame
        From `weigh_patients`.

    Yields
    ------
    ndarray, shape (some resamples, n)
    """
    of_image, step = weights.index.get_indexer(patient), max(1, AT_ONCE // max(1, len(patient)))
    of_patient = weights.to_numpy().T
    for first in range(0, len(of_patient), step):
        yield of_patient[first : first + step, of_image]


def ends(values: np.ndarray, level: float = LEVEL) -> tuple[float, float, float]:
    """Return a statistic of the sample and its interval from the resamples.

    Parameters
    ----------
    values : ndarray, shape (draws + 1,)
        The sample's first. Resamples in which it is undefined are left out; where it is undefined in the sample, or in
        half of the resamples, so is all.
    level : float
        Of the interval.
    """
    found = values[1:][np.isfinite(values[1:])]
    if not np.isfinite(values[0]) or 2 * len(found) < len(values) - 1:
        return (float("nan"),) * 3
    low, high = np.percentile(found, [50 * (1 - level), 50 * (1 + level)])
    return float(values[0]), float(low), float(high)


def ends_without_bias(values: np.ndarray) -> tuple[float, float, float]:
    """Return `ends` of a statistic that is never below 0 and that resampling itself makes greater.

    The interval is moved down by what the resamples lie above the sample on average, to 0 at most.
    """
    value, low, high = ends(values)
    excess = np.nanmean(values[1:]) - value
    return value, max(low - excess, 0.0), max(high - excess, value)


def with_ends(names: Iterable[str]) -> list[str]:
    """Return the columns of numbers and of the ends of their intervals."""
    return [name + end for name in names for end in ("", "_low", "_high")]


def as_columns(name: str, found: tuple[float, float, float]) -> dict[str, float]:
    """Return a number and its interval as columns of a table: `name`, `name_low`, `name_high`."""
    return dict(zip(with_ends([name]), found, strict=True))


def named_ends(name: str, values: np.ndarray) -> dict[str, float]:
    """Return `ends` as columns of a table."""
    return as_columns(name, ends(values))


def divide(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return part / whole, NaN where whole is 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole != 0)


def weighted_metrics(label: np.ndarray, probability: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Return the metrics of each resample (Eqs. 4 to 9, AUC).

    Parameters
    ----------
    label : ndarray, shape (n,), int
        1 metastasis, 0 normal.
    probability : ndarray, shape (n,), float
        Of metastasis, finite.
    weights : ndarray, shape (draws + 1, n)

    Returns
    -------
    dict of str to ndarray, shape (draws + 1,)
        By the names of `bonescan.terms.METRICS`; NaN where a resample leaves a metric undefined (0/0).
    """
    called = predict_class(probability)
    tp, fn, fp, tn = (
        weights[:, (label == truth) & (called == call)].sum(axis=1) for truth, call in ((1, 1), (1, 0), (0, 1), (0, 0))
    )
    scores = {
        "accuracy": divide(tp + tn, tp + fn + fp + tn),
        "precision": divide(tp, tp + fp),
        "recall": divide(tp, tp + fn),
        "specificity": divide(tn, tn + fp),
        # as Eq. 8 has it, undefined where precision and recall are 0
        "f1": np.where(tp > 0, divide(2 * tp, 2 * tp + fp + fn), np.nan),
        "fpr": divide(fp, tn + fp),
        "auc": weighted_auc(label, probability, weights),
    }
    return {name: scores[name] for name in METRICS}


def weighted_auc(label: np.ndarray, value: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the area under the ROC curve in each resample, ties counting half; NaN where one class is missing.

    Parameters
    ----------
    label, value : ndarray, shape (n,)
    weights : ndarray, shape (draws + 1, n)
    """
    positive, negative = _by_value(label, value, weights)
    below = np.cumsum(negative, axis=1) - negative / 2
    return divide((positive * below).sum(axis=1), positive.sum(axis=1) * negative.sum(axis=1))


def weighted_rates(label: np.ndarray, value: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return sensitivity and specificity in each resample at every threshold, from calling none to calling all.

    Returns
    -------
    sensitivity, specificity : ndarray, shape (draws + 1, distinct values + 1)
        NaN where the class is missing.
    """
    rates = []
    for of_class in _by_value(label, value, weights):
        called = np.cumsum(of_class[:, ::-1], axis=1)
        called = np.hstack([np.zeros((len(called), 1)), called])
        rates.append(divide(called, called[:, -1:]))
    return rates[0], 1 - rates[1]


def _by_value(label: np.ndarray, value: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the weight of metastatic and of normal images at each distinct value, ascending."""
    order = np.argsort(value, kind="stable")
    starts = np.flatnonzero(np.diff(value[order], prepend=-np.inf) > 0)
    sums = [np.add.reduceat(weights[:, order] * (label[order] == one), starts, axis=1) for one in (1, 0)]
    return sums[0], sums[1]


class Replicates(NamedTuple):
    """A statistic of each of several trainings.

    Attributes
    ----------
    values : ndarray, shape (trainings, draws + 1)
        The sample's first; the same resamples in every training.
    overlap : float
        Units tested to units trained on, where the trainings are of draws whose training parts overlap; 0 for seeds.
    patients : int
        Tested, of the rarer label.
    """

    values: np.ndarray
    overlap: float
    patients: int


def ends_over_runs(
    replicates: Replicates, bounds: tuple[float, float] = (0.0, 1.0), level: float = LEVEL
) -> tuple[float, float, float]:
    """Return the mean of a statistic over trainings and its interval, from patients and from trainings.

    The patients' part is that of the resamples. The trainings' part is Student's t of their scatter, whose variance is
    raised where training parts overlap (Nadeau and Bengio, Mach Learn 2003, 52:239). Both are added as if independent.
    Where all resamples agree, as on images that are all right, the patients' part is Jeffreys' for as many patients.

    Parameters
    ----------
    replicates : Replicates
    bounds : (float, float)
        That the statistic keeps to.
    level : float
        Of the interval.
    """
    values, overlap, patients = replicates
    value, low, high = ends(values.mean(axis=0), level)
    if low == high == 1:
        low = float(stats.beta.ppf((1 - level) / 2, patients + 0.5, 0.5))
    elif low == high == 0 == bounds[0]:
        high = float(stats.beta.ppf((1 + level) / 2, 0.5, patients + 0.5))
    number = len(values)
    if number > 1 and np.isfinite(value):
        deviation = values[:, 0].std(ddof=1) * np.sqrt(1 / number + overlap)
        spread = stats.t.ppf((1 + level) / 2, number - 1) * deviation
        low = max(value - np.hypot(value - low, spread), bounds[0])
        high = min(value + np.hypot(high - value, spread), bounds[1])
    return value, float(low), float(high)
