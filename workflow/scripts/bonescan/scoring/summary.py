"""Summaries of replicate trainings: means over those that trained, with intervals, or the first of them alone."""

import numpy as np
import pandas as pd

from bonescan.parts import is_fold
from bonescan.scoring.resampled import blocks_of_weights, ends_over_runs, weigh_patients, weighted_metrics
from bonescan.terms import METRICS, PAPER_METRICS, TRAINED

KEYS = ["unit", "dataset", "model"]
"""What identifies the runs of a network, which differ in draw and seed."""

REPLICATE = ["draw", "seed"]
"""What tells the runs of a network apart."""

AVERAGED = (*PAPER_METRICS, "auc")
"""Metrics with an interval."""


def summarise(metrics: pd.DataFrame, predictions: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Average the metrics over the draws and seeds that trained.

    The 95 % interval is that of a bootstrap of patients, each with all test images of every run, the same patients for
    every network; where there are several draws or seeds, their scatter is added (`ends_over_runs`). Folds are one run:
    each tests other patients.

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
    scored = score_networks(predictions, metrics, rng)
    patients = predictions.groupby(KEYS)["patient"].nunique()
    rows = []
    for keys, runs in metrics.groupby(KEYS, sort=False):
        trained = runs[runs["status"] == TRAINED]
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
                **_intervals(scored.get(keys, {})),
                **{name: trained[name].astype(float).mean() for name in ("training_accuracy", "epochs")},
                "epochs_allowed": runs["epochs_allowed"].iloc[0],
                **{name: round(runs[name].mean()) for name in ("n_train", "n_test")},
                "patients": patients[keys],
            }
        )
    return pd.DataFrame(rows)


Scores = dict[str | int, dict[str, np.ndarray]]
"""Metrics of a network, by training: arrays of shape (draws + 1,), the sample first."""


def score_networks(
    predictions: pd.DataFrame, metrics: pd.DataFrame, rng: np.random.Generator
) -> dict[tuple[str, str, str], Scores]:
    """Return the metrics of every network in the same resamples of patients.

    Parameters
    ----------
    predictions, metrics : DataFrame
        `predictions.tsv` and `metrics.tsv` of all units.
    rng : numpy.random.Generator

    Returns
    -------
    dict of (unit, dataset, model) to Scores
        No entry where no training succeeded.
    """
    weights = weigh_patients(predictions["patient"].to_numpy(), rng)
    trained = metrics.loc[metrics["status"] == TRAINED, [*KEYS, *REPLICATE]]
    runs = predictions.merge(trained, on=[*KEYS, *REPLICATE]).groupby(KEYS, sort=False)
    return {keys: _score_trainings(images, weights) for keys, images in runs}


def _score_trainings(images: pd.DataFrame, weights: pd.DataFrame) -> Scores:
    """Return the metrics of each training in each resample; one for all folds, one for all seeds of a draw."""
    scored: dict = {}
    one_draw = images["draw"].nunique() == 1 or is_fold(images["draw"].iloc[0])
    for (draw, seed), run in images.groupby(REPLICATE, sort=False):
        label, probability = run["label"].to_numpy(), run["probability"].to_numpy()
        blocks = blocks_of_weights(run["patient"].to_numpy(), weights)
        found = [weighted_metrics(label, probability, block) for block in blocks]
        whole = {metric: np.concatenate([block[metric] for block in found]) for metric in METRICS}
        scored.setdefault(seed if one_draw else draw, []).append(whole)
    return {
        name: {metric: np.mean([run[metric] for run in runs], axis=0) for metric in METRICS}
        for name, runs in scored.items()
    }


def over_trainings(scores: Scores, metric: str, less: Scores | None = None) -> np.ndarray | None:
    """Return a metric, or its difference between two networks, of each training, shape (trainings, draws + 1).

    Only trainings that both have count; None where there is none.
    """
    common = [name for name in scores if less is None or name in less]
    values = [scores[name][metric] - (0 if less is None else less[name][metric]) for name in common]
    return np.array(values) if values else None


def _intervals(scores: Scores) -> dict[str, float]:
    """Return `_low` and `_high` of every metric; NaN where there is no training."""
    found = {}
    for name in AVERAGED:
        values = over_trainings(scores, name)
        _, low, high = (np.nan,) * 3 if values is None else ends_over_runs(values)
        found |= {f"{name}_low": low, f"{name}_high": high}
    return found


def keep_first_run(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the first draw and seed of each unit, dataset and model of `metrics.tsv` or `predictions.tsv`."""
    first = table.groupby(KEYS, sort=False)[REPLICATE].transform("first")
    return table[(table[REPLICATE] == first).all(axis=1)]


def count_runs(table: pd.DataFrame) -> int:
    """Return how many trainings a network has, one for each draw and seed, in `metrics.tsv` or `predictions.tsv`."""
    return len(table[REPLICATE].drop_duplicates())
