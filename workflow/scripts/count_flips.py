"""How many decisions flip when the test images have other counts; a table and a figure."""

from bonescan.figures.count_scale import draw_flips
from bonescan.figures.style import save as save_figure
from bonescan.files import read_tables
from bonescan.scoring.count_scale import score_flips
from bonescan.scoring.predictions import score_parts
from bonescan.script import logged
from bonescan.tables.count_scale import flips_table
from bonescan.tables.formats import save as save_table


@logged
def main(snakemake):
    params, output = snakemake.params, snakemake.output
    predictions = read_tables(snakemake.input.predictions)
    (flips,) = score_parts(predictions, params.seed, "count_scale", score_flips)
    save_table(flips_table(flips, params.runs, params.provenance), output.table)
    save_figure(draw_flips(flips, params.runs, params.provenance), output.figure)


if __name__ == "__main__":
    main(snakemake)
