"""Figure 11: misclassified thoracic images of one classifier on D3, the readers' findings marked."""

import numpy as np
import pandas as pd

from bonescan.augment import transform
from bonescan.figures.choice import row_of
from bonescan.figures.curves import seed_note
from bonescan.figures.findings import VIEW, thorax_mask, view_mask
from bonescan.figures.misclassified import Picture, draw_misclassified, mistakes, title_of
from bonescan.figures.style import save
from bonescan.script import logged

IMAGES = 4  # a row of the figure


@logged
def main(snakemake):
    thorax = np.load(snakemake.input.thorax, mmap_mode="r")
    crop = pd.read_table(snakemake.input.crop)
    lineage = pd.read_table(snakemake.input.lineage)
    findings = pd.read_table(snakemake.input.findings)
    predictions = pd.concat(map(pd.read_table, snakemake.input.predictions), ignore_index=True)
    metrics = pd.concat(map(pd.read_table, snakemake.input.metrics), ignore_index=True)

    def picture(mistake):
        variant = lineage.iloc[row_of(lineage, mistake.image)]
        row = row_of(crop, variant.source)
        counts = np.asarray(thorax[row], dtype=float)
        marked = view_mask(findings, variant.source, VIEW, snakemake.params.votes)
        marked = thorax_mask(marked, crop.iloc[row], len(counts)).astype(float)
        change = variant.mirrored, variant.operation, variant.amount
        mask = transform(marked, *change) > 0.5
        return Picture(title_of(mistake, variant), transform(counts, *change), mask)

    model = snakemake.params.classifier
    rows = {
        key: found if isinstance(found, str) else [picture(row) for row in found.itertuples(index=False)]
        for key, found in mistakes(predictions, metrics, model, "D3", IMAGES).items()
    }
    figure = draw_misclassified(rows, model, IMAGES, snakemake.params.provenance, seed_note(metrics))
    save(figure, snakemake.output.figure)


if __name__ == "__main__":
    main(snakemake)
