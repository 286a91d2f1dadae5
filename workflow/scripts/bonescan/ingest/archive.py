"""Which files a cohort has: those of a sheet, of a folder with or without DICOMDIR, or of both."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd

from bonescan.ingest.refusal import Unsuitable

SHEET_COLUMNS = ("path", "patient", "exam", "view", "label", "subtype", "report")
MAXIMUM_BYTES = 64 * 2**20  # eight whole-body frames take 4 MiB


def cohort_entries(source: str, cohort: Path, listed: Callable[[Path], list[str] | str]):
    """Return a cohort's folder, its entries, and which of the columns label and subtype its sheet has.

    Parameters
    ----------
    source : {"phantom", "sheet", "folder", "both"}
    cohort : Path
        The folder, or the sheet: TSV or, by its suffix, CSV.
    listed : callable
        As in `folder_entries`.

    Raises
    ------
    ValueError
        A folder is to be searched in which this run works: it would find what it has written itself.
    """
    searched = {"folder": cohort, "both": cohort.parent}.get(source)
    if searched and Path.cwd().is_relative_to(searched.resolve()):
        raise ValueError("cohort.path: expected a folder without the working directory in it; see --directory")
    if source == "folder":
        return cohort, folder_entries(cohort, listed), ()
    separator = "," if cohort.suffix.lower() == ".csv" else "\t"
    sheet = pd.read_csv(cohort, sep=separator, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    root, labelled = cohort.parent, tuple(sheet.columns.intersection(["label", "subtype"]))
    entries = expanded(root, sheet_entries(sheet))
    if source == "both":
        entries = joined(entries, folder_entries(root, listed), also=cohort.name)
    return root, entries, labelled


def sheet_entries(sheet: pd.DataFrame) -> list[dict]:
    """Return one entry a row of a sheet, with all of `SHEET_COLUMNS` and `row`, its line in the sheet.

    Parameters
    ----------
    sheet : DataFrame of str
        Column `path`, relative to the sheet's folder: a file, or a folder for all files in it; optional `patient`,
        `exam`, `view`, `label`, `subtype`, `report`. What it lacks is an empty text; other columns are ignored.

    Raises
    ------
    ValueError
        No column `path`, or no row.
    """
    if "path" not in sheet.columns:
        raise ValueError(f"sheet: expected a column path, found {', '.join(map(str, sheet.columns)) or 'none'}")
    if sheet.empty:
        raise ValueError("sheet: expected one row a scan, found none")
    known = sheet.reindex(columns=list(SHEET_COLUMNS), fill_value="").fillna("")
    # the first line is the header
    return [
        {"row": line} | {column: str(value).strip() for column, value in row.items()}
        for line, row in enumerate(known.to_dict("records"), start=2)
    ]


def expanded(root: Path, entries: list[dict]) -> list[dict]:
    """Return the entries of a sheet with each that names a folder replaced by one a file in it."""
    found = []
    for entry in entries:
        try:
            folder = locate(root, entry["path"], folder=True)
        except Unsuitable:
            found.append(entry)
            continue
        base = folder.relative_to(root.resolve()).as_posix()
        found += [entry | {"path": f"{base}/{path}" if base != "." else path} for path in files_below(folder)]
    return found


def files_below(root: Path) -> list[str]:
    """Return the paths of all files below `root`, sorted; of linked folders the link, because none is entered."""
    paths = []
    for folder, folders, files in os.walk(root):
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        paths += [(Path(folder) / name).relative_to(root).as_posix() for name in files + links]
    return sorted(paths)


def folder_entries(root: Path, listed: Callable[[Path], list[str] | str]) -> list[dict]:
    """Return one entry a file below `root`, sorted by path.

    A DICOMDIR decides on the files below its folder: those that it lists come in its order; the others have a `note`,
    the reason why they are left out.

    Parameters
    ----------
    listed : callable
        Takes the path of a DICOMDIR; returns the paths that it lists or, as a text, why it cannot be read.

    Raises
    ------
    ValueError
        No file.
    """
    paths = files_below(root)
    if not paths:
        raise ValueError("expected a folder with scans, found no file in it")
    chosen, notes = {}, {}
    on_disk = {path.lower(): path for path in paths}  # a copied disc may have its names in lower case
    for directory in [path for path in paths if path.rpartition("/")[2].upper() == "DICOMDIR"]:
        folder = directory[: -len("DICOMDIR")]
        lists = listed(root / directory)
        if isinstance(lists, str):
            notes[directory] = lists
            continue
        notes[directory] = "a DICOMDIR"
        for path in lists:
            chosen[on_disk.get((folder + path).lower(), folder + path)] = None
        for path in paths:
            if path.startswith(folder) and path not in chosen:
                notes.setdefault(path, "not listed in the DICOMDIR of its folder")
    ordered = [*chosen, *(path for path in paths if path not in chosen)]
    empty = dict.fromkeys(SHEET_COLUMNS, "")
    return [
        {"row": "", **empty, "path": path, "note": "" if path in chosen else notes.get(path, "")} for path in ordered
    ]


def joined(first: list[dict], second: Iterable[dict], also: str) -> list[dict]:
    """Return the sheet's entries, then those of the folder that it does not name; `also` is the sheet's own path."""
    named = {entry["path"] for entry in first} | {also}
    named = {os.path.normpath(path) for path in named}
    return first + [entry for entry in second if os.path.normpath(entry["path"]) not in named]


def locate(root: Path, path: str, folder: bool = False) -> Path:
    """Return the file that an entry names, which must lie in the cohort's folder once links are followed.

    Raises
    ------
    Unsuitable
        No path, a path out of the folder, or no plain file (or folder) there.
    """
    if not path or "\0" in path:
        raise Unsuitable("no path")
    if ".." in Path(path).parts:
        raise Unsuitable("the path climbs with ..")
    try:
        found = (root / path).resolve()
        inside = found.is_relative_to(root.resolve())
        there = found.is_dir() if folder else found.is_file()
    except (OSError, RuntimeError):  # a name too long, a circle of links
        raise Unsuitable("no such file") from None
    if not inside:
        raise Unsuitable("outside the cohort's folder")
    if not there:
        raise Unsuitable("no such file")
    return found


def read_bounded(file: Path) -> bytes:
    """Return a file's bytes if it is no larger than a whole-body file can be.

    Raises
    ------
    Unsuitable
    """
    with open(file, "rb") as stream:
        data = stream.read(MAXIMUM_BYTES + 1)
    if len(data) > MAXIMUM_BYTES:
        raise Unsuitable(f"more than the {MAXIMUM_BYTES // 2**20} MiB of a whole-body file")
    if not data:
        raise Unsuitable("an empty file")
    return data
