"""Whether the networks' probabilities mean what they say; a table and the reliability diagram."""

from bonescan.figures.clinical_use import draw_reliability
from bonescan.figures.style import save as save_figure
from bonescan.files import read_tables
from bonescan.scoring.calibration import score_calibration
from bonescan.scoring.predictions import join_status, score_parts
from bonescan.scoring.summary import count_runs
from bonescan.script import logged
from bonescan.tables.clinical_use import calibration_table
from bonescan.tables.formats import save as save_table


@logged
def main(snakemake):
    params = snakemake.params
    metrics = read_tables(snakemake.input.metrics)
    predictions = join_status(read_tables(snakemake.input.predictions), metrics)
    scores, curve = score_parts(predictions, params.seed, "calibration", score_calibration)
    told = count_runs(metrics), params.provenance
    save_table(calibration_table(scores, *told), snakemake.output.table)
    save_figure(draw_reliability(scores, curve, params.classifier, *told), snakemake.output.figure)


if __name__ == "__main__":
    main(snakemake)
