"""Whole-file writing: a killed job leaves either the old file or the new one, never a half-written one."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd


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
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with open(temporary, "rb+") as written:
            os.fsync(written.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_array(path, array: np.ndarray) -> None:
    """Write one array as `.npy`, without pickled objects."""
    with write_whole(path) as temporary, open(temporary, "wb") as stream:
        np.save(stream, array, allow_pickle=False)


def write_json(path, value) -> None:
    """Write `value` as indented JSON; NaN is refused, because JSON has no name for it."""
    text = json.dumps(value, indent=2, allow_nan=False) + "\n"
    with write_whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def read_table(path) -> pd.DataFrame:
    """Read a table as `write_table` wrote it: identifiers are text, and only an empty field is a missing value.

    A patient may be called `007` or `NA`.
    """
    identifiers = dict.fromkeys(("image", "source", "patient", "exam"), str)
    return pd.read_csv(path, sep="\t", dtype=identifiers, keep_default_na=False, na_values=[""])


def write_table(path, frame: pd.DataFrame) -> None:
    """Write a pandas DataFrame as tab-separated text without its index; missing values are empty fields."""
    with write_whole(path) as temporary:
        frame.to_csv(temporary, sep="\t", index=False)
