"""Divide the images of each dataset into a training and a test part, and check the split."""

import logging

from bonescan.files import read_table, write_table
from bonescan.script import logged
from bonescan.split import check, divide


@logged
def main(snakemake):
    unit, draw = snakemake.wildcards.unit, snakemake.wildcards.draw
    lineage = read_table(snakemake.input.lineage)
    how = {key: snakemake.params[key] for key in ("ratio", "seed", "draw")}
    augmented = divide(lineage, unit, **how)
    original = divide(lineage[lineage["image"] == lineage["source"]], unit, **how)
    for dataset, split in {"D1": original, "D2": augmented, "D3": augmented}.items():
        check(split, unit)
        write_table(snakemake.output[dataset], split)
        logging.info("%s by %s, %s: %s", dataset, unit, draw, split["part"].value_counts().to_dict())


if __name__ == "__main__":
    main(snakemake)
