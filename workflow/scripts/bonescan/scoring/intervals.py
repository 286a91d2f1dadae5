"""How certain an area under the ROC curve is, and what chance alone would give."""

from collections.abc import Iterator

import numpy as np
from scipy import stats

from bonescan.scoring.roc import auc


def orient_auc(value: float) -> float:
    """Return an AUC for the better of the two orientations, which is never below one half."""
    return max(value, 1 - value)


def auc_within(label: np.ndarray, value: np.ndarray, stratum: np.ndarray) -> float:
    """Return the AUC over the pairs of views in the same stratum; NaN where no stratum holds both classes."""
    wins = pairs = 0.0
    for one in np.unique(stratum):
        here = stratum == one
        positive = int(label[here].sum())
        number = positive * (int(here.sum()) - positive)
        if number:
            wins += auc(label[here], value[here]) * number
            pairs += number
    return wins / pairs if pairs else float("nan")


def chance_half_width(label: np.ndarray) -> float:
    """Return half the 95 % interval of the AUC of an uninformative value (Mann and Whitney's variance, no ties)."""
    positive = int(np.sum(label))
    negative = len(label) - positive
    if not positive or not negative:
        return float("nan")
    return float(stats.norm.ppf(0.975) * np.sqrt((positive + negative + 1) / (12 * positive * negative)))


def resamples(patient: np.ndarray, rng: np.random.Generator, draws: int) -> Iterator[np.ndarray]:
    """Yield the rows of each bootstrap resample: patients drawn with replacement, each with all of its views."""
    _, numbers = np.unique(patient, return_inverse=True)
    rows = [np.flatnonzero(numbers == number) for number in range(numbers.max() + 1)]
    for _ in range(draws):
        yield np.concatenate([rows[number] for number in rng.integers(0, len(rows), len(rows))])


def interval(
    label: np.ndarray, value: np.ndarray, patient: np.ndarray, rng: np.random.Generator, draws: int = 500
) -> tuple[float, float]:
    """Return the 95 % interval of an AUC: bootstrap of patients, each with all of its views.

    Parameters
    ----------
    label, value, patient : ndarray, shape (n,)
    rng : numpy.random.Generator
    draws : int
    """
    found = [auc(label[drawn], value[drawn]) for drawn in resamples(patient, rng, draws)]
    low, high = np.nanpercentile(found, [2.5, 97.5])
    return float(low), float(high)


def difference(
    label: np.ndarray,
    value: np.ndarray,
    other: np.ndarray,
    patient: np.ndarray,
    rng: np.random.Generator,
    draws: int = 2000,
) -> tuple[float, float, float]:
    """Return how much greater the AUC of `value` is than that of `other` on the same views, with its 95 % interval.

    Parameters as in `interval`. Both values are resampled together, so that the difficulty of a view cancels out.
    """
    found = [
        auc(label[drawn], value[drawn]) - auc(label[drawn], other[drawn]) for drawn in resamples(patient, rng, draws)
    ]
    low, high = np.nanpercentile(found, [2.5, 97.5])
    return auc(label, value) - auc(label, other), float(low), float(high)
