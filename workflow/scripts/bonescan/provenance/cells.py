"""Which cell of a table is meant: its row by the columns of the CSV, its column by a metric or a name."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from bonescan.terms import UNITS
from bonescan.wording import SCORE_NAMES, classifier

ALIASES = {"classifier": ("model", "classifier"), "model": ("model", "classifier")}
"""A network's name stands in the column `model` or `classifier`, whichever a table has."""

PREFIX = classifier("").lower()
"""Of the classifiers' names in the paper."""

FACTS = ("table", "dataset", "unit", "leaking_unit", "model", "subtype")
"""Columns by which the chain goes on."""

OF_UNIT = ("ours", "difference", "low", "high", "status", "training_accuracy")
"""Columns of the comparison that end in the split unit."""


KEYS = ("table", "dataset", "unit", "leak", "model", "classifier", "subtype", "metric")
"""Columns that tell the rows of a table apart."""


class Cell(NamedTuple):
    """One cell of a table."""

    row: int
    """from 0"""
    column: str
    value: str
    """as it stands in the CSV"""
    facts: dict[str, str]
    """the row's columns by which the chain goes on: table, dataset, unit, model, subtype"""


def find_cell(frame: pd.DataFrame, where: Mapping[str, str], metric: str | None, column: str | None) -> Cell:
    """Return the one cell that is meant.

    Parameters
    ----------
    frame : DataFrame of str
        The CSV.
    where : mapping of str to str
        Values of the row by column; `row`, from 1, for a row by its number; `V21` and `SPECS V21` are the same.
    metric : str or None
        A column, or in the comparison a value of its column `metric`; Acc and accuracy are the same.
    column : str or None
        The column, where the metric does not tell it.

    Raises
    ------
    ValueError
        No row, several rows or no such column; it says which there are.
    """
    where, compared = dict(where), "metric" in frame.columns
    metric = {short.lower(): name for name, short in SCORE_NAMES.items()}.get((metric or "").lower(), metric)
    if compared and metric:
        where["metric"] = metric
    unit = where.pop("unit", None) if compared else where.get("unit")
    column = column or (f"ours_{unit}" if compared and unit else None) or (None if compared else metric)
    rows = select_rows(frame, where)
    if len(rows) != 1:
        raise ValueError(describe_choice(frame, rows, where))
    if column not in frame.columns:
        raise ValueError(f"column: expected one of {', '.join(frame.columns)}, got {column}")
    row = frame.loc[rows[0]]
    return Cell(rows[0], column, row[column], read_facts(row, column))


def select_rows(frame: pd.DataFrame, where: Mapping[str, str]) -> list[int]:
    """Return the rows of a table that say what is asked for."""
    found = pd.Series(True, index=frame.index)
    for name, value in where.items():
        if name == "row" and name not in frame.columns:
            found &= frame.index == int(value) - 1
            continue
        known = [other for other in ALIASES.get(name, (name,)) if other in frame.columns]
        if not known:
            raise ValueError(f"{name}: expected one of the columns {', '.join(frame.columns)}")
        wanted, there = value.lower(), frame[known[0]].str.lower()
        if name in ALIASES:
            wanted, there = wanted.removeprefix(PREFIX), there.str.removeprefix(PREFIX)
        found &= there == wanted
    return list(frame.index[found])


def describe_choice(frame: pd.DataFrame, rows: list[int], where: Mapping[str, str]) -> str:
    """Say what was asked for and which values tell the rows apart."""
    asked = " ".join(f"{name}={value}" for name, value in where.items()) or "nothing"
    left = frame.loc[rows] if rows else frame
    named = [name for name in KEYS if name in left.columns] or list(left.columns[:3])
    open_columns = [name for name in named if name not in where and left[name].nunique() > 1]
    choices = "; ".join(f"{name}: {', '.join(left[name].unique()[:12])}" for name in open_columns)
    return f"row: expected one row, found {len(rows)} of {len(frame)} with {asked}; give more with --where ({choices})"


def read_facts(row: pd.Series, column: str) -> dict[str, str]:
    """Return what a row says by which the chain goes on; a column of the comparison may end in the split unit."""
    facts = {name: row[name] for name in FACTS if row.get(name)}
    if row.get("classifier"):
        facts["model"] = row["classifier"].removeprefix(classifier(""))
    for unit in UNITS:
        if column in {f"{name}_{unit}" for name in OF_UNIT}:
            facts["unit"] = unit
    return facts
