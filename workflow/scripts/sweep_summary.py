"""Score every training of the sweep on its validation part; a table and a figure."""

import pandas as pd

from bonescan.chance import generator
from bonescan.figures.style import save as save_figure
from bonescan.figures.sweep import draw_sweep
from bonescan.files import read_json, read_table
from bonescan.scoring.sweep import average_seeds, choose_best, compare, score_run
from bonescan.script import logged
from bonescan.tables.formats import save as save_table
from bonescan.tables.sweep import sweep_table


@logged
def main(snakemake):
    params = snakemake.params
    splits = dict(zip(params.datasets, map(read_table, snakemake.input.splits), strict=True))
    rows, validations = [], []
    for fit, probabilities in zip(snakemake.input.fits, snakemake.input.probabilities, strict=True):
        record = read_json(fit)
        split = splits[record["dataset"]]
        held = split[split["part"] == "test"].merge(read_table(probabilities), on="image", validate="one_to_one")
        validations.append(held)
        rows.append(score_run(record, held, generator(params.seed, "sweep", record["dataset"])))
    runs = pd.DataFrame(rows)
    compared = compare(runs, validations, generator(params.seed, "sweep", "difference"))
    described = params.model, params.unit, params.provenance
    save_table(sweep_table(runs, choose_best(runs), *described, compared), snakemake.output.table)
    save_figure(draw_sweep(runs, average_seeds(runs), *described), snakemake.output.figure)


if __name__ == "__main__":
    main(snakemake)
