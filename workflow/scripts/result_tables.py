"""Tables 6 to 9: metrics on the test parts, under every split unit."""

import logging

from bonescan.files import read_tables
from bonescan.script import logged
from bonescan.tables.formats import save
from bonescan.tables.results import result_table, table9
from bonescan.terms import TRAINED


@logged
def main(snakemake):
    summary = read_tables(snakemake.input.summaries)
    provenance = snakemake.params.provenance
    save(result_table("D1", summary, provenance), snakemake.output.table6)
    save(result_table("D2", summary, provenance), snakemake.output.table7)
    save(result_table("D3", summary, provenance), snakemake.output.table8)
    save(table9(summary, provenance), snakemake.output.table9)
    failed = summary[summary["status"] != TRAINED]
    logging.info("%d of %d networks have a result", len(summary) - len(failed), len(summary))


if __name__ == "__main__":
    main(snakemake)
