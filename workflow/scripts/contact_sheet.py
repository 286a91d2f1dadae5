"""Every crop of the cohort with its box on the whole body, flagged ones first."""

import logging

import numpy as np
import pandas as pd

from bonescan.figures.contact_sheet import draw_sheet, order, save_pages
from bonescan.files import read_table
from bonescan.script import logged


@logged
def main(snakemake):
    scans = np.load(snakemake.input.scans, mmap_mode="r")
    row_of_image = {image: row for row, image in enumerate(read_table(snakemake.input.table)["image"])}
    left = read_table(snakemake.input.excluded).assign(reason=lambda rows: "excluded: " + rows["reason"])
    crops = order(pd.concat([left, read_table(snakemake.input.crop)], ignore_index=True))
    crops["reason"] = crops["reason"].fillna("")
    flagged = int(crops["flag"].sum())
    note = f"{len(crops)} crops, {flagged} flagged (orange, first), each view on its own scale."

    def picture_of(crop):
        return crop.image, np.asarray(scans[row_of_image[crop.image]])

    drawn = draw_sheet(crops, picture_of, scans.shape[1:], snakemake.params.provenance, note)
    count = save_pages(drawn, snakemake.output.pdf, snakemake.output.png)
    logging.info("%d crops on %d pages, %d flagged", len(crops), count, flagged)


if __name__ == "__main__":
    main(snakemake)
