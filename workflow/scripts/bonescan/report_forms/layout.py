"""The forms as text: Markdown for readers; the checklist also as a table for machines."""

import pandas as pd

from bonescan.report_forms.claim import SOURCE
from bonescan.report_forms.facts import Facts
from bonescan.tables.formats import Section, Table
from bonescan.wording import caveats


def checklist_table(checklist: pd.DataFrame, facts: Facts) -> Table:
    """Lay out the checklist of `bonescan.report_forms.claim.fill_checklist`, a section at a time."""
    shown = pd.DataFrame(
        {
            "No.": checklist["number"].astype(str),
            "Topic": checklist["topic"],
            "From the run": checklist["answer"],
            "File": checklist["file"],
            "Open": [f"open: {text}" if text else "" for text in checklist["open"]],
        }
    )
    sections = [Section(shown.loc[rows.index], name) for name, rows in checklist.groupby("section", sort=False)]
    left = int((checklist["open"] != "").sum())
    caption = (
        f"Checklist for Artificial Intelligence in Medical Imaging, 2024 update: {left} of {len(checklist)} items "
    )
    notes = [
        *caveats(dict(facts.provenance)),
        f"Topics in our own short words; the wording is that of {SOURCE}.",
        "What no file of the run says stands under Open, for the authors of a report to state.",
    ]
    return Table(
        "CLAIM checklist", f"{caption}leave something open.", checklist, sections, dict(facts.provenance), notes
    )


def card_text(sections: dict[str, list[str]], facts: Facts) -> str:
    """Return a model card of `bonescan.report_forms.model_card.fill_card` as Markdown."""
    blocks = ["# Model card", " ".join(caveats(dict(facts.provenance)))]
    for heading, lines in sections.items():
        blocks += [f"## {heading}", "\n".join(f"- {line}" for line in lines)]
    return "\n\n".join(filter(None, blocks)) + "\n"
