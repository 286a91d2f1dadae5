"""What tells a changed archive from an unchanged one while jobs are planned: names, sizes and times, no contents."""

import csv
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path


def archive_state(source: str, path: str | None) -> str | None:
    """Return a digest of the files that the user's sheet names or the user's folder holds; None for the phantom.

    A scan replaced or added makes `ingest` run again, though neither the sheet nor the folder's own time changed.

    Parameters
    ----------
    source : {"phantom", "sheet", "folder", "both"}
    path : str or None
        The sheet or the folder.
    """
    if source == "phantom":
        return None
    cohort = Path(path)
    if source == "sheet":
        with open(cohort, newline="", encoding="utf-8-sig") as sheet:
            rows = csv.DictReader(sheet, delimiter="," if cohort.suffix.lower() == ".csv" else "\t")
            files = [cohort.parent / (row.get("path") or "") for row in rows]
    else:
        files = [cohort if cohort.is_dir() else cohort.parent]
    files += [Path(root) / name for folder in files for root, _, names in os.walk(folder) for name in names]
    return state_of(files)


def annotations_state(folder: str | None) -> str | None:
    """Return a digest of the user's annotations: one that a reader changes makes `label` run again."""
    if not folder:
        return None
    return state_of([*Path(folder).glob("*/*.json"), *Path(folder).glob("*/*.xml")])


def state_of(files: Iterable[Path]) -> str:
    """Return a digest of the names, sizes and times of those of the files that there are."""
    stats = [(str(file), file.stat()) for file in sorted(files) if file.is_file()]
    states = [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]
    return hashlib.sha256(repr(states).encode()).hexdigest()


def salt_mark() -> str | None:
    """Return what tells one salt of the environment from another, and nothing else of it.

    A salt of a file does not change.
    """
    salt = os.environ.get("BONESCAN_SALT")
    return salt and hashlib.sha256(f"mark of {salt}".encode()).hexdigest()[:8]
