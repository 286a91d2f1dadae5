"""Figure 3: profile, fitted curve, first and second derivatives and landmarks of one posterior view."""

import logging

import numpy as np
import pandas as pd

from bonescan.chance import generator
from bonescan.crop import crop_thorax
from bonescan.figures.choice import choose, row_of
from bonescan.figures.crop_stages import draw_profile
from bonescan.figures.style import save
from bonescan.script import logged


@logged
def main(snakemake):
    scans = np.load(snakemake.input.scans, mmap_mode="r")
    table = pd.read_table(snakemake.input.table)
    labels = pd.read_table(snakemake.input.labels)[["image", "label", "subtype"]]

    wishes = {"view": "posterior", "flag": 0, "label": 1, "subtype": "spinal"}
    image = choose(table.merge(labels, on="image"), snakemake.params.image, **wishes)
    view = np.asarray(scans[row_of(table, image)])
    # the same draw as in the crop itself
    crop = crop_thorax(view, generator(snakemake.params.seed, "crop", image), **snakemake.params.crop)
    save(draw_profile(crop, image, snakemake.params.provenance), snakemake.output.figure)
    logging.info("shown: %s", image)


if __name__ == "__main__":
    main(snakemake)
