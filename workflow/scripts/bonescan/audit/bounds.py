"""What one operating point says of the area under its ROC curve, exactly."""

from fractions import Fraction
from typing import NamedTuple

from bonescan.audit.printed import Printed


class Bounds(NamedTuple):
    """The least and the greatest AUC.

    Attributes
    ----------
    low, high : Fraction
    """

    low: Fraction
    high: Fraction

    def admit(self, printed: Printed) -> bool:
        """Tell whether a value between the bounds prints so, rounded or truncated."""
        least, above = printed.span()
        return least <= self.high and self.low < above


def bound_monotone(recall: Fraction, specificity: Fraction) -> Bounds:
    """Bound the AUC of any ROC curve through a point: it rises from (0, 0) to (1, 1), no more is known.

    At least it is 0 up to the point and stays at its height after it; at most it has that height before it and is 1
    after it. Source: Stein, General bounds on the area under the ROC curve, J Risk Model Validation 2022.

    Parameters
    ----------
    recall, specificity : Fraction
        From 0 to 1.

    Returns
    -------
    Bounds
    """
    return Bounds(recall * specificity, 1 - (1 - recall) * (1 - specificity))


def bound_concave(recall: Fraction, specificity: Fraction) -> Bounds | None:
    """Bound the AUC of a concave ROC curve through a point: the higher the score, the likelier is a metastasis.

    A curve of few images need not be concave, so that an AUC outside is no contradiction. Source: Zhang and Mueller,
    Psychometrika 2005, 70:145-154.

    Parameters
    ----------
    recall, specificity : Fraction
        From 0 to 1.

    Returns
    -------
    Bounds or None
        None below the diagonal, where no concave curve goes.
    """
    hit, false, half = recall, 1 - specificity, Fraction(1, 2)
    if hit < false:
        return None
    # the smallest triangle that a line through the point cuts off the square's corner at (0, 1)
    if false <= half <= hit or false in (0, 1):
        corner = 2 * false * (1 - hit)
    elif hit < half:
        corner = false / (2 * hit)
    else:
        corner = (1 - hit) / (2 * (1 - false))
    return Bounds((recall + specificity) / 2, 1 - corner)
