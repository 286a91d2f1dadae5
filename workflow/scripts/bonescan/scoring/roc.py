"""The area under the ROC curve from ranks, without the imaging stack: for the trainings too."""

import numpy as np
import pandas as pd


def auc(label, value) -> float:
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
