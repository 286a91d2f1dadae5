"""Every number of the paper's Tables 1, 2 and 6 to 9 beside ours."""

import logging

import pandas as pd

from bonescan.files import read_table, read_tables
from bonescan.scoring.comparison import compare
from bonescan.script import logged
from bonescan.tables.comparison import comparison_table
from bonescan.tables.formats import save


@logged
def main(snakemake):
    published = pd.read_table(snakemake.input.published, dtype=str, keep_default_na=False)
    cohort, lineage = read_table(snakemake.input.cohort), read_table(snakemake.input.lineage)
    subtypes = {"Table 1": cohort["subtype"], "Table 2": lineage["subtype"]}
    summary = read_tables(snakemake.input.summaries)
    cells = compare(published, subtypes, summary)
    save(comparison_table(cells, summary, snakemake.params.provenance), snakemake.output.comparison)
    logging.info("%d published cells compared", len(cells))


if __name__ == "__main__":
    main(snakemake)
