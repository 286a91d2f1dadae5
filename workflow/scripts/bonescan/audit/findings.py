"""What an audit finds: every printed row explained, every cell judged, every AUC held against its operating point."""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from bonescan.audit.bounds import bound_concave, bound_monotone
from bonescan.audit.printed import READINGS, Printed, Row, cut
from bonescan.audit.search import Matrix, Size, Sizes, best_matrices, find_sizes, follows_anywhere

FOLLOWS, SLIP, IMPOSSIBLE, UNDECIDED = VERDICTS = ("follows", "slip of the last digit", "cannot be", "undecided")
"""Of a printed cell beside the others of its row. A slip is off by less than ten units of the last digit."""

MOST_SIZES = 50
"""Possible sizes of a test set beyond which no matrix is named: nearly all are possible."""


@dataclass(frozen=True)
class Explained:
    """A printed row and the matrices from which most of its cells follow.

    Attributes
    ----------
    row : Row
    matrices : list of Matrix
        All that are equally good; none where the size is open among too many.
    follow : int
        Cells that follow from each.
    sizes : Sizes
        Of its dataset.
    """

    row: Row
    matrices: list[Matrix]
    follow: int
    sizes: Sizes

    @property
    def matrix(self) -> Matrix | None:
        """The matrix behind the row, where there is one alone at a size that is settled."""
        return self.matrices[0] if self.sizes.settled and len(self.matrices) == 1 else None


def explain_rows(rows: list[Row], given: dict[str, Size | int], limit: int) -> list[Explained]:
    """Find the size of each dataset's test set, and the matrices behind its rows.

    Parameters
    ----------
    rows : list of Row
    given : dict
        By dataset what is known of the size: both classes, or all images together.
    limit : int
        Images of the largest test set that is tried where nothing is known.

    Returns
    -------
    list of Explained

    Raises
    ------
    ValueError
        `given` names a dataset that no row has.
    """
    datasets = list(dict.fromkeys(row.dataset for row in rows))
    for name in given:
        if name not in datasets:
            raise ValueError(f"sizes: expected one of {', '.join(datasets)}, got {name}")
    sizes = {
        name: find_sizes([row for row in rows if row.dataset == name and row.cells], given.get(name), limit)
        for name in datasets
        if any(row.cells for row in rows if row.dataset == name)
    }
    explained = []
    for row in rows:
        found = sizes.get(row.dataset, Sizes(False, [], 0, 0, None, 0))
        few = len(found.candidates) <= MOST_SIZES
        matrices, follow = best_matrices(row, found.candidates if few else [])
        explained.append(Explained(row, matrices, follow, found))
    return explained


def judge(explained: Explained, metric: str) -> tuple[str, list[Fraction]]:
    """Return the verdict on a printed cell, and the values that its row implies.

    Parameters
    ----------
    explained : Explained
    metric : str

    Returns
    -------
    verdict : str
        One of `VERDICTS`. Undecided: the size is, or some of the equally good matrices give the cell and some do not.
    implied : list of Fraction
        Exact, one for each different value of the equally good matrices, the least first.
    """
    printed = explained.row.cells[metric]
    values = sorted({value for matrix in explained.matrices if (value := matrix.value(metric)) is not None})
    fitting = [value for value in values if printed.readings(value)]
    if values and len(fitting) == len(values):
        return FOLLOWS, values
    if fitting or not explained.sizes.settled:
        return UNDECIDED, values
    off = [abs(cut(value, printed.decimals, "rounded") - printed.units) for value in values]
    return SLIP if off and min(off) < 10 else IMPOSSIBLE, values


def tabulate_sizes(explained: list[Explained]) -> pd.DataFrame:
    """Return what is known of each dataset's test set.

    Returns
    -------
    DataFrame
        One row a candidate: dataset, settled (0/1), images, positive, negative, follow, cells, rows_whole, rows,
        next_follow; one without a size where there is no candidate.
    """
    by_dataset = {entry.row.dataset: entry.sizes for entry in explained}
    printed = Counter(entry.row.dataset for entry in explained if entry.row.cells)
    return pd.DataFrame(
        [
            {
                "dataset": dataset,
                "settled": int(sizes.settled),
                "images": sum(size) if size else None,
                "positive": size[0] if size else None,
                "negative": size[1] if size else None,
                "follow": sizes.follow,
                "cells": sizes.cells,
                "rows_whole": sizes.rows_whole,
                "rows": printed[dataset],
                "next_follow": sizes.next_follow,
            }
            for dataset, sizes in by_dataset.items()
            for size in sizes.candidates or [None]
        ]
    ).astype(dict.fromkeys(("images", "positive", "negative", "next_follow"), "Int64"))


def tabulate_matrices(explained: list[Explained]) -> pd.DataFrame:
    """Return the confusion matrices behind the printed rows.

    Returns
    -------
    DataFrame
        One row for each of the equally good matrices of a printed row: dataset, model, tp, fn, fp, tn (empty where none
        is named), follow, cells, equally_good.
    """
    return pd.DataFrame(
        [
            {
                "dataset": entry.row.dataset,
                "model": entry.row.model,
                **dict(zip(Matrix._fields, matrix or [None] * 4, strict=True)),
                "follow": entry.follow,
                "cells": len(entry.row.cells),
                "equally_good": len(entry.matrices),
            }
            for entry in explained
            for matrix in entry.matrices or [None]
        ]
    ).astype(dict.fromkeys(Matrix._fields, "Int64"))


def tabulate_cells(explained: list[Explained]) -> pd.DataFrame:
    """Return the verdict on every printed cell.

    Returns
    -------
    DataFrame
        dataset, model, metric, printed, verdict, implied (printed like it, where it does not follow), exact (as
        fractions of integers), reading (of `READINGS`; of those under which this cell follows the one under which most
        cells of the table do), possible (0/1: any matrix of the size gives the cell, whatever the others say; empty
        while no size is known).
    """
    rows = []
    for entry in explained:
        for metric, printed in entry.row.cells.items():
            verdict, values = judge(entry, metric)
            known = entry.sizes.candidates[0] if entry.sizes.settled else None
            rows.append(
                {
                    "dataset": entry.row.dataset,
                    "model": entry.row.model,
                    "metric": metric,
                    "printed": printed.text,
                    "verdict": verdict,
                    "implied": "; ".join(dict.fromkeys(printed.like(value) for value in values if verdict != FOLLOWS)),
                    "exact": "; ".join(map(_fraction, _counts(entry, metric))),
                    "reading": printed.readings(values[0]) if verdict == FOLLOWS else (),
                    "possible": int(follows_anywhere(metric, printed, known)) if known else None,
                }
            )
    cells = pd.DataFrame(rows).astype({"possible": "Int64"})
    count = Counter(reading for readings in cells["reading"] for reading in readings)
    order = sorted(READINGS, key=lambda reading: -count[reading])
    cells["reading"] = [next((name for name in order if name in readings), "") for readings in cells["reading"]]
    return cells


def count_readings(explained: list[Explained]) -> dict[str, int]:
    """Count under each of `READINGS` the cells that follow."""
    count = dict.fromkeys(READINGS, 0)
    for entry in explained:
        for metric, printed in entry.row.cells.items():
            verdict, values = judge(entry, metric)
            for reading in printed.readings(values[0]) if verdict == FOLLOWS else ():
                count[reading] += 1
    return count


def tabulate_auc(explained: list[Explained]) -> pd.DataFrame:
    """Hold every printed AUC against the operating point of its row.

    Returns
    -------
    DataFrame
        One row for each printed AUC whose row has one matrix: dataset, model, printed, recall, specificity (exact),
        low, high, within (0/1: any ROC curve through the point), concave_low, concave_high, within_concave (0/1, empty
        below the diagonal).
    """
    columns = ["dataset", "model", "printed", "recall", "specificity", "low", "high", "within"]
    columns += ["concave_low", "concave_high", "within_concave"]
    rows = []
    for entry in explained:
        if not (entry.row.auc and entry.matrix):
            continue
        point = [entry.matrix.value(metric) for metric in ("recall", "specificity")]
        shown = [_fraction(entry.matrix.counts(metric)) for metric in ("recall", "specificity")]
        rows.append([entry.row.dataset, entry.row.model, entry.row.auc.text, *shown])
        for bounds in (bound_monotone(*point), bound_concave(*point)):
            rows[-1] += [*map(float, bounds), int(bounds.admit(entry.row.auc))] if bounds else [None] * 3
    return pd.DataFrame(rows, columns=columns).astype({"within": "Int64", "within_concave": "Int64"})


def corrected(explained: Explained, metric: str) -> Printed:
    """Return a printed cell, or what its row implies in its place where it does not follow and there is one value."""
    printed = explained.row.cells[metric]
    verdict, values = judge(explained, metric)
    if verdict not in (SLIP, IMPOSSIBLE) or len(values) != 1:
        return printed
    return Printed(printed.like(values[0]), cut(values[0], printed.decimals, "rounded"), printed.decimals)


def _counts(entry: Explained, metric: str) -> list[tuple[int, int]]:
    """Return a metric of each equally good matrix as counts that are not reduced."""
    found = [matrix.counts(metric) for matrix in entry.matrices]
    return list(dict.fromkeys(pair for pair in found if pair[1]))


def _fraction(pair: tuple[int, int]) -> str:
    return f"{pair[0]}/{pair[1]}"
