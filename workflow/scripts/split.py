"""Divide the images of each dataset into a training and a test part, and check the split."""

import logging

from bonescan.files import read_table, write_table
from bonescan.script import logged
from bonescan.split import check, divide


@logged
def main(snakemake):
    unit = snakemake.wildcards.unit
    lineage = read_table(snakemake.input.lineage)
    augmented = divide(lineage, unit, snakemake.params.ratio, snakemake.params.seed)
    originals = lineage[lineage["image"] == lineage["source"]]
    original = divide(originals, unit, snakemake.params.ratio, snakemake.params.seed)
    for dataset, split in {"D1": original, "D2": augmented, "D3": augmented}.items():
        check(split, unit)
        write_table(snakemake.output[dataset], split)
        logging.info("%s by %s: %s", dataset, unit, split["part"].value_counts().to_dict())


if __name__ == "__main__":
    main(snakemake)
