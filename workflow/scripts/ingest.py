"""Read every scan of the cohort into one array of views; list what cannot be used, with the reason."""

import logging
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from bonescan.dicom import COLUMNS, ROWS
from bonescan.files import write_table
from bonescan.ingest import (
    REJECTED_COLUMNS,
    View,
    folder_entries,
    ingest,
    kind_of,
    scans_table,
    sheet_entries,
    write_stack,
)
from bonescan.script import logged

log = logging.getLogger("ingest")


def read_cohort(source: str, cohort: Path):
    """Return the cohort's folder, its entries, and which of label and subtype its sheet has."""
    if source == "folder":
        return cohort, folder_entries(cohort), ()
    separator = "," if cohort.suffix.lower() == ".csv" else "\t"
    sheet = pd.read_csv(cohort, sep=separator, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    return cohort.parent, sheet_entries(sheet), tuple(sheet.columns.intersection(["label", "subtype"]))


@logged
def main(snakemake):
    cohort = Path(snakemake.input.cohort)
    root, entries, labelled = read_cohort(snakemake.params.source, cohort)
    rows, rejected = [], []
    with write_stack(snakemake.output.scans, (ROWS, COLUMNS), np.uint16) as append:
        for outcome in ingest(root, entries):
            if isinstance(outcome, View):
                append(outcome.counts)
                rows.append(outcome.row)
            else:
                rejected.append(outcome)
        kinds = Counter(kind_of(rejection.reason) for rejection in rejected)
        if not rows:
            raise ValueError(f"{cohort.name}: expected scans, all {len(rejected)} were rejected: {dict(kinds)}")
    write_table(snakemake.output.table, scans_table(rows, labelled))
    write_table(snakemake.output.rejected, pd.DataFrame(rejected, columns=REJECTED_COLUMNS))
    log.info("%d views of %d files accepted, %d rejected", len(rows), len(entries), len(rejected))
    for name, number in kinds.most_common():
        log.info("rejected %d: %s", number, name)


if __name__ == "__main__":
    main(snakemake)
