"""The audit of printed metrics: test sets, matrices, cells, AUC, and the text's claims."""

from collections.abc import Mapping

import pandas as pd

from bonescan.audit.findings import FOLLOWS, MOST_SIZES
from bonescan.tables.formats import SPAN, Section, Table
from bonescan.wording import SCORE_NAMES

MOST_ROWS = 20
"""Possible sizes of a test set that are printed; the CSV has all."""


def sizes_table(values: pd.DataFrame, limit: int, source: str) -> Table:
    """Lay out `bonescan.audit.findings.tabulate_sizes`.

    Parameters
    ----------
    values : DataFrame
    limit : int
        Images of the largest test set that was tried.
    source : str
        What was audited.
    """
    shown = values.groupby("dataset", sort=False).head(MOST_ROWS)
    printed = pd.DataFrame(
        {
            "Dataset": shown["dataset"],
            "Images": _numbers(shown["images"]),
            "Positive": _numbers(shown["positive"]),
            "Negative": _numbers(shown["negative"]),
            "Settled": shown["settled"].map({1: "yes", 0: "no"}),
            "Cells that follow": _shares(shown, "follow", "cells"),
            "Whole rows": _shares(shown, "rows_whole", "rows"),
            "Cells at the next best size": _numbers(shown["next_follow"]),
        }
    )
    notes = [
        f"Found among all test sets of up to {limit} images of two classes, unless given (-).",
        "A size is settled if more cells follow there than at any other, and all cells of more than half of the rows; "
        "multiples of it, at which the same cells follow, are left out.",
    ]
    if len(shown) < len(values):
        notes.append(f"{len(values) - len(shown)} more sizes, equally good, stand in the CSV alone.")
    return Table("Test sets", f"The test sets behind {source}.", values, [Section(printed)], {}, notes)


def matrices_table(values: pd.DataFrame, source: str) -> Table:
    """Lay out `bonescan.audit.findings.tabulate_matrices`."""
    first = values.drop_duplicates(["dataset", "model"])
    cells = ("tp", "fn", "fp", "tn")
    rows = []
    for row in first.itertuples(index=False):
        if row.equally_good == 1:
            found = [str(getattr(row, name)) for name in cells]
        else:
            found = [f"one of {row.equally_good}" if row.equally_good else "open", *[SPAN] * 3]
        rows.append([row.dataset, row.model, *found, f"{row.follow} of {row.cells}"])
    printed = pd.DataFrame(rows, columns=["Dataset", "Classifier", *map(str.upper, cells), "Cells that follow"])
    notes = [
        f"{first['follow'].sum()} of {first['cells'].sum()} cells follow from the {len(first)} matrices.",
        f"Open: no size of the test set explains the row, or more than {MOST_SIZES} do as well.",
    ]
    caption = f"The integer confusion matrices behind {source}."
    return Table("Confusion matrices", caption, values, [Section(printed, group="Dataset")], {}, notes)


def cells_table(values: pd.DataFrame, readings: Mapping[str, int], left: list[str], source: str) -> Table:
    """Lay out the cells of `bonescan.audit.findings.tabulate_cells` that do not follow.

    Parameters
    ----------
    values : DataFrame
    readings : dict of str to int
        From `bonescan.audit.findings.count_readings`.
    left : list of str
        Columns or metrics of the table that no audit knows.
    source : str
    """
    shown = values[values["verdict"] != FOLLOWS]
    printed = pd.DataFrame(
        {
            "Dataset": shown["dataset"],
            "Classifier": shown["model"],
            "Metric": shown["metric"].map(SCORE_NAMES),
            "Printed": shown["printed"],
            "Implied": shown["implied"].where(shown["implied"] != "", "-"),
            "Exactly": shown["exact"].where(shown["exact"] != "", "-"),
            "Verdict": shown["verdict"],
            "Of any matrix": shown["possible"].map({1: "yes", 0: "no"}).fillna("-"),
        }
    ).astype(str)
    count = ", ".join(f"{number} {reading}" for reading, number in readings.items())
    notes = [
        f"{len(values) - len(shown)} of {len(values)} cells follow from the matrix of their row: {count}; most follow "
        "more than one way.",
        "A slip is off by less than ten units of the last digit.",
        "Of any matrix: some matrix of the test set gives the cell, whatever the rest of its row says.",
    ]
    if left:
        notes.append(f"Not audited: {', '.join(left)}.")
    caption = f"The cells of {source} that do not follow."
    return Table("Printed cells", caption, values, [Section(printed, group="Dataset")], {}, notes)


def auc_table(values: pd.DataFrame, source: str) -> Table:
    """Lay out `bonescan.audit.findings.tabulate_auc`."""
    printed = pd.DataFrame(
        {
            "Dataset": values["dataset"],
            "Classifier": values["model"],
            "AUC": values["printed"],
            "Recall": values["recall"],
            "Specificity": values["specificity"],
            "Any ROC curve": [_span(row.low, row.high, row.within) for row in values.itertuples()],
            "Concave": [_span(row.concave_low, row.concave_high, row.within_concave) for row in values.itertuples()],
        }
    ).astype(str)
    notes = [
        "An ROC curve passes through its operating point and only rises, which bounds the AUC; beyond these bounds it "
        "cannot be.",
        "A curve that is also concave has closer bounds; one of few images need not be.",
        "† The printed AUC is not within.",
    ]
    caption = f"Every AUC of {source} beside its bounds from recall and specificity."
    return Table("Printed AUC", caption, values, [Section(printed, group="Dataset")], {}, notes)


def claims_table(values: pd.DataFrame) -> Table:
    """Lay out `bonescan.audit.claims.check_claims`."""
    printed = pd.DataFrame(
        {
            "Place": values["place"],
            "Claim": values["claim"],
            "Tables": values["tables"],
            "As printed": _verdicts(values, "printed"),
            "As implied": _verdicts(values, "implied"),
        }
    )
    notes = [
        "As implied: with what the rest of its row implies in the place of a cell that does not follow, and with the "
        "matrices and test sets found.",
    ]
    caption = "Claims of the text of Lin et al. (Sci Rep 2021, 11:4223) beside its own tables."
    return Table("Text claims", caption, values, [Section(printed)], {}, notes)


def _numbers(column: pd.Series) -> pd.Series:
    return column.map(str, na_action="ignore").astype(object).where(column.notna(), "-")


def _shares(frame: pd.DataFrame, part: str, whole: str) -> pd.Series:
    return frame[part].astype(str) + " of " + frame[whole].astype(str)


def _span(low: float, high: float, within) -> str:
    return "-" if pd.isna(low) else f"{low:.4f} to {high:.4f}" + ("" if within else " †")


def _verdicts(values: pd.DataFrame, reading: str) -> list[str]:
    pairs = zip(values[reading], values[f"{reading}_evidence"], strict=True)
    return [f"{verdict}: {evidence}" if evidence else verdict for verdict, evidence in pairs]
