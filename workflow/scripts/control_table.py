"""What each protocol reports when labels are shuffled and there is nothing to learn."""

import pandas as pd

from bonescan.files import read_table
from bonescan.script import logged
from bonescan.tables.control import control_table
from bonescan.tables.formats import save


@logged
def main(snakemake):
    summaries = [
        read_table(path).assign(shuffled=shuffled)
        for path, shuffled in zip(snakemake.input.summaries, snakemake.params.shuffled, strict=True)
    ]
    save(control_table(pd.concat(summaries, ignore_index=True), snakemake.params.provenance), snakemake.output.table)


if __name__ == "__main__":
    main(snakemake)
