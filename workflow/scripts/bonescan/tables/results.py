"""Tables 6 to 9: metrics on the test parts, under every split unit, from `bonescan.scoring.summary.summarise`."""

import pandas as pd

from bonescan.tables.formats import SPAN, Section, Table
from bonescan.terms import TRAINED
from bonescan.wording import METRIC_NAMES, caveats, classifier, sort_units, split_unit

TRAINING = "Training Acc"
"""Heading of the column that the paper does not have."""

_REGIME = ["training_accuracy", "epochs", "epochs_allowed", "n_train", "n_test"]
"""Columns of the values that tell how a test figure came about."""

_TABLES = {"D1": "Table 6", "D2": "Table 7", "D3": "Table 8"}


def print_metric(value: float) -> str:
    """Return a metric with four decimals, as the paper prints it; 0/0 as `undefined`."""
    return "undefined" if pd.isna(value) else f"{value:.4f}"


def metric_cells(row) -> list[str]:
    """Return the printed metrics of a row of `summarise` and its training accuracy, or the status across them all."""
    names = [*METRIC_NAMES, "training_accuracy"]
    if row.status != TRAINED:
        return [row.status, *[SPAN] * (len(names) - 1)]
    return [print_metric(getattr(row, name)) for name in names]


def _sort_by_unit(summary: pd.DataFrame) -> pd.DataFrame:
    """Sort by split unit, the paper's first, and keep the order of the networks."""
    return summary.sort_values("unit", key=lambda units: units.map(sort_units(units).index), kind="stable")


def _seed_notes(summary: pd.DataFrame) -> list[str]:
    """Say that the numbers are means over seeds, and where not all seeds trained; nothing for one seed."""
    if summary["seeds"].max() <= 1 or summary.empty:
        return []
    failed = summary[summary["seeds_trained"] < summary["seeds"]]
    note = f"Means over {summary['seeds'].max()} training seeds"
    few = ", ".join(
        f"{classifier(row.model)} {row.seeds_trained} of {row.seeds} ({row.dataset}, {row.unit})"
        for row in failed.itertuples(index=False)
    )
    return [note + (f"; seeds that trained, where not all did: {few}." if few else ".")]


def _reason_notes(summary: pd.DataFrame) -> list[str]:
    """Say why a network has no result, or calls all its training images the same."""
    return [
        f"{classifier(row.model)} ({row.dataset}, {row.unit}) {row.status}: {row.reason}."
        for row in summary[summary["reason"] != ""].itertuples(index=False)
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
        f"{row.dataset} split by {row.unit}: {row.n_train} training and {row.n_test} test images."
        for row in sizes.itertuples(index=False)
    ]


def result_notes(summary: pd.DataFrame, provenance: dict) -> list[str]:
    """Return the sentences below test figures: images, seeds, failures, training accuracy, simulated scans."""
    notes = [*_size_notes(summary), *_seed_notes(summary), *_reason_notes(summary), _training_note(summary)]
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
        "seeds",
        "seeds_trained",
        *METRIC_NAMES,
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
        for heading, name in (("AUC", "auc"), (TRAINING, "training_accuracy")):
            found = [_cell(cells.get(model), name) for model in models]
            rows.append([dataset, split_unit(unit), heading, *found])
    printed = pd.DataFrame(rows, columns=["Dataset", "Split unit", "", *map(classifier, models)])
    columns = ["dataset", "unit", "model", "status", "reason", "seeds", "seeds_trained", "auc", *_REGIME]
    return Table(
        "Table 9",
        "AUC values obtained by classifiers on test samples in different datasets.",
        ours[columns],
        [Section(printed, group="Dataset")],
        provenance,
        result_notes(ours, provenance),
    )


def _cell(row, name: str) -> str:
    """Return a printed metric of a row of `summarise`, or why there is none; the row is None if it was not run."""
    if row is None:
        return "not run"
    return print_metric(getattr(row, name)) if row.status == TRAINED else row.status
