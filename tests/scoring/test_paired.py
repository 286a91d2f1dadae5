"""Tests of pairs against published examples, and clustered ones against what clusters must do."""

import math

import numpy as np
import pandas as pd
import pytest
from drawn_predictions import draw_part
from scipy import stats
from sklearn.metrics import roc_auc_score

from bonescan.scoring.paired import (
    auc_covariance,
    auc_difference,
    compare_pairs,
    decision_difference,
    holm,
    mcnemar_exact,
)

# Subarachnoid haemorrhage, 41 poor and 72 good outcomes (Turck et al., Intensive Care Med 2010, 36:107), as in the R
# package pROC: grade wfns, and the ranks of s100b, recovered from the placement values in pROC's own tests
POOR_WFNS = "32455552521254425552525245441442255225555"
GOOD_WFNS = "111151221221112121134141551124112212122111121211324214115422111312244111"
POOR_S100B = (
    "9 6 12 8 26 31 29 3 20 5 3 24 22 28 31 16 31 31 31 3 31 18 1 5 14 31 16 31 4 16 9 6 7 14 31 10 31 19 31 31 26"
)
GOOD_S100B = (
    "9 10 6 2 27 13 6 6 2 4 2 5 7 3 13 3 7 9 13 2 12 10 21 5 30 27 12 3 25 27 7 4 5 4 2 9 6 10 11 2 2 5 2 5 4 12 5 4 "
    "20 7 17 3 6 19 3 2 15 23 6 11 4 10 6 3 2 13 11 27 13 11 30 28"
)
LABEL = np.repeat([1, 0], [41, 72])
VALUES = np.array(
    [[*POOR_WFNS, *GOOD_WFNS], [*POOR_S100B.split(), *GOOD_S100B.split()]],
    dtype=float,
).T


def test_delong_on_the_example_of_proc():
    """What pROC's tests expect of roc.test(wfns, s100b) (tests/testthat/test-roc.test.R)."""
    auc, covariance = auc_covariance(LABEL, VALUES, np.arange(113))
    assert auc == pytest.approx([0.823678861788618, 0.731368563685637])
    difference, error, p_value = auc_difference(auc, covariance, 0, 1)
    assert difference / error == pytest.approx(2.20898359144091)
    assert p_value == pytest.approx(0.0271757822291882)
    ends = difference + stats.norm.ppf([0.025, 0.975]) * error
    assert ends == pytest.approx([0.0104061769564846, 0.174214419249478])


def test_covariance_of_auc_is_that_of_delongs_definition():
    """By every pair, as the definition has it, without ranks."""
    wins = (VALUES[:41, None] > VALUES[None, 41:]) + 0.5 * (VALUES[:41, None] == VALUES[None, 41:])
    expected = np.cov(wins.mean(axis=1).T) / 41 + np.cov(wins.mean(axis=0).T) / 72
    assert auc_covariance(LABEL, VALUES, np.arange(113))[1] == pytest.approx(expected)


def test_clustered_covariance_by_hand():
    """Obuchowski's sums for two patients with both classes and one of each: every component by hand."""
    label = np.array([1, 0, 1, 0, 1, 0])
    value = np.array([[3.0], [1.0], [5.0], [4.0], [6.0], [2.0]])
    patient = np.array(["a", "a", "b", "b", "c", "d"])
    # shares: V10 = 2/3, 1, 1 and V01 = 1, 2/3, 1; the AUC is 8/9
    metastatic, normal = np.array([2 / 3, 1, 1, 0]), np.array([1, 2 / 3, 0, 1])
    many, none = np.array([1, 1, 1, 0]), np.array([1, 1, 0, 1])
    first, second = metastatic - many * 8 / 9, normal - none * 8 / 9
    s10, s01 = 3 / (2 * 3) * (first**2).sum(), 3 / (2 * 3) * (second**2).sum()
    s11 = 4 / 3 * (first * second).sum()
    auc, covariance = auc_covariance(label, value, patient)
    assert auc[0] == pytest.approx(8 / 9)
    assert covariance.item() == pytest.approx(s10 / 3 + s01 / 3 + 2 * s11 / 9)


def test_copies_of_every_view_shrink_the_naive_error_alone():
    rng = np.random.default_rng(1)
    label = np.repeat([1, 0], [30, 40])
    values = rng.normal(size=(70, 2)) + label[:, None]
    twice = np.tile(label, 2), np.tile(values, (2, 1))
    once = auc_covariance(label, values, np.arange(70))[1]
    assert auc_covariance(*twice, np.tile(np.arange(70), 2))[1] == pytest.approx(once)
    assert auc_covariance(*twice, np.arange(140))[1].trace() < 0.6 * once.trace()


def test_no_covariance_from_one_class_or_one_patient():
    assert np.isnan(auc_covariance(np.ones(3), VALUES[:3], np.arange(3))[0]).all()
    auc, covariance = auc_covariance(np.array([1, 0, 0]), VALUES[:3], np.arange(3))
    assert np.isfinite(auc).all() and np.isnan(covariance).all()
    assert math.isnan(auc_difference(auc, covariance, 0, 1)[2])


def ministers():
    """Approval of a prime minister, asked twice (Agresti, Categorical Data Analysis, 2002, Table 10.1)."""
    return (np.repeat(answers, [794, 150, 86, 570]) for answers in ([True, True, False, False], [True, False] * 2))


def test_mcnemar_on_agrestis_ministers():
    """Agresti's section 10.1: the difference .04 has a standard error of .0095, and z is 4.17."""
    difference, error, p_value = decision_difference(*ministers(), np.arange(1600))
    assert difference == pytest.approx(0.04)
    assert error == pytest.approx(0.0095, abs=1e-4)
    assert p_value == pytest.approx(2 * stats.norm.sf(64 / math.sqrt(236 * 1600 / 1599)))
    assert round(64 / math.sqrt(236), 2) == 4.17
    assert mcnemar_exact(*ministers()) == pytest.approx(stats.binomtest(86, 236).pvalue)


def test_clustered_mcnemar_on_obuchowskis_thyroids():
    """PET and SPECT of glands of 21 patients (Obuchowski 1998; counts as in the R package clust.bin.pair).

    Published chi-squares: 4.5 if all glands were independent, 2.86 by patient (Durkalski et al., Stat Med 2003,
    22:2417).
    """
    patient, first, second = [], [], []
    # patients whose glands the two tests see differently, and how; agreement says nothing to either test
    for number, net in enumerate([-2, -1, -1, -2, -1, 1, *[0] * 15]):
        for _ in range(abs(net)):
            patient, first, second = [*patient, number], [*first, net > 0], [*second, net < 0]
        patient, first, second = [*patient, number], [*first, True], [*second, True]
    p_value = decision_difference(np.array(first), np.array(second), np.array(patient))[2]
    assert stats.chi2.isf(p_value, 1) == pytest.approx(2.86, abs=0.005)
    assert (7 - 1) ** 2 / (7 + 1) == 4.5


def test_exact_mcnemar_is_the_sign_test():
    first, second = np.array([True] * 8), np.array([False] * 5 + [True] * 3)
    assert mcnemar_exact(first, second) == pytest.approx(2 / 2**5)
    assert mcnemar_exact(first, first) == 1


def test_copies_of_every_decision_leave_the_clustered_test_unchanged():
    first, second = ministers()
    once = decision_difference(first, second, np.arange(1600))
    twice = [np.tile(right, 2) for right in (first, second)]
    assert decision_difference(*twice, np.tile(np.arange(1600), 2)) == pytest.approx(once)
    assert decision_difference(*twice, np.arange(3200))[2] < once[2]


def test_holm_on_a_worked_example():
    """Four tests at .05, as in Wikipedia's article on Holm's method: .005 and .01 are rejected, .03 and .04 are not.

    Adjusted: .005 x 4, .01 x 3, .03 x 2, and .04 x 1, which may not be below the one before.
    """
    assert holm(pd.Series([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    with_gap = holm(pd.Series([0.01, math.nan, 0.04]))
    assert with_gap[[0, 2]] == pytest.approx([0.02, 0.04]) and math.isnan(with_gap[1])


def test_every_pair_of_the_networks_that_trained():
    part = draw_part(["V7", "V16", "R34", "D121"], failed={"V16": "did not train", "D121": "diverged"})
    pairs = compare_pairs(part).set_index(["first", "second"])
    assert len(pairs) == 6 and (pairs["family"] == 1).all()
    assert pairs.loc[("V16", "D121"), "status"] == "V16 did not train; D121 diverged"
    assert (
        pairs.drop(index=("V7", "R34"))
        .drop(columns=["status", "family", "n", "patients", "metastatic"])
        .isna()
        .all(axis=None)
    )
    kept = pairs.loc[("V7", "R34")]
    of_model = {
        model: roc_auc_score(rows["label"], rows["probability"])
        for model, rows in part.groupby("model")
        if model in ("V7", "R34")
    }
    assert kept["auc_difference"] == pytest.approx(of_model["V7"] - of_model["R34"])
    assert kept["auc_low"] < kept["auc_difference"] < kept["auc_high"]
    assert kept["auc_holm"] == kept["auc_p"]


def test_equal_networks_do_not_differ():
    pairs = compare_pairs(draw_part(["V7", "V16"], alike=True)).iloc[0]
    assert pairs["auc_difference"] == 0 and pairs["auc_p"] == pairs["accuracy_p"] == pairs["accuracy_p_images"] == 1
