"""What a training shows of itself: a bar where a person watches, plain lines in a log, and TensorBoard if asked."""

import logging
import time

from bonescan.script import show_bar, terminal

logger = logging.getLogger(__name__)

EVERY = {True: 0.2, False: 60.0}
"""Least seconds between two reports within an epoch: on a terminal (True) and in a log (False)."""


def duration(seconds: float) -> str:
    """Return a time left as 45 s, 12 min or 3.4 h."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


class Progress:
    """The course of one training.

    Parameters
    ----------
    epochs : int
        Of the whole training.
    images : int
        Images of an epoch.
    """

    def __init__(self, epochs: int, images: int):
        self.epochs, self.images = epochs, images
        self._watched = terminal() is not None

    def start_epoch(self, epoch: int) -> None:
        """Begin to count the images of `epoch`, from 1."""
        self._epoch, self._seen, self._loss, self._hits, self._waiting = epoch, 0, 0.0, 0, []
        self._start = self._shown = time.perf_counter()

    def step(self, images: int, loss, hits) -> None:
        """Take note of a step; its numbers stay on the device until they are shown.

        Parameters
        ----------
        images : int
            Of the step.
        loss, hits : scalars on the device
            Sum of the cross-entropies, and images classified rightly.
        """
        self._seen += images
        self._waiting.append((loss, hits))
        if time.perf_counter() - self._shown >= EVERY[self._watched] and self._seen < self.images:
            self._show()

    def _show(self) -> None:
        self._loss += sum(float(loss) for loss, _ in self._waiting)
        self._hits += sum(int(hits) for _, hits in self._waiting)
        self._waiting = []
        self._shown = time.perf_counter()
        seconds = self._shown - self._start
        left = (self.epochs - self._epoch + 1) * self.images - self._seen
        text = self._line(self._loss / self._seen, self._hits / self._seen, self._seen / seconds, left)
        if self._watched:
            show_bar(self._seen / self.images, text)
        else:
            logger.info("%d of %d images, %s", self._seen, self.images, text)

    def end_epoch(self, loss: float, accuracy: float, seconds: float) -> None:
        """Write the epoch's line."""
        show_bar(None)
        left = (self.epochs - self._epoch) * self.images
        logger.info("%s", self._line(loss, accuracy, self.images / seconds, left))

    def _line(self, loss: float, accuracy: float, rate: float, left: int) -> str:
        images = f"{rate:.0f}" if rate >= 10 else f"{rate:.2f}"
        return (
            f"epoch {self._epoch}/{self.epochs}: loss {loss:.4f}, accuracy {accuracy:.4f}, {images} images/s, "
            f"{duration(left / rate)} left"
        )


def tensorboard_writer(folder):
    """Return a function that adds one row of a training's history to TensorBoard's files in `folder`.

    Raises
    ------
    ModuleNotFoundError
        If the package `tensorboard` is not installed.
    """
    try:
        from tensorboard.summary import Writer
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "compute.tensorboard: true needs the package tensorboard, not installed here"
        ) from error
    writer = Writer(str(folder))

    def write(row: dict) -> None:
        for name in ("loss", "accuracy", "seconds"):
            writer.add_scalar(f"training/{name}", row[name], row["epoch"])
        writer.flush()

    return write
