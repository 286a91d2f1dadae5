"""The paper's numbers beside ours, cell by cell."""

import pandas as pd

from bonescan.label.cohort import count_subtypes
from bonescan.terms import METASTATIC, TRAINED, UNSPECIFIED
from bonescan.wording import classifier, sort_units


def read_number(printed: str) -> float:
    """Return a printed number; `63.6%` is 0.636."""
    return float(printed.removesuffix("%")) / 100 if printed.endswith("%") else float(printed)


def compare(published: pd.DataFrame, subtypes: dict[str, pd.Series], summary: pd.DataFrame) -> pd.DataFrame:
    """Put our numbers beside the published ones.

    Parameters
    ----------
    published : DataFrame of str
        `published.tsv`: table, dataset, model, subtype, metric, value (as printed), implied (what the other cells of
        the row imply, where the printed value does not follow from them).
    subtypes : dict of str to Series of str
        Class of each image behind Table 1 and Table 2, by the table's name.
    summary : DataFrame
        Rows of `bonescan.scoring.summary.summarise`.

    Returns
    -------
    DataFrame
        table, dataset, classifier, subtype, metric, paper, implied, and for each split unit `ours_<unit>`,
        `difference_<unit>` (ours minus the paper's), `status_<unit>` (`not run` where we have no such network,
        `class not given` for the classes of metastases where some of the cohort's are of no known class),
        `low_<unit>` and `high_<unit>` (the 95 % interval of ours) and `training_accuracy_<unit>` of the network behind
        ours.
        The images are counted before they are split, so their number is the same under every unit.
    """
    runs = {(run.unit, run.dataset, run.model): run for run in summary.itertuples(index=False)}
    counts = {name: count_subtypes(classes).set_index("subtype") for name, classes in subtypes.items()}
    units = sort_units(summary["unit"])
    rows = []
    for cell in published.itertuples(index=False):
        row = {
            "table": cell.table,
            "dataset": cell.dataset,
            "classifier": classifier(cell.model) if cell.model else "",
            "subtype": cell.subtype,
            "metric": cell.metric,
            "paper": read_number(cell.value),
            "implied": read_number(cell.implied) if cell.implied else float("nan"),
        }
        for unit in units:
            ours = low = high = fitted = float("nan")
            if cell.table in counts:
                ours, status = _counted(counts[cell.table], cell.subtype, cell.metric)
            else:
                run = runs.get((unit, cell.dataset, cell.model))
                status = "not run" if run is None else run.status
                if status == TRAINED:
                    ours, low, high = (getattr(run, cell.metric + end) for end in ("", "_low", "_high"))
                    fitted = run.training_accuracy
            row |= {f"ours_{unit}": ours, f"difference_{unit}": ours - row["paper"], f"status_{unit}": status}
            row |= {f"low_{unit}": low, f"high_{unit}": high, f"training_accuracy_{unit}": fitted}
        rows.append(row)
    return pd.DataFrame(rows)


def _counted(counts: pd.DataFrame, subtype: str, metric: str) -> tuple[float, str]:
    """Return our number of a cell of Table 1 or 2, and whether the images of its class could be counted."""
    if subtype in METASTATIC and UNSPECIFIED in counts.index:
        return float("nan"), "class not given"
    return float(counts.loc[subtype, metric]), "counted"
