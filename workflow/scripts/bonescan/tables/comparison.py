"""Every number of the paper's Tables 1, 2 and 6 to 9 beside ours, cell by cell."""

import pandas as pd

from bonescan.tables.cohort import print_ratio
from bonescan.tables.formats import SPAN, Section, Table
from bonescan.tables.intervals import print_interval
from bonescan.tables.results import TRAINING, print_metric, result_notes
from bonescan.terms import SUBTYPES, TRAINED
from bonescan.wording import SCORE_NAMES, SUBTYPE_NAMES

_COHORT_TABLES = {"Table 1": "whole-body images", "Table 2": "thoracic images after augmentation"}


def _print_ours(row: dict, unit: str) -> str:
    """Return our printed number, a count with its difference to the paper's and a metric with its interval in brackets.

    Or why there is none.
    """
    status, ours, difference = row[f"status_{unit}"], row[f"ours_{unit}"], row[f"difference_{unit}"]
    if status not in (TRAINED, "counted"):
        return status
    if pd.isna(ours):
        return "undefined"
    if row["metric"] == "samples":
        return f"{ours:.0f} ({_sign(difference, 0)})"
    if row["metric"] == "ratio":
        return f"{print_ratio(ours)} ({_sign(100 * difference, 1)})"
    return print_interval(ours, row[f"low_{unit}"], row[f"high_{unit}"])


def _sign(number: float, decimals: int) -> str:
    text = f"{abs(number):.{decimals}f}"
    if float(text) == 0:
        return text
    return ("−" if number < 0 else "+") + text


def _print_paper(row: dict) -> str:
    if row["metric"] == "samples":
        return f"{row['paper']:.0f}"
    if row["metric"] == "ratio":
        return print_ratio(row["paper"])
    return print_metric(row["paper"]) + ("" if pd.isna(row["implied"]) else " †")


def _cohort_section(name: str, cells: pd.DataFrame, unit: str) -> Section:
    rows = []
    for metric, group in cells.groupby("metric", sort=False):
        found = {row["subtype"]: row for row in group.to_dict("records")}
        label = {"samples": "Samples", "ratio": "Ratio"}[metric]
        rows.append([label, "paper", *(_print_paper(found[subtype]) for subtype in SUBTYPES)])
        rows.append([label, "ours", *(_print_ours(found[subtype], unit) for subtype in SUBTYPES)])
    frame = pd.DataFrame(rows, columns=["", "Source", *(SUBTYPE_NAMES[name] for name in SUBTYPES)])
    return Section(frame, f"{name}: {_COHORT_TABLES[name]}", group="")


def _result_section(name: str, cells: pd.DataFrame, units: list[str]) -> Section:
    """Lay out one of Tables 6 to 9: for each classifier the paper's row, then ours under every split unit.

    Beside ours stands the training accuracy, except in Table 9, where each column is another training.
    """
    across = "dataset" if name == "Table 9" else "metric"
    columns = list(cells[across].unique())
    # Table 9 has a training in every cell; theirs stand in the sections before
    extra = [] if name == "Table 9" else [TRAINING]
    rows = []
    for model, group in cells.groupby("classifier", sort=False):
        found = {row[across]: row for row in group.to_dict("records")}
        rows.append([model, "paper", *(_print_paper(found[column]) for column in columns), *[""] * len(extra)])
        for unit in units:
            ours = [_print_ours(found[column], unit) for column in columns]
            failed = {found[column][f"status_{unit}"] for column in columns} - {TRAINED}
            if extra:
                first = found[columns[0]]
                ours.append(f"{first[f'training_accuracy_{unit}']:.3f}" if not failed else ours[0])
            if len(set(ours)) == 1 and failed:
                ours = [ours[0], *[SPAN] * (len(ours) - 1)]
            rows.append([model, f"ours, by {unit}", *ours])
    frame = pd.DataFrame(
        rows, columns=["Classifier", "Source", *(SCORE_NAMES.get(name, name) for name in columns), *extra]
    )
    content = "AUC by dataset" if name == "Table 9" else f"test samples in dataset {cells['dataset'].iloc[0]}"
    return Section(frame, f"{name}: {content}", group="Classifier")


def comparison_table(cells: pd.DataFrame, summary: pd.DataFrame, provenance: dict) -> Table:
    """Lay out the rows of `bonescan.scoring.comparison.compare`, one section per table of the paper.

    `summary` is that of `bonescan.scoring.summary.summarise`, for the notes.
    """
    units = [column.removeprefix("ours_") for column in cells.columns if column.startswith("ours_")]
    sections = [
        _cohort_section(name, group, units[0]) if name in _COHORT_TABLES else _result_section(name, group, units)
        for name, group in cells.groupby("table", sort=False)
    ]
    notes = [
        f"Ours by {', by '.join(units)}: what the split keeps whole; the paper splits by image.",
        "In brackets behind counts and ratios: ours minus the paper's, ratios in percentage points.",
    ]
    misprints = cells[cells["implied"].notna()]
    if len(misprints):
        implied = ", ".join(
            f"{row.table} {row.classifier} {SCORE_NAMES[row.metric]} {print_metric(row.implied)}"
            for row in misprints.itertuples(index=False)
        )
        notes.append(
            "† does not follow from the confusion matrix that gives the rest of its row in the paper, which "
            f"implies: {implied}."
        )
    notes += result_notes(summary, provenance)
    return Table("Comparison", "Ours beside the paper's, cell by cell.", cells, sections, provenance, notes)
