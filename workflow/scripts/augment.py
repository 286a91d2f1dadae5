"""Augment the thoracic images to the class counts of Table 2, or in its proportions, at the scale's size."""

import logging

import numpy as np

from bonescan.augment import block_mean, plan, share_counts, transform
from bonescan.files import read_table, write_stack, write_table
from bonescan.script import logged


@logged
def main(snakemake):
    cohort = read_table(snakemake.input.cohort)
    thorax = np.load(snakemake.input.thorax, mmap_mode="r")
    row_of_source = dict(zip(cohort["image"], cohort["thorax_row"], strict=True))

    settings = dict(snakemake.params.augment)
    if settings["counts"] == "auto":
        originals = cohort["subtype"].value_counts(sort=False).to_dict()
        settings["counts"] = share_counts(originals, *snakemake.params.paper)
        logging.info("in the paper's proportions, originals %s become %s", originals, settings["counts"])
    lineage = plan(cohort, **settings, seed=snakemake.params.seed)
    block = snakemake.params.block
    size = thorax.shape[1] // block
    # not through a memory map: on a full disk it ends the process without a word
    with write_stack(snakemake.output.images, (size, size), np.float32) as append:
        for variant in lineage.itertuples():
            source = thorax[row_of_source[variant.source]].astype(np.float32)
            augmented = transform(source, variant.mirrored, variant.operation, variant.amount)
            append(block_mean(augmented, block).astype(np.float32))
    write_table(snakemake.output.lineage, lineage)
    logging.info("%d images from %d: %s", len(lineage), len(cohort), lineage["subtype"].value_counts().to_dict())


if __name__ == "__main__":
    main(snakemake)
