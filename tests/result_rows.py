"""What the tests of results share: rows of `metrics.tsv` and the summary that `evaluate` makes of them."""

import numpy as np
import pandas as pd

from bonescan.scoring.summary import summarise
from bonescan.terms import PAPER_METRICS, RUN


def run(
    unit="image",
    dataset="D1",
    model="V7",
    seed=1,
    draw="repeat1",
    status="trained",
    reason="",
    training_accuracy=0.875,
    **metrics,
):
    """One row of metrics.tsv."""
    values = dict.fromkeys((*PAPER_METRICS, "auc"), 0.5) | metrics
    return {
        "unit": unit,
        "draw": draw,
        "dataset": dataset,
        "model": model,
        "seed": seed,
        "status": status,
        "reason": reason,
        **values,
        "training_accuracy": training_accuracy,
        "epochs": 20,
        "epochs_allowed": 24,
        "n_train": 7,
        "n_test": 40,
        "test_share": 0.3,
    }


def summary(*runs):
    """Summarise the runs; each has 40 test images of 40 patients, a quarter of each class called wrongly."""
    label = np.repeat([1, 0], 20)
    probability = np.where(np.arange(40) % 4 == 0, 1 - label, label) * 0.8 + 0.1
    names = [f"P{i}" for i in range(40)]
    images = {"image": names, "source": names, "patient": names, "label": label, "probability": probability}
    predictions = [pd.DataFrame(images).assign(**{key: row[key] for key in RUN}) for row in runs]
    return summarise(pd.DataFrame(runs), pd.concat(predictions, ignore_index=True), np.random.default_rng(1))


def predict(wrong, patients=60, **which):
    """Predictions of one run: of each class so many of ten images are called wrongly; 0.01 for a single one."""
    number = np.arange(patients) // 2
    label = np.arange(patients) % 2
    probability = np.where(number % 10 + number // 10 / 100 < wrong, 1 - label, label) * 0.8 + 0.1
    names = [f"P{i}" for i in range(patients)]
    images = {"image": names, "source": names, "patient": names, "label": label, "probability": probability}
    row = run(**which)
    return row, pd.DataFrame(images).assign(**{key: row[key] for key in RUN})
