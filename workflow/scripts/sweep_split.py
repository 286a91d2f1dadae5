"""Cut a validation part from the training part of a split, by the same unit; the test part is left out."""

import logging

from bonescan.files import read_table, write_table
from bonescan.script import logged
from bonescan.split import check, divide


@logged
def main(snakemake):
    unit = snakemake.wildcards.unit
    split = read_table(snakemake.input.split)
    training = split[split["part"] == "train"].drop(columns="part")
    validation = divide(training, unit, snakemake.params.ratio, snakemake.params.seed)
    check(validation, unit)
    write_table(snakemake.output.split, validation)
    logging.info("by %s, test for validation: %s", unit, validation["part"].value_counts().to_dict())


if __name__ == "__main__":
    main(snakemake)
