"""Figure 7: the dense block, as built."""

import json
from pathlib import Path

from bonescan.figures.architecture import draw_dense
from bonescan.figures.style import save
from bonescan.script import logged


@logged
def main(snakemake):
    networks = json.loads(Path(snakemake.input.networks).read_text(encoding="utf-8"))
    save(draw_dense(networks, snakemake.params.provenance), snakemake.output.figure)


if __name__ == "__main__":
    main(snakemake)
