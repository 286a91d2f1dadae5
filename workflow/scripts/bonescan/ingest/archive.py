"""Which files a cohort has: those of a sheet, of a folder with or without DICOMDIR, or of both."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path

import pandas as pd

from bonescan.ingest.refusal import Refusal

MAXIMUM_BYTES = 64 * 2**20  # eight whole-body frames take 4 MiB


@dataclass(frozen=True)
class Entry:
    """One file of a cohort, with what a sheet says of it; what it does not say is an empty text.

    Attributes
    ----------
    path : str
        Relative to the cohort's folder.
    row : str
        Line of the sheet, from 1; empty where no sheet names the file.
    refusal : Refusal or None
        Why the file is left out before it is read.
    """

    path: str
    patient: str = ""
    exam: str = ""
    view: str = ""
    label: str = ""
    subtype: str = ""
    report: str = ""
    row: str = ""
    refusal: Refusal | None = None


SHEET_COLUMNS = tuple(field.name for field in fields(Entry) if field.name not in ("row", "refusal"))


def cohort_entries(source: str, cohort: Path, list_directory: Callable[[Path], list[str]]):
    """Return a cohort's folder, its entries, and which of the columns label and subtype its sheet has.

    Parameters
    ----------
    source : {"phantom", "sheet", "folder", "both"}
    cohort : Path
        The folder, or the sheet: TSV or, by its suffix, CSV.
    list_directory : callable
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
        return cohort, folder_entries(cohort, list_directory), ()
    separator = "," if cohort.suffix.lower() == ".csv" else "\t"
    sheet = pd.read_csv(cohort, sep=separator, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    root, labelled = cohort.parent, tuple(sheet.columns.intersection(["label", "subtype"]))
    entries = expand_folders(root, sheet_entries(sheet))
    if source == "both":
        entries = join_entries(entries, folder_entries(root, list_directory), also=cohort.name)
    return root, entries, labelled


def sheet_entries(sheet: pd.DataFrame) -> list[Entry]:
    """Return one entry a row of a sheet.

    Parameters
    ----------
    sheet : DataFrame of str
        Column `path`, relative to the sheet's folder: a file, or a folder for all files in it; optional `patient`,
        `exam`, `view`, `label`, `subtype`, `report`. Other columns are ignored.

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
        Entry(**{column: str(value).strip() for column, value in row.items()}, row=str(line))
        for line, row in enumerate(known.to_dict("records"), start=2)
    ]


def expand_folders(root: Path, entries: list[Entry]) -> list[Entry]:
    """Return the entries of a sheet, in the place of each that names a folder one a file in it."""
    found = []
    for entry in entries:
        try:
            folder = locate(root, entry.path, folder=True)
        except Refusal:
            found.append(entry)
            continue
        base = folder.relative_to(root.resolve()).as_posix()
        found += [replace(entry, path=f"{base}/{path}" if base != "." else path) for path in files_below(folder)]
    return found


def files_below(root: Path) -> list[str]:
    """Return the paths of all files below `root`, sorted; of linked folders the link, because none is entered."""
    paths = []
    for folder, folders, files in os.walk(root):
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        paths += [(Path(folder) / name).relative_to(root).as_posix() for name in files + links]
    return sorted(paths)


def folder_entries(root: Path, list_directory: Callable[[Path], list[str]]) -> list[Entry]:
    """Return one entry a file below `root`, sorted by path.

    A DICOMDIR decides on the files below its folder: those that it lists come in its order; the others are refused.

    Parameters
    ----------
    list_directory : callable
        Takes the path of a DICOMDIR and returns the paths that it lists; raises `Refusal` where it cannot be read.

    Raises
    ------
    ValueError
        No file.
    """
    paths = files_below(root)
    if not paths:
        raise ValueError("expected a folder with scans, found no file in it")
    chosen, refused = {}, {}
    on_disk = {path.lower(): path for path in paths}  # a copied disc may have its names in lower case
    for directory in [path for path in paths if path.rpartition("/")[2].upper() == "DICOMDIR"]:
        folder = directory[: -len("DICOMDIR")]
        try:
            lists = list_directory(root / directory)
        except Refusal as refusal:
            refused[directory] = refusal
            continue
        refused[directory] = Refusal("a DICOMDIR")
        for path in lists:
            chosen[on_disk.get((folder + path).lower(), folder + path)] = None
        for path in paths:
            if path.startswith(folder) and path not in chosen:
                refused.setdefault(path, Refusal("not listed in the DICOMDIR of its folder"))
    ordered = [*chosen, *(path for path in paths if path not in chosen)]
    return [Entry(path, refusal=None if path in chosen else refused.get(path)) for path in ordered]


def join_entries(first: list[Entry], second: Iterable[Entry], also: str) -> list[Entry]:
    """Return the sheet's entries, then those of the folder that it does not name; `also` is the sheet's own path."""
    named = {os.path.normpath(path) for path in ({entry.path for entry in first} | {also})}
    return first + [entry for entry in second if os.path.normpath(entry.path) not in named]


def locate(root: Path, path: str, folder: bool = False) -> Path:
    """Return the file that an entry names, which must lie in the cohort's folder once links are followed.

    Raises
    ------
    Refusal
        No path, a path out of the folder, or no plain file (or folder) there.
    """
    if not path or "\0" in path:
        raise Refusal("no path")
    if ".." in Path(path).parts:
        raise Refusal("the path climbs with ..")
    try:
        found = (root / path).resolve()
        inside = found.is_relative_to(root.resolve())
        there = found.is_dir() if folder else found.is_file()
    except (OSError, RuntimeError):  # a name too long, a circle of links
        raise Refusal("no such file") from None
    if not inside:
        raise Refusal("outside the cohort's folder")
    if not there:
        raise Refusal("no such file")
    return found


def read_bounded(file: Path) -> bytes:
    """Return a file's bytes if it is no larger than a whole-body file can be.

    Raises
    ------
    Refusal
    """
    with open(file, "rb") as stream:
        data = stream.read(MAXIMUM_BYTES + 1)
    if len(data) > MAXIMUM_BYTES:
        raise Refusal(f"more than the {MAXIMUM_BYTES // 2**20} MiB of a whole-body file")
    if not data:
        raise Refusal("an empty file")
    return data
