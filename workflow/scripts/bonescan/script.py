"""What every script of the workflow shares: its log."""

import functools
import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

FORMAT = "%(asctime)s %(levelname)s %(message)s"


@contextmanager
def error_stream_into(path: str | os.PathLike) -> Iterator[None]:
    """Send all that is written to the error stream to a file, that of compiled libraries such as TensorFlow too."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    sys.stderr.flush()
    terminal = os.dup(2)
    with open(path, "wb") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(terminal, 2)
        os.close(terminal)


def logged(main: Callable) -> Callable:
    """Decorate a script's `main(snakemake)`: its messages go to the rule's log file, with the traceback if it fails.

    Without a log file (as when a test calls `main`) they go to the error stream.
    """

    @functools.wraps(main)
    def wrapper(snakemake):
        paths = list(getattr(snakemake, "log", []))
        with error_stream_into(paths[0]) if paths else nullcontext():
            stream = open(2, "w", closefd=False)  # noqa: SIM115
            logging.basicConfig(level=logging.INFO, format=FORMAT, stream=stream, force=True)
            logging.captureWarnings(True)
            try:
                return main(snakemake)
            except Exception:
                logging.getLogger(main.__module__).exception("failed")
                raise

    return wrapper


def progress(items: Iterable, total: int, before: int = 0, every: float = 10) -> Iterator:
    """Yield the items and log, `every` so many seconds, how many of `total` there were, and how fast.

    Parameters
    ----------
    items : iterable
    total : int
        Items in all, with those of an interrupted run.
    before : int
        Items that the interrupted run had done.
    every : float
        Seconds.
    """
    begun = told = time.monotonic()
    for number, item in enumerate(items, start=1):
        yield item
        now = time.monotonic()
        if now - told >= every or before + number == total:
            rate = number / max(now - begun, 1e-3)
            logging.info("%d of %d, %.0f a second", before + number, total, rate)
            told = now
