"""One training (paper: Table 5): mini-batch SGD without momentum on cross-entropy, the last epoch's weights."""

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bonescan.backend import keras
from bonescan.training.checkpoint import Checkpoint
from bonescan.training.prediction import cut_softmax, predict_logits
from bonescan.training.progress import Progress
from bonescan.training.steps import make_steps, score

logger = logging.getLogger(__name__)


class Training:
    """One network, its training images on the device, and the step that fits one to the other.

    Parameters
    ----------
    model : keras.Model
        As built by `bonescan.models.build`: ends in a soft-max layer.
    images : ndarray, shape (n, size, size), float32
        Training images.
    labels : ndarray, shape (n,), int
        0 or 1, an index into `bonescan.terms.CLASSES`.
    batch_size : int
        Images per step. Fewer images left at an epoch's end wait for another epoch: a step on nine images is as
        large as one on 32, and could be the last before the weights are kept.
    learning_rate : float
        Of the SGD.
    images_at_once : int, optional
        To save memory: the gradient of a batch is summed over parts of this many images, and the batch
        normalisation sees each part by itself.
    """

    def __init__(
        self,
        model: keras.Model,
        images: np.ndarray,
        labels: np.ndarray,
        batch_size: int,
        learning_rate: float,
        images_at_once: int | None = None,
    ):
        self.model = model
        # DEVIATION: whole batches only; a step on nine images left over, as large as one on 32, could be the last
        self.batch_size = min(batch_size, len(labels))
        self.count = len(labels) // self.batch_size * self.batch_size
        self.optimizer = keras.optimizers.SGD(learning_rate)
        self.optimizer.build(model.trainable_variables)
        at_once = min(images_at_once or self.batch_size, self.batch_size)
        self._steps = make_steps(cut_softmax(model), self.optimizer, images, labels, at_once)

    def run_epoch(self, order: np.ndarray, progress: Progress | None = None) -> tuple[float, float]:
        """Take one pass over the training images in `order`, in whole batches.

        Parameters
        ----------
        order : ndarray, shape (n,), int
            Rows of the training images.
        progress : Progress, optional
            Its `step` is called after every step.

        Returns
        -------
        loss : float
            Mean cross-entropy over the epoch's steps, each before its update, without the penalty of Eq. 3.
        accuracy : float
            Share of images classified rightly, likewise.
        """
        batches = order[: self.count].reshape(-1, self.batch_size)
        steps = []
        for loss, hits in self._steps.epoch(batches):
            steps.append((loss, hits))
            if progress:
                progress.step(self.batch_size, loss, hits)
        losses, hits = zip(*steps, strict=True)
        return float(sum(losses)) / self.count, int(sum(hits)) / self.count

    @property
    def variables(self) -> list:
        """All that a resumed training needs to go on exactly: weights, moving statistics, optimiser state."""
        return [*self.model.variables, *self.optimizer.variables]


def epoch_order(count: int, seed: int, epoch: int) -> np.ndarray:
    """Return the order of the `count` training images in `epoch`, the same after an interruption."""
    return np.random.default_rng([seed, epoch]).permutation(count)


@dataclass
class Fit:
    """What a training returns besides the weights.

    Attributes
    ----------
    history : pandas.DataFrame
        One row per epoch: epoch (from 1), loss, accuracy, seconds.
    logits : ndarray, shape (n, 2), float64
        Scores of the training images before the soft-max, from the final weights.
    images : int
        Images of an epoch.
    epochs_allowed : int
        The history is shorter where the training ended early.
    resumed_from : int
        The epoch after which this process took over; 0 if it began the training.
    """

    history: pd.DataFrame
    logits: np.ndarray
    images: int
    epochs_allowed: int
    resumed_from: int

    def record(self) -> dict:
        """Return all but the history as plain data; a number that is not finite becomes None."""
        seconds = float(self.history["seconds"].sum())
        last = self.history.iloc[-1]
        numbers = {
            "last_epoch_loss": float(last["loss"]),
            "last_epoch_accuracy": float(last["accuracy"]),
            "seconds": seconds,
            "images_per_s": self.images * len(self.history) / seconds,
        }
        return {
            **{key: value if np.isfinite(value) else None for key, value in numbers.items()},
            "images_per_epoch": self.images,
            "epochs": len(self.history),
            "epochs_allowed": self.epochs_allowed,
            "resumed_from": self.resumed_from,
        }


def fingerprint(images: np.ndarray, labels: np.ndarray) -> str:
    """Return the SHA-256 of the training data."""
    digest = hashlib.sha256(np.ascontiguousarray(images))
    digest.update(np.ascontiguousarray(labels, dtype=np.int64))
    return digest.hexdigest()


def identify(
    network: dict, settings: dict, compute: dict, seed: int, images: np.ndarray, labels: np.ndarray
) -> tuple[dict, dict]:
    """Return what a training is: what it trains on what data, and how this machine does it.

    Only a checkpoint of the same training is gone on from.
    """
    keys = ("width", "initial_weights", "batch_size", "learning_rate", "end_below_loss")
    numbers = {key: settings[key] for key in keys}
    what = {"network": network, "training": numbers, "seed": seed, "data_sha256": fingerprint(images, labels)}
    return what, {key: compute[key] for key in ("backend", "precision", "deterministic", "images_at_once")}


def nothing_left(model: keras.Model, images: np.ndarray, labels: np.ndarray, loss: float, bound: float | None) -> bool:
    """Tell whether a training has nothing left to learn: its loss is below the bound, over an epoch and at its end.

    The epoch's mean alone would not do: the last step can be an unlucky one, and batch normalisation takes its
    statistics of the batch in training, moving ones afterwards. The weights that the epoch ends with are looked at only
    where its mean is low enough, which costs a third of an epoch once or twice a training. Neither loss has the penalty
    of Eq. 3, which never comes near 0 and would keep SPECS V7 from an end.

    Parameters
    ----------
    model : keras.Model
        With the weights that the epoch ends with.
    images, labels
        As in `Training`.
    loss : float
        Mean cross-entropy over the epoch's steps.
    bound : float or None
        None: there is always something left.
    """
    if bound is None or not loss < bound:
        return False
    losses, _ = score(predict_logits(model, images).astype(np.float32), labels.astype(np.int32))
    return float(keras.ops.mean(losses)) < bound


def fit(
    model: keras.Model,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
    end_below_loss: float | None = None,
    images_at_once: int | None = None,
    checkpoint: Checkpoint | None = None,
    watch: Callable[[dict], None] | None = None,
) -> Fit:
    """Train a network; resume from `checkpoint` if it holds this training's state.

    Parameters
    ----------
    model : keras.Model
        As built by `bonescan.models.build`; its weights are changed.
    images, labels, batch_size, learning_rate, images_at_once
        As in `Training`.
    epochs : int
        Passes over the training images, at most; a loss that is not finite ends the training earlier.
    seed : int
        Of the order of the images.
    end_below_loss : float, optional
        Bound of `nothing_left`, which ends the training earlier too.
    checkpoint : Checkpoint, optional
        Where to keep the state between epochs.
    watch : function, optional
        Called with each new row of the history.

    Returns
    -------
    Fit
    """
    training = Training(model, images, labels, batch_size, learning_rate, images_at_once)
    history = checkpoint.load(training.variables, epochs) if checkpoint else []
    resumed_from = len(history)
    if resumed_from:
        logger.info("resumed after epoch %d of %d", resumed_from, epochs)
    progress = Progress(epochs, training.count)
    for epoch in range(resumed_from + 1, epochs + 1):
        progress.start_epoch(epoch)
        start = time.perf_counter()
        loss, accuracy = training.run_epoch(epoch_order(len(labels), seed, epoch), progress)
        seconds = time.perf_counter() - start
        history.append({"epoch": epoch, "loss": loss, "accuracy": accuracy, "seconds": seconds})
        progress.end_epoch(loss, accuracy, seconds)
        if watch:
            watch(history[-1])
        # DEVIATION: the paper trains for a fixed number of epochs, and so does paper scale
        if not np.isfinite(loss) or nothing_left(model, images, labels, loss, end_below_loss):
            logger.info("ended after epoch %d of %d: loss %.4f", epoch, epochs, loss)
            break
        if checkpoint:
            checkpoint.save_if_due(training.variables, history)

    return Fit(
        history=pd.DataFrame(history),
        logits=predict_logits(model, images),
        images=training.count,
        epochs_allowed=epochs,
        resumed_from=resumed_from,
    )
