"""The ledger of the paper's claims, laid out from `bonescan.scoring.claims.judge_claims`."""

import pandas as pd

from bonescan.scoring.claims import LEARNED, NOT_TESTABLE
from bonescan.tables.formats import Section, Table
from bonescan.tables.intervals import BY_PATIENT, print_difference, print_interval
from bonescan.wording import caveats, sort_units, split_unit


def claims_table(claims: pd.DataFrame, provenance: dict) -> Table:
    """Lay out the ledger, a section for each split unit."""
    units = sort_units(claims["unit"])
    sections = [Section(_rows(claims[claims["unit"] == unit]), f"Split by {split_unit(unit)}") for unit in units]
    sizes = claims.drop_duplicates("unit").set_index("unit")
    notes = [
        "Each verdict follows from its rule alone, on this cohort, scale and protocol. Of the paper's patients it says "
        "nothing.",
        BY_PATIENT,
        "Nothing is supported unless every network that the claim speaks of has a result. Where one network is enough, "
        "to contradict or to reach a number, its interval is at 95 % for all networks together (Bonferroni). Compared "
        f"are networks with a training accuracy of at least {LEARNED}, and datasets on original test images.",
        *(
            f"Split by {unit}: {sizes.patients[unit]} patients tested, trainings of a network: {sizes.trainings[unit]}."
            for unit in units
        ),
        *caveats(provenance),
    ]
    return Table("Claims", "What the paper claims, and what this run says to it.", claims, sections, provenance, notes)


def _rows(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the printed rows of one unit."""
    rows = []
    for claim in claims.itertuples(index=False):
        print_it = print_difference if claim.difference else print_interval
        found = "" if claim.verdict == NOT_TESTABLE else f": {print_it(claim.value, claim.low, claim.high)}"
        rows.append([claim.place, claim.text, f"{claim.what}{found}", claim.rule, claim.verdict])
    return pd.DataFrame(rows, columns=["Place", "Claim", "Evidence", "Supported if", "Verdict"])
