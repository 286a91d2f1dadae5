"""What is wrong with annotations, gathered: a folder's defects are told together, not one a run."""

import logging
from collections.abc import Iterable

TOLD = 10  # defects in an error's own text; the log has all

log = logging.getLogger(__name__)


class Defects(ValueError):
    """Annotations that cannot be counted.

    Parameters
    ----------
    lines : iterable of str
        One a defect: where, what was expected, what was found.

    Attributes
    ----------
    lines : list of str
    """

    def __init__(self, lines: Iterable[str]):
        self.lines = list(lines)
        told, more = self.lines[:TOLD], len(self.lines) - TOLD
        if len(self.lines) > 1:
            told = [f"annotations: {len(self.lines)} defects:", *told]
        super().__init__("\n  ".join([*told, *([f"and {more} more, all in the log"] if more > 0 else [])]))


def stop_at(defects: list[str]) -> None:
    """Write each defect to the log, then stop if there are any.

    Raises
    ------
    Defects
    """
    for defect in defects:
        log.error("%s", defect)
    if defects:
        raise Defects(defects)
