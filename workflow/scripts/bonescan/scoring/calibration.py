"""Whether probabilities mean what they say: reliability curve, Brier score, calibration error, slope and intercept."""

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import optimize, special, stats

from bonescan.scoring.predictions import networks, sizes
from bonescan.scoring.resampled import as_columns, divide, ends_without_bias, named_ends, resample_weights, with_ends
from bonescan.scoring.roc import auc
from bonescan.scoring.use import share_ends
from bonescan.terms import TRAINED

BINS = 10
"""Of the reliability curve and the calibration error, with equally many images each."""

LEAST = 1e-6
"""Probabilities are moved this far from 0 and 1 before their logits are taken: a soft-max gives both."""


def find_bins(probability: np.ndarray, bins: int = BINS) -> np.ndarray:
    """Return the bin of each image, from 0, shape (n,): quantiles, as of scikit-learn's `calibration_curve`.

    Equal probabilities share a bin, so that there may be fewer. scikit-learn tells neither the bins nor their sizes,
    which the resamples need.
    """
    edges = np.quantile(probability, np.linspace(0, 1, bins + 1))
    _, numbers = np.unique(np.searchsorted(edges[1:-1], probability), return_inverse=True)
    return numbers


def bin_sums(label: np.ndarray, probability: np.ndarray, bins: np.ndarray, weights: np.ndarray) -> list[np.ndarray]:
    """Return the images, the metastatic images and the summed probability of each bin, shape (draws, bins) each."""
    held = np.eye(bins.max() + 1)[bins]
    return [weights @ (held * column[:, None]) for column in (np.ones(len(label)), label, probability)]


def calibration_error(label: np.ndarray, probability: np.ndarray, bins: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the expected calibration error in each resample: the mean gap of a bin's share and probability."""
    _, metastatic, summed = bin_sums(label, probability, bins, weights)
    return np.abs(metastatic - summed).sum(axis=1) / weights.sum(axis=1)


def error_by_chance(probability: np.ndarray, bins: np.ndarray, rng: np.random.Generator, draws: int = 500) -> float:
    """Return the mean calibration error of a network whose probabilities are right, on as many independent images."""
    label = rng.random((draws, len(probability))) < probability
    gaps = (label - probability) @ np.eye(bins.max() + 1)[bins]
    return float(np.abs(gaps).sum(axis=1).mean() / len(probability))


def decompose_brier(label: np.ndarray, probability: np.ndarray, bins: np.ndarray) -> dict[str, float]:
    """Return Murphy's parts (J Appl Meteorol 1973, 12:595): reliability - resolution + uncertainty.

    The sum is the Brier score of the probabilities rounded to their bin's mean.
    """
    images, metastatic, summed = (sums[0] for sums in bin_sums(label, probability, bins, np.ones((1, len(label)))))
    share, prevalence = metastatic / images, label.mean()
    return {
        "reliability": float((images * (summed / images - share) ** 2).sum() / len(label)),
        "resolution": float((images * (share - prevalence) ** 2).sum() / len(label)),
        "uncertainty": float(prevalence * (1 - prevalence)),
    }


def logit(probability: np.ndarray) -> np.ndarray:
    """Return log odds; probabilities of 0 and 1 as of `LEAST` and 1 - `LEAST`."""
    clipped = np.clip(probability, LEAST, 1 - LEAST)
    return np.log(clipped / (1 - clipped))


def fit_calibration(label: np.ndarray, probability: np.ndarray, patient: np.ndarray) -> dict[str, float]:
    """Return calibration slope and calibration in the large with 95 % intervals by patient (Cox, Biometrika 1958).

    Returns
    -------
    dict
        `slope`, of the logistic regression of the label on the logit (1: right; below 1: too extreme), `intercept`, of
        that with the slope held at 1 (0: right; above 0: too low), each with `_low` and `_high`: sandwich variance,
        clustered by patient. NaN for one class or one patient alone; the slope also where the classes do not overlap.
    """
    names = ("slope", "intercept")
    found = dict.fromkeys(with_ends(names), float("nan"))
    if len(set(label)) < 2 or len(set(patient)) < 2:
        return found
    log_odds = logit(probability)
    groups = np.unique(patient, return_inverse=True)[1]
    fitted = {"intercept": _fit_intercept(label, log_odds, groups)}
    if auc(label, log_odds) not in (0, 1) and np.ptp(log_odds) > 0:
        model = sm.GLM(label, sm.add_constant(log_odds), family=sm.families.Binomial())
        fit = model.fit(cov_type="cluster", cov_kwds={"groups": groups})
        fitted["slope"] = fit.params[1], fit.bse[1]
    for name, (value, error) in fitted.items():
        half = stats.norm.ppf(0.975) * error
        found |= {name: float(value), f"{name}_low": float(value - half), f"{name}_high": float(value + half)}
    return found


def _fit_intercept(label: np.ndarray, log_odds: np.ndarray, groups: np.ndarray) -> tuple[float, float]:
    """Return by how much the log odds are too low on the whole, and its standard error clustered by patient.

    Found as a root, between bounds: Newton's steps run away where most probabilities are 0 or 1.
    """
    intercept = optimize.brentq(lambda value: np.sum(label - special.expit(log_odds + value)), -50, 50)
    expected = special.expit(log_odds + intercept)
    scores = np.bincount(groups, weights=label - expected)
    variance = len(scores) / (len(scores) - 1) * (scores**2).sum() / (expected * (1 - expected)).sum() ** 2
    return intercept, np.sqrt(variance)


def score_calibration(part: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return how well the probabilities of each network of a test part are calibrated.

    Parameters
    ----------
    part : DataFrame
        Rows of `bonescan.scoring.predictions.join_status` of one test part.
    rng : numpy.random.Generator

    Returns
    -------
    scores : DataFrame
        One row per network: `model`, `status`, `n`, `patients`, `metastatic`; with interval `brier`, `skill` (1 less
        the Brier score over that of the prevalence), `ece`, `slope`, `intercept`; `ece_by_chance`, `bins`, and
        `reliability`, `resolution`, `uncertainty`.
    curve : DataFrame
        One row per network and bin: `model`, `bin`, `n` (images), `probability` (mean) and `share` (of metastatic
        images) with interval. Of networks that trained.
    """
    patients = part.drop_duplicates("image")["patient"].to_numpy()
    weights = resample_weights(patients, rng)
    rows, curves = [], []
    for named, images in networks(part):
        row = {**named, **sizes(images)}
        if named["status"] == TRAINED:
            label, probability = images["label"].to_numpy(), images["probability"].to_numpy()
            bins = find_bins(probability)
            brier = weights @ (probability - label) ** 2 / weights.sum(axis=1)
            prevalence = weights @ label / weights.sum(axis=1)
            row |= named_ends("brier", brier)
            row |= named_ends("skill", 1 - divide(brier, prevalence * (1 - prevalence)))
            ece = calibration_error(label, probability, bins, weights)
            row |= as_columns("ece", ends_without_bias(ece))
            row |= fit_calibration(label, probability, images["patient"].to_numpy())
            row |= {"ece_by_chance": error_by_chance(probability, bins, rng), "bins": int(bins.max() + 1)}
            row |= decompose_brier(label, probability, bins)
            curves.append(reliability_curve(label, probability, bins, patients).assign(model=named["model"]))
        rows.append(row)
    means = with_ends(["brier", "skill", "ece", "slope", "intercept"])
    parts = ["ece_by_chance", "bins", "reliability", "resolution", "uncertainty"]
    columns = ["model", "status", "n", "patients", "metastatic", *means, *parts]
    points = ["model", "bin", "n", "probability", "share", "share_low", "share_high"]
    curve = pd.concat(curves, ignore_index=True)[points] if curves else pd.DataFrame(columns=points)
    return pd.DataFrame(rows).reindex(columns=columns), curve


def reliability_curve(
    label: np.ndarray, probability: np.ndarray, bins: np.ndarray, patient: np.ndarray
) -> pd.DataFrame:
    """Return the points of a reliability diagram: `bin`, `n`, `probability`, `share` with interval."""
    rows = []
    for number in range(bins.max() + 1):
        held = bins == number
        share, low, high = share_ends(label[held] == 1, patient[held])
        row = {"bin": number + 1, "n": int(held.sum()), "probability": probability[held].mean()}
        rows.append({**row, "share": share, "share_low": low, "share_high": high})
    return pd.DataFrame(rows)
