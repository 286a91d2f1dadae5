"""The standard reader's learning curve beside published points."""

import pandas as pd

from bonescan.figures.learning import draw_curve
from bonescan.figures.style import save as save_figure
from bonescan.files import read_json, read_table
from bonescan.phantom_quality.learning import summarise_trainings
from bonescan.script import logged
from bonescan.tables.formats import save as save_table
from bonescan.tables.phantom_quality import learning_table


@logged
def main(snakemake):
    runs = pd.DataFrame([read_json(path) for path in snakemake.input.results])
    published = read_table(snakemake.input.published)
    curve = summarise_trainings(runs)
    save_table(learning_table(curve, published, snakemake.params.provenance), snakemake.output.table)
    save_figure(draw_curve(curve, published, snakemake.params.provenance), snakemake.output.figure)


if __name__ == "__main__":
    main(snakemake)
