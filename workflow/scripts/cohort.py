"""Decide once who is in the cohort: the views that have a label and a crop that is kept."""

import logging

from bonescan.files import read_table, write_table
from bonescan.label.cohort import check_units, gather_cohort
from bonescan.script import logged


@logged
def main(snakemake):
    names = ("labels", "scans", "crop", "excluded")
    cohort = gather_cohort(*(read_table(getattr(snakemake.input, name)) for name in names))
    check_units(cohort, *(snakemake.params[key] for key in ("units", "ratio", "folds")))
    write_table(snakemake.output.cohort, cohort)
    logging.info("%d views of %d patients", len(cohort), cohort["patient"].nunique())


if __name__ == "__main__":
    main(snakemake)
