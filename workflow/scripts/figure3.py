"""Figure 3: profile, fitted curve, first and second derivatives and landmarks of one posterior view."""

import logging

import numpy as np

from bonescan.figures.crop_stages import draw_profile
from bonescan.figures.recrop import crop_again
from bonescan.figures.style import save
from bonescan.files import read_table
from bonescan.script import logged


@logged
def main(snakemake):
    files, params = snakemake.input, snakemake.params
    cohort, crops = read_table(files.cohort), read_table(files.crop)
    scans = np.load(files.scans, mmap_mode="r")
    image, _, crop = crop_again(scans, cohort, crops, params.image, params.crop, params.seed)
    save(draw_profile(crop, image, params.provenance), snakemake.output.figure)
    logging.info("shown: %s", image)


if __name__ == "__main__":
    main(snakemake)
