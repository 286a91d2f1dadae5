"""A sweep over initial weights and learning rates: every training, the best of each dataset, their difference."""

import numpy as np
import pandas as pd

from bonescan.scoring.intervals import difference, interval
from bonescan.scoring.metrics import score
from bonescan.terms import DIVERGED, TRAINED


def score_run(record: dict, held: pd.DataFrame, rng: np.random.Generator) -> dict:
    """Return the row of one training of the sweep.

    Parameters
    ----------
    record : dict
        Its `fit.json`.
    held : DataFrame
        Its validation images: patient, label, probability (NaN where it diverged).
    rng : numpy.random.Generator
    """
    label, probability = held["label"].to_numpy(), held["probability"].to_numpy()
    found, ends = score(label, probability), (float("nan"), float("nan"))
    if held["probability"].notna().all():
        ends = interval(label, probability, held["patient"].to_numpy(), rng)
    return {
        "dataset": record["dataset"],
        "initial_weights": record["training"]["initial_weights"],
        "learning_rate": record["training"]["learning_rate"],
        "seed": record["seed"],
        **{key: record[key] for key in ("status", "reason", "epochs", "training_loss", "training_accuracy")},
        "validation_accuracy": found["accuracy"],
        "validation_auc": found["auc"],
        "auc_low": ends[0],
        "auc_high": ends[1],
        "n_train": record["n_train"],
        "n_validation": len(held),
    }


def choose_best(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the run of each dataset with the greatest validation AUC among those that trained.

    Parameters
    ----------
    runs : DataFrame
        As in `bonescan.tables.sweep.sweep_table`.
    """
    trained = runs[(runs["status"] == TRAINED) & runs["validation_auc"].notna()]
    return trained.loc[trained.groupby("dataset")["validation_auc"].idxmax()]


def compare(runs: pd.DataFrame, validations: list[pd.DataFrame], rng: np.random.Generator) -> dict | None:
    """Return the difference in AUC between two datasets, each at its best; None unless there are two.

    Parameters
    ----------
    runs : DataFrame
        As in `bonescan.tables.sweep.sweep_table`.
    validations : list of DataFrame
        Of each run, in its order: image, patient, label, probability.
    """
    chosen = choose_best(runs)
    if len(chosen) != 2:
        return None
    first, second = (validations[row] for row in chosen.index)
    both = first.merge(second[["image", "probability"]], on="image", suffixes=("", "_second"), validate="one_to_one")
    columns = ("label", "probability_second", "probability", "patient")
    found = difference(*(both[column].to_numpy() for column in columns), rng)
    return dict(zip(("of", "less", "auc", "low", "high"), (*chosen["dataset"][::-1], *found), strict=True))


def average_seeds(runs: pd.DataFrame) -> pd.DataFrame:
    """Average over the seeds; a rate counts as trained if any seed trained, as diverged if all did."""
    numbers = ["training_accuracy", "validation_auc", "auc_low", "auc_high"]
    grouped = runs.astype(dict.fromkeys(numbers, float)).groupby(
        ["dataset", "initial_weights", "learning_rate"], sort=True
    )
    means = grouped[numbers].mean()
    means["trained"] = grouped["status"].agg(lambda status: (status == TRAINED).any())
    means["diverged"] = grouped["status"].agg(lambda status: (status == DIVERGED).all())
    return means.reset_index()
