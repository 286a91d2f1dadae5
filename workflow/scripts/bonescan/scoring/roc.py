"""The ROC curve and the area under it, from ranks. Without the imaging stack, because training jobs import it too."""

import numpy as np
import pandas as pd


def auc(label: np.ndarray, value: np.ndarray) -> float:
    """Return the chance that a metastatic image has the larger value, ties counting half; NaN for one class alone.

    Parameters
    ----------
    label : ndarray, shape (n,), int
        1 metastasis, 0 normal.
    value : ndarray, shape (n,), float
    """
    label = np.asarray(label)
    positive = int(label.sum())
    negative = len(label) - positive
    if not positive or not negative:
        return float("nan")
    ranks = pd.Series(np.asarray(value)).rank().to_numpy()
    return float((ranks[label == 1].sum() - positive * (positive + 1) / 2) / (positive * negative))


def curve(label: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the false and the true positive rates of every threshold, from (0, 0) to (1, 1).

    Parameters
    ----------
    label : ndarray, shape (n,), int
        Both classes.
    value : ndarray, shape (n,), float
    """
    from sklearn.metrics import roc_curve

    false_positive, true_positive, _ = roc_curve(label, value)
    return false_positive, true_positive


def find_curves(predictions: pd.DataFrame) -> dict[tuple, tuple[np.ndarray, np.ndarray] | None]:
    """Return the ROC curve of every network.

    Parameters
    ----------
    predictions : DataFrame
        Rows of `predictions.tsv`, one seed.

    Returns
    -------
    dict of (unit, dataset, model) to (ndarray, ndarray) or None
        As of `curve`; None for a network without probabilities, no entry where the images are of one class.
    """
    groups = predictions.groupby(["unit", "dataset", "model"], sort=False)
    return {
        run: None if images["probability"].isna().any() else curve(images["label"], images["probability"])
        for run, images in groups
        if images["label"].nunique() == 2
    }
