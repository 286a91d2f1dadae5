"""Tables 1 and 2: images by class, before and after augmentation."""

import logging

from bonescan.files import read_table
from bonescan.label.cohort import count_subtypes
from bonescan.script import logged
from bonescan.tables.cohort import table1, table2
from bonescan.tables.formats import save


@logged
def main(snakemake):
    cohort, lineage = read_table(snakemake.input.cohort), read_table(snakemake.input.lineage)
    save(table1(count_subtypes(cohort["subtype"]), snakemake.params.provenance), snakemake.output.table1)
    save(table2(count_subtypes(lineage["subtype"]), snakemake.params.provenance), snakemake.output.table2)
    logging.info("%d whole-body and %d thoracic images counted", len(cohort), len(lineage))


if __name__ == "__main__":
    main(snakemake)
