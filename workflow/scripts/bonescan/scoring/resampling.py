"""Scores of resampled patients: a bootstrap whose resamples are weights, so that all of them are scored at once."""

import numpy as np
import pandas as pd

from bonescan.scoring.metrics import predict_class
from bonescan.terms import METRICS

RESAMPLES = 1000


def weigh_patients(patients: np.ndarray, rng: np.random.Generator, resamples: int = RESAMPLES) -> pd.DataFrame:
    """Draw patients with replacement, as often as there are patients.

    Parameters
    ----------
    patients : ndarray, shape (n,), str
        Distinct.
    rng : numpy.random.Generator
    resamples : int

    Returns
    -------
    DataFrame, shape (n, resamples), int
        How often each resample holds each patient.
    """
    drawn = rng.multinomial(len(patients), np.full(len(patients), 1 / len(patients)), size=resamples)
    return pd.DataFrame(drawn.T, index=patients)


def score_resamples(label: np.ndarray, probability: np.ndarray, weight: np.ndarray) -> dict[str, np.ndarray]:
    """Return the metrics of every resample (Eqs. 4 to 9, AUC).

    Parameters
    ----------
    label : ndarray, shape (n,), int
        1 metastasis, 0 normal.
    probability : ndarray, shape (n,), float
        Of metastasis, finite.
    weight : ndarray, shape (n, resamples), int
        How often a resample holds each image.

    Returns
    -------
    dict of str to ndarray, shape (resamples,), float
        By the names of `bonescan.terms.METRICS`; NaN where a resample leaves a metric undefined (0/0).
    """
    called = predict_class(probability)
    weight = weight.astype(float)
    tp, fn, fp, tn = (
        weight[(label == truth) & (called == call)].sum(axis=0) for truth, call in ((1, 1), (1, 0), (0, 1), (0, 0))
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        specificity = tn / (tn + fp)
        scores = {
            "accuracy": (tp + tn) / (tp + fn + fp + tn),
            "precision": tp / (tp + fp),
            "recall": tp / (tp + fn),
            "specificity": specificity,
            # as Eq. 8 has it, undefined where precision and recall are 0
            "f1": np.where(tp > 0, 2 * tp / (2 * tp + fp + fn), np.nan),
            "fpr": 1 - specificity,
            "auc": _auc(label, probability, weight),
        }
    return {name: scores[name] for name in METRICS}


def _auc(label: np.ndarray, probability: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the AUC of every resample, ties counting half."""
    order = np.argsort(probability, kind="stable")
    first = np.flatnonzero(np.diff(probability[order], prepend=-np.inf))
    positive, negative = (
        np.add.reduceat(weight[order] * (label[order] == truth)[:, None], first, axis=0) for truth in (1, 0)
    )
    below = negative.cumsum(axis=0) - negative / 2
    return (positive * below).sum(axis=0) / (positive.sum(axis=0) * negative.sum(axis=0))
