"""Scores of the networks by subtype, view, counts and, where the truth is known, contrast of the lesions; a table."""

from bonescan.files import read_table, read_tables
from bonescan.scoring.predictions import join_status, score_parts
from bonescan.scoring.subgroups import LEAST_PATIENTS, describe_views, score_subgroups
from bonescan.scoring.summary import count_runs
from bonescan.script import logged
from bonescan.tables.clinical_use import subgroups_table
from bonescan.tables.formats import save


@logged
def main(snakemake):
    params, given = snakemake.params, snakemake.input
    metrics = read_tables(given.metrics)
    predictions = join_status(read_tables(given.predictions), metrics)
    lesions = read_table(given.lesions) if given.lesions else None
    views = describe_views(read_table(given.cohort), read_table(given.scans), lesions)
    (scores,) = score_parts(predictions, params.seed, "subgroups", lambda part, rng: score_subgroups(part, views, rng))
    runs = count_runs(metrics)
    save(subgroups_table(scores, params.classifier, LEAST_PATIENTS, runs, params.provenance), snakemake.output.table)


if __name__ == "__main__":
    main(snakemake)
