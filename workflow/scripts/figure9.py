"""Figure 9: ROC curves of every classifier on every dataset."""

from bonescan.figures.curves import draw_roc
from bonescan.figures.style import save
from bonescan.files import read_tables
from bonescan.scoring.roc import find_curves
from bonescan.scoring.summary import keep_first_run
from bonescan.script import logged


@logged
def main(snakemake):
    predictions = read_tables(snakemake.input.predictions)
    metrics = read_tables(snakemake.input.metrics)
    save(
        draw_roc(find_curves(keep_first_run(predictions)), metrics, snakemake.params.provenance),
        snakemake.output.figure,
    )


if __name__ == "__main__":
    main(snakemake)
