"""What the paper's split was worth, laid out from `bonescan.scoring.leak.measure_leaks`."""

import pandas as pd

from bonescan.scoring.leak import ALL_NETWORKS, WITHOUT_SIBLINGS
from bonescan.tables.formats import Section, Table
from bonescan.tables.intervals import BY_PATIENT, print_scored, print_signed
from bonescan.terms import TRAINED, UNITS
from bonescan.wording import DATASET_NAMES, METRIC_NAMES, caveats, classifier, replicates, scatter

PRINTED = {"auc": "AUC", "accuracy": METRIC_NAMES["accuracy"]}
"""Metrics that are printed; all stand in the CSV."""

NOTHING = "no result"

LEAKS = {"sibling": "Sibling leak", "patient": "Patient leak", "both": "Both"}


def leak_table(leaks: pd.DataFrame, over: dict[str, int], provenance: dict) -> Table:
    """Lay out the leaks: for each dataset and metric, each network under every unit and what the units differ by.

    Parameters
    ----------
    leaks : DataFrame
        From `measure_leaks`.
    over : dict of str to int
        From `bonescan.scoring.summary.replication`.
    provenance : dict
    """
    printed = leaks[leaks["metric"].isin(PRINTED)]
    sections = [
        _section(group, f"{dataset} ({DATASET_NAMES[dataset]}), {PRINTED[metric]}")
        for (dataset, metric), group in printed.groupby(["dataset", "metric"], sort=False)
    ]
    notes = [
        "All units are tested on original images alone, those of their own test part.",
        "Sibling leak: by image less by source, where no mirrored, shifted or rotated copy of a test image is in "
        "training.",
        "Patient leak: by source less by patient, where no other view of a tested patient is in training. "
        f"{WITHOUT_SIBLINGS} has originals alone, so that by image is by source.",
        f"{BY_PATIENT} The units are resampled together. Mean: over the networks with a result everywhere.",
        *_failures(printed),
        f"Of each network under a unit: {replicates(**over)}. Of the intervals: {scatter(**over)}.",
        *caveats(provenance),
    ]
    return Table(
        "Leak", "What a split that lets siblings and patients leak is worth.", leaks, sections, provenance, notes
    )


def _failures(printed: pd.DataFrame) -> list[str]:
    """Say why networks have no result under two units that are compared."""
    failed = printed[printed["status"] != TRAINED].drop_duplicates(["dataset", "model", "status"])
    return [f"{classifier(row.model)} on {row.dataset}: {row.status}." for row in failed.itertuples(index=False)]


def _section(group: pd.DataFrame, heading: str) -> Section:
    """Lay out one metric of one dataset, a row a network."""
    units = [unit for unit in UNITS if unit in {*group["leaking_unit"], *group["unit"]}]
    leaks = [leak for leak in LEAKS if leak in set(group["leak"])]
    rows = []
    for model, found in group.groupby("model", sort=False):
        name = "Mean" if model == ALL_NETWORKS else classifier(model)
        under, worth = {}, {}
        for row in found[found["status"] == TRAINED].itertuples(index=False):
            under |= {row.leaking_unit: print_scored(row, "leaking"), row.unit: print_scored(row, "without")}
            worth[row.leak] = print_signed(row, "difference")
        rows.append(
            [name, *(under.get(unit, NOTHING) for unit in units), *(worth.get(leak, NOTHING) for leak in leaks)]
        )
    columns = ["Classifier", *(f"By {unit}" for unit in units), *(LEAKS[leak] for leak in leaks)]
    return Section(pd.DataFrame(rows, columns=columns), heading)
