"""Keep what a run leaves: its settings, and the digest of every file from the scans to the tables."""

import logging
from pathlib import Path

from bonescan.files import write_json, write_table
from bonescan.provenance.digests import digest_files
from bonescan.script import logged


@logged
def main(snakemake):
    folder = Path(snakemake.output.digests).parent.parent
    digests = digest_files(snakemake.input, folder)
    write_table(snakemake.output.digests, digests)
    write_json(snakemake.output.settings, snakemake.params.settings)
    logging.info("%d files", len(digests))


if __name__ == "__main__":
    main(snakemake)
