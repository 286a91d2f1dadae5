"""Image statistics of every phantom view beside the bands of real scans."""

import logging

import numpy as np
import pandas as pd

from bonescan.chance import generator
from bonescan.files import read_table, write_table
from bonescan.phantom_quality.statistics import judge, measure
from bonescan.script import logged
from bonescan.tables.formats import save
from bonescan.tables.phantom_quality import bands_table


@logged
def main(snakemake):
    scans = np.load(snakemake.input.scans, mmap_mode="r")
    table = read_table(snakemake.input.table)
    rows = []
    for view, scan in zip(scans, table.to_dict("records"), strict=True):
        rng = generator(snakemake.params.seed, "phantom_quality", scan["image"])
        row = {name: scan[name] for name in ("image", "patient", "view")}
        rows.append(row | measure(np.asarray(view), scan["pixel_spacing"], rng))
    measured = pd.DataFrame(rows)
    judged = judge(measured, pd.read_csv(snakemake.input.bands, sep="\t"))
    write_table(snakemake.output.statistics, measured)
    save(bands_table(judged, snakemake.params.provenance), snakemake.output.bands)
    for band in judged[judged["met"] == "no"].itertuples():
        logging.warning("%s: %.1f %% of %d views inside", band.name, 100 * band.inside, band.n)


if __name__ == "__main__":
    main(snakemake)
