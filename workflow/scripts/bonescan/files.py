"""Whole-file writing: a killed job leaves either the old file or the new one, never a half-written one."""

import csv
import fcntl
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

PART = ".part"
"""What the name of a file or folder holds while it is written."""

LEFTOVER = re.compile(r"\.[a-z0-9_]{8}\.part(\.[^.]*)?$")
"""How such a name ends: the first part is `tempfile`'s."""


@contextmanager
def write_whole(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary path beside `path` and rename it to `path` when the block ends without an error.

    The temporary name keeps the suffix of `path`, because Keras and matplotlib choose their format by it.

    Parameters
    ----------
    path : path-like
        The file to write; its folder is made if it is missing.
    """
    path = Path(path)
    with claim(path, folder=False) as temporary:
        yield temporary
        with open(temporary, "rb+") as written:
            os.fsync(written.fileno())
        with suppress(OSError):  # a disk without modes
            temporary.chmod(0o644)
        temporary.replace(path)


@contextmanager
def write_folder(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a new folder beside `path` that takes its place when the block ends without an error."""
    path = Path(path)
    with claim(path, folder=True) as temporary:
        yield temporary
        with suppress(OSError):
            temporary.chmod(0o755)
        shutil.rmtree(path, ignore_errors=True)
        temporary.rename(path)


@contextmanager
def claim(path: Path, folder: bool) -> Iterator[Path]:
    """Yield a new file or folder beside `path` that nobody else writes or removes; whatever is left of it goes.

    The lock on it ends with its process. So the next one can tell what a killed one has left from what an orphan, or a
    run beside this one, still writes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path.parent)
    place = {"prefix": f".{path.stem.lstrip('.')}.", "suffix": f"{PART}{path.suffix}", "dir": path.parent}
    while True:
        if folder:
            handle = os.open(name := tempfile.mkdtemp(**place), os.O_RDONLY)
        else:
            handle, name = tempfile.mkstemp(**place)
        temporary = Path(name)
        with suppress(OSError):  # a disk without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        if temporary.exists():
            break
        os.close(handle)  # between name and lock it was taken for a leftover
    try:
        yield temporary
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary, ignore_errors=True)
        else:
            temporary.unlink(missing_ok=True)
        os.close(handle)


@cache
def remove_leftovers(folder: Path) -> None:
    """Remove from a folder, once in a process, what killed processes were writing there."""
    for path in folder.glob(f".*{PART}*"):
        if not LEFTOVER.search(path.name):
            continue
        with suppress(OSError):  # another process removes it as well, or it is locked
            handle = os.open(path, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            finally:
                os.close(handle)


def link_files(source: Path, target: Path) -> None:
    """Put the files below `source` also below `target`, as hard links, or as copies where links are not possible."""
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
            continue
        try:
            os.link(path, place)
        except OSError:
            shutil.copyfile(path, place)


def write_text(path, text: str) -> None:
    """Write a text in UTF-8."""
    with write_whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path, value) -> None:
    """Write `value` as indented JSON; NaN is refused, because JSON has no name for it."""
    write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


def read_json(path) -> dict:
    """Read what `write_json` wrote."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def read_table(path) -> pd.DataFrame:
    """Read a table as `write_table` wrote it: identifiers are text, and only an empty field is a missing value.

    A patient may be called `007` or `NA`.
    """
    identifiers = dict.fromkeys(("image", "source", "patient", "exam"), str)
    return pd.read_csv(path, sep="\t", dtype=identifiers, keep_default_na=False, na_values=[""])


def read_tables(paths: Iterable) -> pd.DataFrame:
    """Read tables of the same columns, one below the other; see `read_table`."""
    return pd.concat(map(read_table, paths), ignore_index=True)


def write_table(path, frame: pd.DataFrame) -> None:
    """Write a pandas DataFrame as tab-separated text without its index; missing values are empty fields."""
    with write_whole(path) as temporary:
        frame.to_csv(temporary, sep="\t", index=False)


def stack_header(stream, shape: tuple[int, ...], dtype, count: int = 0) -> int:
    """Write the header of a `.npy` file of `count` arrays of `shape`; return its length, the same for every `count`.

    numpy leaves room in the header for the first axis to grow.
    """
    stream.seek(0)
    header = {"descr": np.lib.format.dtype_to_descr(np.dtype(dtype)), "fortran_order": False, "shape": (count, *shape)}
    np.lib.format.write_array_header_1_0(stream, header)
    return stream.tell()


@contextmanager
def write_stack(path, shape: tuple[int, ...], dtype) -> Iterator:
    """Yield a function that appends one array to a `.npy` file, which appears whole when the block ends.

    The number of arrays need not be known in advance, and only one is held in memory at a time.

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

    def append(array: np.ndarray) -> None:
        nonlocal count
        if array.shape != tuple(shape) or array.dtype != dtype:
            raise ValueError(f"{path}: expected {shape} {dtype}, found {array.shape} {array.dtype}")
        stream.write(np.ascontiguousarray(array).tobytes())
        count += 1

    with write_whole(path) as temporary, open(temporary, "wb") as stream:
        start = stack_header(stream, shape, dtype)
        yield append
        if stack_header(stream, shape, dtype, count) != start:
            raise RuntimeError(f"{path}: the header of {count} arrays is longer than that of none")


def write_array(path, array: np.ndarray) -> None:
    """Write one array of at least one axis as `.npy`.

    `np.save` would say how many bytes it has written on a full disk, but not that it is full.
    """
    with write_stack(path, array.shape[1:], array.dtype) as append:
        for part in array:
            append(part)


def append_rows(path, rows: list[dict]) -> None:
    """Append rows to a tab-separated table, which gets its header with the first row; without rows it is empty."""
    with open(path, "a", newline="", encoding="utf-8") as stream:
        if rows:
            table = csv.DictWriter(stream, list(rows[0]), delimiter="\t", lineterminator="\n")
            if stream.tell() == 0:
                table.writeheader()
            table.writerows(rows)


def concatenate_tables(parts, path) -> None:
    """Join tables of the same columns into one file, a line at a time; empty parts add nothing.

    Raises
    ------
    ValueError
        Two parts differ in their columns.
    """
    header = ""
    with write_whole(path) as temporary, open(temporary, "w", encoding="utf-8") as whole:
        for part in parts:
            with open(part, encoding="utf-8") as stream:
                columns = stream.readline()
                if columns and not header:
                    header = columns
                    whole.write(header)
                elif columns not in ("", header):
                    raise ValueError(f"{part}: expected the columns {header.split()}, got {columns.split()}")
                shutil.copyfileobj(stream, whole)
