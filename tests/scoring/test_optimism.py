"""The optimism of a choice made on the test set."""

import numpy as np
import pytest
from drawn_predictions import draw_part

from bonescan.scoring.optimism import choose_on_half, halve_patients, score_optimism
from bonescan.terms import MODELS


def test_halves_keep_patients_whole_and_share_the_classes():
    patient, label = np.repeat(np.arange(11), 3), np.repeat([1, 0], [15, 18])
    halves = halve_patients(patient, label, np.random.default_rng(0), 50)
    by_patient = halves.reshape(50, 11, 3)
    assert (by_patient.all(axis=2) == by_patient.any(axis=2)).all()
    assert set(by_patient[:, :5, 0].sum(axis=1)) == {2, 3} and set(by_patient[:, 5:, 0].sum(axis=1)) == {3}


def test_the_best_on_a_half_is_scored_on_the_other():
    best, on_half, on_other = choose_on_half(np.array([[0.5, 0.7], [0.6, np.nan]]), np.array([[0.9, 0.4], [0.5, 0.5]]))
    assert best.tolist() == [1, -1]
    assert (on_half[0], on_other[0]) == (0.7, 0.4) and np.isnan(on_half[1]) and np.isnan(on_other[1])


def test_seven_coins_look_better_than_they_are():
    found = score_optimism(draw_part(MODELS, skill=1e-6), np.random.default_rng(0), 200).set_index("metric")
    assert (found["optimism"] > 0.05).all()
    assert found.loc["auc", "on_half"] > 0.55 and abs(found.loc["auc", "on_other"] - 0.5) < 0.1
    assert (found["optimism_low"] <= found["optimism"]).all() and (found["optimism"] <= found["optimism_high"]).all()
    assert (found["networks"] == 7).all() and (found["n"] == 80).all() and (found["patients"] == 40).all()


def test_one_network_is_no_choice():
    found = score_optimism(draw_part(["V7"]), np.random.default_rng(0), 50)
    assert found["optimism"].abs().max() == pytest.approx(0, abs=1e-12)


def test_networks_without_a_result_are_not_chosen():
    part = draw_part(["V7", "V16"], failed={"V7": "diverged"})
    found = score_optimism(part, np.random.default_rng(0), 50)
    assert set(found["best"]) == {"V16"} and (found["networks"] == 1).all()
    nobody = score_optimism(draw_part(["V7"], failed={"V7": "diverged"}), np.random.default_rng(0), 50)
    assert (nobody["networks"] == 0).all() and nobody["optimism"].isna().all()


def test_one_class_has_accuracies_but_no_auc():
    found = score_optimism(draw_part(["V7", "V16"], classes=(1,)), np.random.default_rng(0), 50).set_index("metric")
    assert np.isnan(found.loc["auc", "optimism"]) and np.isfinite(found.loc["accuracy", "optimism"])
