"""Scores of a classifier on its test part (paper: Eqs. 4-9 and AUC)."""

import math

import numpy as np
from sklearn.metrics import accuracy_score, confusion_matrix, precision_score, recall_score, roc_auc_score

from bonescan.terms import CELLS, METRICS


def predict_class(probability: np.ndarray) -> np.ndarray:
    """Class that the soft-max prefers: 1 (metastasis) where its probability is above one half."""
    return (np.asarray(probability) > 0.5).astype(int)


def score(label: np.ndarray, probability: np.ndarray) -> dict[str, float]:
    """Confusion matrix, Acc, Prec, Rec, Spe, F-1, FPR and AUC.

    Parameters
    ----------
    label : ndarray, shape (n,), int
        1 metastasis, 0 normal.
    probability : ndarray, shape (n,), float
        Probability of metastasis. NaN anywhere (a diverged network) leaves every score undefined.

    Returns
    -------
    dict
        tp, fn, fp, tn (int) and the metrics (float); NaN where a score is undefined, that is 0/0.
    """
    if np.isnan(probability).any():
        return dict.fromkeys((*CELLS, *METRICS), math.nan)
    prediction = predict_class(probability)
    tn, fp, fn, tp = (int(cell) for cell in confusion_matrix(label, prediction, labels=[0, 1]).ravel())
    precision = precision_score(label, prediction, zero_division=np.nan)
    recall = recall_score(label, prediction, zero_division=np.nan)
    specificity = recall_score(label, prediction, pos_label=0, zero_division=np.nan)
    both = precision + recall
    return {
        **{"tp": tp, "fn": fn, "fp": fp, "tn": tn},
        "accuracy": accuracy_score(label, prediction),  # Eq. 4
        "precision": precision,  # Eq. 5
        "recall": recall,  # Eq. 6
        "specificity": specificity,  # Eq. 7
        "f1": 2 * precision * recall / both if both else math.nan,  # Eq. 8, which scikit-learn calls 0 at 0/0
        "fpr": 1 - specificity,  # Eq. 9, whose second equality is a slip of the paper
        "auc": roc_auc_score(label, probability) if len(set(label)) == 2 else math.nan,
    }


def confusion(run) -> tuple[np.ndarray, np.ndarray]:
    """Return the confusion matrix of a row of `metrics.tsv`.

    Returns
    -------
    images : ndarray, shape (2, 2), int
        Rows true, columns predicted; normal first.
    shares : ndarray, shape (2, 2), float
        Of the true class; NaN where it has no image.
    """
    images = np.array([[run.tn, run.fp], [run.fn, run.tp]], dtype=int)
    totals = images.sum(axis=1, keepdims=True)
    return images, np.divide(images, totals, out=np.full((2, 2), np.nan), where=totals > 0)
