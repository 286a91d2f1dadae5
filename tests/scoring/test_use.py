"""Operating points, predictive values and net benefit, by hand and against scikit-learn."""

import numpy as np
import pytest
from drawn_predictions import draw_part
from sklearn.metrics import roc_auc_score

from bonescan.scoring import resampled
from bonescan.scoring.resampled import (
    ends,
    ends_without_bias,
    resample_weights,
    weigh_patients,
    weighted_auc,
    weighted_rates,
)
from bonescan.scoring.use import (
    PREVALENCES,
    THRESHOLDS,
    effective_counts,
    net_benefit,
    predictive_values,
    rate_at,
    score_use,
    share_ends,
)

LABEL, VALUE = np.array([1, 1, 1, 0, 0, 0, 0, 0]), np.array([0.9, 0.8, 0.3, 0.85, 0.3, 0.2, 0.1, 0.05])


def test_weights_count_how_often_a_resample_holds_an_image():
    weights = resample_weights(np.array(["a", "a", "b", "c"]), np.random.default_rng(0), 20)
    assert weights[0].tolist() == [1] * 4 and (weights[:, 0] == weights[:, 1]).all()
    assert (weights[1:, [0, 2, 3]].sum(axis=1) == 3).all()


def test_blocks_of_weights_make_up_the_whole(monkeypatch):
    patient = np.array(["b", "a", "a", "c"])
    whole = resample_weights(patient, np.random.default_rng(0), 20)
    for at_once in (1, 12, 10**6):
        monkeypatch.setattr(resampled, "AT_ONCE", at_once)
        blocks = list(resampled.blocks_of_weights(patient, weigh_patients(patient, np.random.default_rng(0), 20)))
        assert all(block.size <= max(at_once, len(patient)) for block in blocks)
        assert np.array_equal(np.vstack(blocks), whole)


def test_weighted_auc_is_that_of_repeated_images():
    weights = np.array([[1] * 8, [2, 0, 1, 1, 3, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1, 1]], float)
    found = weighted_auc(LABEL, VALUE, weights)
    for row in (0, 1):
        times = weights[row].astype(int)
        assert found[row] == pytest.approx(roc_auc_score(np.repeat(LABEL, times), np.repeat(VALUE, times)))
    assert np.isnan(found[2])


def test_rates_at_fixed_rates_by_hand():
    sensitivity, specificity = weighted_rates(LABEL, VALUE, np.ones((1, 8)))
    # above .85, one alarm among five: 2 of 3 found; no alarm: 1 of 3; all found with two alarms
    assert rate_at(sensitivity, specificity, 0.8)[0] == pytest.approx(2 / 3)
    assert rate_at(sensitivity, specificity, 0.9)[0] == pytest.approx(1 / 3)
    assert rate_at(specificity, sensitivity, 0.95)[0] == pytest.approx(3 / 5)
    assert np.isnan(rate_at(*weighted_rates(np.ones(8), VALUE, np.ones((1, 8))), 0.8)[0])


def test_predictive_values_by_hand():
    """Of 1000, 100 ill: 90 found, 180 false alarms; 720 rightly cleared, 10 missed."""
    positive, negative = predictive_values(np.array([0.9, 0]), np.array([0.8, 1]), 0.1)
    assert positive[0] == pytest.approx(90 / 270) and negative[0] == pytest.approx(720 / 730)
    assert np.isnan(positive[1]) and negative[1] == pytest.approx(0.9)


def test_net_benefit_by_hand_and_where_treating_all_is_worth_nothing():
    thresholds = np.array([0.25, 3 / 8])
    # at .25: 3 found, 2 alarms, odds 1/3
    assert net_benefit(LABEL, VALUE, thresholds, np.ones((1, 8)))[0, 0] == pytest.approx((3 - 2 / 3) / 8)
    assert net_benefit(LABEL, np.ones(8), thresholds, np.ones((1, 8)))[0, 1] == pytest.approx(0), "the prevalence"


def test_effective_counts_of_copies_are_those_of_patients():
    hit = np.arange(30) % 3 > 0
    share, number = effective_counts(np.tile(hit, 4), np.tile(np.arange(30), 4))
    assert share == pytest.approx(2 / 3) and number == pytest.approx(29)  # of 30 patients, less one
    assert effective_counts(hit, np.arange(30))[1] == pytest.approx(29)
    assert effective_counts(np.ones(8, bool), np.repeat(range(4), 2)) == (1, 4)
    assert np.isnan(effective_counts(np.array([], bool), np.array([]))).all()


def test_an_interval_of_a_share_has_a_width_where_all_are_right():
    share, low, high = share_ends(np.ones(8, bool), np.repeat(range(4), 2))
    assert share == high == 1 and 0.4 < low < 0.7
    assert np.isnan(share_ends(np.array([], bool), np.array([]))).all()


def test_undefined_in_the_sample_is_undefined():
    assert np.isnan(ends(np.array([np.nan, 1, 2, 3]))).all()
    assert np.isnan(ends(np.array([1, 1, np.nan, np.nan, np.nan]))).all()
    assert ends_without_bias(np.array([1.0, 1.5, 1.5, 1.5])) == (1, 1, 1)


def test_scores_of_a_test_part():
    part = draw_part(["V7", "V16"], failed={"V16": "did not train"})
    points, predictive, curves = score_use(part, np.random.default_rng(0))
    row = points.iloc[0]
    names = [name.removesuffix("_low") for name in points if name.endswith("_low")]
    assert len(names) == 9
    for name in names:
        assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"], name
    assert points.iloc[1]["status"] == "did not train" and points.iloc[1][names].isna().all()
    assert len(predictive) == 2 * len(PREVALENCES) and predictive["prevalence"].iloc[[0, 19]].tolist() == [0.02, 0.4]
    of_first = predictive[predictive["model"] == "V7"]
    assert of_first["ppv"].is_monotonic_increasing and of_first["npv"].is_monotonic_decreasing
    assert predictive.loc[predictive["model"] == "V16", ["ppv", "npv"]].isna().all(axis=None)
    assert len(curves) == len(THRESHOLDS) and set(curves["model"]) == {"V7"}
    crossed = curves.loc[np.isclose(curves["threshold"], 0.5), "treat_all"]
    assert crossed.item() == pytest.approx(0), "half of the images are metastatic"


def test_one_class_has_no_predictive_values():
    points, predictive, _ = score_use(draw_part(["V7"], classes=(0,)), np.random.default_rng(0))
    assert np.isnan(points.loc[0, "auc"]) and np.isnan(points.loc[0, "sensitivity"])
    assert np.isfinite(points.loc[0, "specificity"]) and predictive["ppv"].isna().all()
