"""Which files a cohort has: those of a sheet, of a folder with or without DICOMDIR, or of both."""

import logging
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from bonescan.ingest.bounded import MAXIMUM_BYTES, read_bounded
from bonescan.ingest.identities import is_word_for_nobody
from bonescan.ingest.refusal import Refusal
from bonescan.ingest.sheet import Sheet, exists, read_sheet, spell

MAXIMUM_FILES = 1_000_000  # of a cohort: more is no cohort but a disk
DRIVE = re.compile(r"[A-Za-z]:")
SERVER = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|[A-Za-z]+:/|//|\\\\")

log = logging.getLogger(__name__)


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
    frame: str = ""
    label: str = ""
    subtype: str = ""
    report: str = ""
    row: str = ""
    refusal: Refusal | None = None


def cohort_entries(source: str, cohort: Path, list_directory: Callable[[Path], list[str]]):
    """Return a cohort's folder, its entries, and which of the columns label and subtype its sheet has.

    Parameters
    ----------
    source : {"phantom", "sheet", "folder", "both"}
    cohort : Path
        The folder, or the sheet.
    list_directory : callable
        As in `folder_entries`.

    Raises
    ------
    ValueError
        As in `check_cohort`, `read_sheet` and `files_below`.
    """
    check_cohort(source, cohort)
    if source == "folder":
        return cohort, folder_entries(cohort, list_directory), ()
    sheet, root = read_sheet(cohort), cohort.parent
    log_sheet(sheet)
    entries = sheet_entries(sheet, root)
    given = [row.cells["path"] for row in sheet.rows]
    if nobody := sum(
        bool(row.cells.get("patient")) and not entry.patient for row, entry in zip(sheet.rows, entries, strict=True)
    ):
        log.warning("sheet: a patient that stands for nobody is read as empty in rows: %d", nobody)
    if slashes := sum("\\" in old and "\\" not in entry.path for old, entry in zip(given, entries, strict=True)):
        log.info("sheet: backslashes are read as slashes in the path of rows: %d", slashes)
    entries = expand_folders(root, entries)
    if source == "both":
        entries = join_entries(entries, folder_entries(root, list_directory), also=cohort.name)
    return root, entries, tuple(column for column in ("label", "subtype") if column in sheet.columns)


def check_cohort(source: str, cohort: Path) -> None:
    """Stop if a cohort's path is not that of a folder, or a sheet, that can be read.

    Raises
    ------
    ValueError
        Also where a folder is to be searched in which this run works: it would find what it has written itself.
    """
    wanted = "folder" if source == "folder" else "sheet"
    if not (cohort.is_dir() if source == "folder" else cohort.is_file()):
        raise ValueError(f"cohort.path: expected a {wanted}, found none there; {describe_place(cohort)}")
    if not os.access(cohort, os.R_OK):
        raise ValueError(f"cohort.path: expected a {wanted} that may be read")
    searched = {"folder": cohort, "both": cohort.parent}.get(source)
    if searched and Path.cwd().is_relative_to(searched.resolve()):
        raise ValueError("cohort.path: expected a folder without the working directory in it; see --directory")


def describe_place(cohort: Path) -> str:
    """Return what may be wrong with a path at which nothing is, or another thing than expected."""
    if cohort.is_dir() or cohort.is_file():
        return f"it is a {'folder' if cohort.is_dir() else 'file'}: see cohort.source"
    if str(cohort).startswith("~"):
        return "~ is not known here: write the home folder out"
    if DRIVE.match(str(cohort)) or "\\" in str(cohort):
        return "a path of Windows is not known here: write it with slashes, as this system names the place"
    return "the path is relative to --directory"


def log_sheet(sheet: Sheet) -> None:
    """Tell what was taken for what in a sheet, without quoting it."""
    log.info("sheet: read as %s with %s between columns, rows: %d", sheet.encoding, sheet.separator, len(sheet.rows))
    if sheet.doubtful:
        log.warning("sheet: the letters may be those of another encoding than %s; save it in UTF-8", sheet.encoding)
    if sheet.blanked:
        log.warning("sheet: reports with such letters are left out: %d", sheet.blanked)
    for number, name in sheet.ignored.items():
        log.info("sheet: column %d is not known and left out%s", number, name and f": {name}")
    for (column, word, value), rows in sorted(sheet.words.items()):
        log.info("sheet: %s %s is read as %s in rows: %d", column, word, value, rows)
    for column in sheet.derived:
        log.info("sheet: %s is taken from the subtype", column)
    if sheet.short:
        log.info("sheet: cells that are not there are read as empty in rows: %d", sheet.short)


def sheet_entries(sheet: Sheet, root: Path) -> list[Entry]:
    """Return one entry a row of a sheet; its path is spelled as on the disk.

    Parameters
    ----------
    sheet : Sheet
        Column `path`, relative to the sheet's folder: a file, or a folder for all files in it; optional `patient`,
        `exam`, `view`, `frame`, `label`, `subtype`, `report`. A patient `N/A` or `unknown` is none.
    root : Path
        The sheet's folder.
    """
    entries = []
    for row in sheet.rows:
        entry = Entry(**row.cells, row=str(row.line), refusal=row.refusal)
        if is_word_for_nobody(entry.patient):
            entry = replace(entry, patient="")
        try:
            if not row.refusal:
                entry = replace(entry, path=find_path(root, entry.path, sheet.encoding))
        except Refusal as refusal:
            entry = replace(entry, refusal=refusal)
        entries.append(entry)
    return entries


def find_path(root: Path, path: str, encoding: str) -> str:
    """Return a sheet's path as the disk has it, or as it is where nothing is there; nothing is searched.

    Raises
    ------
    Refusal
        The path is one of another system, or climbs.
    """
    if ".." in re.split(r"[/\\]", path):
        raise Refusal("the path climbs with ..")
    if DRIVE.match(path) and not exists(root, path):
        raise Refusal("the path stands on a drive of Windows: expected one relative to the folder of the sheet")
    if SERVER.match(path):
        raise Refusal("the path names a server: expected one relative to the folder of the sheet")
    for spelling in spell(path, encoding):
        if exists(root, spelling):
            return spelling
    if "\\" in path:
        raise Refusal("no such file, with backslashes or with slashes")
    return path


def expand_folders(root: Path, entries: list[Entry]) -> list[Entry]:
    """Return the entries of a sheet, in the place of each that names a folder one a file in it.

    Raises
    ------
    ValueError
        More than a cohort's files.
    """
    found: list[Entry] = []
    inside: dict[Path, list[str]] = {}
    for entry in entries:
        folder = None if entry.refusal else find_folder(root, entry.path)
        if folder is None:
            found.append(entry)
            continue
        base = folder.relative_to(root.resolve()).as_posix()
        if folder not in inside:
            inside[folder] = files_below(folder)
        found += [replace(entry, path=f"{base}/{path}" if base != "." else path) for path in inside[folder]]
        if len(found) > MAXIMUM_FILES:
            raise ValueError(f"sheet: expected at most {MAXIMUM_FILES} files in the folders of its rows")
    return found


def find_folder(root: Path, path: str) -> Path | None:
    """Return the folder that a path names; None if it names none in the cohort's."""
    if not os.path.isdir(root / path):  # noqa: PTH112
        return None
    try:
        return locate(root, path, folder=True)
    except Refusal:
        return None


def files_below(root: Path) -> list[str]:
    """Return the paths of all files below `root`, sorted; of linked folders the link, because none is entered.

    Raises
    ------
    ValueError
        More than a cohort's files.
    """
    paths: list[str] = []
    top = os.path.join(root, "")  # noqa: PTH118
    for folder, folders, files in os.walk(top):
        below = os.path.join(folder, "")[len(top) :]  # noqa: PTH118
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]  # noqa: PTH114, PTH118
        paths += [below + name for name in files + links]
        if len(paths) > MAXIMUM_FILES:
            raise ValueError(f"cohort.path: expected at most {MAXIMUM_FILES} files below the folder")
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
    if found.is_dir() and not folder:
        raise Refusal("a folder, or a link to one: none is entered here")
    if not there:
        raise Refusal("no such file")
    return found


def read_file(file: Path) -> bytes:
    """Return a file's bytes if it is no larger than a whole-body file can be.

    Raises
    ------
    Refusal
    """
    data = read_bounded(file)
    if data is None:
        raise Refusal(f"more than the {MAXIMUM_BYTES // 2**20} MiB of a whole-body file")
    if not data:
        raise Refusal("an empty file")
    return data
