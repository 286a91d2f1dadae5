"""Figure 1: count surfaces of a normal and of a metastatic whole-body view."""

import logging

import numpy as np

from bonescan.figures.choice import choose, row_in_array
from bonescan.figures.style import save
from bonescan.figures.surfaces import draw_surfaces
from bonescan.files import read_table
from bonescan.label.masks import view_mask
from bonescan.script import logged
from bonescan.terms import CLASSES


@logged
def main(snakemake):
    scans = np.load(snakemake.input.scans, mmap_mode="r")
    cohort, findings = read_table(snakemake.input.cohort), read_table(snakemake.input.findings)

    panels = []
    for label, name in enumerate(CLASSES):
        of_class = cohort[cohort["label"] == label]
        if of_class.empty:
            panels.append((f"no image of class {name}", None, None))
            continue
        image = choose(of_class, snakemake.params[name], view="posterior", subtype="multiple")
        counts = np.asarray(scans[row_in_array(cohort, image, "scan_row")])
        panels.append((f"{name}, {image}", counts, view_mask(findings, image, counts.shape, snakemake.params.votes)))
        logging.info("%s: %s", name, image)
    save(draw_surfaces(panels, snakemake.params.provenance), snakemake.output.figure)


if __name__ == "__main__":
    main(snakemake)
