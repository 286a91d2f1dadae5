"""Share of test images with an identical, near-identical, sibling or same-patient image in training; a table."""

import numpy as np
import pandas as pd

from bonescan.files import read_table
from bonescan.scoring.kinship import expect_kin, find_kin, summarise_kin
from bonescan.script import logged
from bonescan.tables.formats import save
from bonescan.tables.leak import kinship_table


@logged
def main(snakemake):
    counts, normalised = snakemake.input.counts, snakemake.input.normalised
    parts = []
    for (unit, dataset), path in zip(snakemake.params.parts, snakemake.input.splits, strict=True):
        images, split = np.load(normalised if dataset == "D2" else counts, mmap_mode="r"), read_table(path)
        kin = summarise_kin(find_kin(images, split), expect_kin(split, unit))
        parts.append(pd.DataFrame({"unit": unit, "dataset": dataset}, index=kin.index).join(kin))
    shares = pd.concat(parts, ignore_index=True)
    save(kinship_table(shares, snakemake.params.draws, snakemake.params.provenance), snakemake.output.table)


if __name__ == "__main__":
    main(snakemake)
