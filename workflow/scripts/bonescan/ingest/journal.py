"""What an interrupted ingest has done already, so that the next one goes on from there."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from bonescan.files import stack_header
from bonescan.ingest.archive import Entry
from bonescan.ingest.outcomes import Outcome, View
from bonescan.ingest.privacy import pseudonym, seal, unseal
from bonescan.ingest.refusal import Refusal


def entry_state(entry: Entry, root: Path, salt: bytes) -> str:
    """Return a keyed digest of a cohort's entry and of its file's size and time."""
    try:
        stat = (root / entry.path).stat()
        state = stat.st_size, stat.st_mtime_ns
    except (OSError, ValueError):
        state = None
    return pseudonym(salt, "Entry", repr((entry, state)))


class Journal:
    """Views and outcomes of the entries done so far, in two files of which nobody reads a word without the salt.

    A report may still hold another patient's name: that is known when all files are read.

    Parameters
    ----------
    views : Path
        The `.npy` file that grows, shape (n, *shape), uint16.
    log : Path
        One line an entry.
    stamp : str
        Of the code and the settings: another stamp begins anew.
    shape : tuple of int
    salt : bytes
    """

    def __init__(self, views: Path, log: Path, stamp: str, shape: tuple[int, int], salt: bytes):
        self.paths, self.shape, self.salt, self.count = (views, log), shape, salt, 0
        for path in self.paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        self.views, self.log = open(views, "r+b"), open(log, "r+b")  # noqa: SIM115
        self.size = 2 * int(np.prod(shape))
        first = self.log.readline()
        if first != (line := json.dumps(stamp).encode() + b"\n"):
            self.log.seek(0)
            self.log.truncate()
            self.log.write(line)
        self.start = stack_header(self.views, shape, np.uint16)

    def recall(self, states: list[str]) -> Iterator[Outcome]:
        """Yield the outcomes of the first entries that are as they were, without counts; what follows is forgotten."""
        self.views.seek(0, os.SEEK_END)
        room = (self.views.tell() - self.start) // self.size
        good = self.log.tell()
        for state, line in zip(states, self.log, strict=False):
            try:
                was, source_file, entry_row, rows, reasons, known = json.loads(unseal(line.rstrip(b"\n"), self.salt))
            except ValueError:  # the run was killed while it wrote the line
                break
            if was != state or self.count + len(rows) > room:
                break
            self.count += len(rows)
            good += len(line)
            known = {digest: (name, far) for digest, (name, far) in known.items()}
            found = [View(row, None, report) for row, report in rows] + [Refusal(reason) for reason in reasons]
            yield Outcome(source_file, entry_row, found, known)
        self.log.seek(good)
        self.log.truncate()
        self.views.seek(self.start + self.count * self.size)
        self.views.truncate()

    def add(self, state: str, outcome: Outcome) -> None:
        """Write the outcome of one entry."""
        for view in outcome.views:
            if view.counts.shape != self.shape or view.counts.dtype != np.uint16:
                raise ValueError(f"expected {self.shape} uint16, found {view.counts.shape} {view.counts.dtype}")
            self.views.write(np.ascontiguousarray(view.counts, dtype="<u2").tobytes())
        self.views.flush()
        rows = [(view.row, view.report) for view in outcome.views]
        reasons = [str(found) for found in outcome.found if isinstance(found, Refusal)]
        line = [state, outcome.source_file, outcome.row, rows, reasons, outcome.known]
        self.log.write(seal(json.dumps(line), self.salt).encode() + b"\n")
        self.log.flush()
        self.count += len(outcome.views)

    def forget(self) -> None:
        """Let the next run begin anew: all entries are done, and what fails now would fail again."""
        self.paths[1].unlink()

    def finish(self, path, kept: Sequence[bool]) -> None:
        """Rename the views to `path`, without those that are not kept."""
        if not all(kept):
            self._drop(kept)
        if stack_header(self.views, self.shape, np.uint16, self.count) != self.start:
            raise RuntimeError(f"the header of {self.count} arrays is longer than that of none")
        self.views.flush()
        os.fsync(self.views.fileno())
        self.paths[0].replace(path)

    def _drop(self, kept: Sequence[bool]) -> None:
        """Move the views that are kept to the front, one by one, and cut off the rest."""
        for number, (place, _) in enumerate((place, keep) for place, keep in enumerate(kept) if keep):
            self.views.seek(self.start + place * self.size)
            view = self.views.read(self.size)
            self.views.seek(self.start + number * self.size)
            self.views.write(view)
        self.count = sum(kept)
        self.views.truncate(self.start + self.count * self.size)

    def close(self) -> None:
        self.views.close()
        self.log.close()


@contextmanager
def open_journal(folder: Path, stamp: str, shape: tuple[int, int], salt: bytes) -> Iterator[Journal]:
    """Open the journal of a folder of outputs, and close it however the block ends."""
    journal = Journal(folder / ".scans.part", folder / ".journal.part", stamp, shape, salt)
    try:
        yield journal
    finally:
        journal.close()
