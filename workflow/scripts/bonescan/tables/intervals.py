"""How numbers with their intervals, p values and networks without a result are printed."""

import math
from collections.abc import Callable, Iterable

import pandas as pd

from bonescan.tables.formats import SPAN, Section
from bonescan.terms import TRAINED
from bonescan.wording import part_name, sort_units

BY_PATIENT = "In brackets 95 % intervals, clustered by patient."


def supported_decimals(low: float, high: float) -> int:
    """Return how many decimals an interval supports, 1 to 4: a unit of the last is at most a quarter of its width.

    An interval of no width, as of scores that are all 1, is no reason to print more than two.
    """
    unit = (high - low) / 4
    return min(max(math.ceil(-math.log10(unit)), 1), 4) if unit > 0 else 2


def print_interval(value: float, low: float, high: float) -> str:
    """Return a number with its interval, to the digits that this supports, such as `0.83 (0.79–0.87)`."""
    return _print(value, low, high, "", "–")


def print_difference(value: float, low: float, high: float) -> str:
    """Return a difference with its interval and signs, to the digits that this supports: `+0.03 (-0.01 to +0.07)`."""
    return _print(value, low, high, "+z", " to ")


def _print(value: float, low: float, high: float, sign: str, to: str) -> str:
    if pd.isna(value):
        return "undefined"
    if pd.isna(low) or pd.isna(high):
        return f"{value:{sign}.1f} (no interval)"
    form = f"{sign}.{supported_decimals(low, high)}f"
    return f"{value:{form}} ({low:{form}}{to}{high:{form}})"


def print_scored(row, name: str) -> str:
    """Return the number `name` of a row with its interval, `name_low` and `name_high`."""
    return print_interval(*(getattr(row, name + end) for end in ("", "_low", "_high")))


def print_signed(row, name: str) -> str:
    """Return the difference `name` of a row with its interval, `name_low` and `name_high`."""
    return print_difference(*(getattr(row, name + end) for end in ("", "_low", "_high")))


def print_p(value: float) -> str:
    """Return a p value with three decimals."""
    if pd.isna(value):
        return "undefined"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def or_status(row, cells: Callable[[], list[str]], number: int) -> list[str]:
    """Return the cells of a row that trained, or its status across their `number`."""
    return cells() if row.status == TRAINED else [row.status, *[SPAN] * (number - 1)]


def sections(frame: pd.DataFrame, columns: Iterable[str], cells: Callable, group: str | None = None) -> list[Section]:
    """Return a section for each test part, the units in their order, with a printed row for each row of `frame`.

    Parameters
    ----------
    frame : DataFrame
        Columns unit and dataset.
    columns : iterable of str
        Headings.
    cells : callable
        From a row to its cells.
    group : str, optional
        As of `Section`.
    """
    found = []
    for unit in sort_units(frame["unit"]):
        for dataset, rows in frame[frame["unit"] == unit].groupby("dataset", sort=True):
            printed = pd.DataFrame([cells(row) for row in rows.itertuples(index=False)], columns=list(columns))
            found.append(Section(printed, part_name(unit, dataset), group))
    return found


def sizes(frame: pd.DataFrame) -> list[str]:
    """Say how many images and patients each test part has."""
    parts = frame.drop_duplicates(["unit", "dataset"])
    return [
        f"{part_name(row.unit, row.dataset)}: {row.n} images ({row.metastatic} metastatic) of {row.patients} patients."
        for row in parts.itertuples(index=False)
    ]
