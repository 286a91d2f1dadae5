"""Tables 3 to 5: the networks as built, the parameters of their training as configured."""

import json
import logging
from pathlib import Path

from bonescan.script import logged
from bonescan.tables.formats import save
from bonescan.tables.networks import table3, table4, table5


@logged
def main(snakemake):
    networks = json.loads(Path(snakemake.input.networks).read_text(encoding="utf-8"))
    provenance = snakemake.params.provenance
    save(table3(networks, provenance), snakemake.output.table3)
    save(table4(networks, provenance), snakemake.output.table4)
    save(table5(snakemake.params.training, provenance), snakemake.output.table5)
    logging.info("networks described: %s", ", ".join(networks))


if __name__ == "__main__":
    main(snakemake)
