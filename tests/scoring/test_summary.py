"""Means over seeds, by hand."""

import math

import pandas as pd

from bonescan.scoring.summary import keep_first_run, summarise


def run(unit="image", dataset="D1", model="V7", seed=1, status="trained", reason="", **metrics):
    """One row of metrics.tsv."""
    values = dict.fromkeys(("accuracy", "precision", "recall", "specificity", "f1", "auc"), 0.5) | metrics
    return {
        "unit": unit,
        "dataset": dataset,
        "model": model,
        "seed": seed,
        "status": status,
        "reason": reason,
        **values,
        "training_accuracy": 0.875,
        "epochs": 20,
        "epochs_allowed": 24,
        "n_train": 7,
        "n_test": 3,
    }


def summary(*runs):
    return summarise(pd.DataFrame(runs))


def test_summarise_averages_the_seeds_that_trained():
    row = summary(
        run(seed=1, accuracy=0.5), run(seed=2, accuracy=0.75), run(seed=3, status="diverged", accuracy=math.nan)
    ).iloc[0]
    assert (row["status"], row["seeds"], row["seeds_trained"], row["accuracy"]) == ("trained", 3, 2, 0.625)


def test_summarise_averages_training_accuracy_and_epochs_of_the_seeds_that_trained():
    runs = [run(seed=1), run(seed=2, status="diverged"), run(seed=3)]
    for row, (accuracy, epochs) in zip(runs, ((1.0, 10), (None, 3), (0.5, 24)), strict=True):
        row |= {"training_accuracy": accuracy, "epochs": epochs}
    row = summary(*runs).iloc[0]
    assert (row["training_accuracy"], row["epochs"], row["epochs_allowed"]) == (0.75, 17, 24)


def test_summarise_keeps_undefined_undefined():
    row = summary(run(seed=1, precision=0.5), run(seed=2, precision=math.nan)).iloc[0]
    assert math.isnan(row["precision"])


def test_the_first_seed_of_each_network_is_kept():
    table = pd.DataFrame([run(seed=3), run(seed=1), run(model="V16", seed=1)])
    assert keep_first_run(table)[["model", "seed"]].to_numpy().tolist() == [["V7", 3], ["V16", 1]]
