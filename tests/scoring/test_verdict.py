"""What is said of a training, by hand."""

import numpy as np
import pandas as pd
import pytest

from bonescan.scoring.verdict import cross_entropy, judge


@pytest.mark.parametrize(
    ("metastasis", "normal", "status", "reason"),
    [
        # 60 of 100 images are normal: entropy 0.6730, larger share 0.6, two standard errors 0.098.
        ([-0.2, -0.2], [-0.2, -0.2], "did not train", "class shares alone give 0.6730"),
        ([-0.2, -0.2], [-0.21, -0.21], "did not train", "the AUC is 1.000"),
        ([3.0, 3.0], [-3.0, -3.0], "trained", ""),
        # The ranks are learned though every call is the same.
        ([-0.1, -0.1], [-3.0, -3.0], "trained", "calls every training image normal"),
        # Every call is right though the loss is far above the entropy's 99 %.
        ([0.001, 0.001], [-0.001, -0.001], "trained", ""),
        ([np.nan, 0.0], [0.0, 0.0], "diverged", "not finite"),
    ],
)
def test_verdict(metastasis, normal, status, reason):
    labels = np.array([1] * 40 + [0] * 60)
    scores = np.concatenate([np.resize(metastasis, 40), np.resize(normal, 60)])
    judged = judge(np.stack([np.zeros(100), scores], axis=1), labels, pd.DataFrame({"loss": [0.7]}))
    assert judged["status"] == status
    assert reason in judged["reason"]


def test_cross_entropy_by_hand():
    logits = np.array([[0.0, 0.0], [0.0, np.log(3)], [800.0, 0.0]])
    # 1/2, 3/4 and a soft-max that saturates: -log gives log 2, log 4/3, 800.
    expected = (np.log(2) + np.log(4 / 3) + 800) / 3
    assert cross_entropy(logits, np.array([0, 1, 1])) == pytest.approx(expected)


def test_a_loss_that_is_not_finite_is_a_divergence_whatever_the_weights_say():
    judged = judge(np.zeros((4, 2)), np.array([0, 1, 0, 1]), pd.DataFrame({"loss": [0.7, np.inf]}))
    assert judged["status"] == "diverged" and judged["reason"] == "the loss is not finite in epoch 2"


def test_a_loss_that_is_not_finite_has_no_number():
    judged = judge(np.full((4, 2), np.nan), np.array([0, 1, 0, 1]), pd.DataFrame({"loss": [0.7]}))
    assert judged["status"] == "diverged" and judged["training_loss"] is None
    assert judged["training_accuracy"] is None
