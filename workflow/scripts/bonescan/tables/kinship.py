"""What of the test part lies in training as well."""

import pandas as pd

from bonescan.scoring.kinship import BY_CHANCE, KIN, NEAR
from bonescan.tables.formats import Table
from bonescan.tables.intervals import BY_PATIENT, print_scored, sections
from bonescan.wording import part_name

GROUP_NAMES = {"all": "All", "normal": "Normal", "metastasis": "Metastasis"}


def print_expected(share: float) -> str:
    """Return an expected share with three decimals, five where it is near 1 but not 1."""
    if pd.isna(share):
        return "undefined"
    return f"{share:.5f}" if 0.999 <= share < 1 else f"{share:.3f}"


def kinship_table(shares: pd.DataFrame, draws: int, provenance: dict) -> Table:
    """Lay out the kinship, from `bonescan.scoring.kinship.summarise_kin`.

    Parameters
    ----------
    shares : DataFrame
        With unit and dataset.
    draws : int
        Draws of the split in the run; the first is shown.
    provenance : dict
    """

    def cells(row) -> list[str]:
        printed = [GROUP_NAMES[row.images], str(row.n), str(row.patients)]
        for name in KIN:
            printed.append(print_scored(row, name))
            if name in BY_CHANCE:
                printed.append(print_expected(getattr(row, f"{name}_expected")))
        return printed

    columns = ["Test images", "Images", "Patients", "Identical", "Near-identical"]
    columns += ["Sibling", "Sibling, expected", "Same patient", "Same patient, expected"]
    strangers = [
        f"{part_name(row.unit, row.dataset)}: {row.strangers} test images are near-identical with a training image of "
        "another patient. Is it one patient under two names?"
        for row in shares[(shares["images"] == "all") & (shares["strangers"] > 0)].itertuples(index=False)
    ]
    notes = [
        "An image counts in every column that holds for it, so that a column holds, as a rule, those to its left.",
        "Identical: the same pixels.",
        f"Near-identical: shifted by at most one pixel of the network's grid, a correlation of at least {NEAR}, about "
        "that of two recordings of one view.",
        "Sibling: made of the same view. Same patient: of any view of the patient.",
        "Expected: what a random split of these sizes gives on average (hypergeometric).",
        BY_PATIENT,
        *strangers,
        *([f"First of {draws} draws of the split."] if draws > 1 else []),
    ]
    caption = "Share of the test images with a relative in training."
    return Table("Kinship", caption, shares, sections(shares, columns, cells), provenance, notes)
