"""Files that others give are read no further than such a file can be long."""

import os
from pathlib import Path

MAXIMUM_BYTES = 64 * 2**20
"""Of a scan, of which eight whole-body frames take 4 MiB, and of a sheet."""


def read_bounded(path: Path, most: int = MAXIMUM_BYTES) -> bytes | None:
    """Return a file's bytes; None where there are more than `most`. What became a pipe meanwhile is not waited for."""
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as stream:
        data = stream.read(most + 1)
    return data if len(data) <= most else None
