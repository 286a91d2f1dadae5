import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score

from bonescan.label import agreement

PATIENTS = ["P1", "P2", "P3", "P4"]


def agree(votes, patients=None):
    return agreement.agreement(votes, patients or [f"P{n}" for n in range(len(votes))], np.random.default_rng(0))


def test_kappas_by_hand():
    # 4 images, 3 readers. Fleiss: agreement an image 1, 1, 1/3, 1/3, mean 2/3; shares 5/12 and 7/12,
    # chance (25 + 49)/144 = 37/72; kappa (48/72 - 37/72) / (35/72) = 11/35
    votes = np.array([[1, 1, 1], [0, 0, 0], [1, 0, 0], [0, 0, 1]])
    result = agree(pd.DataFrame(votes, columns=["r1", "r2", "r3"]))
    assert result["fleiss_kappa"] == pytest.approx(11 / 35)
    assert result["images"] == result["complete"] == 4
    assert result["abnormal"] == {"r1": 2, "r2": 1, "r3": 2}
    assert result["disagreements"] == 2
    assert result["percent"] == 50
    # r1, r2: 3 of 4 alike; chance (2*1 + 2*3)/16 = 1/2; kappa 1/2. r1, r3: 2 of 4, chance 1/2: 0
    assert [pair["cohen_kappa"] for pair in result["pairs"]] == pytest.approx([0.5, 0, 0.5])
    assert [pair["disagreements"] for pair in result["pairs"]] == [1, 2, 1]
    assert [pair["percent"] for pair in result["pairs"]] == [75, 50, 75]


def test_cohen_s_kappa_is_that_of_scikit_learn():
    rng = np.random.default_rng(3)
    votes = rng.integers(0, 2, (50, 2))
    counts = np.bincount(2 * votes[:, 0] + votes[:, 1], minlength=4)
    assert agreement.cohen_kappa(counts) == pytest.approx(cohen_kappa_score(votes[:, 0], votes[:, 1]))
    assert agreement.cohen_kappa(np.stack([counts, counts])).shape == (2,)


def test_undefined_kappas_are_none():
    alike = agree(pd.DataFrame({"r1": [0, 0], "r2": [0, 0]}))
    assert alike["fleiss_kappa"] is None and alike["fleiss_kappa_interval"] is None
    assert alike["pairs"][0]["cohen_kappa"] is None
    assert alike["percent"] == 100
    alone = agree(pd.DataFrame({"r1": [0, 1]}))
    assert alone["pairs"] == []
    assert alone["fleiss_kappa"] is None
    none = agree(pd.DataFrame(index=range(3)))
    assert none["percent"] is None
    assert none["images"] == 3


def test_who_did_not_see_an_image_is_not_asked():
    votes = pd.DataFrame({"r1": [1, 0, 1, 1], "r2": [1, 0, 0, None], "r3": [1, None, 0, 0]}, dtype="Int64")
    result = agree(votes)
    assert result["complete"] == 2 and result["disagreements"] == 1
    assert [pair["images"] for pair in result["pairs"]] == [3, 3, 2]
    assert result["pairs"][2]["percent"] == 100


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Two readers whose kappa is 0.6 by construction; of 40 cohorts, the 95 % interval misses few."""
    held = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        truth = rng.integers(0, 2, 150)
        votes = np.where(rng.random((150, 2)) < (1 - np.sqrt(0.6)) / 2, 1 - truth[:, None], truth[:, None])
        classes = 2 * votes[:, 0] + votes[:, 1]
        _, (low, high) = agreement.estimate(agreement.cohen_kappa, classes, 4, range(150), rng)
        held += low <= 0.6 <= high
    assert held >= 34


def test_views_of_a_patient_are_resampled_together():
    rng = np.random.default_rng(0)
    votes = pd.DataFrame(np.repeat(rng.integers(0, 2, (40, 2)), 4, axis=0), columns=["r1", "r2"])

    def width(patients):
        low, high = agree(votes, patients)["percent_interval"]
        return high - low

    assert width([f"P{n // 4}" for n in range(160)]) > 1.5 * width([f"P{n}" for n in range(160)])
