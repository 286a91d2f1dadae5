"""A training's state between two epochs, from which a killed training resumes."""

import json
import logging
import time
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bonescan.files import remove_leftovers, write_whole

logger = logging.getLogger(__name__)

INTERVAL = 20.0
"""Least seconds between two writings."""

UNREADABLE = (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error)
"""What NumPy raises on a damaged file."""

WRITING = 0.05
"""Greatest share of the time that may go into writing."""


@dataclass
class Checkpoint:
    """A file that holds a training between two epochs, written when writing is cheap beside the training.

    Parameters
    ----------
    path : Path
        The file, `.npz`; its folder is made when needed.
    settings : dict
        What identifies the training: a file with other settings is not resumed from.
    """

    path: Path
    settings: dict
    _due: float = field(default=0.0, init=False)

    def __post_init__(self):
        self._due = time.monotonic() + INTERVAL

    def load(self, variables: list, epochs: int) -> list[dict]:
        """Set `variables` to the stored ones and return the history up to there; [] if nothing usable is stored.

        A state of more than `epochs` epochs is not usable. Leftovers of a killed writing are removed.
        """
        remove_leftovers(self.path.parent)
        if not self.path.exists():
            return []
        try:
            with np.load(self.path, allow_pickle=False) as file:
                stored = dict(file)  # all or nothing: a damaged file must not change some of the variables
        except UNREADABLE as error:
            logger.warning("%s cannot be read, %s: starting afresh", self.path, error)
            return []
        if stored["settings"].item() != self._signature():
            logger.warning("%s belongs to a training with other settings: starting afresh", self.path)
            return []
        history = json.loads(stored["history"].item())
        if len(history) > epochs:
            logger.warning("%s went on for more than %d epochs: starting afresh", self.path, epochs)
            return []
        for index, variable in enumerate(variables):
            variable.assign(stored[f"variable{index}"])
        return history

    def save_if_due(self, variables: list, history: list[dict]) -> None:
        """Write the file, whole or not at all, unless the last writing is too recent.

        On a full disk the checkpoint is lost, not the training.
        """
        start = time.monotonic()
        if start < self._due:
            return
        arrays = {f"variable{index}": np.asarray(variable) for index, variable in enumerate(variables)}
        try:
            with write_whole(self.path) as temporary:
                np.savez(temporary, settings=self._signature(), history=json.dumps(history), **arrays)
        except OSError as error:
            logger.warning("no checkpoint after epoch %d: %s", len(history), error)
        end = time.monotonic()
        self._due = end + max(INTERVAL, (end - start) / WRITING)

    def remove(self) -> None:
        """Remove the file, what killed writings have left, and the folder if it is then empty."""
        self.path.unlink(missing_ok=True)
        remove_leftovers(self.path.parent)
        if self.path.parent.is_dir() and not any(self.path.parent.iterdir()):
            self.path.parent.rmdir()

    def _signature(self) -> str:
        return json.dumps(self.settings, sort_keys=True)
