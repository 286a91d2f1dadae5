"""What tells a changed archive from an unchanged one while jobs are planned: names, sizes and times, no contents.

Also what stops the plan: a cohort's path or sheet that cannot be read.
"""

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from bonescan.ingest.archive import check_cohort, expand_folders, files_below, sheet_entries
from bonescan.ingest.sheet import Sheet, read_sheet
from bonescan.terms import CLASSES


@lru_cache(1)
def read_once(cohort: Path, state: str) -> Sheet:
    """Return what a sheet says, read once as long as its state is the same."""
    return read_sheet(cohort)


def check_plan(source: str, path: str | None, annotations: str | None) -> bool:
    """Tell whether a cohort has labels; stop before any job is planned if its sheet or folder cannot be read.

    A path at which nothing is stays with Snakemake: who has the results of an archive can go on without it.

    Parameters
    ----------
    source : {"phantom", "sheet", "folder", "both"}
    path : str or None
        The sheet or the folder.
    annotations : str or None
        The folder of annotations.

    Returns
    -------
    bool
        The phantom has labels, and so has whoever gives annotations, or a sheet with the column label or subtype.

    Raises
    ------
    ValueError
        One line.
    """
    if source == "phantom":
        return True
    try:
        return check_cohort_and_annotations(source, path, annotations)
    except OSError as error:
        raise ValueError(f"cohort: expected a path and annotations that can be read: {error.strerror}") from None


def check_cohort_and_annotations(source: str, path: str, annotations: str | None) -> bool:
    """Return what `check_plan` does, of a cohort that is not simulated."""
    if annotations and braced(annotations):
        raise ValueError("cohort.annotations: expected a path without { and }, which Snakemake takes for a wildcard")
    if annotations and Path(annotations).is_file():
        raise ValueError("cohort.annotations: expected a folder with one folder a reader, found a file")
    cohort = Path(path)
    if not cohort.exists() and not braced(path):
        return True
    check_cohort(source, cohort)
    if source == "folder":
        return bool(annotations)
    sheet = read_once(cohort, state_of([cohort]))
    if annotations:
        return True
    if "label" in sheet.columns:
        check_labels(sheet)
    return "label" in sheet.columns


def check_labels(sheet: Sheet) -> None:
    """Stop if all rows of a sheet have one and the same label: there is nothing to tell apart.

    Raises
    ------
    ValueError
    """
    numbers = Counter(row.cells["label"] for row in sheet.rows)
    for label, name in enumerate(CLASSES):
        if numbers[str(label)] == len(sheet.rows):
            raise ValueError(
                f"sheet: expected rows of both labels, 0 ({CLASSES[0]}) and 1 ({CLASSES[1]}), found {len(sheet.rows)} "
                f"{name} and no other; without the columns label and subtype a run goes as far as the crop"
            )


def braced(path: str) -> bool:
    """Tell whether Snakemake would take a part of a path for a wildcard."""
    return "{" in path


def tracked(path: str) -> str | list:
    """Return a path as an input of a rule; none for one with braces, which the rule's parameters track."""
    return [] if braced(path) else path


def archive_state(source: str, path: str | None) -> str | None:
    """Return a digest of the files that the user's sheet names or the user's folder holds; None for the phantom.

    A scan replaced or added makes `ingest` run again, though neither the sheet nor the folder's own time changed. Only
    files below the sheet's folder count, and no folder is searched that ingest would not take.

    Parameters
    ----------
    source : {"phantom", "sheet", "folder", "both"}
    path : str or None
        The sheet or the folder.
    """
    if source == "phantom":
        return None
    cohort = Path(path)
    try:
        check_cohort(source, cohort)
        return state_of([*archive_files(source, cohort), *([cohort] if braced(path) and cohort.is_file() else [])])
    except (OSError, ValueError):  # ingest will say what
        return None


def archive_files(source: str, cohort: Path) -> list[Path]:
    """Return the files of a cohort that are to be watched."""
    root = cohort if source == "folder" else cohort.parent
    if source == "sheet":
        entries = expand_folders(root, sheet_entries(read_once(cohort, state_of([cohort])), root))
        paths = [entry.path for entry in entries if not entry.refusal and not Path(entry.path).is_absolute()]
    else:
        paths = files_below(root)
    return [root / path for path in dict.fromkeys(paths)]


def annotations_state(folder: str | None) -> str | None:
    """Return a digest of the user's annotations: one that a reader changes makes `label` run again.

    Pictures count where there is XML: the masks of scribbles are among them.
    """
    if not folder:
        return None
    files = [*Path(folder).glob("*/*")]
    found = [path for path in files if path.suffix.lower() in (".json", ".xml")]
    if any(path.suffix.lower() == ".xml" for path in found):
        pictures = [*files, *Path(folder).glob("*/Masks/*")]
        found += [path for path in pictures if path.suffix.lower() == ".png"]
    return state_of(found)


def state_of(files: Iterable[Path]) -> str:
    """Return a digest of the names, sizes and times of those of the files that there are."""
    states = []
    for name in sorted(map(str, files)):
        try:
            found = os.stat(name)  # noqa: PTH116
        except (OSError, ValueError):
            continue
        if stat.S_ISREG(found.st_mode):
            states.append((name, found.st_size, found.st_mtime_ns))
    return hashlib.sha256(repr(states).encode("utf-8", "surrogateescape")).hexdigest()


def salt_mark() -> str | None:
    """Return what tells one salt of the environment from another, and nothing else of it.

    A salt of a file does not change.
    """
    salt = os.environ.get("BONESCAN_SALT")
    return salt and hashlib.sha256(f"mark of {salt}".encode()).hexdigest()[:8]
