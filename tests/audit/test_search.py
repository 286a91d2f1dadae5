"""The search: every printed matrix is found again, blind to the size too."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from bonescan.audit.printed import READINGS, Row, cut, read_number
from bonescan.audit.search import (
    FORMS,
    FP,
    TP,
    Matrix,
    Size,
    best_matrices,
    count_following,
    find_sizes,
    follows_anywhere,
    integers_of,
)


def printed(matrix, reading, decimals=4, metrics=tuple(FORMS)):
    """A row as a paper would print a matrix."""
    values = {metric: value for metric in metrics if (value := matrix.value(metric)) is not None}
    parts = {metric: divmod(cut(value, decimals, reading), 10**decimals) for metric, value in values.items()}
    cells = {metric: read_number(f"{whole}.{rest:0{decimals}d}") for metric, (whole, rest) in parts.items()}
    return Row("all", str(matrix), cells)


def draw(rng, positive, negative):
    tp, fp = int(rng.integers(1, positive + 1)), int(rng.integers(0, negative))
    return Matrix(tp, positive - tp, fp, negative - fp)


def misprint(row, metric, text):
    return Row(row.dataset, row.model, row.cells | {metric: read_number(text)})


def test_metrics_of_a_matrix_by_hand():
    matrix = Matrix(tp=3, fn=1, fp=2, tn=4)
    assert {name: matrix.value(name) for name in FORMS} == {
        "accuracy": Fraction(7, 10),
        "precision": Fraction(3, 5),
        "recall": Fraction(3, 4),
        "specificity": Fraction(4, 6),
        "f1": Fraction(6, 9),
    }
    assert Matrix(0, 4, 0, 6).value("precision") is None


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("decimals", [1, 2, 3, 4, 10])
def test_a_printed_matrix_is_always_among_the_best(reading, decimals):
    rng = np.random.default_rng([decimals, READINGS.index(reading)])
    for _ in range(20):
        size = Size(*map(int, rng.integers(1, 60, 2)))
        matrix = draw(rng, *size)
        row = printed(matrix, reading, decimals)
        found, follow = best_matrices(row, [size])
        assert matrix in found and follow == len(row.cells)
        assert all(follows_anywhere(metric, cell, size) for metric, cell in row.cells.items())


@pytest.mark.parametrize("reading", READINGS)
def test_every_metric_at_its_own_reading_is_found_blind(reading):
    rng = np.random.default_rng(READINGS.index(reading))
    for _ in range(10):
        size = Size(*map(int, rng.integers(20, 90, 2)))
        rows = [printed(draw(rng, *size), reading) for _ in range(5)]
        counts = [count_following(row, 200)[size] for row in rows]
        assert counts == [len(row.cells) for row in rows]
        found = find_sizes(rows, None, 200)
        assert found.settled and found.follow == found.cells == sum(counts) and found.rows_whole == 5
        times, rest = divmod(size.positive, found.candidates[0].positive)
        assert rest == 0 and found.candidates == [Size(size.positive // times, size.negative // times)]


def test_blind_counts_are_those_of_all_matrices():
    """The solver against the search through all matrices, at every size, for a row that has recall or specificity."""
    row = misprint(printed(Matrix(5, 3, 2, 9), "truncated", 2), "accuracy", "0.41")
    counts = count_following(row, 22)
    for positive, negative in product(range(1, 21), repeat=2):
        if positive + negative > 22:
            assert counts[positive, negative] == 0
            continue
        followed = 0
        for tp, fp in product(range(positive + 1), range(negative + 1)):
            matrix = Matrix(tp, positive - tp, fp, negative - fp)
            values = {metric: matrix.value(metric) for metric in row.cells}
            hits = {m for m, value in values.items() if value is not None and row.cells[m].readings(value)}
            if hits & {"recall", "specificity"}:
                followed = max(followed, len(hits))
        # a size at which recall and nothing else follows counts too
        assert counts[positive, negative] == followed, (positive, negative)


@pytest.mark.parametrize("metric", FORMS)
@pytest.mark.parametrize("unknown", [TP, FP])
def test_solving_for_an_integer_agrees_with_trying_all(metric, unknown):
    positive, negative = 9, 11
    for text, known in product(("0.0", "0.3", "0.55", "0.9", "1.0"), range(9)):
        cell = read_number(text)
        numbers = [known, known, positive, negative]
        least, greatest = integers_of(metric, cell, unknown, numbers)
        for tried in range(10):
            tp, fp = (tried, known) if unknown == TP else (known, tried)
            value = Matrix(tp, positive - tp, fp, negative - fp).value(metric)
            fits = value is not None and bool(cell.readings(value))
            assert fits == (least <= tried <= greatest), (text, known, tried)


@pytest.fixture
def rows():
    """Five classifiers on 47 positive and 64 negative images."""
    rng = np.random.default_rng(8)
    return [printed(draw(rng, 47, 64), "rounded") for _ in range(5)]


@pytest.mark.parametrize("metric", FORMS)
def test_a_misprint_does_not_hide_the_size(rows, metric):
    rows[1] = misprint(rows[1], metric, "0.1234")
    found = find_sizes(rows, None, 300)
    assert found.settled and found.candidates == [Size(47, 64)] and found.rows_whole == 4
    assert found.follow == found.cells - 1 and found.next_follow < found.follow


def test_a_size_that_most_rows_do_not_bear_out_is_not_settled(rows):
    spoilt = [misprint(row, "accuracy", "0.1234") for row in rows[:3]] + rows[3:]
    found = find_sizes(spoilt, None, 300)
    assert found.candidates == [Size(47, 64)] and found.rows_whole == 2 and not found.settled


def test_an_open_size_has_all_its_candidates():
    row = printed(Matrix(3, 1, 1, 4), "rounded", 2)
    found = find_sizes([row], None, 60)
    assert not found.settled and len(found.candidates) > 1 and Size(4, 5) in found.candidates
    for size in found.candidates:
        assert best_matrices(row, [size])[1] == found.follow == 5
    assert Size(8, 10) not in found.candidates, "it explains no more than 4 + 5"


def test_what_is_known_of_the_size_is_kept(rows):
    assert find_sizes(rows, Size(47, 64), 10).candidates == [Size(47, 64)]
    by_sum = find_sizes(rows, 111, 10)
    assert by_sum.settled and by_sum.candidates == [Size(47, 64)]
    wrong = find_sizes(rows, 112, 10)
    assert not wrong.settled and all(sum(size) == 112 for size in wrong.candidates)
    assert wrong.follow < by_sum.follow


def test_without_recall_and_specificity_nothing_is_found_blind():
    row = printed(Matrix(30, 10, 5, 45), "rounded", metrics=("accuracy", "precision"))
    assert find_sizes([row], None, 120).candidates == []
    assert Matrix(30, 10, 5, 45) in best_matrices(row, [Size(40, 50)])[0]
