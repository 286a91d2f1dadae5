"""What the paper's split was worth: each network under the units in pairs; a table and a figure."""

from bonescan.chance import generator
from bonescan.figures.leak import draw_leak
from bonescan.figures.style import save as save_figure
from bonescan.files import read_tables
from bonescan.scoring.leak import measure_leaks
from bonescan.scoring.summary import replication
from bonescan.script import logged
from bonescan.tables.formats import save as save_table
from bonescan.tables.leak import leak_table


@logged
def main(snakemake):
    predictions, metrics = (read_tables(getattr(snakemake.input, name)) for name in ("predictions", "metrics"))
    leaks = measure_leaks(predictions, metrics, generator(snakemake.params.seed, "leak"))
    told = replication(metrics), snakemake.params.provenance
    save_table(leak_table(leaks, *told), snakemake.output.table)
    save_figure(draw_leak(leaks, *told), snakemake.output.figure)


if __name__ == "__main__":
    main(snakemake)
