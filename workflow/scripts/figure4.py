"""Figure 4: one thoracic image, mirrored, shifted and rotated."""

import logging

import numpy as np

from bonescan.figures.augmentation import draw_variants
from bonescan.figures.choice import CLEAR_CASE, choose, row_of
from bonescan.figures.findings import VIEW, thorax_mask
from bonescan.figures.style import save
from bonescan.files import read_table
from bonescan.label.masks import view_mask
from bonescan.script import logged


@logged
def main(snakemake):
    thorax = np.load(snakemake.input.thorax, mmap_mode="r")
    crop = read_table(snakemake.input.crop)
    views = crop.merge(read_table(snakemake.input.labels)[["image", "label", "subtype"]], on="image")
    findings = read_table(snakemake.input.findings)
    settings = snakemake.params.augment

    image = choose(views, snakemake.params.image, **CLEAR_CASE)
    row = row_of(crop, image)
    box = crop.iloc[row]
    counts = np.asarray(thorax[row])
    mask = thorax_mask(view_mask(findings, image, VIEW, snakemake.params.votes), box, counts.shape[0])
    greatest = settings["vertical"][1], settings["degrees"][1]
    save(draw_variants(counts, mask, *greatest, snakemake.params.provenance), snakemake.output.figure)
    logging.info("shown: %s", image)


if __name__ == "__main__":
    main(snakemake)
