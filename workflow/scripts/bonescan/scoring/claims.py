"""The paper's claims beside our evidence, each with a verdict by a rule that is stated with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from bonescan.audit.claims import ABSTRACT
from bonescan.scoring.resampled import LEVEL, Replicates, ends_over_runs
from bonescan.scoring.summary import Scores, count_runs, over_trainings, score_networks
from bonescan.terms import MODELS
from bonescan.wording import SCORE_NAMES, classifier

SUPPORTED, CONTRADICTED, UNDECIDED, NOT_TESTABLE = "supported", "contradicted", "undecided", "not testable"

MARGIN = 0.02
"""AUC: a difference that lies within it is no contribution."""

LEARNED = 0.95
"""Training accuracy of networks that are compared; what stopped half way says nothing."""

BEST, SHALLOWER, DEEPER = "V21", "V16", "V24"
"""The paper's best network, and two of its family with fewer and with more layers."""

RIVALS = tuple(model for model in MODELS if model != BEST)

Scored = Mapping[tuple[str, str], Scores]
"""By dataset and model, of one split unit."""


class Evidence(NamedTuple):
    """What decides on a claim.

    Attributes
    ----------
    what : str
        In words.
    value, low, high : float
        With its 95 % interval; NaN where there is none.
    difference : bool
        Whether the value is one.
    verdict : str
        Supported, contradicted, undecided or not testable.
    """

    what: str
    value: float
    low: float
    high: float
    difference: bool
    verdict: str


@dataclass(frozen=True)
class Claim:
    """A sentence of the paper.

    Attributes
    ----------
    place, text : str
    rule : str
        When it counts as supported or contradicted; else it is undecided.
    judge : callable
        Takes `Scored`, returns `Evidence`.
    originals : bool
        Whether it is judged on originals alone, as between datasets that hold each view a different number of times.
    """

    place: str
    text: str
    rule: str
    judge: Callable[[Scored], Evidence]
    originals: bool = False


def untested(why: str, scored: Scored) -> Evidence:
    """Return the evidence on a claim that no run can test."""
    return Evidence(why, np.nan, np.nan, np.nan, False, NOT_TESTABLE)


NOT_RUN = "the networks to compare were not run, or not trained to the end"


class Found(NamedTuple):
    """A number with its 95 % interval, and with that at 95 % for all networks together (Bonferroni)."""

    value: float
    low: float
    high: float
    low_of_all: float
    high_of_all: float


def find_all(values: Mapping[str, Replicates | None], bounds: tuple[float, float]) -> dict[str, Found]:
    """Return the intervals of what there is."""
    values = {name: found for name, found in values.items() if found}
    together = 1 - (1 - LEVEL) / max(len(values), 1)
    return {
        name: Found(*ends_over_runs(found, bounds), *ends_over_runs(found, bounds, together)[1:])
        for name, found in values.items()
    }


def reaches(metric: str, number: float, scored: Scored) -> Evidence:
    """Judge whether any network reaches a number on D3."""
    of_d3 = {model: over_trainings(scores, metric) for (dataset, model), scores in scored.items() if dataset == "D3"}
    found = {model: one for model, one in find_all(of_d3, (0.0, 1.0)).items() if not np.isnan(one.value)}
    if not found:
        return untested("no network trained on D3", scored)
    best = max(found, key=lambda model: found[model].value)
    verdict = UNDECIDED
    if any(one.low_of_all >= number for one in found.values()):
        verdict = SUPPORTED
    elif set(MODELS) <= set(found) and all(one.high < number for one in found.values()):
        verdict = CONTRADICTED
    what = f"{SCORE_NAMES[metric]} of {classifier(best)}, the greatest of {len(found)} on D3"
    return Evidence(what, *found[best][:3], False, verdict)


Decide = Callable[[Mapping[str, Found]], tuple[str, str]]
"""From differences by network to a verdict and the network whose difference is shown."""


def compare(
    pairs: Mapping[str, tuple[Scores, Scores]], metric: str, what: str, decide: Decide, wanted: int
) -> Evidence:
    """Judge differences between pairs of networks, and show the one that speaks most against the claim.

    Parameters
    ----------
    pairs : mapping of str to (Scores, Scores)
        By what tells a pair apart.
    metric : str
    what : str
        The difference in words.
    decide : callable
    wanted : int
        Pairs without which nothing is supported.
    """
    fair = {name: pair for name, pair in pairs.items() if all(one.training_accuracy >= LEARNED for one in pair)}
    found = find_all({name: over_trainings(of, metric, less) for name, (of, less) in fair.items()}, (-1.0, 1.0))
    if not found:
        return Evidence(NOT_RUN, np.nan, np.nan, np.nan, True, NOT_TESTABLE)
    verdict, shown = decide(found)
    if verdict == SUPPORTED and len(found) < wanted:
        verdict = UNDECIDED
    return Evidence(f"{what} {shown} (of {len(found)} of {wanted})", *found[shown][:3], True, verdict)


def all_above(found: Mapping[str, Found]) -> tuple[str, str]:
    """Decide that all differences are above 0: every interval is; one below contradicts."""
    shown = min(found, key=lambda name: np.nan_to_num(found[name].high, nan=np.inf))
    if all(one.low > 0 for one in found.values()):
        return SUPPORTED, shown
    return CONTRADICTED if any(one.high_of_all < 0 for one in found.values()) else UNDECIDED, shown


def all_within(found: Mapping[str, Found]) -> tuple[str, str]:
    """Decide that no difference matters: every interval lies within `MARGIN`; one outside contradicts."""
    outside = {name: max(one.low_of_all, -one.high_of_all) for name, one in found.items()}
    if any(beyond > MARGIN for beyond in outside.values()):
        return CONTRADICTED, max(outside, key=outside.get)
    # an interval of no width is that of networks that decide alike on few images
    within = all(-MARGIN < one.low < one.high < MARGIN for one in found.values())
    return SUPPORTED if within else UNDECIDED, max(found, key=lambda name: np.nan_to_num(abs(found[name].value)))


def of_datasets(of: str, less: str, metric: str, decide: Decide, scored: Scored) -> Evidence:
    """Judge what every network gains on one dataset over another."""
    pairs = {
        classifier(model): (scores, scored[less, model])
        for (dataset, model), scores in scored.items()
        if dataset == of and (less, model) in scored
    }
    return compare(pairs, metric, f"{SCORE_NAMES[metric]} on {of} less that on {less},", decide, len(MODELS))


def leads(model: str, others: tuple[str, ...], scored: Scored) -> Evidence:
    """Judge whether a network's AUC on D3 is above that of others."""
    pairs = {
        classifier(name): (scored["D3", model], scored["D3", name])
        for name in others
        if {("D3", model), ("D3", name)} <= set(scored)
    }
    return compare(pairs, "auc", f"AUC of {classifier(model)} on D3 less that of", all_above, len(others))


_REACHED = "a network's interval lies at or above the number; contradicted: all lie below it"
_ABOVE_RIVALS = "every rival's interval lies above 0; contradicted: one's lies below"
_ABOVE = "every network's interval lies above 0; contradicted: one's lies below"

CLAIMS = (
    *(
        Claim("Abstract", f"{SCORE_NAMES[metric]} {number}", _REACHED, partial(reaches, metric, float(number)))
        for metric, number in ABSTRACT.items()
    ),
    Claim(
        "Results",
        "all classifiers are better on the augmented dataset (D3) than on the original one",
        _ABOVE,
        partial(of_datasets, "D3", "D1", "accuracy", all_above),
        originals=True,
    ),
    Claim(
        "Results",
        "likewise on the augmented and normalised one (D2)",
        _ABOVE,
        partial(of_datasets, "D2", "D1", "accuracy", all_above),
        originals=True,
    ),
    Claim(
        "Results",
        "normalisation has no contribution",
        f"every network's interval lies within ± {MARGIN}; contradicted: one's lies outside",
        partial(of_datasets, "D2", "D3", "auc", all_within),
    ),
    Claim("Results", f"{classifier(BEST)} is best", _ABOVE_RIVALS, partial(leads, BEST, RIVALS)),
    Claim(
        "Results",
        f"a proper depth: {classifier(BEST)} leads the shallower {SHALLOWER} and the deeper {DEEPER}",
        _ABOVE_RIVALS,
        partial(leads, BEST, (SHALLOWER, DEEPER)),
    ),
    Claim(
        "Conclusions",
        "the size of the dataset is crucial",
        "the same networks on fewer and on more patients",
        partial(untested, "a cohort has one size; `snakemake standard_reader` goes from 125 to 4,000 views"),
    ),
)
"""In the order of the paper."""


def judge_claims(
    predictions: pd.DataFrame, metrics: pd.DataFrame, chance: Callable[[str], np.random.Generator]
) -> pd.DataFrame:
    """Hold every claim against our results, under each split unit.

    Parameters
    ----------
    predictions, metrics : DataFrame
        `predictions.tsv` and `metrics.tsv` of all units.
    chance : callable
        From a unit to the generator of its resamples. That of `summarise` gives the intervals of Tables 6 to 9.

    Returns
    -------
    DataFrame
        One row per claim and unit: place, text, rule, unit, what, value, low, high, difference (0/1), verdict,
        `patients` (tested under the unit), `trainings` (of each network).
    """
    rows = []
    for unit, tested in predictions.groupby("unit", sort=False):
        originals = tested[tested["image"] == tested["source"]]
        scored, scored_on_originals = (
            {key[1:]: scores for key, scores in score_networks(images, metrics, chance(unit)).items()}
            for images in (tested, originals)
        )
        sizes = {"patients": tested["patient"].nunique(), "trainings": count_runs(tested)}
        for claim in CLAIMS:
            told = {"place": claim.place, "text": claim.text, "rule": claim.rule, "unit": unit}
            evidence = claim.judge(scored_on_originals if claim.originals else scored)._asdict()
            rows.append(told | evidence | {"difference": int(evidence["difference"])} | sizes)
    return pd.DataFrame(rows)
