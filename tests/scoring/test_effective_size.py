"""Effective sample size: by hand, and its limits."""

import numpy as np
import pytest
from drawn_predictions import draw_part

from bonescan.scoring.effective_size import (
    design_effect,
    intra_patient_correlation,
    score_effective_size,
    summarise_effective_sizes,
)

ONCE = np.ones((1, 4))


def test_correlation_by_hand():
    """Two views each: both 1, both 0, and two patients with one of each: mean squares 1/3 and 1/4, thus 1/7."""
    images, totals = np.full(4, 2.0), np.array([2.0, 0, 1, 1])
    assert intra_patient_correlation(images, totals, ONCE)[0] == pytest.approx(1 / 7)


def test_views_that_agree_are_worth_one_patient():
    images, totals = np.full(4, 2.0), np.array([2.0, 0, 2, 0])
    correlation = intra_patient_correlation(images, totals, ONCE)
    assert correlation[0] == pytest.approx(1)
    assert 8 / design_effect(correlation, images, ONCE)[0] == pytest.approx(4)


def test_kish_weighs_patients_by_their_images():
    """Patients of 1 and 3 images: an image's patient has (1 + 9) / 4 images on average; 1 + 1.5 x .2."""
    assert design_effect(np.array([0.2]), np.array([1.0, 3.0]), np.ones((1, 2)))[0] == pytest.approx(1.3)


def test_no_correlation_helps():
    assert design_effect(np.array([-0.5, np.nan]), np.ones(4), np.ones((2, 4))).tolist() == [1, 1]
    assert design_effect(np.array([-0.5]), np.full(4, 2.0), ONCE)[0] == 1


def test_one_image_a_patient_is_worth_itself():
    scored = score_effective_size(draw_part(["V7"], views=1), np.random.default_rng(0)).iloc[0]
    assert scored["effective"] == scored["n"] == scored["patients"] == 40
    assert scored["auc_design"] == pytest.approx(1)


def test_two_alike_views_a_patient_are_worth_less():
    part = draw_part(["V7", "V16"], patients=100, failed={"V16": "did not train"})
    scored = score_effective_size(part, np.random.default_rng(0))
    row = scored.iloc[0]
    assert 100 <= row["effective_low"] <= row["effective"] < 200 and row["auc_design"] > 1.2
    assert scored.iloc[1]["status"] == "did not train" and np.isnan(scored.iloc[1]["effective"])
    summary = summarise_effective_sizes(scored.assign(unit="patient"), ["unit"]).iloc[0]
    assert summary["effective_median"] == row["effective"] and summary["networks"] == 1
