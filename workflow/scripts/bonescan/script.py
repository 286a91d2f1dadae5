"""What every script of the workflow shares: its log."""

import functools
import logging
import sys
import traceback
from collections.abc import Callable

FORMAT = "%(asctime)s %(levelname)s %(message)s"


def logged(main: Callable) -> Callable:
    """Decorate a script's `main(snakemake)`: log to the rule's log file, with the traceback where it fails.

    Without a log file (as when a test calls `main`) only the error stream is written.
    """

    @functools.wraps(main)
    def wrapper(snakemake):
        handlers = [logging.StreamHandler(sys.stderr)]
        handlers += [logging.FileHandler(path, mode="w") for path in list(getattr(snakemake, "log", []))[:1]]
        logging.basicConfig(level=logging.INFO, format=FORMAT, handlers=handlers, force=True)
        logging.captureWarnings(True)
        try:
            return main(snakemake)
        except Exception:
            logging.getLogger(main.__module__).error("failed\n%s", traceback.format_exc())
            raise

    return wrapper
