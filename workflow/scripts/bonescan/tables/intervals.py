"""How numbers with their intervals, p values and networks without a result are printed."""

from collections.abc import Callable, Iterable

import pandas as pd

from bonescan.tables.formats import SPAN, Section
from bonescan.terms import TRAINED
from bonescan.wording import part_name, sort_units

BY_PATIENT = "In brackets 95 % intervals, clustered by patient."


def print_interval(row, name: str, digits: int = 2) -> str:
    """Return the number `name` of a row with `name_low` and `name_high` in brackets, or `undefined`."""
    value, low, high = (getattr(row, f"{name}{end}") for end in ("", "_low", "_high"))
    if pd.isna(value):
        return "undefined"
    return f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


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
