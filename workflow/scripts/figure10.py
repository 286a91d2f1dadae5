"""Figure 10: confusion matrices of one classifier on D2 and D3."""

from bonescan.figures.confusion import draw_confusion
from bonescan.figures.style import save
from bonescan.files import read_tables
from bonescan.script import logged


@logged
def main(snakemake):
    metrics = read_tables(snakemake.input.metrics)
    figure = draw_confusion(metrics, snakemake.params.classifier, snakemake.params.provenance)
    save(figure, snakemake.output.figure)


if __name__ == "__main__":
    main(snakemake)
