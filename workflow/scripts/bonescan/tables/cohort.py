"""Tables 1 and 2: images by class."""

import pandas as pd

from bonescan.tables.formats import Section, Table
from bonescan.wording import SUBTYPE_NAMES


def print_ratio(ratio: float) -> str:
    """Return a share as the paper prints it, in percent with one decimal."""
    return "undefined" if pd.isna(ratio) else f"{ratio:.1%}"


def cohort_table(name: str, caption: str, counts: pd.DataFrame, provenance: dict) -> Table:
    """Lay out Table 1 or Table 2 from `bonescan.label.cohort.count_subtypes`."""
    printed = pd.DataFrame(
        {
            "": ["Samples", "Ratio"],
            **{
                SUBTYPE_NAMES[row.subtype]: [str(row.samples), print_ratio(row.ratio)]
                for row in counts.itertuples(index=False)
            },
        }
    )
    return Table(name, f"{caption} (n = {counts['samples'].sum()}).", counts, [Section(printed)], provenance)


def table1(counts: pd.DataFrame, provenance: dict) -> Table:
    """Lay out Table 1: whole-body images of the cohort by class."""
    caption = "Statistics of the image dataset of whole-body SPECT bone scans"
    return cohort_table("Table 1", caption, counts, provenance)


def table2(counts: pd.DataFrame, provenance: dict) -> Table:
    """Lay out Table 2: thoracic images by class after augmentation."""
    caption = "Overview of the augmented data of thoracic images"
    return cohort_table("Table 2", caption, counts, provenance)
