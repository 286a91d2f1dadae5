"""The paper's claims beside our evidence, each with a verdict by a rule that is stated with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from bonescan.scoring.resampled import ends
from bonescan.scoring.summary import score_networks
from bonescan.wording import SCORE_NAMES, classifier

SUPPORTED, NOT_SUPPORTED, NOT_TESTABLE = VERDICTS = ("supported", "not supported", "not testable")

MARGIN = 0.02
"""AUC: a difference that lies within it is no contribution."""

BEST, SHALLOWER, DEEPER = "V21", "V16", "V24"
"""The paper's best network, and two of its family with fewer and with more layers."""

Scored = Mapping[tuple[str, str], Mapping[str, np.ndarray]]
"""Metrics in every resample, the sample's first, by dataset and model."""


class Evidence(NamedTuple):
    """What decides on a claim.

    Attributes
    ----------
    what : str
        In words.
    value, low, high : float
        With its 95 % interval; NaN where there is none.
    verdict : str
        Of `VERDICTS`.
    """

    what: str
    value: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True)
class Claim:
    """A sentence of the paper.

    Attributes
    ----------
    place, text : str
    rule : str
        When it counts as supported.
    judge : callable
        Takes `Scored` of one split unit, returns `Evidence`.
    """

    place: str
    text: str
    rule: str
    judge: Callable[[Scored], Evidence]


def untested(why: str) -> Evidence:
    """Return the evidence on a claim that the run cannot test."""
    return Evidence(why, np.nan, np.nan, np.nan, NOT_TESTABLE)


def reaches(metric: str, number: float, scored: Scored) -> Evidence:
    """Judge whether any network reaches a number on D3: the interval of the best one does."""
    found = {model: values[metric] for (dataset, model), values in scored.items() if dataset == "D3"}
    found = {model: values for model, values in found.items() if np.isfinite(values[0])}
    if not found:
        return untested("no network has this score on D3")
    best = max(found, key=lambda model: found[model][0])
    value, low, high = ends(found[best])
    what = f"highest {SCORE_NAMES[metric]} on D3, of {classifier(best)}"
    return Evidence(what, value, low, high, SUPPORTED if high >= number else NOT_SUPPORTED)


def mean_difference(of: str, less: str, scored: Scored) -> tuple[np.ndarray | None, str]:
    """Return the mean difference in AUC between two datasets over the networks that trained on both."""
    models = [model for dataset, model in scored if dataset == of and (less, model) in scored]
    if not models:
        return None, f"no network trained on {of} and {less}"
    what = f"AUC on {of} less that on {less}, mean of {len(models)} networks"
    return np.mean([scored[of, model]["auc"] - scored[less, model]["auc"] for model in models], axis=0), what


def better(of: str, less: str, scored: Scored) -> Evidence:
    """Judge whether networks are better on one dataset than on another: the whole interval is above 0."""
    difference, what = mean_difference(of, less, scored)
    if difference is None:
        return untested(what)
    value, low, high = ends(difference)
    return Evidence(what, value, low, high, SUPPORTED if low > 0 else NOT_SUPPORTED)


def alike(of: str, less: str, scored: Scored) -> Evidence:
    """Judge whether two datasets give the same: the whole interval lies within `MARGIN`."""
    difference, what = mean_difference(of, less, scored)
    if difference is None:
        return untested(what)
    value, low, high = ends(difference)
    return Evidence(what, value, low, high, SUPPORTED if low > -MARGIN and high < MARGIN else NOT_SUPPORTED)


def leads(model: str, others: tuple[str, ...], scored: Scored) -> Evidence:
    """Judge whether a network is better than every other on D3: so is its AUC in 95 % of the resamples of patients."""
    rivals = [name for dataset, name in scored if dataset == "D3" and name != model and (not others or name in others)]
    if ("D3", model) not in scored or not rivals or set(others) - set(rivals):
        return untested(f"{classifier(model)} or those it is compared with did not train on D3")
    gap = scored["D3", model]["auc"] - np.max([scored["D3", name]["auc"] for name in rivals], axis=0)
    value, low, high = ends(gap)
    what = f"AUC of {classifier(model)} on D3 less the highest of {', '.join(map(classifier, rivals))}"
    return Evidence(what, value, low, high, SUPPORTED if low > 0 else NOT_SUPPORTED)


def cannot(why: str, scored: Scored) -> Evidence:
    """Judge a claim that no run of this cohort can test."""
    return untested(why)


_REACHED = "the 95 % interval of our best network reaches the number"
_ABOVE = "the whole 95 % interval is above 0"

CLAIMS = (
    *(
        Claim("Abstract", f"{SCORE_NAMES[metric]} {number}", _REACHED, partial(reaches, metric, float(number)))
        for metric, number in (
            *(("accuracy", "0.9807"), ("precision", "0.9900"), ("recall", "0.9830")),
            *(("specificity", "0.9890"), ("f1", "0.9802"), ("auc", "0.9933")),
        )
    ),
    Claim(
        "Results", "all classifiers are better on augmented data (D3) than on D1", _ABOVE, partial(better, "D3", "D1")
    ),
    Claim("Results", "likewise with normalisation (D2)", _ABOVE, partial(better, "D2", "D1")),
    Claim(
        "Results",
        "normalisation has no contribution",
        f"the whole 95 % interval lies within ± {MARGIN}",
        partial(alike, "D2", "D3"),
    ),
    Claim("Results", "SPECS V21 is best", _ABOVE, partial(leads, BEST, ())),
    Claim(
        "Results",
        "a proper depth is needed: SPECS V21 leads the shallower V16 and the deeper V24",
        _ABOVE,
        partial(leads, BEST, (SHALLOWER, DEEPER)),
    ),
    Claim(
        "Conclusions",
        "the size of the dataset is crucial",
        "the same networks on fewer and on more patients",
        partial(cannot, "one cohort has one size; `snakemake standard_reader` trains on 125 to 4,000 views"),
    ),
)
"""In the order of the paper."""


def judge_claims(predictions: pd.DataFrame, metrics: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Hold every claim against our results, under each split unit.

    Parameters
    ----------
    predictions, metrics : DataFrame
        `predictions.tsv` and `metrics.tsv` of all units.
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        One row per claim and unit: place, text, rule, unit, what, value, low, high, verdict, `patients` (tested under
        the unit), `trainings` (of each network).
    """
    scored = score_networks(predictions, metrics, rng)
    rows = []
    for claim in CLAIMS:
        for unit, tested in predictions.groupby("unit", sort=False):
            of_unit = {(dataset, model): found for (under, dataset, model), found in scored.items() if under == unit}
            told = {"place": claim.place, "text": claim.text, "rule": claim.rule, "unit": unit}
            sizes = {
                "patients": tested["patient"].nunique(),
                "trainings": len(tested[["draw", "seed"]].drop_duplicates()),
            }
            rows.append(told | claim.judge(of_unit)._asdict() | sizes)
    return pd.DataFrame(rows)
