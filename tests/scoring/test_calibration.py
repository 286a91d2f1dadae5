"""Calibration: against scikit-learn, by hand, and of probabilities that are right."""

import numpy as np
import pytest
from drawn_predictions import draw_part
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from bonescan.scoring.calibration import (
    calibration_error,
    decompose_brier,
    find_bins,
    fit_calibration,
    logit,
    reliability_curve,
    score_calibration,
)

RNG = np.random.default_rng(2)
PROBABILITY = RNG.random(5000)
LABEL = (RNG.random(5000) < PROBABILITY).astype(int)
ONCE = np.ones((1, 5000))


def test_the_curve_is_scikit_learns():
    curve = reliability_curve(LABEL, PROBABILITY, find_bins(PROBABILITY), np.arange(5000))
    share, probability = calibration_curve(LABEL, PROBABILITY, n_bins=10, strategy="quantile")
    assert curve["share"].to_numpy() == pytest.approx(share)
    assert curve["probability"].to_numpy() == pytest.approx(probability)
    assert curve["n"].tolist() == [500] * 10


def test_calibrated_probabilities_have_slope_1_and_no_error():
    found = fit_calibration(LABEL, PROBABILITY, np.arange(5000))
    assert found["slope_low"] < 1 < found["slope_high"] and found["slope"] == pytest.approx(1, abs=0.1)
    assert found["intercept_low"] < 0 < found["intercept_high"] and found["intercept"] == pytest.approx(0, abs=0.1)
    assert calibration_error(LABEL, PROBABILITY, find_bins(PROBABILITY), ONCE)[0] < 0.03


def test_odds_too_extreme_by_a_factor_have_its_inverse_as_slope():
    extreme = 1 / (1 + np.exp(-4 * logit(PROBABILITY)))
    assert fit_calibration(LABEL, extreme, np.arange(5000))["slope"] == pytest.approx(0.25, abs=0.03)


def test_error_by_hand():
    """Bins of two: gaps of the share and the mean probability .5 - .1 and 1 - .8, each for half of the images."""
    label, probability = np.array([0, 1, 1, 1]), np.array([0.1, 0.1, 0.8, 0.8])
    bins = find_bins(probability, 2)
    assert bins.tolist() == [0, 0, 1, 1]
    assert calibration_error(label, probability, bins, np.ones((1, 4)))[0] == pytest.approx(0.3)


def test_murphys_parts_make_the_brier_score():
    parts = decompose_brier(LABEL, np.round(PROBABILITY, 1), find_bins(np.round(PROBABILITY, 1), 1000))
    assert parts["reliability"] - parts["resolution"] + parts["uncertainty"] == pytest.approx(
        brier_score_loss(LABEL, np.round(PROBABILITY, 1))
    )


def test_probabilities_of_0_and_1_have_finite_odds():
    assert np.isfinite(logit(np.array([0.0, 1.0]))).all()
    sure = (PROBABILITY > 0.5).astype(float)
    assert 0 < fit_calibration(LABEL, sure, np.arange(5000))["slope"] < 0.2
    assert find_bins(sure).max() == 1


@pytest.mark.parametrize("classes", [(1,), (0,)])
def test_one_class_has_a_brier_score_but_no_slope(classes):
    scores, curve = score_calibration(draw_part(["V7"], classes=classes), np.random.default_rng(0))
    row = scores.iloc[0]
    assert np.isfinite(row["brier"]) and np.isnan(row[["skill", "slope", "intercept"]].astype(float)).all()
    assert len(curve) == 10


def test_classes_apart_have_no_slope():
    found = fit_calibration(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.7, 0.9]), np.arange(4))
    assert np.isnan(found["slope"]) and np.isfinite(found["intercept"])


def test_scores_of_a_test_part():
    part = draw_part(["V7", "V16"], patients=400, failed={"V16": "diverged"})
    scores, curve = score_calibration(part, np.random.default_rng(0))
    row = scores.iloc[0]
    assert row["brier"] == pytest.approx(brier_score_loss(part["label"][:800], part["probability"][:800]))
    for name in ("brier", "skill", "ece", "slope", "intercept"):
        assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"], name
    assert row["slope_low"] < 1 < row["slope_high"] and 0 < row["ece_by_chance"] < 0.06
    assert scores.iloc[1]["status"] == "diverged" and scores.iloc[1].drop(["model", "status"])[3:].isna().all()
    assert set(curve["model"]) == {"V7"}
    nobody, empty = score_calibration(draw_part(["V7"], failed={"V7": "diverged"}), np.random.default_rng(0))
    assert len(nobody) == 1 and empty.empty


def test_copies_of_every_view_leave_the_intervals_unchanged():
    once = fit_calibration(LABEL[:200], PROBABILITY[:200], np.arange(200))
    copies = [np.tile(column[:200], 2) for column in (LABEL, PROBABILITY, np.arange(200))]
    clustered, naive = fit_calibration(*copies), fit_calibration(*copies[:2], np.arange(400))
    width = {name: found["slope_high"] - found["slope_low"] for name, found in
             (("once", once), ("clustered", clustered), ("naive", naive))}  # fmt: skip
    assert width["clustered"] == pytest.approx(width["once"], rel=0.02) and width["naive"] < 0.75 * width["once"]
