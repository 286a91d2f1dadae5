"""The ideal observer, who knows where each lesion would be: how much a view holds for those who must find out."""

import numpy as np


def matched_filter(frame, present, absent):
    """Evidence in a view for lesions that are known exactly.

    The Poisson log-likelihood ratio of counts n is the sum of n log(1 + s / b) and a constant, s the lesions' expected
    counts and b the other ones; no other score tells better whether the lesions are there.

    Parameters
    ----------
    frame : ndarray, shape (rows, columns), int
        Counts.
    present, absent : ndarray, the same shape, float64
        Expected counts with the lesions, s + b, and without them, b; above 0.

    Returns
    -------
    float
        The sum less its mean, divided by its standard deviation, both those of views without the lesions.
    """
    weights = np.log(present / absent)
    return float((weights * (frame - absent)).sum() / np.sqrt((weights**2 * absent).sum()))
