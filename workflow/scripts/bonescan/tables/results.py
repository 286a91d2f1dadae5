"""Tables 6 to 9: metrics on the test parts, under every split unit, from `bonescan.scoring.summary.summarise`."""

from collections.abc import Callable

import pandas as pd

from bonescan.scoring.resampled import with_ends
from bonescan.tables.formats import SPAN, Section, Table
from bonescan.tables.intervals import print_scored
from bonescan.terms import TRAINED
from bonescan.wording import METRIC_NAMES, caveats, classifier, replicates, scatter, sort_units, split_unit

TRAINING = "Training Acc"
"""Heading of the column that the paper does not have."""

_REGIME = ["training_accuracy", "epochs", "epochs_allowed", "n_train", "n_test", "patients"]
"""Columns of the values that tell how a test figure came about."""

_REPLICATES = ["draws", "folds", "seeds", "runs", "runs_trained"]
"""Columns of the values that tell what a test figure is a mean of."""

_TABLES = {"D1": "Table 6", "D2": "Table 7", "D3": "Table 8"}


def print_metric(value: float) -> str:
    """Return a metric with four decimals, as the paper prints it; 0/0 as `undefined`."""
    return "undefined" if pd.isna(value) else f"{value:.4f}"


def metric_cells(row) -> list[str]:
    """Return the printed metrics of a row of `summarise` and its training accuracy, or the status across them all."""
    if row.status != TRAINED:
        return [row.status, *[SPAN] * len(METRIC_NAMES)]
    return [*(print_scored(row, name) for name in METRIC_NAMES), print_training(row)]


def print_training(row) -> str:
    """Return the training accuracy of a row of `summarise`."""
    return f"{row.training_accuracy:.3f}"


def _sort_by_unit(summary: pd.DataFrame) -> pd.DataFrame:
    """Sort by split unit, the paper's first, and keep the order of the networks."""
    return summary.sort_values("unit", key=lambda units: units.map(sort_units(units).index), kind="stable")


def _run_notes(summary: pd.DataFrame) -> list[str]:
    """Say what the intervals are, that numbers are means over runs, and where not all runs trained."""
    if summary.empty:
        return []
    over = {name: int(summary[name].max()) for name in ("draws", "folds", "seeds")}
    notes = [
        "In brackets 95 % intervals from a bootstrap of patients, each with all of its test images; "
        f"{scatter(**over)}.",
        f"Of each network: {replicates(**over)}.",
    ]
    failed = summary[summary["runs_trained"] < summary["runs"]]
    if failed.empty:
        return notes
    few = ", ".join(
        f"{classifier(row.model)} {row.runs_trained} of {row.runs} ({row.dataset}, {row.unit})"
        for row in failed.itertuples(index=False)
    )
    return [*notes, f"Trainings that count, where not all do: {few}."]


def _reason_notes(summary: pd.DataFrame) -> list[str]:
    """Say why a network has no result, or calls all its training images the same."""
    return [
        f"{classifier(row.model)} ({row.dataset}, {row.unit}) {row.status}: {row.reason}."
        for row in summary[summary["reason"].fillna("") != ""].itertuples(index=False)
    ]


def _training_note(summary: pd.DataFrame) -> str:
    """Say what the training accuracy is, and after how many epochs."""
    spent = []
    for dataset, runs in summary[summary["status"] == TRAINED].groupby("dataset"):
        ends = sorted({round(runs["epochs"].min()), round(runs["epochs"].max())})
        spent.append(f"{dataset} {' to '.join(map(str, ends))} of {runs['epochs_allowed'].max()}")
    note = f"{TRAINING}: ours alone, the accuracy of the final weights on all training images"
    return f"{note}; epochs trained: {', '.join(spent)}." if spent else f"{note}."


def _size_notes(summary: pd.DataFrame) -> list[str]:
    """Say how many images each dataset has in its parts under each split unit."""
    sizes = summary.drop_duplicates(["unit", "dataset"])
    return [
        f"{row.dataset} split by {row.unit}: {row.n_train} training and {row.n_test} test images{_each(row)}, "
        f"{row.patients} patients tested."
        for row in sizes.itertuples(index=False)
    ]


def _each(row) -> str:
    """Say that the numbers of images are means over the draws; nothing for one."""
    return f" in each of {row.draws} {'folds' if row.folds else 'draws'}" if row.draws > 1 else ""


def result_notes(summary: pd.DataFrame, provenance: dict) -> list[str]:
    """Return the sentences below test figures: images, seeds, failures, training accuracy, simulated scans."""
    notes = [*_size_notes(summary), *_run_notes(summary), *_reason_notes(summary), _training_note(summary)]
    return [*notes, *caveats(provenance)]


def result_table(dataset: str, summary: pd.DataFrame, provenance: dict) -> Table:
    """Lay out Table 6, 7 or 8 from the rows of `summarise` for one dataset."""
    ours = _sort_by_unit(summary[summary["dataset"] == dataset])
    rows = [[split_unit(row.unit), classifier(row.model), *metric_cells(row)] for row in ours.itertuples(index=False)]
    printed = pd.DataFrame(rows, columns=["Split unit", "Classifier", *METRIC_NAMES.values(), TRAINING])
    columns = [
        "dataset",
        "unit",
        "model",
        "status",
        "reason",
        *_REPLICATES,
        *with_ends(METRIC_NAMES),
        *_REGIME,
    ]
    return Table(
        _TABLES[dataset],
        f"Experimental results on evaluation metrics for test samples in dataset {dataset}.",
        ours[columns],
        [Section(printed, group="Split unit")],
        provenance,
        result_notes(ours, provenance) if len(ours) else [f"{dataset} is not part of this run."],
    )


def table9(summary: pd.DataFrame, provenance: dict) -> Table:
    """Lay out Table 9 from `summarise`: AUC by dataset, split unit and classifier, the training accuracy below it."""
    ours = _sort_by_unit(summary).sort_values("dataset", kind="stable")
    models = list(summary["model"].unique())
    rows = []
    for (dataset, unit), group in ours.groupby(["dataset", "unit"], sort=False):
        cells = {row.model: row for row in group.itertuples(index=False)}
        for heading, print_cell in (("AUC", lambda row: print_scored(row, "auc")), (TRAINING, print_training)):
            found = [_cell(cells.get(model), print_cell) for model in models]
            rows.append([dataset, split_unit(unit), heading, *found])
    printed = pd.DataFrame(rows, columns=["Dataset", "Split unit", "", *map(classifier, models)])
    columns = ["dataset", "unit", "model", "status", "reason", *_REPLICATES, *with_ends(["auc"]), *_REGIME]
    return Table(
        "Table 9",
        "AUC values obtained by classifiers on test samples in different datasets.",
        ours[columns],
        [Section(printed, group="Dataset")],
        provenance,
        result_notes(ours, provenance),
    )


def _cell(row, print_cell: Callable) -> str:
    """Return a printed cell of a row of `summarise`, or why there is none; the row is None if it was not run."""
    if row is None:
        return "not run"
    return print_cell(row) if row.status == TRAINED else row.status
