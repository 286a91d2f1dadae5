"""Bring the counts of the augmented images to [0, 1]: dataset D2."""

import numpy as np

from bonescan.files import write_array
from bonescan.normalise import min_max
from bonescan.script import logged


@logged
def main(snakemake):
    images = np.load(snakemake.input.images, mmap_mode="r")
    write_array(snakemake.output.images, min_max(images, snakemake.params.over))


if __name__ == "__main__":
    main(snakemake)
