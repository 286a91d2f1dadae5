"""A sheet or a folder of DICOM files to whole-body views, one at a time, and the reasons for what is left out."""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from bonescan import dicom
from bonescan.dicom import Unsuitable
from bonescan.files import write_whole

SHEET_COLUMNS = ("path", "patient", "exam", "view", "label", "subtype")
SCAN_COLUMNS = ["image", "patient", "exam", "view", "source_file", "frame", "sha256", "pixel_spacing", "counts"]
REJECTED_COLUMNS = ["source_file", "reason"]
# Names become file names (an annotation is `{image}.json`) and columns of tables
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")


class View(NamedTuple):
    """One accepted view: its row of `scans.tsv` and its counts, shape (1024, 256), uint16."""

    row: dict
    counts: np.ndarray


class Rejection(NamedTuple):
    """One file, or one frame of it, that is left out."""

    source_file: str
    reason: str


def sheet_entries(sheet: pd.DataFrame) -> list[dict]:
    """Return one entry a row of a sheet, with all of `SHEET_COLUMNS`; what the sheet lacks is an empty text.

    Parameters
    ----------
    sheet : DataFrame of str
        Column `path`, relative to the sheet's folder; optional `patient` (a pseudonym: it is written to every
        table), `exam`, `view`, `label`, `subtype`. Other columns are ignored.

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
    return [{column: str(value).strip() for column, value in row.items()} for row in known.to_dict("records")]


def folder_entries(root: Path) -> list[dict]:
    """Return one entry a file below `root`, sorted by path; linked folders are not entered."""
    paths = []
    for folder, folders, files in os.walk(root):
        folders.sort()
        paths += [(Path(folder) / name).relative_to(root).as_posix() for name in files]
    if not paths:
        raise ValueError(f"{root}: expected a folder with scans, found no file in it")
    return [{**dict.fromkeys(SHEET_COLUMNS, ""), "path": path} for path in sorted(paths)]


def locate(root: Path, path: str) -> Path:
    """Return the file that an entry names, which must lie in the cohort's folder once links are followed.

    Raises
    ------
    Unsuitable
        No path, a path out of the folder, or no plain file there.
    """
    if not path or "\0" in path:
        raise Unsuitable("no path")
    if ".." in Path(path).parts:
        raise Unsuitable("the path climbs with ..")
    found = (root / path).resolve()
    if not found.is_relative_to(root.resolve()):
        raise Unsuitable("outside the cohort's folder")
    if not found.is_file():
        raise Unsuitable("no such file")
    return found


def ingest(root: Path, entries: list[dict]) -> Iterator[View | Rejection]:
    """Read the entries one after the other; whatever a file holds, the next one is read.

    An image is named `{patient}_{exam}_{view}`. The patient is the sheet's, else a pseudonym of the file's; the
    exam is the sheet's, else the number of the study among the patient's, in the order of the entries.

    Parameters
    ----------
    root : Path
        The cohort's folder.
    entries : list of dict
        From `sheet_entries` or `folder_entries`.

    Yields
    ------
    View or Rejection
    """
    seen = {}
    studies = {}
    for entry in entries:
        source = _relative(entry["path"])
        try:
            with dicom.silenced():
                outcomes = list(_read_entry(root, entry, source, studies))
        except Unsuitable as reason:
            outcomes = [Rejection(source, str(reason))]
        # A broken or hostile file can make a decoder raise anything; the message may quote the header, so only
        # the kind of error is told
        except Exception as error:
            outcomes = [Rejection(source, f"unreadable ({type(error).__name__})")]
        for outcome in outcomes:
            image = outcome.row["image"] if isinstance(outcome, View) else None
            if image in seen:
                yield Rejection(source, f"a second image of the same exam and view: {image}, as in {seen[image]}")
                continue
            if image:
                seen[image] = source
            yield outcome


def kind_of(reason: str) -> str:
    """Return a reason for rejection without its particulars, which may hold a file's name and so a patient's."""
    return re.sub(r"^frame \d+: ", "", reason).split(":")[0]


def _relative(path: str) -> str:
    """Return a path as it may stand in a table: an absolute one only by its last part."""
    return Path(path).name if Path(path).is_absolute() else path


def _read_entry(root: Path, entry: dict, source: str, studies: dict) -> Iterator[View | Rejection]:
    """Yield the views of one file; `studies` counts the studies of each patient and is added to."""
    file = locate(root, entry["path"])
    wanted = dicom.view_in_text(entry["view"])
    if entry["view"] and not wanted:
        raise Unsuitable("view in the sheet: expected anterior or posterior")
    dataset = dicom.read_dataset(file)
    dicom.check_whole_body(dataset)
    views = dicom.frame_views(dataset, file.stem)
    patient = _name("patient", entry["patient"]) or dicom.pseudonym(dataset)
    known = studies.setdefault(patient, {})
    study = str(dataset.get("StudyInstanceUID", ""))
    exam = _name("exam", entry["exam"]) or str(known.setdefault(study, len(known) + 1))
    if len(views) == 1:
        views = [views[0] or wanted]
    if wanted and wanted not in views:
        raise Unsuitable(f"view: the sheet says {wanted}, the file says otherwise")
    for number, view in enumerate(views, start=1):
        place = f"frame {number}: " if len(views) > 1 else ""
        if view is None:
            yield Rejection(source, f"{place}neither the file nor the sheet tells the view")
        elif wanted in (None, view):
            try:
                counts = dicom.frame_counts(dataset, number - 1)
            except Unsuitable as reason:
                yield Rejection(source, f"{place}{reason}")
                continue
            row = {
                "image": f"{patient}_{exam}_{view}",
                "patient": patient,
                "exam": exam,
                "view": view,
                "source_file": source,
                "frame": number,
                "sha256": hashlib.sha256(counts.astype("<u2").tobytes()).hexdigest(),
                "pixel_spacing": dicom.pixel_spacing(dataset),
                "counts": int(counts.sum(dtype=np.int64)),
            }
            yield View(row | {column: entry[column] for column in ("label", "subtype")}, counts)


def _name(column: str, value: str) -> str:
    """Return a name of the sheet if it can stand in file names."""
    if value and not NAME.fullmatch(value):
        raise Unsuitable(f"{column} in the sheet: expected letters, digits, dots and hyphens")
    return value


def scans_table(rows: list[dict], labelled: tuple[str, ...]) -> pd.DataFrame:
    """Return `scans.tsv` from the rows of the views, with those of `label`, `subtype` that the sheet has."""
    return pd.DataFrame(rows, columns=SCAN_COLUMNS + list(labelled))


@contextmanager
def write_stack(path, shape: tuple[int, ...], dtype) -> Iterator:
    """Yield a function that appends one array to a `.npy` file, which appears whole when the block ends.

    The number of arrays need not be known before, and one at a time is held in memory.

    Parameters
    ----------
    path : path-like
        The `.npy` file, memory-mappable afterwards, shape (n, *shape).
    shape : tuple of int
        Shape of one array.
    dtype : dtype
        Type of its values.
    """
    dtype = np.dtype(dtype)
    count = 0

    def write_header(stream, n: int) -> int:
        header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": (n, *shape)}
        np.lib.format.write_array_header_1_0(stream, header)
        return stream.tell()

    def append(array: np.ndarray) -> None:
        nonlocal count
        if array.shape != tuple(shape) or array.dtype != dtype:
            raise ValueError(f"{path}: expected {shape} {dtype}, found {array.shape} {array.dtype}")
        stream.write(np.ascontiguousarray(array).tobytes())
        count += 1

    with write_whole(path) as temporary, open(temporary, "wb") as stream:
        # numpy leaves room in the header for the first axis to grow, so the final one has the same length
        start = write_header(stream, 0)
        yield append
        stream.seek(0)
        if write_header(stream, count) != start:
            raise RuntimeError(f"{path}: the header of {count} arrays is longer than that of none")
