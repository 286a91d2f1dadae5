"""Decisions that flip when the test images have other counts."""

import pandas as pd

from bonescan.scoring.count_scale import SCALED, SCALED_BACK, THINNED
from bonescan.tables.formats import Table
from bonescan.tables.intervals import BY_PATIENT, or_status, print_scored, print_signed, sections, sizes
from bonescan.wording import caveats, classifier, first_run

CHANGE_NAMES = {SCALED: "multiplied by {:g}", THINNED: "thinned to {:g}", SCALED_BACK: "thinned to {:g}, scaled back"}


def flips_table(flips: pd.DataFrame, runs: int, provenance: dict) -> Table:
    """Lay out the flips, from `bonescan.scoring.count_scale.score_flips`.

    Parameters
    ----------
    flips : DataFrame
        With unit and dataset.
    runs : int
        Trainings of a network; the first is shown.
    provenance : dict
    """
    columns = ["Classifier", "Test images", "Flips", "To metastasis", "To normal", "AUC", "AUC change"]
    printed = sections(
        flips,
        columns,
        lambda row: [
            classifier(row.model),
            *or_status(
                row,
                lambda: [
                    CHANGE_NAMES[row.change].format(row.factor),
                    *(print_scored(row, name) for name in ("flips", "to_metastasis", "to_normal")),
                    "undefined" if pd.isna(row.auc) else f"{row.auc:.3f}",
                    print_signed(row, "auc_change"),
                ],
                len(columns) - 1,
            ),
        ],
        "Classifier",
    )
    notes = [
        BY_PATIENT,
        *sizes(flips),
        "Flips: share of the test images whose decision is another than on the image as it is.",
        "Multiplied: counts times a factor, not rounded; noise and signal alike. Thinned: each recorded count kept "
        "with this probability, as in a shorter scan. Scaled back: divided by it, so that the noise alone is new.",
        *([f"Thinned images: mean over {int(flips['draws'].max())} draws."] if flips["draws"].max() > 1 else []),
        "AUC change: against the images as they are, paired.",
        *first_run(runs),
        *caveats(provenance),
    ]
    caption = "Do decisions depend on the counts of a scan?"
    return Table("Count scale", caption, flips, printed, provenance, notes)
