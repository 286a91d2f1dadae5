"""Figure 2: the five stages of the crop on one view."""

import logging

import numpy as np

from bonescan.figures.crop_stages import draw_stages
from bonescan.figures.recrop import crop_again
from bonescan.figures.style import save
from bonescan.files import read_table
from bonescan.script import logged


@logged
def main(snakemake):
    files, params = snakemake.input, snakemake.params
    cohort, crops = read_table(files.cohort), read_table(files.crop)
    scans = np.load(files.scans, mmap_mode="r")
    image, view, crop = crop_again(scans, cohort, crops, params.image, params.crop, params.seed)
    save(draw_stages(view, crop, image, params.provenance), snakemake.output.figure)
    logging.info("shown: %s", image)


if __name__ == "__main__":
    main(snakemake)
