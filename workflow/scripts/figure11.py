"""Figure 11: misclassified thoracic images of one classifier on D3, the readers' findings marked."""

import numpy as np

from bonescan.figures.choice import find_row, row_in_array
from bonescan.figures.curves import run_note
from bonescan.figures.findings import thorax_mask
from bonescan.figures.misclassified import draw_misclassified, make_picture
from bonescan.figures.style import save
from bonescan.files import read_table, read_tables
from bonescan.label.masks import view_mask
from bonescan.scoring.mistakes import find_mistakes
from bonescan.script import logged

IMAGES = 4  # per row of the figure


@logged
def main(snakemake):
    thorax = np.load(snakemake.input.thorax, mmap_mode="r")
    names = ("cohort", "crop", "lineage", "findings")
    cohort, crops, lineage, findings = (read_table(getattr(snakemake.input, name)) for name in names)
    predictions = read_tables(snakemake.input.predictions)
    metrics = read_tables(snakemake.input.metrics)
    model, votes = snakemake.params.classifier, snakemake.params.votes

    rows = find_mistakes(predictions, metrics, model, "D3", IMAGES)
    for key, found in rows.items():
        if isinstance(found, str):
            continue
        rows[key] = []
        for mistake in found.itertuples(index=False):
            variant, row = find_row(lineage, mistake.image), row_in_array(cohort, mistake.source, "thorax_row")
            marked = view_mask(findings, mistake.source, snakemake.params.shape, votes)
            mask = thorax_mask(marked, find_row(crops, mistake.source), thorax.shape[1])
            rows[key].append(make_picture(mistake, variant, np.asarray(thorax[row]), mask))
    figure = draw_misclassified(rows, model, IMAGES, snakemake.params.provenance, run_note(metrics))
    save(figure, snakemake.output.figure)


if __name__ == "__main__":
    main(snakemake)
