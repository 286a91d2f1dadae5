"""Summaries of replicate trainings: means over those that trained, with intervals, or the first of them alone."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bonescan.parts import is_fold
from bonescan.scoring.resampled import (
    Replicates,
    blocks_of_weights,
    ends_over_runs,
    weigh_patients,
    weighted_metrics,
)
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
    every network; where there are several draws or seeds, their scatter is added (`ends_over_runs`). Folds are one
    training: each tests other patients. A cross-validation with a fold that failed is no result.

    Parameters
    ----------
    metrics, predictions : DataFrame
        `metrics.tsv` and `predictions.tsv` of one split unit.
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        One row per unit, dataset and model, in the order of `metrics`: `status` (trained, or how runs failed, where
        none counts), `reason` (those of the runs, often empty), `draws`, `folds`, `seeds`, `runs`, `runs_trained` (that
        count); `accuracy`, `precision`, `recall`, `specificity`, `f1`, `auc`, each with `_low` and `_high`;
        `training_accuracy`, `epochs` (trained), `least_training_accuracy` (of any run), `epochs_allowed`, `n_train`,
        `n_test` (images, means over the runs), `patients` (tested in any run). A metric is NaN where no run counts, and
        where it is undefined (0/0) for one that does.
    """
    scored = score_networks(predictions, metrics, rng)
    counts, patients = which_count(metrics), predictions.groupby(KEYS)["patient"].nunique()
    rows = []
    for keys, runs in metrics.groupby(KEYS, sort=False):
        trained, failed = runs[counts[runs.index]], runs["status"] != TRAINED
        rows.append(
            {
                **dict(zip(KEYS, keys, strict=True)),
                "status": TRAINED if len(trained) else "; ".join(runs.loc[failed, "status"].unique()),
                "reason": "; ".join(runs["reason"].dropna().loc[lambda said: said != ""].unique()),
                **replication(runs),
                "runs": len(runs),
                "runs_trained": len(trained),
                **{name: trained[name].astype(float).mean(skipna=False) for name in AVERAGED},
                **_intervals(scored.get(keys)),
                **{name: trained[name].astype(float).mean() for name in ("training_accuracy", "epochs")},
                "least_training_accuracy": trained["training_accuracy"].astype(float).min(),
                "epochs_allowed": runs["epochs_allowed"].iloc[0],
                **{name: round(runs[name].mean()) for name in ("n_train", "n_test")},
                "patients": patients[keys],
            }
        )
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Scores:
    """Metrics of a network's trainings, each in the same resamples of patients.

    Attributes
    ----------
    runs : dict of (draw, seed) to dict of str to ndarray
        By metric, of shape (draws + 1,), the sample first.
    test_share : float
        Of the units that a split divides.
    patients : int
        Tested, of the rarer label.
    training_accuracy : float
        The least of the trainings'.
    """

    runs: dict[tuple[str, int], dict[str, np.ndarray]]
    test_share: float
    patients: int
    training_accuracy: float


def which_count(metrics: pd.DataFrame) -> pd.Series:
    """Tell which rows of `metrics.tsv` count: those that trained; of folds, only those of a whole cross-validation."""
    trained = metrics["status"] == TRAINED
    if metrics["draw"].map(is_fold).any():
        trained = trained.groupby([metrics[key] for key in (*KEYS, "seed")]).transform("all")
    return trained


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
        No entry where no training counts.
    """
    weights = weigh_patients(predictions["patient"].to_numpy(), rng)
    counting = metrics.loc[which_count(metrics), [*KEYS, *REPLICATE, "test_share", "training_accuracy"]]
    runs = predictions.merge(counting, on=[*KEYS, *REPLICATE]).groupby(KEYS, sort=False)
    return {keys: _score_trainings(images, weights) for keys, images in runs}


def _score_trainings(images: pd.DataFrame, weights: pd.DataFrame) -> Scores:
    """Return the metrics of each training in each resample."""
    scored = {}
    for key, run in images.groupby(REPLICATE, sort=False):
        label, probability = run["label"].to_numpy(), run["probability"].to_numpy()
        blocks = blocks_of_weights(run["patient"].to_numpy(), weights)
        found = [weighted_metrics(label, probability, block) for block in blocks]
        scored[key] = {metric: np.concatenate([block[metric] for block in found]) for metric in METRICS}
    patients = images.groupby("label")["patient"].nunique().min()
    regime = float(images["test_share"].mean()), int(patients), float(images["training_accuracy"].min())
    return Scores(scored, *regime)


def over_trainings(scores: Scores, metric: str, less: Scores | None = None) -> Replicates | None:
    """Return a metric, or its difference between two networks, of each training.

    Only trainings that both have count, and differ in pairs; None where there is none. All folds are one training, and
    all seeds of a draw where there are several draws.
    """
    found: dict[str | int, list[np.ndarray]] = {}
    common = [run for run in scores.runs if less is None or run in less.runs]
    repeats = {draw for draw, _ in common if not is_fold(draw)}
    for draw, seed in common:
        value = scores.runs[draw, seed][metric]
        if less is not None:
            value = value - less.runs[draw, seed][metric]
        found.setdefault(draw if len(repeats) > 1 else seed, []).append(value)
    if not found:
        return None
    overlap = scores.test_share / (1 - scores.test_share) if len(repeats) > 1 else 0.0
    return Replicates(np.array([np.mean(values, axis=0) for values in found.values()]), overlap, scores.patients)


def _intervals(scores: Scores | None) -> dict[str, float]:
    """Return `_low` and `_high` of every metric; NaN where there is no training."""
    found = {}
    for name in AVERAGED:
        values = over_trainings(scores, name) if scores else None
        _, low, high = ends_over_runs(values) if values else (np.nan,) * 3
        found |= {f"{name}_low": low, f"{name}_high": high}
    return found


def keep_first_run(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the first draw and seed of each unit, dataset and model of `metrics.tsv` or `predictions.tsv`."""
    first = table.groupby(KEYS, sort=False)[REPLICATE].transform("first")
    return table[(table[REPLICATE] == first).all(axis=1)]


def replication(table: pd.DataFrame) -> dict[str, int]:
    """Return how many `draws`, `folds` and `seeds` a table of runs has; each fold is a draw too, folds may be 0."""
    draws = table["draw"].unique()
    return {"draws": len(draws), "folds": sum(map(is_fold, draws)), "seeds": table["seed"].nunique()}


def count_runs(table: pd.DataFrame) -> int:
    """Return how many trainings a network has, one for each draw and seed, in `metrics.tsv` or `predictions.tsv`."""
    return len(table[REPLICATE].drop_duplicates())
