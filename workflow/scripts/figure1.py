"""Figure 1: count surfaces of a normal and of a metastatic whole-body view."""

import logging

import numpy as np

from bonescan.figures.choice import choose, row_of
from bonescan.figures.style import save
from bonescan.figures.surfaces import draw_surfaces
from bonescan.files import read_table
from bonescan.label.masks import view_mask
from bonescan.script import logged


@logged
def main(snakemake):
    scans = np.load(snakemake.input.scans, mmap_mode="r")
    table = read_table(snakemake.input.table)
    findings = read_table(snakemake.input.findings)
    views = table[["image", "view"]].merge(read_table(snakemake.input.labels), on="image")

    panels = []
    for label, name in enumerate(("normal", "metastasis")):
        of_class = views[views["label"] == label]
        if of_class.empty:
            panels.append((f"no image of class {name}", None, None))
            continue
        image = choose(of_class, snakemake.params[name], view="posterior", subtype="multiple")
        counts = np.asarray(scans[row_of(table, image)])
        panels.append((f"{name}, {image}", counts, view_mask(findings, image, counts.shape, snakemake.params.votes)))
        logging.info("%s: %s", name, image)
    save(draw_surfaces(panels, snakemake.params.provenance), snakemake.output.figure)


if __name__ == "__main__":
    main(snakemake)
