"""Summaries of replicate trainings: means over those that trained, with intervals, or the first of them alone."""

import numpy as np
import pandas as pd

from bonescan.scoring.resampled import ends, mean_of_runs, weigh_patients, weighted_metrics
from bonescan.terms import PAPER_METRICS, TRAINED

KEYS = ["unit", "dataset", "model"]
"""What identifies the runs of a network, which differ in draw and seed."""

REPLICATE = ["draw", "seed"]
"""What tells the runs of a network apart."""

AVERAGED = (*PAPER_METRICS, "auc")
"""Metrics with an interval."""


def summarise(metrics: pd.DataFrame, predictions: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Average the metrics over the draws and seeds that trained.

    The 95 % interval is that of a bootstrap: patients are drawn with replacement, each with all test images of every
    run, the same patients for every network; where there are several runs, these are drawn as well.

    Parameters
    ----------
    metrics, predictions : DataFrame
        `metrics.tsv` and `predictions.tsv` of one split unit.
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        One row per unit, dataset and model, in the order of `metrics`: `status` (trained, or how all runs failed),
        `reason` (those of the runs, often empty), `draws`, `seeds`, `runs`, `runs_trained`; `accuracy`, `precision`,
        `recall`, `specificity`, `f1`, `auc`, each with `_low` and `_high`; `training_accuracy`, `epochs` (trained),
        `epochs_allowed`, `n_train`, `n_test` (images, means over the runs), `patients` (tested in any run). A metric is
        NaN where no run trained, and where it is undefined (0/0) for a run that trained.
    """
    weights = weigh_patients(predictions["patient"].to_numpy(), rng)
    tested = dict(list(predictions.groupby(KEYS, sort=False)))
    rows = []
    for keys, runs in metrics.groupby(KEYS, sort=False):
        trained = runs[runs["status"] == TRAINED]
        images = tested[keys]
        rows.append(
            {
                **dict(zip(KEYS, keys, strict=True)),
                "status": TRAINED if len(trained) else "; ".join(runs["status"].unique()),
                "reason": "; ".join(runs["reason"].dropna().loc[lambda said: said != ""].unique()),
                "draws": runs["draw"].nunique(),
                "seeds": runs["seed"].nunique(),
                "runs": len(runs),
                "runs_trained": len(trained),
                **{name: trained[name].astype(float).mean(skipna=False) for name in AVERAGED},
                **_intervals(images.merge(trained[REPLICATE], on=REPLICATE), weights, rng),
                **{name: trained[name].astype(float).mean() for name in ("training_accuracy", "epochs")},
                "epochs_allowed": runs["epochs_allowed"].iloc[0],
                **{name: round(runs[name].mean()) for name in ("n_train", "n_test")},
                "patients": images["patient"].nunique(),
            }
        )
    return pd.DataFrame(rows)


def score_networks(
    predictions: pd.DataFrame, metrics: pd.DataFrame, rng: np.random.Generator
) -> dict[tuple[str, str, str], dict[str, np.ndarray]]:
    """Return the metrics of every network in the same resamples of patients, means over its trainings.

    Parameters
    ----------
    predictions, metrics : DataFrame
        `predictions.tsv` and `metrics.tsv` of all units.
    rng : numpy.random.Generator

    Returns
    -------
    dict of (unit, dataset, model) to dict of str to ndarray, shape (draws + 1,)
        As of `bonescan.scoring.resampled.mean_of_runs`; no entry where no training succeeded.
    """
    weights = weigh_patients(predictions["patient"].to_numpy(), rng)
    trained = metrics.loc[metrics["status"] == TRAINED, [*KEYS, *REPLICATE]]
    runs = predictions.merge(trained, on=[*KEYS, *REPLICATE]).groupby(KEYS, sort=False)
    return {keys: mean_of_runs(_score_runs(images, weights), rng) for keys, images in runs}


def _score_runs(images: pd.DataFrame, weights: pd.DataFrame) -> list[dict[str, np.ndarray]]:
    """Return the metrics of each training, in each resample."""
    return [
        weighted_metrics(
            run["label"].to_numpy(), run["probability"].to_numpy(), weights.loc[run["patient"]].to_numpy().T
        )
        for _, run in images.groupby(REPLICATE, sort=False)
    ]


def _intervals(images: pd.DataFrame, weights: pd.DataFrame, rng: np.random.Generator) -> dict[str, float]:
    """Return `_low` and `_high` of every metric; NaN where there is no run."""
    scores = _score_runs(images, weights)
    found = dict.fromkeys((f"{name}_{end}" for name in AVERAGED for end in ("low", "high")), np.nan)
    if scores:
        means = mean_of_runs(scores, rng)
        for name in AVERAGED:
            _, found[f"{name}_low"], found[f"{name}_high"] = ends(means[name])
    return found


def keep_first_run(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the first draw and seed of each unit, dataset and model of `metrics.tsv` or `predictions.tsv`."""
    first = table.groupby(KEYS, sort=False)[REPLICATE].transform("first")
    return table[(table[REPLICATE] == first).all(axis=1)]


def count_runs(table: pd.DataFrame) -> int:
    """Return how many trainings a network has, one for each draw and seed, in `metrics.tsv` or `predictions.tsv`."""
    return len(table[REPLICATE].drop_duplicates())
