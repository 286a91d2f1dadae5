"""Figure 4: one thoracic image, mirrored, shifted and rotated."""

import logging

import numpy as np

from bonescan.figures.augmentation import draw_variants
from bonescan.figures.choice import CLEAR_CASE, choose, find_row, row_in_array
from bonescan.figures.findings import thorax_mask
from bonescan.figures.style import save
from bonescan.files import read_table
from bonescan.label.masks import view_mask
from bonescan.script import logged


@logged
def main(snakemake):
    thorax = np.load(snakemake.input.thorax, mmap_mode="r")
    cohort, crops, findings = (read_table(getattr(snakemake.input, name)) for name in ("cohort", "crop", "findings"))
    params = snakemake.params

    views = cohort.merge(crops[["image", "flag"]], on="image")
    image = choose(views, params.image, **CLEAR_CASE)
    box = find_row(crops, image)
    counts = np.asarray(thorax[row_in_array(cohort, image, "thorax_row")])
    mask = thorax_mask(view_mask(findings, image, params.shape, params.votes), box, counts.shape[0])
    save(draw_variants(counts, mask, params.vertical, params.degrees, params.provenance), snakemake.output.figure)
    logging.info("shown: %s", image)


if __name__ == "__main__":
    main(snakemake)
