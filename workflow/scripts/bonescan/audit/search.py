"""The integer confusion matrices behind printed metrics, and the size of the test set where it is not given."""

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from bonescan.audit.printed import Printed, Row

FORMS = {
    "accuracy": ((1, -1, 0, 1), (0, 0, 1, 1)),
    "precision": ((1, 0, 0, 0), (1, 1, 0, 0)),
    "recall": ((1, 0, 0, 0), (0, 0, 1, 0)),
    "specificity": ((0, -1, 0, 1), (0, 0, 0, 1)),
    "f1": ((2, 0, 0, 0), (1, 1, 1, 0)),
}
"""Eqs. 4 to 8 of the paper as numerator and denominator, each a sum of multiples of TP, FP, positives, negatives."""

TP, FP = 0, 1
"""Places in a form of what the search solves for."""

NOTHING = -1
"""In a search: no integer there."""

ANYTHING = 2**62
"""In a search: no bound."""


AT_ONCE = 2**20
"""Matrices looked at together."""


class Matrix(NamedTuple):
    """A confusion matrix; metastasis, or whatever the table is about, is positive."""

    tp: int
    fn: int
    fp: int
    tn: int

    def counts(self, metric: str) -> tuple[int, int]:
        """Return numerator and denominator of a metric of `FORMS`, not reduced."""
        numbers = (self.tp, self.fp, self.tp + self.fn, self.fp + self.tn)
        above, below = (sum(a * b for a, b in zip(form, numbers, strict=True)) for form in FORMS[metric])
        return above, below

    def value(self, metric: str) -> Fraction | None:
        """Return a metric of `FORMS`, exactly; None where it is 0/0."""
        above, below = self.counts(metric)
        return Fraction(above, below) if below else None


class Size(NamedTuple):
    """A test set: its positive and its negative images."""

    positive: int
    negative: int


@dataclass(frozen=True)
class Sizes:
    """What a search for the size of a dataset's test set found.

    Attributes
    ----------
    settled : bool
        The size was given, or there is one candidate alone and more than half of the rows follow there whole.
    candidates : list of Size
        Those at which most cells of the rows follow, the smallest first; multiples of one, at which the same follows,
        are left out.
    follow, cells : int
        Cells that follow there, of how many.
    next_follow : int or None
        Cells that follow at the best of all other sizes, multiples of a candidate aside; None without a search.
    rows_whole : int
        Rows all of whose cells follow at the first candidate.
    """

    settled: bool
    candidates: list[Size]
    follow: int
    cells: int
    next_follow: int | None
    rows_whole: int


def explains(metric: str, printed: Printed, tp, fp, positive: int, negative: int) -> np.ndarray:
    """Tell for every matrix whether a printed metric follows from it, rounded or truncated.

    Parameters
    ----------
    metric : str
        One of `FORMS`.
    printed : Printed
    tp, fp : ndarray of int64
        Shapes that broadcast.
    positive, negative : int

    Returns
    -------
    ndarray of bool
    """
    above, below = (form[0] * tp + form[1] * fp + form[2] * positive + form[3] * negative for form in FORMS[metric])
    scaled = 2 * 10**printed.decimals * above
    return ((2 * printed.units - 1) * below <= scaled) & (scaled < (2 * printed.units + 2) * below)


def best_matrices(row: Row, sizes: list[Size]) -> tuple[list[Matrix], int]:
    """Return the matrices from which most printed cells of a row follow, of all matrices of these sizes.

    Parameters
    ----------
    row : Row
    sizes : list of Size

    Returns
    -------
    matrices : list of Matrix
        All that are equally good, by size and true positives; none where no cell follows from any.
    follow : int
        Cells that follow from each of them.
    """
    found: list[Matrix] = []
    best = 1
    for positive, negative in sizes:
        fp = np.arange(negative + 1)
        step = max(1, AT_ONCE // len(fp))
        for first in range(0, positive + 1, step):
            tp = np.arange(first, min(first + step, positive + 1))[:, None]
            follow = np.zeros((len(tp), len(fp)), np.int8)
            for metric, printed in row.cells.items():
                follow += explains(metric, printed, tp, fp, positive, negative)
            most = int(follow.max())
            if most > best:
                found, best = [], most
            if most == best:
                places = ((first + int(t), int(f)) for t, f in np.argwhere(follow == best))
                found += [Matrix(t, positive - t, f, negative - f) for t, f in places]
    return found, best if found else 0


def follows_anywhere(metric: str, printed: Printed, size: Size) -> bool:
    """Tell whether a printed metric follows from any matrix at all of a size."""
    least, greatest = integers_of(metric, printed, FP, [np.arange(size.positive + 1), 0, *size])
    return bool((least <= np.minimum(greatest, size.negative)).any())


def integers_of(metric: str, printed: Printed, unknown: int, numbers: list) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the greatest integer in the place of one number from which a printed metric follows.

    `low * below <= above < high * below` is linear in it, because every form is.

    Parameters
    ----------
    metric : str
    printed : Printed
    unknown : int
        `TP` or `FP`.
    numbers : list of int or ndarray of int64
        TP, FP, positives, negatives, of shapes that broadcast; that in the place of `unknown` is not looked at.

    Returns
    -------
    least, greatest : ndarray of int64
        `least > greatest` where there is none; up to `ANYTHING` where nothing bounds it.
    """
    slope, rest = [], []
    for form in FORMS[metric]:
        slope.append(form[unknown])
        rest.append(sum(form[place] * np.asarray(numbers[place]) for place in range(4) if place != unknown))
    scale, low, high = 2 * 10**printed.decimals, 2 * printed.units - 1, 2 * printed.units + 2
    least, greatest = np.int64(0), np.int64(ANYTHING)
    for a, b in (
        (scale * slope[0] - low * slope[1], scale * rest[0] - low * rest[1]),
        (high * slope[1] - scale * slope[0], high * rest[1] - scale * rest[0] - 1),
    ):
        # a * x + b >= 0
        if a > 0:
            least = np.maximum(least, -(b // a))
        elif a < 0:
            greatest = np.minimum(greatest, b // -a)
        else:
            greatest = np.where(b >= 0, greatest, NOTHING)
    return np.broadcast_arrays(least, greatest)


def count_following(row: Row, limit: int) -> np.ndarray:
    """Count for every size of the test set how many printed cells of a row follow from its best matrix.

    Only matrices from which recall or specificity follows are looked at: from each the others are solved for.

    Parameters
    ----------
    row : Row
    limit : int
        Images of the largest test set.

    Returns
    -------
    ndarray, shape (limit, limit), int8
        By positives and negatives; sizes above the limit and empty classes have 0.
    """
    counts = np.zeros((limit, limit), np.int8)
    for given, known in (("recall", TP), ("specificity", FP)):
        if given not in row.cells:
            continue
        others = {metric: printed for metric, printed in row.cells.items() if metric != given}
        solved = FP if known == TP else TP
        for own in range(1, limit):
            numbers = [0, 0, own, own]
            least, greatest = integers_of(given, row.cells[given], known, numbers)
            values = np.arange(least, min(int(greatest), own) + 1)
            if not len(values):
                continue
            other = np.arange(1, limit - own + 1)
            numbers[known] = values[:, None]
            numbers[3 if known == TP else 2] = other[None, :]
            spans = [integers_of(metric, printed, solved, numbers) for metric, printed in others.items()]
            # most spans meet where one of them begins
            most = np.zeros((len(values), len(other)), np.int8)
            for begin, _ in spans:
                meet = sum(((first <= begin) & (begin <= last)).astype(np.int8) for first, last in spans)
                most = np.maximum(most, np.where(begin <= other, meet, 0))
            at = (own, slice(1, len(other) + 1)) if known == TP else (slice(1, len(other) + 1), own)
            counts[at] = np.maximum(counts[at], 1 + most.max(axis=0))
    return counts


def find_sizes(rows: list[Row], given: Size | int | None, limit: int) -> Sizes:
    """Find the size of the test set that the rows of one dataset share.

    Every row is counted at every size, so that a misprint costs a size one cell and no more. A size at which more cells
    follow than at any other settles it, if all cells of more than half of the rows follow there.

    Parameters
    ----------
    rows : list of Row
    given : Size, int or None
        What is known: both classes, all images, nothing.
    limit : int
        Images of the largest test set that is tried where nothing is known.

    Returns
    -------
    Sizes
    """
    printed = np.array([len(row.cells) for row in rows])
    if isinstance(given, Size):
        follow = np.array([best_matrices(row, [given])[1] for row in rows])
        whole = int((follow == printed).sum())
        return Sizes(True, [given], int(follow.sum()), int(printed.sum()), None, whole)
    counts = np.stack([count_following(row, given or limit) for row in rows])
    total = counts.sum(axis=0, dtype=np.int32)
    if given:
        total[np.add.outer(np.arange(given), np.arange(given)) != given] = 0
    best = int(total.max())
    candidates = []
    for positive, negative in np.argwhere(total == best) if best else ():
        # in this order a size comes before its multiples
        if total[positive, negative] == best:
            candidates.append(Size(int(positive), int(negative)))
            times = np.arange(1, (len(total) - 1) // max(positive, negative) + 1)
            total[times * positive, times * negative] = 0
    whole = int((counts[:, *candidates[0]] == printed).sum()) if candidates else 0
    settled = len(candidates) == 1 and 2 * whole > len(rows)
    return Sizes(settled, sorted(candidates, key=sum), best, int(printed.sum()), int(total.max()), whole)
