"""Figure 3: profile, fitted curve, first and second derivatives and landmarks of one posterior view."""

import logging

import numpy as np

from bonescan.chance import generator
from bonescan.crop import crop_thorax
from bonescan.figures.choice import CLEAR_CASE, choose, row_of
from bonescan.figures.crop_stages import draw_profile
from bonescan.figures.style import save
from bonescan.files import read_table
from bonescan.script import logged


@logged
def main(snakemake):
    scans = np.load(snakemake.input.scans, mmap_mode="r")
    table = read_table(snakemake.input.table)
    labels = read_table(snakemake.input.labels)[["image", "label", "subtype"]]

    image = choose(table.merge(labels, on="image"), snakemake.params.image, **CLEAR_CASE)
    view = np.asarray(scans[row_of(table, image)])
    # the same draw as in the crop itself
    crop = crop_thorax(view, generator(snakemake.params.seed, "crop", image), **snakemake.params.crop)
    save(draw_profile(crop, image, snakemake.params.provenance), snakemake.output.figure)
    logging.info("shown: %s", image)


if __name__ == "__main__":
    main(snakemake)
