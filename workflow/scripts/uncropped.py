"""Take thoracic images that need no crop as they are, in place of the crop's output."""

import logging

import numpy as np

from bonescan.files import read_table, write_array, write_table
from bonescan.ingest.accepted import explain_rejections
from bonescan.script import logged


@logged
def main(snakemake):
    pictures = np.load(snakemake.input.scans, mmap_mode="r")
    table = read_table(snakemake.input.table)[["image", "patient", "exam", "view"]]
    if table.empty:
        raise ValueError(explain_rejections(read_table(snakemake.input.rejected)))
    _, rows, columns = pictures.shape
    box = {"row0": 0, "row1": rows, "col0": 0, "col1": columns, "paste_row": 0, "paste_col": 0}
    whole = table.assign(**box, sigma=0, counts_kept=1.0, flag=0, reason="")
    write_array(snakemake.output.thorax, pictures)
    write_table(snakemake.output.table, whole)
    write_table(snakemake.output.excluded, whole.head(0))  # none is judged, so none is left out
    logging.info("%d images taken as they are", len(whole))


if __name__ == "__main__":
    main(snakemake)
