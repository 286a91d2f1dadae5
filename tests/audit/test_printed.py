"""Printed digits: what they admit, and tables of them in several shapes."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from bonescan.audit.printed import ALL, READINGS, cut, read_number, read_rows


@pytest.mark.parametrize(
    ("value", "units"),
    [
        (Fraction(1, 16), (63, 62, 62)),  # .0625: a half, which goes up, or to the even digit
        (Fraction(3, 16), (188, 188, 187)),  # .1875: both ways up
        (Fraction(1, 3), (333, 333, 333)),
        (Fraction(2, 3), (667, 667, 666)),
        (Fraction(1999, 2000), (1000, 1000, 999)),
        (Fraction(0), (0, 0, 0)),
        (Fraction(1), (1000, 1000, 1000)),
    ],
)
def test_halves_go_up_or_to_the_even_digit_or_are_dropped(value, units):
    assert tuple(cut(value, 3, reading) for reading in READINGS) == units


@pytest.mark.parametrize(
    ("text", "units", "decimals"),
    [("0.9812", 9812, 4), (".98", 98, 2), ("98.1%", 981, 3), ("98 %", 98, 2), ("100%", 100, 2), ("1", 1, 0)],
)
def test_digits_printed_decide(text, units, decimals):
    printed = read_number(text)
    assert (printed.units, printed.decimals) == (units, decimals)


@pytest.mark.parametrize(
    ("value", "like", "text"),
    [
        (Fraction(1, 3), "0.9812", "0.3333"),
        (Fraction(1, 300), "0.9812", "0.0033"),
        (Fraction(1, 3), "98.1%", "33.3%"),
        (Fraction(1, 3), "98%", "33%"),
        (Fraction(1), "0.98", "1.00"),
        (Fraction(2, 3), "1", "1"),
    ],
)
def test_an_implied_value_is_printed_like_the_cell(value, like, text):
    assert read_number(like).like(value) == text


def test_the_span_holds_what_any_reading_prints_so_and_nothing_else():
    for text in ("0.062", "0.063", "0.188", "1.000", "0.000"):
        printed = read_number(text)
        least, above = printed.span()
        for thousandth in range(-15, 25):
            value = printed.value + Fraction(thousandth, 10000)
            if value >= 0:
                assert (least <= value < above) == bool(printed.readings(value)), (text, value)


def wide(**columns):
    return pd.DataFrame({"Classifier": ["a", "b"], **columns}).astype(str)


def test_a_wide_table_may_have_other_headings_percent_and_gaps():
    table = wide(**{"Acc": ["98.1%", "0.5"], "F-1 score": ["0.97", ""], "AUROC": ["", ".9"], "epochs": ["3", "4"]})
    rows, left = read_rows(table, "x.csv")
    assert [(row.dataset, row.model, sorted(row.cells)) for row in rows] == [
        (ALL, "a", ["accuracy", "f1"]),
        (ALL, "b", ["accuracy"]),
    ]
    assert rows[0].cells["accuracy"].value == Fraction(981, 1000)
    assert rows[0].auc is None and rows[1].auc.text == ".9" and left == ["epochs"]


def test_a_long_table_says_the_same():
    table = wide(Acc=["0.9", "0.8"], Sensitivity=["0.7", "0.6"])
    long = table.melt("Classifier", var_name="metric", value_name="value")
    assert read_rows(long, "x.tsv")[0] == read_rows(table, "x.csv")[0]
    more = pd.concat([long, pd.DataFrame([["a", "kappa", "0.5"]], columns=long.columns)])
    assert read_rows(more, "x.tsv")[1] == ["kappa"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (wide(acc=["0.9", "high"]), r"x.csv, line 3, column acc: expected a number such as .*, got 'high'"),
        (wide(acc=["0.9", "0,8"]), r"x.csv, line 3, column acc: expected a number such as .*, got '0,8'"),
        (wide(acc=["-0.9", "0.8"]), r"line 2, column acc: expected a number"),
        (wide(acc=["98.1", "0.8"]), r"line 2, column acc: expected 0 to 1, or percent with its sign, got '98.1'"),
        (wide(acc=["0.9", "0.12345678901"]), r"line 3, column acc: expected at most 10 decimals"),
        (wide(acc=["0.9", "0.8"], accuracy=["0.9", "0.8"]), r"expected one column accuracy, got acc, accuracy"),
        (wide(epochs=["1", "2"]), r"x.csv: expected the columns model, metric, value.*, got Classifier, epochs"),
        (wide(acc=["", ""]), r"x.csv: expected at least one of accuracy, precision, recall, specificity, f1, got none"),
        (wide(acc=["1", "1"]).assign(Classifier=["a", "a"]), r"line 3: expected one row of a on all, got another"),
        (
            wide(acc=["1", "1"]).assign(Classifier=["a", " "]),
            r"line 3, column Classifier: expected a classifier's name",
        ),
        (
            pd.DataFrame([["a", "acc", "1"], ["a", "accuracy", "1"]], columns=["model", "metric", "value"]),
            r"line 3: expected one accuracy of a on all, got another",
        ),
    ],
)
def test_a_wrong_table_is_named(table, message):
    with pytest.raises(ValueError, match=message):
        read_rows(table, "x.csv")


def test_cut_agrees_with_decimal_arithmetic():
    from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

    rng = np.random.default_rng(3)
    ways = dict(zip(READINGS, (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN), strict=True))
    for thousands in rng.integers(0, 10**6, 300):
        exact = Decimal(int(thousands)) / 10**6
        for reading, way in ways.items():
            printed = exact.quantize(Decimal("0.001"), way)
            assert cut(Fraction(exact), 3, reading) == int(printed.scaleb(3)), (exact, reading)
