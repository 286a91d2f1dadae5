"""What a network would be worth in use: operating points, predictive values by prevalence, decision curve."""

import numpy as np
import pandas as pd
from scipy import stats

from bonescan.scoring.metrics import predict_class
from bonescan.scoring.predictions import networks, sizes
from bonescan.scoring.resampled import (
    LEVEL,
    as_columns,
    divide,
    ends,
    named_ends,
    resample_weights,
    weighted_auc,
    weighted_rates,
    with_ends,
)
from bonescan.terms import TRAINED

FIXED = (0.80, 0.90, 0.95)
"""Specificities at which the sensitivity is read off, and sensitivities at which the specificity is."""

PREVALENCES = tuple(number / 100 for number in range(2, 41, 2))
"""Shares of metastases among those examined, 2 to 40 %."""

THRESHOLDS = tuple(number / 100 for number in range(1, 61))
"""Threshold probabilities of the decision curve: whoever would act at p weighs a missed metastasis (1 - p) / p times as
much as a false alarm."""


def effective_counts(hit: np.ndarray, patient: np.ndarray) -> tuple[float, float]:
    """Return a share and the number of independent images that it is as certain as (Rao and Scott, Biometrics 1992).

    Parameters
    ----------
    hit : ndarray of bool, shape (n,)
    patient : ndarray, shape (n,)

    Returns
    -------
    share, number : float
        The number is n over the design effect, the variance by patient over that of independent images; never above n.
        Where all images agree, or only one patient has any, the variance says nothing and it is that of the patients.
        Both NaN without images.
    """
    number = len(hit)
    if not number:
        return float("nan"), float("nan")
    grouped = pd.Series(np.asarray(hit, float)).groupby(np.asarray(patient))
    totals, images = grouped.sum().to_numpy(), grouped.size().to_numpy()
    share, many = totals.sum() / number, len(totals)
    if share in (0, 1) or many == 1:
        return float(share), float(many)
    variance = many / (many - 1) * ((totals - images * share) ** 2).sum() / number**2
    return float(share), float(min(number, divide(share * (1 - share), variance)) if variance else number)


def share_posterior(share: float, number: float):
    """Return the distribution behind Jeffreys' interval of a share of `number` independent images."""
    return stats.beta(share * number + 0.5, (1 - share) * number + 0.5)


def share_ends(hit: np.ndarray, patient: np.ndarray) -> tuple[float, float, float]:
    """Return a share of images and its 95 % interval, by Jeffreys on the effective number of images.

    A bootstrap of images that are all right would give an interval without width.
    """
    share, number = effective_counts(hit, patient)
    if np.isnan(share):
        return (float("nan"),) * 3
    low, high = share_posterior(share, number).ppf([(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    # an interval reaches the end where all images agree (Brown et al., Stat Sci 2001, 16:101)
    return share, 0.0 if share == 0 else float(low), 1.0 if share == 1 else float(high)


def decision_rates(label: np.ndarray, probability: np.ndarray, patient: np.ndarray) -> dict[str, float]:
    """Return sensitivity and specificity of the soft-max's decision (above one half), with intervals, as columns."""
    right = predict_class(probability) == label
    found = {}
    for name, one in (("sensitivity", 1), ("specificity", 0)):
        found |= as_columns(name, share_ends(right[label == one], patient[label == one]))
    return found


def rate_at(wanted: np.ndarray, fixed: np.ndarray, least: float) -> np.ndarray:
    """Return the greatest of one rate where the other is at least `least`, in each resample.

    Parameters
    ----------
    wanted, fixed : ndarray, shape (draws, thresholds)
        From `bonescan.scoring.resampled.weighted_rates`; no interpolation between thresholds.
    """
    undefined = np.isnan(wanted).any(axis=1) | np.isnan(fixed).any(axis=1)
    return np.where(undefined, np.nan, np.where(fixed >= least - 1e-9, wanted, -np.inf).max(axis=1))


def predictive_values(
    sensitivity: np.ndarray, specificity: np.ndarray, prevalence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the positive and the negative predictive value by Bayes' rule; NaN where nothing is called so."""
    found, missed = sensitivity * prevalence, (1 - sensitivity) * prevalence
    alarm, cleared = (1 - specificity) * (1 - prevalence), specificity * (1 - prevalence)
    return divide(found, found + alarm), divide(cleared, cleared + missed)


def net_benefit(label: np.ndarray, probability: np.ndarray, thresholds: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the net benefit per image in each resample (Vickers and Elkin, Med Decis Making 2006, 26:565).

    Returns
    -------
    ndarray, shape (draws, thresholds)
        Metastases found less false alarms times the threshold's odds, per image.
    """
    called = probability[:, None] >= thresholds
    found, alarms = weights @ (called & (label == 1)[:, None]), weights @ (called & (label == 0)[:, None])
    return (found - alarms * thresholds / (1 - thresholds)) / weights.sum(axis=1, keepdims=True)


def score_use(part: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return operating points, predictive values and decision curves of the networks of a test part.

    Parameters
    ----------
    part : DataFrame
        Rows of `bonescan.scoring.predictions.join_status` of one test part.
    rng : numpy.random.Generator

    Returns
    -------
    points : DataFrame
        One row per network: `model`, `status`, `n`, `patients`, `metastatic`; with interval `auc`, `sensitivity` and
        `specificity` of the decision, `sensitivity_at_80` (specificity, %) and so on, `specificity_at_80` and so on.
    predictive : DataFrame
        One row per network and prevalence: `model` to `metastatic` likewise, `prevalence`; with interval `ppv`, `npv`.
    curves : DataFrame
        One row per threshold and network that trained: `model`, `threshold`, with interval `net_benefit` and
        `gain` over the better of treating all and none, `treat_all`.
    """
    patients = part.drop_duplicates("image")["patient"].to_numpy()
    weights = resample_weights(patients, rng)
    points, predictive, curves = [], [], []
    for named, images in networks(part):
        row = {**named, **sizes(images)}
        values = {}
        if named["status"] == TRAINED:
            label, probability = images["label"].to_numpy(), images["probability"].to_numpy()
            row |= named_ends("auc", weighted_auc(label, probability, weights))
            row |= decision_rates(label, probability, images["patient"].to_numpy())
            row |= _fixed_points(*weighted_rates(label, probability, weights))
            values = _values_by_prevalence(label, probability, images["patient"].to_numpy(), rng)
            curves.append(_decision_curve(label, probability, weights).assign(model=named["model"]))
        points.append(row)
        predictive += [
            {**named, **sizes(images), "prevalence": prevalence, **values.get(prevalence, {})}
            for prevalence in PREVALENCES
        ]
    rates = ["auc", "sensitivity", "specificity"]
    rates += [f"{name}_at_{100 * least:.0f}" for name in ("sensitivity", "specificity") for least in FIXED]
    columns = ["model", "status", "n", "patients", "metastatic", *with_ends(rates)]
    benefit = ["model", "threshold", *with_ends(["net_benefit", "gain"]), "treat_all"]
    return (
        pd.DataFrame(points).reindex(columns=columns),
        pd.DataFrame(predictive).reindex(columns=[*columns[:5], "prevalence", *with_ends(["ppv", "npv"])]),
        pd.concat(curves, ignore_index=True)[benefit] if curves else pd.DataFrame(columns=benefit),
    )


def _fixed_points(sensitivity: np.ndarray, specificity: np.ndarray) -> dict[str, float]:
    """Return each rate where the other is fixed, as columns."""
    found = {}
    for least in FIXED:
        found |= named_ends(f"sensitivity_at_{100 * least:.0f}", rate_at(sensitivity, specificity, least))
        found |= named_ends(f"specificity_at_{100 * least:.0f}", rate_at(specificity, sensitivity, least))
    return found


def _values_by_prevalence(
    label: np.ndarray, probability: np.ndarray, patient: np.ndarray, rng: np.random.Generator, draws: int = 4000
) -> dict[float, dict[str, float]]:
    """Return the predictive values of the decision with intervals, by prevalence.

    Sensitivity and specificity are drawn independently from the distributions behind their intervals.
    """
    right = predict_class(probability) == label
    rates = []
    for one in (1, 0):
        share, number = effective_counts(right[label == one], patient[label == one])
        if np.isnan(share):
            return {}
        rates.append(np.concatenate([[share], share_posterior(share, number).rvs(draws, random_state=rng)]))
    found: dict[float, dict[str, float]] = {}
    for prevalence in PREVALENCES:
        found[prevalence] = {}
        for name, values in zip(("ppv", "npv"), predictive_values(*rates, prevalence), strict=True):
            value, low, high = ends(values)
            # no rate that is drawn is 1, so that the interval of a value that is 1 ends below it
            found[prevalence] |= {name: value, f"{name}_low": min(low, value), f"{name}_high": max(high, value)}
    return found


def _decision_curve(label: np.ndarray, probability: np.ndarray, weights: np.ndarray) -> pd.DataFrame:
    """Return net benefit at each of `THRESHOLDS`, that of treating all, and the gain over the better of all and none.

    Benefit and gain come with intervals; much of the benefit's is that of the prevalence, which the gain shares less.
    """
    thresholds = np.array(THRESHOLDS)
    benefit = net_benefit(label, probability, thresholds, weights)
    treat_all = net_benefit(label, np.ones(len(label)), thresholds, weights)
    gain = benefit - np.maximum(treat_all, 0)
    rows = [
        {**named_ends("net_benefit", ours), **named_ends("gain", more)}
        for ours, more in zip(benefit.T, gain.T, strict=True)
    ]
    return pd.DataFrame(rows).assign(threshold=thresholds, treat_all=treat_all[0])
