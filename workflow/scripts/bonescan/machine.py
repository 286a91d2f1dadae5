"""What the workflow needs of the machine: folders that can be written, and caches also where there is no HOME."""

import os
from pathlib import Path

CACHES = ("MPLCONFIGDIR", "KERAS_HOME", "XDG_CACHE_HOME")
"""Variables by which libraries are told where their caches lie."""


def check_folders(*names: str) -> None:
    """Stop if files could not be written below one of the working directory's folders.

    Raises
    ------
    ValueError
        Naming the folder.
    """
    for name in names:
        folder = Path(name)
        while not folder.exists() and not folder.is_symlink():
            folder = folder.parent
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            raise ValueError(
                f"{name}: expected a folder in which this user may write, found that {folder.resolve()} is none: "
                "choose another with --directory"
            )


def caches_without_home(folder: str | os.PathLike) -> dict[str, str]:
    """Return the variables that lead caches into a folder of the run, where HOME is not there or cannot be written.

    Matplotlib would else make a new cache, and look for all fonts, in every job.
    """
    home = Path(os.environ.get("HOME") or "/nonexistent")
    if home.is_dir() and os.access(home, os.W_OK | os.X_OK):
        return {}
    return {name: str(Path(folder).resolve()) for name in CACHES if not os.environ.get(name)}
