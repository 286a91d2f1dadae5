"""Figure 8: training accuracy of every classifier on every dataset."""

from pathlib import Path

import pandas as pd

from bonescan.figures.curves import draw_training
from bonescan.figures.style import save
from bonescan.files import read_table
from bonescan.script import logged


@logged
def main(snakemake):
    histories = {Path(path).parts[-5:-2]: pd.read_csv(path) for path in snakemake.input.histories}
    metrics = pd.concat(map(read_table, snakemake.input.metrics), ignore_index=True)
    save(draw_training(histories, metrics, snakemake.params.provenance), snakemake.output.figure)


if __name__ == "__main__":
    main(snakemake)
