"""What a run left: the digest of every file of the chain, taken when the run was done."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from bonescan.provenance.links import sha256_of


def digest_files(paths: Iterable, folder: Path) -> pd.DataFrame:
    """Return one row a file.

    Parameters
    ----------
    paths : iterable of path-like
    folder : Path
        That of the scale, such as `results/desk`: files are named from it.

    Returns
    -------
    DataFrame
        file, bytes, sha256, by name.
    """
    files = sorted({Path(path) for path in paths})
    rows = [(path.relative_to(folder).as_posix(), path.stat().st_size, sha256_of(path)) for path in files]
    return pd.DataFrame(rows, columns=["file", "bytes", "sha256"])
