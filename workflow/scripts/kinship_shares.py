"""Share of test images with a relative in training, from the same pixels to the same patient; a table and a figure."""

import numpy as np
import pandas as pd

from bonescan.figures.kinship import draw_kinship
from bonescan.figures.style import save as save_figure
from bonescan.files import read_table
from bonescan.scoring.kinship import expect_kin, find_kin, summarise_kin
from bonescan.script import logged
from bonescan.tables.formats import save as save_table
from bonescan.tables.kinship import kinship_table


@logged
def main(snakemake):
    counts, normalised = snakemake.input.counts, snakemake.input.normalised
    parts = []
    for (unit, dataset), path in zip(snakemake.params.parts, snakemake.input.splits, strict=True):
        images, split = np.load(normalised if dataset == "D2" else counts, mmap_mode="r"), read_table(path)
        kin = summarise_kin(find_kin(images, split), expect_kin(split, unit))
        parts.append(pd.DataFrame({"unit": unit, "dataset": dataset}, index=kin.index).join(kin))
    shares = pd.concat(parts, ignore_index=True)
    told = snakemake.params.draws, snakemake.params.provenance
    save_table(kinship_table(shares, *told), snakemake.output.table)
    save_figure(draw_kinship(shares, *told), snakemake.output.figure)


if __name__ == "__main__":
    main(snakemake)
