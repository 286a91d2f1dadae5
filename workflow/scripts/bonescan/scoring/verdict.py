"""Whether a network learned anything, judged on its own training images."""

import math

import numpy as np
import pandas as pd

from bonescan.scoring.roc import auc
from bonescan.terms import CLASSES, DID_NOT_TRAIN, DIVERGED, TRAINED


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean cross-entropy of `logits`, shape (n, 2), to `labels`, shape (n,)."""
    margin = np.where(labels == 1, logits[:, 0] - logits[:, 1], logits[:, 1] - logits[:, 0])
    with np.errstate(invalid="ignore"):  # a diverged network's infinite scores give NaN, as they should
        return float(np.mean(np.logaddexp(0, margin)))


def judge(logits: np.ndarray, labels: np.ndarray, history: pd.DataFrame) -> dict:
    """Say whether a network learned anything from its training images.

    It did not if it knows no more than the share of each class: its cross-entropy is not 1 % below the entropy of the
    class shares, and its accuracy is less than two standard errors above the larger class's share.

    Parameters
    ----------
    logits : ndarray, shape (n, 2), float64
        Scores of the training images before the soft-max, from the final weights.
    labels : ndarray, shape (n,), int
        Of the training images.
    history : DataFrame
        One row per epoch: loss.

    Returns
    -------
    dict
        `status` (of `bonescan.terms.STATUSES`); `reason`, why it did not train (with the AUC, which can be high even
        so) or diverged, or that a trained network calls all images the same; `training_loss` (None where it is not
        finite) and `training_accuracy` (None where a score is not finite) of the final weights, as a test sees them:
        no update between two batches, moving statistics in the batch normalisation.
    """
    status, reason = _status(logits, labels, history)
    loss = cross_entropy(logits, labels)
    return {
        "status": status,
        "reason": reason,
        "training_loss": loss if math.isfinite(loss) else None,
        "training_accuracy": float(np.mean(logits.argmax(axis=1) == labels)) if np.isfinite(logits).all() else None,
    }


def _status(logits: np.ndarray, labels: np.ndarray, history: pd.DataFrame) -> tuple[str, str]:
    """Return the status of a training and its reason."""
    if not np.isfinite(history["loss"].iloc[-1]):
        return DIVERGED, f"the loss is not finite in epoch {len(history)}"
    if not np.isfinite(logits).all():
        return DIVERGED, "the final weights give scores that are not finite"
    calls = logits.argmax(axis=1)
    loss, accuracy = cross_entropy(logits, labels), float(np.mean(calls == labels))
    shares = np.bincount(labels, minlength=len(CLASSES)) / len(labels)
    entropy = -sum(share * math.log(share) for share in shares if share > 0)
    majority = shares.max()
    if loss > 0.99 * entropy and accuracy < majority + 2 * math.sqrt(majority * (1 - majority) / len(labels)):
        return DID_NOT_TRAIN, (
            f"on its training images the loss is {loss:.4f}, where the class shares alone give {entropy:.4f}, "
            f"and the accuracy {accuracy:.4f}, where the larger class alone gives {majority:.4f}; "
            f"the AUC is {auc(labels, logits[:, 1] - logits[:, 0]):.3f}"
        )
    if len(set(calls)) == 1:
        return TRAINED, f"calls every training image {CLASSES[calls[0]]}"
    return TRAINED, ""
