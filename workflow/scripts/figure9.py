"""Figure 9: ROC curves of every classifier on every dataset."""

from bonescan.figures.curves import draw_roc
from bonescan.figures.style import save
from bonescan.files import read_tables
from bonescan.scoring.roc import find_curves
from bonescan.scoring.summary import keep_first_run
from bonescan.script import logged


@logged
def main(snakemake):
    names = ("predictions", "metrics", "summaries")
    predictions, metrics, summary = (read_tables(getattr(snakemake.input, name)) for name in names)
    curves = find_curves(keep_first_run(predictions))
    save(draw_roc(curves, metrics, summary, snakemake.params.provenance), snakemake.output.figure)


if __name__ == "__main__":
    main(snakemake)
