"""Which networks differ, what the test images are worth, and what choosing the best network does; three tables."""

from bonescan.files import read_tables
from bonescan.scoring.effective_size import score_effective_size, summarise_effective_sizes
from bonescan.scoring.optimism import score_optimism
from bonescan.scoring.paired import compare_pairs
from bonescan.scoring.predictions import TEST_PART, join_status, score_parts
from bonescan.scoring.summary import count_runs
from bonescan.script import logged
from bonescan.tables.formats import save
from bonescan.tables.network_tests import effective_sizes_table, optimism_table, pairs_table


@logged
def main(snakemake):
    seed, provenance = snakemake.params.seed, snakemake.params.provenance
    metrics = read_tables(snakemake.input.metrics)
    predictions = join_status(read_tables(snakemake.input.predictions), metrics)
    told = count_runs(metrics), provenance
    (pairs,) = score_parts(predictions, seed, "pairs", lambda part, rng: compare_pairs(part))
    save(pairs_table(pairs, *told), snakemake.output.pairs)
    (sizes,) = score_parts(predictions, seed, "effective sizes", score_effective_size)
    found = effective_sizes_table(sizes, summarise_effective_sizes(sizes, TEST_PART), *told)
    save(found, snakemake.output.effective_sizes)
    (optimism,) = score_parts(predictions, seed, "optimism", score_optimism)
    save(optimism_table(optimism, *told), snakemake.output.optimism)


if __name__ == "__main__":
    main(snakemake)
