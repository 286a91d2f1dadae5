"""Figure 8: training accuracy of every classifier on every dataset."""

import pandas as pd

from bonescan.figures.curves import draw_training
from bonescan.figures.style import save
from bonescan.files import read_json, read_tables
from bonescan.scoring.summary import KEYS
from bonescan.script import logged


@logged
def main(snakemake):
    runs = [tuple(read_json(fit)[key] for key in KEYS) for fit in snakemake.input.fits]
    histories = dict(zip(runs, map(pd.read_csv, snakemake.input.histories), strict=True))
    metrics = read_tables(snakemake.input.metrics)
    save(draw_training(histories, metrics, snakemake.params.provenance), snakemake.output.figure)


if __name__ == "__main__":
    main(snakemake)
