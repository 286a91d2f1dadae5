"""A finished run on the disk: its files, their digests, its settings, and how far the check goes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from bonescan.files import read_table
from bonescan.provenance.links import DIFFERS, MISSING, UNCHECKED, VERIFIED, Link, sha256_of

DIGESTS = "provenance/digests.tsv"
SETTINGS = "provenance/settings.json"


@dataclass
class Run:
    """A run whose tables are traced.

    Attributes
    ----------
    folder : Path
        Of the scale, such as `results/desk`.
    scale, cohort : str
        As the tables say.
    settings : mapping
        The config of the run.
    paper : mapping
        `config.yaml` as the workflow has it.
    published : Path
        The paper's numbers.
    fit_code : str
        Digest of the code that decides weights, as it stands now.
    scans : Path or None
        Folder that the source files are named from.
    names : mapping of str to str
        Path below `scans` of each file's token; empty where the token is the path.
    sample : int or None
        Views of a step that are made again, and ten times as many images; None for all.
    predict : bool
        Let the networks read their test images again.
    """

    folder: Path
    scale: str
    cohort: str
    settings: Mapping
    paper: Mapping
    published: Path
    fit_code: str
    scans: Path | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    sample: int | None = 20
    predict: bool = False

    def __post_init__(self):
        self._digests: dict[str, str] = {}
        self._tables: dict[str, pd.DataFrame] = {}
        self.data_digests: dict[tuple[str, str], str] = {}
        self.prepared = False  # the backend

    @property
    def provenance(self) -> dict[str, str]:
        """What stands on every table."""
        return {"cohort": self.cohort, "scale": self.scale}

    @property
    def phantom(self) -> bool:
        return self.cohort == "phantom"

    @cached_property
    def left(self) -> dict[str, str]:
        """The digests that the run left, by file; empty where it left none."""
        path = self.folder / DIGESTS
        return dict(read_table(path)[["file", "sha256"]].to_numpy()) if path.exists() else {}

    def path(self, file: str) -> Path:
        return self.folder / file

    def sha256(self, file: str) -> str:
        """Return the digest of a file of the run; empty where it is not there."""
        if file not in self._digests:
            self._digests[file] = sha256_of(self.path(file)) if self.path(file).is_file() else ""
        return self._digests[file]

    def changed(self, file: str) -> bool:
        """Tell whether a file is not as the run left it; False where that is not known."""
        return file in self.left and self.left[file] != self.sha256(file)

    def table(self, file: str) -> pd.DataFrame:
        """Return a table of the run, read once."""
        if file not in self._tables:
            self._tables[file] = read_table(self.path(file))
        return self._tables[file]

    def array(self, file: str) -> np.ndarray:
        return np.load(self.path(file), mmap_mode="r")

    def absent(self, *files: str) -> list[str]:
        """Return which of some files are not there."""
        return [file for file in files if not self.path(file).exists()]

    def pick(self, rows: Iterable[int], *files: str, times: int = 1) -> np.ndarray:
        """Return the rows that are made again: all where they are few or a file has changed, else a sample.

        The sample is spread evenly, so that every call takes the same; `times` is how often `sample` it holds.
        """
        rows = np.unique(np.fromiter(rows, dtype=int))
        number = len(rows) if self.sample is None else times * self.sample
        if len(rows) <= number or any(map(self.changed, files)):
            return rows
        return rows[np.linspace(0, len(rows) - 1, number).round().astype(int)]

    def link(self, step: str, file: str, what: str, reason: str | None, needs: Iterable[str] = ()) -> Link:
        """Return a link.

        Parameters
        ----------
        reason : str or None
            Why the file does not follow from what lies before it; empty where it does, None where nobody looked.
        needs : iterable of str
            Files without which nobody can look.
        """
        sha256, changed = self.sha256(file), self.changed(file)
        if not sha256:
            return Link(step, file, "", MISSING, what, f"{file} is not there", file in self.left)
        verdict = UNCHECKED if reason is None else DIFFERS if reason else VERIFIED
        if reason is None and (gone := self.absent(*needs)):
            reason = f"{', '.join(gone)} is not there"
        if changed:
            verdict, reason = DIFFERS, "; ".join(filter(None, ["changed since the run", reason]))
        elif verdict == UNCHECKED and file in self.left:
            verdict, what = VERIFIED, "; ".join(filter(None, [what, "as the run left it"]))
        return Link(step, file, sha256, verdict, what, reason or "", changed)
