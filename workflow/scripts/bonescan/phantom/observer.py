"""The ideal observer, who knows where each lesion would be: an upper limit for those who must find out."""

import numpy as np


def matched_filter(frame: np.ndarray, present: np.ndarray, absent: np.ndarray) -> float:
    """Evidence in a view for lesions that are known exactly.

    The Poisson log-likelihood ratio of counts n is the sum of n log(1 + s / b) plus a constant, where s are the
    lesions' expected counts and b the others. No other score tells better whether the lesions are there.

    Parameters
    ----------
    frame : ndarray, shape (rows, columns), int
        Counts.
    present, absent : ndarray, the same shape, float64
        Expected counts with the lesions, s + b, and without them, b; above 0.

    Returns
    -------
    float
        The sum minus its mean, divided by its standard deviation, both taken over views without the lesions.
    """
    weights = np.log(present / absent)
    return float((weights * (frame - absent)).sum() / np.sqrt((weights**2 * absent).sum()))
