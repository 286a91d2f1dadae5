"""The paper's claims beside our evidence, each with a verdict by a rule that is stated with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from bonescan.audit.claims import ABSTRACT
from bonescan.scoring.resampled import ends_over_runs
from bonescan.scoring.summary import Scores, count_runs, over_trainings, score_networks
from bonescan.wording import SCORE_NAMES, classifier

SUPPORTED, CONTRADICTED, UNDECIDED, NOT_TESTABLE = "supported", "contradicted", "undecided", "not testable"

MARGIN = 0.02
"""AUC: a difference that lies within it is no contribution."""

BEST, SHALLOWER, DEEPER = "V21", "V16", "V24"
"""The paper's best network, and two of its family with fewer and with more layers."""

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
    """

    place: str
    text: str
    rule: str
    judge: Callable[[Scored], Evidence]


def untested(why: str, scored: Scored | None = None) -> Evidence:
    """Return the evidence on a claim that the run cannot test."""
    return Evidence(why, np.nan, np.nan, np.nan, False, NOT_TESTABLE)


def reaches(metric: str, number: float, scored: Scored) -> Evidence:
    """Judge whether the network with the greatest AUC on D3 reaches a number there."""
    found = {model: over_trainings(scores, "auc") for (dataset, model), scores in scored.items() if dataset == "D3"}
    means = {model: values[:, 0].mean() for model, values in found.items() if values is not None}
    if not means:
        return untested("no network trained on D3")
    best = max(means, key=means.get)
    value, low, high = ends_over_runs(over_trainings(scored["D3", best], metric))
    verdict = UNDECIDED
    # an interval of no width is that of a few images that are all right or all wrong
    if low < high:
        verdict = SUPPORTED if low >= number else CONTRADICTED if high < number else UNDECIDED
    return Evidence(
        f"{SCORE_NAMES[metric]} of {classifier(best)}, our best by AUC on D3", value, low, high, False, verdict
    )


def compare(
    pairs: Mapping[str, tuple[Scores, Scores]], metric: str, what: str, decide: Callable[[list[tuple]], str]
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
        Takes (value, low, high) of each pair, returns a verdict and the number of the pair to show.
    """
    values = {name: over_trainings(of, metric, less) for name, (of, less) in pairs.items()}
    values = {name: found for name, found in values.items() if found is not None}
    if not values:
        return untested("the networks to compare were not run, or did not train")
    found = [ends_over_runs(of_pair, (-1.0, 1.0)) for of_pair in values.values()]
    verdict, shown = decide(found)
    return Evidence(f"{what} {list(values)[shown]} (of {len(found)})", *found[shown], True, verdict)


def all_above(found: list[tuple]) -> tuple[str, int]:
    """Decide that all differences are above 0: every interval is; one below contradicts."""
    shown = min(range(len(found)), key=lambda number: found[number][2])
    least, most = min(low for _, low, _ in found), found[shown][2]
    return SUPPORTED if least > 0 else CONTRADICTED if most < 0 else UNDECIDED, shown


def all_within(found: list[tuple]) -> tuple[str, int]:
    """Decide that no difference matters: every interval lies within `MARGIN`; one outside contradicts."""
    shown = max(range(len(found)), key=lambda number: abs(found[number][0]))
    if all(low > -MARGIN and high < MARGIN for _, low, high in found):
        return SUPPORTED, shown
    outside = [number for number, (_, low, high) in enumerate(found) if low > MARGIN or high < -MARGIN]
    return (CONTRADICTED, outside[0]) if outside else (UNDECIDED, shown)


def of_datasets(
    of: str, less: str, metric: str, decide: Callable[[list[tuple]], tuple[str, int]], scored: Scored
) -> Evidence:
    """Judge what every network gains on one dataset over another."""
    pairs = {
        classifier(model): (scores, scored[less, model])
        for (dataset, model), scores in scored.items()
        if dataset == of and (less, model) in scored
    }
    return compare(pairs, metric, f"{SCORE_NAMES[metric]} on {of} less that on {less},", decide)


def leads(model: str, others: tuple[str, ...], scored: Scored) -> Evidence:
    """Judge whether a network's AUC on D3 is above that of every other, or of some."""
    rivals = [name for dataset, name in scored if dataset == "D3" and name != model and (not others or name in others)]
    if ("D3", model) not in scored or set(others) - set(rivals):
        return untested("the networks to compare were not run, or did not train")
    pairs = {classifier(name): (scored["D3", model], scored["D3", name]) for name in rivals}
    return compare(pairs, "auc", f"AUC of {classifier(model)} on D3 less that of", all_above)


_REACHED = "our best network's interval lies at or above the number; contradicted: below it"
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
    ),
    Claim(
        "Results",
        "likewise on the augmented and normalised one (D2)",
        _ABOVE,
        partial(of_datasets, "D2", "D1", "accuracy", all_above),
    ),
    Claim(
        "Results",
        "normalisation has no contribution",
        f"every network's interval lies within ± {MARGIN}; contradicted: one's lies outside",
        partial(of_datasets, "D2", "D3", "auc", all_within),
    ),
    Claim("Results", f"{classifier(BEST)} is best", _ABOVE.replace("network's", "rival's"), partial(leads, BEST, ())),
    Claim(
        "Results",
        f"a proper depth: {classifier(BEST)} leads the shallower {SHALLOWER} and the deeper {DEEPER}",
        _ABOVE.replace("network's", "rival's"),
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
        found = score_networks(tested, metrics, chance(unit))
        scored = {(dataset, model): scores for (_, dataset, model), scores in found.items()}
        sizes = {"patients": tested["patient"].nunique(), "trainings": count_runs(tested)}
        for claim in CLAIMS:
            told = {"place": claim.place, "text": claim.text, "rule": claim.rule, "unit": unit}
            evidence = claim.judge(scored)._asdict()
            rows.append(told | evidence | {"difference": int(evidence["difference"])} | sizes)
    return pd.DataFrame(rows)
