"""Tables 1 and 2: images by class, before and after augmentation."""

import logging

from bonescan.files import read_table
from bonescan.script import logged
from bonescan.tables.cohort import table1, table2
from bonescan.tables.formats import save


@logged
def main(snakemake):
    lineage = read_table(snakemake.input.lineage)
    labels = read_table(snakemake.input.labels)
    # views whose crop was excluded have left the cohort
    labels = labels[labels["image"].isin(lineage["source"])]
    save(table1(labels, snakemake.params.provenance), snakemake.output.table1)
    save(table2(lineage, snakemake.params.provenance), snakemake.output.table2)
    logging.info("%d whole-body and %d thoracic images counted", len(labels), len(lineage))


if __name__ == "__main__":
    main(snakemake)
