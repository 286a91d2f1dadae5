"""Bounds on AUC, against curves drawn at random and by hand."""

from fractions import Fraction

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from bonescan.audit.bounds import bound_concave, bound_monotone
from bonescan.audit.printed import read_number

HALF = Fraction(1, 2)


def test_by_hand():
    assert bound_monotone(Fraction(3, 4), Fraction(1, 2)) == (Fraction(3, 8), Fraction(7, 8))
    assert bound_concave(Fraction(3, 4), Fraction(3, 4)) == (Fraction(3, 4), 1 - 2 * Fraction(1, 16))
    # lines from (0, 0), and to (1, 1)
    assert bound_concave(Fraction(1, 4), Fraction(7, 8)) == (Fraction(9, 16), Fraction(3, 4))
    assert bound_concave(Fraction(7, 8), Fraction(1, 4)) == (Fraction(9, 16), Fraction(3, 4))


@pytest.mark.parametrize("point", [(0, 1), (1, 0), (1, 1), (HALF, HALF)])
def test_at_the_corners_and_on_the_diagonal(point):
    recall, specificity = map(Fraction, point)
    low, high = bound_concave(recall, specificity)
    assert low == (recall + specificity) / 2
    assert high == (HALF if point == (HALF, HALF) else 1)


def test_no_concave_curve_goes_below_the_diagonal():
    assert bound_concave(Fraction(1, 4), Fraction(1, 2)) is None


def test_no_score_leaves_the_bounds():
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1], [9, 7])
    for _ in range(200):
        scores = rng.permutation(16)
        called = scores >= rng.integers(1, 16)
        recall = Fraction(int(called[labels == 1].sum()), 7)
        specificity = Fraction(int((~called[labels == 0]).sum()), 9)
        low, high = bound_monotone(recall, specificity)
        area = Fraction(round(roc_auc_score(labels, scores) * 63), 63)
        assert low <= area <= high


def test_the_bounds_are_reached():
    labels = np.repeat([0, 1], [4, 4])
    # three of four positives and one of four negatives are called; among them and the rest the order is worst, best
    worst, best = [8, 1, 2, 3, 5, 6, 7, 0], [5, 1, 2, 3, 6, 7, 8, 4]
    low, high = bound_monotone(Fraction(3, 4), Fraction(3, 4))
    assert (roc_auc_score(labels, worst), roc_auc_score(labels, best)) == (float(low), float(high))


def test_a_printed_auc_is_held_against_the_bounds_with_its_digits():
    bounds = bound_monotone(Fraction(3, 4), Fraction(1, 2))  # .375 to .875
    assert bounds.admit(read_number("0.37")) and not bounds.admit(read_number("0.374"))
    assert bounds.admit(read_number("0.88")) and not bounds.admit(read_number("0.876"))
