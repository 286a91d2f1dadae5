"""What the spots of the phantom's views tell, beside published figures."""

import logging

from bonescan.chance import generator
from bonescan.files import read_table
from bonescan.phantom_quality.spots import gather_spots, judge_spots
from bonescan.script import logged
from bonescan.tables.formats import save
from bonescan.tables.phantom_quality import spots_table


@logged
def main(snakemake):
    views, lesions, foci = (read_table(snakemake.input[name]) for name in ("views", "lesions", "foci"))
    rng = generator(snakemake.params.seed, "phantom_quality", "spots")
    judged = judge_spots(gather_spots(lesions, foci, views), views, rng)
    save(spots_table(judged, snakemake.params.provenance), snakemake.output.spots)
    for row in judged[judged["met"] == "no"].itertuples():
        logging.warning("%s: %.3f, aim %s", row.measure, row.value, row.aim)


if __name__ == "__main__":
    main(snakemake)
