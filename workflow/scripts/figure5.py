"""Figure 5: the readers' annotation of one whole-body view."""

import logging

import numpy as np

from bonescan.figures.annotation import draw_annotation
from bonescan.figures.choice import choose, find_row, row_in_array
from bonescan.figures.style import save
from bonescan.files import read_table
from bonescan.label.masks import view_mask
from bonescan.script import logged

CLEAR_CASE = {"view": "posterior", "label": 1, "subtype": "multiple"}


@logged
def main(snakemake):
    source, params = snakemake.input, snakemake.params
    scans = np.load(source.scans, mmap_mode="r")
    cohort, labels, findings = (read_table(path) for path in (source.cohort, source.labels, source.findings))
    reports = read_table(source.reports).set_index("image")["report"]

    image = choose(cohort, params.image, **CLEAR_CASE)
    counts = np.asarray(scans[row_in_array(cohort, image, "scan_row")])
    label = find_row(labels, image)
    mask = view_mask(findings, image, counts.shape, params.votes)
    marks = findings[findings["image"] == image]
    report = reports.get(image, "")
    save(draw_annotation(counts, marks, mask, label, params.votes, params.provenance, report), snakemake.output.figure)
    logging.info("shown: %s", image)


if __name__ == "__main__":
    main(snakemake)
