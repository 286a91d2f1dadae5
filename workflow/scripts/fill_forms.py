"""Fill the CLAIM checklist and a model card from what the run left; what no file says stays open."""

import logging

from bonescan.files import read_json, read_table, read_tables, write_text
from bonescan.report_forms.claim import fill_checklist
from bonescan.report_forms.facts import Facts
from bonescan.report_forms.layout import card_text, checklist_table
from bonescan.report_forms.model_card import fill_card
from bonescan.script import logged
from bonescan.tables.formats import save

TABLES = ("scans", "rejected", "crops", "excluded", "cohort", "lineage")


@logged
def main(snakemake):
    given = snakemake.input
    facts = Facts(
        settings=snakemake.params.settings,
        provenance=snakemake.params.provenance,
        **{name: read_table(getattr(given, name)) for name in TABLES},
        agreement=read_json(given.agreement),
        summary=read_tables(given.summaries),
        networks=read_json(given.networks),
        fits=[read_json(path) for path in given.fits],
    )
    checklist = fill_checklist(facts)
    save(checklist_table(checklist, facts), snakemake.output.checklist)
    write_text(snakemake.output.card, card_text(fill_card(facts), facts))
    left = checklist["open"] != ""
    logging.info("%d of %d items leave something open", left.sum(), len(left))


if __name__ == "__main__":
    main(snakemake)
