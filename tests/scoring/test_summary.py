"""Means over seeds, by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from result_rows import predict, run, summary

from bonescan.scoring.metrics import score
from bonescan.scoring.resampled import Replicates, ends_over_runs, weigh_patients, weighted_metrics
from bonescan.scoring.summary import keep_first_run, over_trainings, score_networks, summarise
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


def scores(*runs):
    metrics, predictions = zip(*runs, strict=True)
    return score_networks(pd.concat(predictions), pd.DataFrame(metrics), np.random.default_rng(1))


def test_networks_are_compared_in_the_draws_that_both_have():
    draws = [predict(wrong, model="V7", draw=draw) for wrong, draw in ((2, "repeat1"), (6, "repeat2"))]
    other = [predict(2, model="V16", draw="repeat1"), predict(0, model="V16", draw="repeat2", status="diverged")]
    found = scores(*draws, *other)
    pair = over_trainings(found["image", "D1", "V7"], "accuracy", found["image", "D1", "V16"])
    assert pair.values.shape[0] == 1 and np.all(pair.values == 0)
    assert over_trainings(found["image", "D1", "V7"], "accuracy").values[:, 0] == pytest.approx([0.8, 0.4])


def test_a_cross_validation_with_a_fold_that_failed_is_no_result():
    folds = [f"fold{number}" for number in (1, 2, 3)]
    whole = [predict(3, model="V7", draw=draw) for draw in folds]
    broken = [predict(3, model="V16", draw=draw, status="diverged" if draw == "fold3" else "trained") for draw in folds]
    assert set(scores(*whole, *broken)) == {("image", "D1", "V7")}
    metrics, predictions = zip(*whole, *broken, strict=True)
    table = summarise(pd.DataFrame(metrics), pd.concat(predictions), np.random.default_rng(1)).set_index("model")
    assert table.loc["V7", ["status", "runs_trained", "folds"]].tolist() == ["trained", 3, 3]
    assert table.loc["V16", ["status", "runs_trained"]].tolist() == ["diverged", 0]
    assert math.isnan(table.loc["V16", "accuracy"])


def test_training_parts_that_overlap_widen_the_interval():
    # no scatter between patients: Student's t of three trainings is 4.30, of a standard deviation of .1
    values = np.array([[0.4], [0.5], [0.6]]) * np.ones(101)
    for overlap, variance in ((0.0, 1 / 3), (3 / 7, 1 / 3 + 3 / 7)):
        value, low, high = ends_over_runs(Replicates(values, overlap, 40))
        assert (value, high - value) == pytest.approx((0.5, 4.303 * 0.1 * math.sqrt(variance)), abs=1e-3)
        assert value - low == pytest.approx(high - value)


def test_scores_that_are_all_right_have_an_interval():
    # Jeffreys' of 40 of 40
    low, high = ends_over_runs(Replicates(np.ones((1, 101)), 0.0, 40))[1:]
    assert low == pytest.approx(0.939, abs=1e-3) and high == 1
    assert ends_over_runs(Replicates(np.zeros((1, 101)), 0.0, 40), (-1.0, 1.0)) == (0, 0, 0)
