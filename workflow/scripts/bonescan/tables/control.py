"""Networks trained on shuffled labels, laid out from `bonescan.scoring.summary.summarise`."""

import pandas as pd

from bonescan.tables.formats import SPAN, Section, Table
from bonescan.tables.intervals import BY_PATIENT, print_scored
from bonescan.tables.results import TRAINING, print_training
from bonescan.terms import TRAINED, UNITS
from bonescan.wording import caveats, classifier, split_unit

LEARNED = 0.99
"""Training accuracy below which a network has not learned its shuffled labels by heart."""

AMONG = {
    "patient": "Labels shuffled among patients",
    "source": "Labels shuffled among views",
    "image": "Labels shuffled among images",
}


def control_table(summary: pd.DataFrame, provenance: dict) -> Table:
    """Lay out the control, a section for each way to shuffle.

    Parameters
    ----------
    summary : DataFrame
        Rows of `summarise`, with `shuffled`, the unit among which labels were shuffled.
    provenance : dict
    """
    order = summary.sort_values("unit", key=lambda units: units.map(UNITS.index), kind="stable")
    sections = [
        Section(_rows(order[order["shuffled"] == shuffled]), AMONG[shuffled], group="Split unit")
        for shuffled in summary["shuffled"].unique()
    ]
    sizes = order.drop_duplicates(["unit", "dataset"])
    notes = [
        "There is nothing to learn: an honest protocol reports an AUC of 0.5. An interval wholly above it is leak.",
        "The parts are those of the true labels; then labels are dealt out anew, in training and test.",
        BY_PATIENT,
        f"Draws: {summary['draws'].max()}, each with a shuffle of its own; seeds: {summary['seeds'].max()}.",
        f"Not learned: a training ended with a training accuracy below {LEARNED}, so that test figures would say "
        "nothing; they stand in the CSV.",
        *(
            f"{row.dataset} split by {row.unit}: {row.n_train} training and {row.n_test} test images, {row.patients} "
            "patients tested."
            for row in sizes.itertuples(index=False)
        ),
        *caveats(provenance),
    ]
    return Table("Control", "What each protocol reports on shuffled labels.", order, sections, provenance, notes)


def _rows(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the printed rows of one way to shuffle."""
    rows = []
    for row in summary.itertuples(index=False):
        cells = [row.status, SPAN, SPAN]
        if row.status == TRAINED:
            learned = row.least_training_accuracy >= LEARNED
            scores = [print_scored(row, "auc"), print_scored(row, "accuracy")] if learned else ["not learned", SPAN]
            cells = [*scores, print_training(row)]
        trained = f"{row.runs_trained} of {row.runs}"
        rows.append([split_unit(row.unit), row.dataset, classifier(row.model), trained, *cells])
    return pd.DataFrame(rows, columns=["Split unit", "Dataset", "Classifier", "Trained", "AUC", "Acc", TRAINING])
