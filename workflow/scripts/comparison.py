"""Every number of the paper's Tables 1, 2 and 6 to 9 beside ours."""

import logging

import pandas as pd

from bonescan.files import read_table
from bonescan.script import logged
from bonescan.tables.comparison import compare, comparison_table
from bonescan.tables.formats import save
from bonescan.tables.results import summarise


@logged
def main(snakemake):
    published = pd.read_table(snakemake.input.published, dtype=str, keep_default_na=False)
    labels, lineage = read_table(snakemake.input.labels), read_table(snakemake.input.lineage)
    # views whose crop was excluded have left the cohort
    labels = labels[labels["image"].isin(lineage["source"])]
    subtypes = {"Table 1": labels["subtype"], "Table 2": lineage["subtype"]}
    summary = summarise(pd.concat(map(read_table, snakemake.input.metrics), ignore_index=True))
    cells = compare(published, subtypes, summary)
    save(comparison_table(cells, summary, snakemake.params.provenance), snakemake.output.comparison)
    logging.info("%d published cells compared", len(cells))


if __name__ == "__main__":
    main(snakemake)
