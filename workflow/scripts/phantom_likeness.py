"""The phantom beside the one real scan at hand, and a gallery of its patients."""

import logging

import numpy as np
import pydicom
from pydicom.data import get_testdata_file

from bonescan.chance import generator
from bonescan.figures.gallery import choose_patients, collect_exam, draw_gallery
from bonescan.figures.likeness import draw_likeness
from bonescan.figures.style import save as save_figure
from bonescan.files import read_table
from bonescan.phantom_quality.likeness import compare, curves, mark_regions, match, stoutness, undo_compression
from bonescan.phantom_quality.statistics import thin
from bonescan.script import logged
from bonescan.tables.formats import save
from bonescan.tables.phantom_quality import likeness_table

REAL = "JPGExtended.dcm"  # NEMA's sample NM1, in pydicom's test data


@logged
def main(snakemake):
    seed, provenance = snakemake.params.seed, snakemake.params.provenance
    scans = np.load(snakemake.input.scans, mmap_mode="r")
    truth = read_table(snakemake.input.table).merge(read_table(snakemake.input.truth), on="image", suffixes=("", "_t"))
    if len(truth) != len(scans):
        raise ValueError(f"expected the truth of {len(scans)} views, found that of {len(truth)}")

    real = pydicom.dcmread(get_testdata_file(REAL, download=False))
    spacing = float(real.PixelSpacing[0])
    real = thin(undo_compression(real.pixel_array), generator(seed, "phantom_quality", REAL))
    normal = truth.index[(truth["label"] == 0) & (truth["view"] == "anterior")]

    def thin_view(row):
        return thin(np.asarray(scans[row]), generator(seed, "phantom_quality", truth["image"][row]))

    matched = match(stoutness(real), {row: stoutness(thin_view(row)) for row in normal})
    found = [curves(thin_view(row), truth["pixel_spacing"][row]) for row in matched]
    real_curves = curves(real, spacing)
    compared, bands = compare(real_curves, found)
    save(likeness_table(compared, len(found), provenance), snakemake.output.likeness)
    nearest = mark_regions("phantom", thin_view(matched[0]), truth["pixel_spacing"][matched[0]])
    pictures = [mark_regions("real scan", real, spacing), nearest]
    figure = draw_likeness(pictures, real_curves, bands, compared, len(found), provenance)
    save_figure(figure, snakemake.output.comparison)

    lesions, foci = read_table(snakemake.input.lesions), read_table(snakemake.input.foci)
    chosen = {patient: truth[truth["patient"] == patient] for patient in choose_patients(truth)}
    exams = [collect_exam(patient, views, scans, lesions, foci) for patient, views in chosen.items()]
    save_figure(draw_gallery(exams, provenance), snakemake.output.gallery)
    for row in compared.itertuples():
        logging.info("%s: factor %.2f, worst at %s", row.curve, row.factor, row.worst_place)


if __name__ == "__main__":
    main(snakemake)
