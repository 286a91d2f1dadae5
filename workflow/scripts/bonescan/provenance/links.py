"""One link of the chain: a file, its digest, and whether it follows from what lies before it."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

VERIFIED, DIFFERS, MISSING, UNCHECKED = VERDICTS = ("verified", "differs", "missing", "not checked")
"""Made again and the same; made again and another, or changed since the run; not there; shown, but not made again."""


@dataclass(frozen=True)
class Link:
    """One link.

    Attributes
    ----------
    step : str
        What it is, such as `predictions`.
    file : str
        The file that holds it, below the run's folder; empty where it lies in no file of the run.
    sha256 : str
        Of the whole file; empty where there is none.
    verdict : str
        One of `VERDICTS`.
    what : str
        What was looked at, with counts.
    reason : str
        Why the verdict is not `verified`.
    changed : bool
        The file is not as the run left it.
    """

    step: str
    file: str
    sha256: str
    verdict: str
    what: str
    reason: str = ""
    changed: bool = False

    def plain(self) -> dict:
        """Return the link as plain data."""
        return asdict(self)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hexadecimal digits."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def find_culprits(links: Iterable[Link]) -> list[Link]:
    """Return where a chain breaks: the files changed since the run, else the link next to the pixels that differs.

    Without either, what is missing.

    Parameters
    ----------
    links : iterable of Link
        From the cell to the pixels: what lies before a link comes after it.
    """
    broken = [link for link in links if link.verdict in (DIFFERS, MISSING)]
    changed = list({link.file: link for link in broken if link.changed}.values())
    return changed or [link for link in broken if link.verdict == DIFFERS][-1:] or broken


def is_whole(links: Iterable[Link]) -> bool:
    """Tell whether nothing differs and nothing is missing."""
    return not any(link.verdict in (DIFFERS, MISSING) for link in links)
