"""What the networks would be worth in use: operating points, predictive values, decision curves."""

from bonescan.figures.clinical_use import draw_decision_curves, draw_predictive_values
from bonescan.figures.style import save as save_figure
from bonescan.files import read_tables, write_table
from bonescan.scoring.predictions import join_status, score_parts
from bonescan.scoring.summary import count_runs
from bonescan.scoring.use import score_use
from bonescan.script import logged
from bonescan.tables.clinical_use import points_table, predictive_table
from bonescan.tables.formats import save as save_table


@logged
def main(snakemake):
    params, output = snakemake.params, snakemake.output
    metrics = read_tables(snakemake.input.metrics)
    predictions = join_status(read_tables(snakemake.input.predictions), metrics)
    points, predictive, curves = score_parts(predictions, params.seed, "use", score_use)
    told = count_runs(metrics), params.provenance
    save_table(points_table(points, *told), output.points)
    save_table(predictive_table(predictive, *told), output.predictive)
    write_table(output.curves, curves)
    save_figure(draw_decision_curves(points, curves, params.classifier, *told), output.decision)
    save_figure(draw_predictive_values(points, predictive, params.classifier, *told), output.values)


if __name__ == "__main__":
    main(snakemake)
