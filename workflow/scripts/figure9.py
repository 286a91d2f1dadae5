"""Figure 9: ROC curves of every classifier on every dataset."""

import pandas as pd

from bonescan.figures.curves import draw_roc
from bonescan.figures.style import save
from bonescan.files import read_table
from bonescan.scoring.roc import find_curves
from bonescan.scoring.summary import keep_first_run
from bonescan.script import logged


@logged
def main(snakemake):
    predictions = pd.concat(map(read_table, snakemake.input.predictions), ignore_index=True)
    metrics = pd.concat(map(read_table, snakemake.input.metrics), ignore_index=True)
    save(
        draw_roc(find_curves(keep_first_run(predictions)), metrics, snakemake.params.provenance),
        snakemake.output.figure,
    )


if __name__ == "__main__":
    main(snakemake)
