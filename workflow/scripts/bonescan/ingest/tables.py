"""The tables that ingest writes: one row a view, what was left out and why, the reports, and a summary of it all."""

import logging
import re

import pandas as pd

from bonescan.ingest.outcomes import Outcome, View
from bonescan.ingest.privacy import reason_withheld
from bonescan.ingest.refusal import Refusal

log = logging.getLogger(__name__)

FACTS = ["format", "origin", "matrix", "steps", "deidentified", "burned_in"]
SCAN_COLUMNS = ["image", "patient", "exam", "view", "source_file", "row", "frame", "sha256", "pixel_spacing", "counts"]
SCAN_COLUMNS += FACTS
REJECTED_COLUMNS = ["source_file", "row", "reason"]


def make_tables(
    outcomes: list[Outcome], labelled: tuple[str, ...], identifiers: list[tuple[str, int]] = ()
) -> dict[str, pd.DataFrame]:
    """Return the tables that ingest writes.

    Parameters
    ----------
    outcomes : list of Outcome
        One an entry.
    labelled : tuple of str
        Which of `label` and `subtype` the sheet has.
    identifiers : list of (str, int)
        What `patients.separate` found.

    Returns
    -------
    dict of str to DataFrame
        `table` (one row a view), `rejected` (what was left out, with the reason), `reports` (one row a view with a
        report), `summary` (item, value, number: what came in, what was left out and why, what was done to the pictures
        and what their headers say of their privacy).
    """
    found = [(outcome, one) for outcome in outcomes for one in outcome.found]
    views = [one for _, one in found if isinstance(one, View)]
    refused = [(outcome.source_file, outcome.row, str(one)) for outcome, one in found if isinstance(one, Refusal)]
    table = pd.DataFrame([view.row for view in views], columns=SCAN_COLUMNS + list(labelled))
    rejected = pd.DataFrame(refused, columns=REJECTED_COLUMNS)
    reports = [(view.row["image"], view.report) for view in views if view.report]
    rows = [("files", "read", len(outcomes)), ("views", "accepted", len(table))]
    rows += [
        (f"{name}s", "different", table.groupby(["patient", name][: 1 + (name == "exam")]).ngroups)
        for name in ("patient", "exam")
    ]
    rows += [("Patient IDs", text, number) for text, number in identifiers]
    rows += [("rejected", reason, number) for reason, number in count_reasons(rejected).items()]
    withheld = pd.Series([reason for _, report in reports if (reason := reason_withheld(report))], dtype=str)
    rows += [("reports", f"withheld: {reason}", number) for reason, number in withheld.value_counts().items()]
    for column in FACTS:
        rows += [(column, value or "none", number) for value, number in table[column].value_counts().items()]
    return {
        "table": table,
        "rejected": rejected,
        "reports": pd.DataFrame(reports, columns=["image", "report"]),
        "summary": pd.DataFrame(rows, columns=["item", "value", "number"]),
    }


def log_summary(summary: pd.DataFrame) -> None:
    """Tell what came in and what was left out; warn of what somebody should look at."""
    for row in summary.itertuples(index=False):
        warn = row.item == "Patient IDs" or (row.item, row.value) == ("burned_in", "yes")
        log.log(logging.WARNING if warn else logging.INFO, "%s, %s: %d", *row)


def count_reasons(rejected: pd.DataFrame) -> dict[str, int]:
    """Return how many were left out for each kind of reason, the commonest first."""
    return rejected["reason"].map(kind_of).value_counts().to_dict()


def kind_of(reason: str) -> str:
    """Return a reason for rejection without its particulars."""
    return re.sub(r"^frame \d+: ", "", reason).split(":")[0]
