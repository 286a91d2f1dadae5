"""What came of the entries of a cohort."""

from typing import NamedTuple

import numpy as np

from bonescan.ingest.privacy import Digests
from bonescan.ingest.refusal import Refusal


class View(NamedTuple):
    """One accepted view: its row of `scans.tsv`, its counts, the report given for it."""

    row: dict
    counts: np.ndarray
    report: str = ""


class Outcome(NamedTuple):
    """What came of one entry.

    Attributes
    ----------
    source_file, row : str
        How tables name its file, and its line in the sheet.
    found : list of View or Refusal
    known : dict of str to (str, int)
        The identities that its file holds, from `privacy.digests`.
    """

    source_file: str
    row: str
    found: list[View | Refusal]
    known: Digests

    @property
    def views(self) -> list[View]:
        """Those of what was found that are views."""
        return [one for one in self.found if isinstance(one, View)]

    def without_counts(self) -> "Outcome":
        """Return the same in little memory."""
        return self._replace(found=[one._replace(counts=None) if isinstance(one, View) else one for one in self.found])


def kept_views(before: list[Outcome], after: list[Outcome]) -> list[bool]:
    """Tell of each view of some outcomes, in order, whether it still is one in the same outcomes later."""
    return [
        isinstance(now, View)
        for old, new in zip(before, after, strict=True)
        for was, now in zip(old.found, new.found, strict=True)
        if isinstance(was, View)
    ]
