"""Figure 10: confusion matrices of one classifier on D2 and D3."""

import pandas as pd

from bonescan.figures.confusion import draw_confusion
from bonescan.figures.style import save
from bonescan.files import read_table
from bonescan.script import logged


@logged
def main(snakemake):
    metrics = pd.concat(map(read_table, snakemake.input.metrics), ignore_index=True)
    figure = draw_confusion(metrics, snakemake.params.classifier, snakemake.params.provenance)
    save(figure, snakemake.output.figure)


if __name__ == "__main__":
    main(snakemake)
