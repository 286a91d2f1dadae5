"""Crop the thorax from each whole-body view; one row per view records what the five stages found."""

import logging

import numpy as np
import pandas as pd

from bonescan.chance import generator
from bonescan.crop import crop_row, crop_thorax
from bonescan.crop.background import fill_with_background
from bonescan.crop.flags import exclude, flag_frames
from bonescan.files import read_table, write_stack, write_table
from bonescan.ingest.accepted import explain_rejections
from bonescan.script import logged

log = logging.getLogger("crop")


@logged
def main(snakemake):
    scans = np.load(snakemake.input.scans, mmap_mode="r")
    table = read_table(snakemake.input.table)
    if table.empty:
        raise ValueError(explain_rejections(read_table(snakemake.input.rejected)))
    if len(scans) != len(table):
        raise ValueError(f"crop: expected one view a row, found {len(scans)} views and {len(table)} rows")
    settings, seed = snakemake.params.crop, snakemake.params.seed
    rows = []
    for view, scan in zip(scans, table.to_dict("records"), strict=True):
        crop = crop_thorax(np.asarray(view), generator(seed, "crop", scan["image"]), **settings)
        rows.append({name: scan[name] for name in ("image", "patient", "exam", "view")} | crop_row(crop))
    crops = flag_frames(pd.DataFrame(rows))
    log.info("%d views cropped, %d flagged", len(crops), int(crops["flag"].sum()))
    for reason, number in crops.loc[crops["flag"] == 1, "reason"].value_counts().items():
        log.info("flagged %d: %s", number, reason)

    kept, excluded = exclude(crops, snakemake.params.untrusted)
    log.info("%d excluded", len(excluded))
    size, row_of_image = settings["size"], dict(zip(table["image"], range(len(table)), strict=True))
    with write_stack(snakemake.output.thorax, (size, size), np.uint16) as append:
        for crop in kept.itertuples():
            box, corner = (crop.row0, crop.row1, crop.col0, crop.col1), (crop.paste_row, crop.paste_col)
            append(fill_with_background(np.asarray(scans[row_of_image[crop.image]]), crop.thr_n, box, corner, size))
    write_table(snakemake.output.table, kept)
    write_table(snakemake.output.excluded, excluded)


if __name__ == "__main__":
    main(snakemake)
