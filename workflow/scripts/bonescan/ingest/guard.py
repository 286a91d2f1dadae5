"""The last look before anything is written: no identity of any file of the cohort stands in what another one gives."""

import logging
import re
from collections.abc import Iterable
from pathlib import Path

from bonescan.ingest.identities import FULL
from bonescan.ingest.outcomes import Outcome, View
from bonescan.ingest.privacy import (
    Digests,
    elsewhere,
    reason_withheld,
    replace_hits,
    search,
    search_written,
    withhold,
)
from bonescan.ingest.refusal import Refusal
from bonescan.ingest.words import Index

log = logging.getLogger(__name__)

STAMP = re.compile(r"^[\d-]+ [\d:,]+ [A-Z]+ ")  # of a log's line: `bonescan.script.FORMAT`


def known_of(outcomes: list[Outcome]) -> Digests:
    """Return the identities of all files, each as far as any file asks."""
    known: Digests = {}
    for outcome in outcomes:
        for digest, (name, far) in outcome.known.items():
            if digest not in known or known[digest][1] < far:
                known[digest] = name, far
    return known


def guard_outcomes(outcomes: list[Outcome], index: Index, own: frozenset[str], given: bool) -> list[Outcome]:
    """Return the outcomes without an identity in them.

    A report in which another patient is named, by full name or number, is withheld; a name's part, a date, an
    institution is taken out of it. A view whose given patient or exam holds an identity is refused.

    Parameters
    ----------
    outcomes : list of Outcome
    index : Index
        Of the identities of all files, from `known_of`.
    own : set of str
        The workflow's own words, in lower case.
    given : bool
        Names of patients and exams are the sheet's own.
    """
    cells: dict[str, str | None] | None = {} if given else None
    guarded = []
    for outcome in outcomes:
        found = []
        for one in outcome.found:
            if isinstance(one, View):
                one = _guard_view(one, index, own, cells)
            elif search_written(str(one), index, own):
                one = Refusal(str(one).split(":")[0])
                one = Refusal("withheld") if search_written(str(one), index, own) else one
            found.append(one)
        guarded.append(outcome._replace(found=found))
    return guarded


def _guard_view(view: View, index: Index, own: frozenset[str], cells: dict | None) -> View | Refusal:
    """Return a view with a report that may be written, or why it is refused; `cells` keeps what was looked up."""
    for column in () if cells is None else ("patient", "exam"):
        cell = str(view.row[column])
        if cell not in cells:
            # no word of the workflow stands in a name of the sheet: whatever is found there is an identity
            hits = search_written(cell, index, frozenset()) or [hit for hit in search(cell, index) if hit.far == FULL]
            cells[cell] = hits[0].name if hits else None
        if cells[cell]:
            return Refusal(f"{column} in the sheet: expected a pseudonym, found the {cells[cell]} of another file")
    return view._replace(report=guard_report(view.report, index, own))


def guard_report(report: str, index: Index, own: frozenset[str]) -> str:
    """Return a report that holds no identity of another file, or that it is withheld."""
    if not report or reason_withheld(report):
        return report
    hits = elsewhere(report, search(report, index, own))
    if any(hit.far == FULL for hit in hits):
        return withhold("it names another patient of the cohort")
    return replace_hits(report, hits)


def guard_logs(paths: Iterable[str], index: Index, own: frozenset[str]) -> None:
    """Overwrite the lines of logs that hold an identity, and say of how many."""
    for path in paths:
        if hidden := guard_log(Path(path), index, own):
            log.warning("%d lines of the log are withheld", hidden)


def guard_log(path: Path, index: Index, own: frozenset[str]) -> int:
    """Overwrite the lines of a log that hold an identity, in their place; return how many.

    The numbers and the time stamps in it are the workflow's own.
    """
    found = 0
    with open(path, "r+b") as log:
        place = 0
        for line in log.read().splitlines(keepends=True):
            text = STAMP.sub("", line.decode("utf-8", "replace"))
            if search_written(text, index, own):
                log.seek(place)
                log.write(b"-" * len(line.rstrip(b"\r\n")))
                found += 1
            place += len(line)
    return found
