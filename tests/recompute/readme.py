"""The README's result table: printed from summaries, read back, and compared with another run's."""

import re

import pandas as pd

from bonescan.tables.intervals import print_scored
from bonescan.terms import TRAINED
from bonescan.wording import classifier

UNITS, METRICS = ("image", "patient"), ("accuracy", "auc")

NUMBER = re.compile(r"(\d\.\d+) \((\d\.\d+)–(\d\.\d+)\)")
"""A printed number with its interval."""


def print_rows(summaries: dict[str, pd.DataFrame], published: pd.DataFrame) -> list[str]:
    """Return the Markdown rows of the table.

    Parameters
    ----------
    summaries : dict of str to DataFrame
        `evaluate/{unit}/summary.tsv` of D3, by unit.
    published : DataFrame of str
        `published.tsv`.
    """
    d3 = published[(published["dataset"] == "D3") & published["metric"].isin(METRICS)]
    rows = []
    for model in summaries[UNITS[0]]["model"]:
        ours = [next(table[table["model"] == model].itertuples()) for table in map(summaries.get, UNITS)]
        cells = [classifier(model)]
        for metric in METRICS:
            (paper,) = d3[(d3["model"] == model) & (d3["metric"] == metric)].itertuples()
            printed, implied = (f"{float(value):.3f}" for value in (paper.value, paper.implied or paper.value))
            cells.append(printed if printed == implied else f"{printed} (implied: {implied})")
            cells += [print_scored(row, metric) if row.status == TRAINED else row.status for row in ours]
        rows.append("| " + " | ".join([*cells, ", ".join(f"{row.training_accuracy:.3f}" for row in ours)]) + " |")
    return rows


def read_rows(text: str) -> pd.DataFrame:
    """Return our numbers of the table in a text: model, metric, unit, value, low, high; NaN where a cell has none."""
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if len(cells) != 8 or not cells[0].startswith(classifier("")):
            continue
        for metric, ours in zip(METRICS, (cells[2:4], cells[5:7]), strict=True):
            for unit, cell in zip(UNITS, ours, strict=True):
                number = NUMBER.fullmatch(cell)
                values = map(float, number.groups()) if number else [float("nan")] * 3
                found.append([cells[0].removeprefix(classifier("")), metric, unit, *values])
    return pd.DataFrame(found, columns=["model", "metric", "unit", "value", "low", "high"])


def compare(printed: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
    """Hold another run's numbers against the README's.

    Returns
    -------
    DataFrame
        One row per number of the README: `value_fresh`, `difference`, and `holds`, whether the other run's number lies
        within the README's interval.
    """
    keys = ["model", "metric", "unit"]
    both = printed.merge(fresh[[*keys, "value"]], on=keys, how="left", suffixes=("", "_fresh"))
    both["difference"] = both["value_fresh"] - both["value"]
    return both.assign(holds=both["value_fresh"].between(both["low"], both["high"]))
