"""What every script of the workflow shares: its log."""

import functools
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TextIO

FORMAT = "%(asctime)s %(levelname)s %(message)s"
BAR = 24  # characters of a progress bar


@contextmanager
def redirect_error_stream(path: str | os.PathLike) -> Iterator[None]:
    """Send the error stream to a file, including what compiled libraries such as TensorFlow write to it."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    global _before
    sys.stderr.flush()
    before = os.dup(2)
    _before = open(before, "w", closefd=False, encoding="utf-8")  # noqa: SIM115
    with open(path, "wb") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        _before = None
        os.dup2(before, 2)
        os.close(before)


_before: TextIO | None = None  # the real error stream, while a log takes its place


def terminal() -> TextIO | None:
    """Return the terminal that a person watches, also while the error stream goes to a log; None without one."""
    stream = _before or sys.stderr
    return stream if stream.isatty() else None


def show_bar(share: float | None, text: str = "") -> None:
    """Draw a progress bar over the last one if a person watches; without a share, erase it."""
    if stream := terminal():
        done = 0 if share is None else int(BAR * share)
        stream.write("\r\x1b[K" if share is None else f"\r\x1b[K[{'=' * done}{' ' * (BAR - done)}] {text}")
        stream.flush()


def end_with_parent(every: float = 1) -> None:
    """Let this process end soon after the run that started it: who kills Snakemake alone leaves no job that goes on.

    A process that was an orphan before it came here has been given to a parent of another session.
    """
    parent, session = os.getppid(), os.getsid(0)

    def watch():
        with suppress(ProcessLookupError):
            while os.getppid() == parent and os.getsid(parent) == session:
                time.sleep(every)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def logged(main: Callable) -> Callable:
    """Decorate a script's `main(snakemake)`: its messages go to the rule's log file, with the traceback if it fails.

    Without a log file (as when a test calls `main`) they go to the error stream.
    """

    @functools.wraps(main)
    def wrapper(snakemake):
        paths = list(getattr(snakemake, "log", []))
        if main.__module__ == "__main__":  # a job of a run, not a test
            end_with_parent()
        with redirect_error_stream(paths[0]) if paths else nullcontext():
            stream = open(2, "w", closefd=False, encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
            logging.basicConfig(level=logging.INFO, format=FORMAT, stream=stream, force=True)
            logging.captureWarnings(True)
            try:
                return main(snakemake)
            except KeyboardInterrupt:  # of the terminal: Snakemake has it too, and says so
                logging.getLogger(main.__module__).info("interrupted")
                sys.exit(128 + signal.SIGINT)
            except Exception:
                logging.getLogger(main.__module__).exception("failed")
                raise

    return wrapper


def progress(items: Iterable, total: int, before: int = 0, every: float = 10) -> Iterator:
    """Yield the items and report how many of `total` are done, and how fast.

    The report goes to a bar if a person watches, and to the log from time to time.

    Parameters
    ----------
    items : iterable
    total : int
        All items, including those that an interrupted run had done.
    before : int
        Items that the interrupted run had done.
    every : float
        Seconds between two reports in the log.
    """
    begun = told = shown = time.monotonic()
    for number, item in enumerate(items, start=1):
        yield item
        now, done = time.monotonic(), before + number
        rate = number / max(now - begun, 1e-3)
        text = f"{done} of {total}, {rate:.0f} a second, {(total - done) / rate:.0f} s left"
        if now - shown >= 0.2:
            show_bar(done / total, text)
            shown = now
        if now - told >= every or done == total:
            logging.info(text)
            told = now
    show_bar(None)
