"""Means over seeds, by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from result_rows import run, summary

from bonescan.scoring.metrics import score
from bonescan.scoring.resampled import weigh_patients, weighted_metrics
from bonescan.scoring.summary import keep_first_run, summarise
from bonescan.terms import RUN


def test_summarise_averages_the_seeds_that_trained():
    row = summary(
        run(seed=1, accuracy=0.5), run(seed=2, accuracy=0.75), run(seed=3, status="diverged", accuracy=math.nan)
    ).iloc[0]
    assert (row["status"], row["runs"], row["runs_trained"], row["accuracy"]) == ("trained", 3, 2, 0.625)


def test_summarise_averages_training_accuracy_and_epochs_of_the_seeds_that_trained():
    runs = [run(seed=1), run(seed=2, status="diverged"), run(seed=3)]
    for row, (accuracy, epochs) in zip(runs, ((1.0, 10), (None, 3), (0.5, 24)), strict=True):
        row |= {"training_accuracy": accuracy, "epochs": epochs}
    row = summary(*runs).iloc[0]
    assert (row["training_accuracy"], row["epochs"], row["epochs_allowed"]) == (0.75, 17, 24)


def test_summarise_keeps_undefined_undefined():
    row = summary(run(seed=1, precision=0.5), run(seed=2, precision=math.nan)).iloc[0]
    assert math.isnan(row["precision"])


def test_the_first_run_of_each_network_is_kept():
    table = pd.DataFrame([run(seed=3), run(seed=1), run(seed=3, draw="repeat2"), run(model="V16", seed=1)])
    kept = keep_first_run(table)[["model", "draw", "seed"]].to_numpy().tolist()
    assert kept == [["V7", "repeat1", 3], ["V16", "repeat1", 1]]


def test_a_metric_of_one_run_has_the_interval_of_the_binomial():
    # 30 of 40 right, each of another patient: 0.75 +- 1.96 sqrt(.75 * .25 / 40)
    row = summary(run(accuracy=0.75)).iloc[0]
    half = 1.96 * math.sqrt(0.75 * 0.25 / 40)
    assert (row["accuracy_low"], row["accuracy_high"]) == pytest.approx((0.75 - half, 0.75 + half), abs=0.03)
    assert row["patients"] == 40


def test_runs_that_differ_widen_the_interval():
    rng = np.random.default_rng(3)
    label = np.tile([0, 1], 200)
    names = [f"P{i}" for i in range(400)]
    images = pd.DataFrame({"image": names, "patient": names, "label": label})
    runs, tables = [], []
    for draw, right in (("repeat1", 0.6), ("repeat2", 0.9)):
        chance = np.where(rng.random(400) < right, label, 1 - label) * 0.8 + 0.1
        runs.append(run(draw=draw))
        tables.append(
            images.assign(**{k: runs[-1][k] for k in ("unit", "draw", "dataset", "model", "seed")}, probability=chance)
        )
    both = summarise(pd.DataFrame(runs), pd.concat(tables), rng).iloc[0]
    one = summarise(pd.DataFrame(runs[:1]), tables[0], rng).iloc[0]
    assert both["accuracy_high"] - both["accuracy_low"] > 2 * (one["accuracy_high"] - one["accuracy_low"])
    assert (both["draws"], both["seeds"], both["runs"]) == (2, 1, 2)


def test_folds_are_one_training_of_all_patients():
    label = np.tile([0, 1], 50)
    chance = np.where(np.arange(100) % 4 == 0, 1 - label, label) * 0.8 + 0.1
    names = [f"P{i}" for i in range(100)]
    images = pd.DataFrame({"image": names, "patient": names, "label": label, "probability": chance})
    folds = [run(draw=f"fold{number}", accuracy=0.75) for number in range(1, 6)]
    parts = [images[20 * i : 20 * i + 20].assign(**{key: row[key] for key in RUN}) for i, row in enumerate(folds)]
    one = summarise(pd.DataFrame(folds), pd.concat(parts), np.random.default_rng(1)).iloc[0]
    whole = images.assign(**{key: run()[key] for key in RUN})
    all_at_once = summarise(pd.DataFrame([run(accuracy=0.75)]), whole, np.random.default_rng(1)).iloc[0]
    widths = [row["accuracy_high"] - row["accuracy_low"] for row in (one, all_at_once)]
    assert widths[0] == pytest.approx(widths[1], rel=0.15)


def test_copies_of_an_image_do_not_narrow_the_interval():
    label = np.tile([0, 1], 30)
    chance = np.where(np.arange(60) % 3 == 0, 1 - label, label) * 0.8 + 0.1
    names = [f"P{i}" for i in range(60)]
    images = pd.DataFrame({"image": names, "patient": names, "label": label, "probability": chance})
    images = images.assign(**{key: run()[key] for key in RUN})
    ends = [
        summarise(pd.DataFrame([run()]), pd.concat([images] * copies), np.random.default_rng(1)).iloc[0]
        for copies in (1, 5)
    ]
    for name in ("accuracy_low", "auc_low", "f1_high"):
        assert ends[0][name] == pytest.approx(ends[1][name])


def test_resamples_are_scored_as_their_images_are():
    rng = np.random.default_rng(2)
    label, chance = rng.integers(0, 2, 50), np.round(rng.random(50), 1)
    patients = np.array([f"P{i // 2}" for i in range(50)])
    weights = weigh_patients(patients, rng, 5)
    assert (weights.sum() == 25).all() and (weights[0] == 1).all()
    weights = weights.loc[patients].to_numpy().T
    found = weighted_metrics(label, chance, weights)
    for number, weight in enumerate(weights):
        rows = np.repeat(np.arange(50), weight.astype(int))
        expected = score(label[rows], chance[rows])
        assert {name: values[number] for name, values in found.items()} == pytest.approx(
            {name: expected[name] for name in found}, nan_ok=True
        )


def test_a_resample_of_one_class_has_no_auc():
    found = weighted_metrics(np.array([1, 0]), np.array([0.9, 0.1]), np.array([[2, 0], [1, 1]]))
    assert np.isnan(found["auc"][0]) and np.isnan(found["specificity"][0]) and found["auc"][1] == 1
