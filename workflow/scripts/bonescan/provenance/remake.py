"""The workflow's own scripts, called again into a folder of their own, and their tables compared."""

import importlib.util
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

SCRIPTS = Path(__file__).parent.parent.parent


class Named(dict):
    """Files or settings of a rule, by name as Snakemake gives them: as a key and as an attribute."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


@contextmanager
def remade(script: str, inputs: Mapping, outputs: Mapping, params: Mapping, **wildcards) -> Iterator[Named]:
    """Call a script of the workflow again; yield its outputs, which go when the block ends.

    Parameters
    ----------
    script : str
        Such as `evaluate`.
    inputs, params : mapping
        As its rule has them.
    outputs : mapping of str to str or list of str
        Names of the files, by the rule's names.

    Raises
    ------
    ValueError
        The script fails on these inputs.
    """
    spec = importlib.util.spec_from_file_location(f"remade_{script}", SCRIPTS / f"{script}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = Named({key: _place(folder, files) for key, files in outputs.items()})
        job = SimpleNamespace(
            input=Named(inputs),
            output=made,
            params=Named(params),
            wildcards=SimpleNamespace(**wildcards),
            log=[str(folder / "log")],
        )
        try:
            module.main(job)
        except Exception as error:  # whatever an altered input does to the script
            raise ValueError(f"{script} fails on it: {error}") from error
        yield made


def _place(folder: Path, files):
    return str(folder / files) if isinstance(files, str) else [str(folder / file) for file in files]


def read_cells(path, separator: str = "\t") -> pd.DataFrame:
    """Read a table as text, cell for cell."""
    return pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False, encoding="utf-8")


def choose(frame: pd.DataFrame, keys: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows of a table of text that have these values."""
    for name, value in keys.items():
        frame = frame[frame[name] == str(value)]
    return frame.reset_index(drop=True)


def first_difference(found: pd.DataFrame, made: pd.DataFrame, source: str) -> str:
    """Return where two tables of text differ first, in a few words; empty where they are equal.

    Parameters
    ----------
    found, made : DataFrame of str
        As it stands, and as made again.
    source : str
        What it was made again from.
    """
    if list(found.columns) != list(made.columns):
        return f"columns {', '.join(found.columns)}; from {source} follow {', '.join(made.columns)}"
    if len(found) != len(made):
        return f"{len(found)} rows; from {source} follow {len(made)}"
    unequal = (found != made).to_numpy()
    if not unequal.any():
        return ""
    row, place = (int(numbers[0]) for numbers in unequal.nonzero())
    column = found.columns[place]
    names = [found.at[row, name] for name in ("draw", "dataset", "model", "seed", "image") if name in found.columns]
    return (
        f"{column} of {' '.join(names) or f'row {row + 1}'} is {found.at[row, column]!r}; "
        f"from {source} follows {made.at[row, column]!r}"
    )
