"""The paper's claims beside our evidence, with a verdict each."""

import logging
from functools import partial

from bonescan.chance import generator
from bonescan.files import read_tables
from bonescan.scoring.claims import judge_claims
from bonescan.script import logged
from bonescan.tables.claims import claims_table
from bonescan.tables.formats import save


@logged
def main(snakemake):
    predictions, metrics = (read_tables(getattr(snakemake.input, name)) for name in ("predictions", "metrics"))
    # as in `evaluate.py`, so that a number has one interval
    claims = judge_claims(predictions, metrics, partial(generator, snakemake.params.seed, "evaluate"))
    save(claims_table(claims, snakemake.params.provenance), snakemake.output.claims)
    logging.info("%s", claims.groupby(["unit", "verdict"]).size().to_dict())


if __name__ == "__main__":
    main(snakemake)
