"""Views as nuclear medicine displays them: the head up, high values where it is hot."""

import numpy as np


def is_inverted(values: np.ndarray, whole_body: bool = True) -> bool:
    """Tell whether a picture is dark where it is hot: no body fills a picture's border, so most of that is background.

    Neither MONOCHROME1 nor a file's colours tell: counts may be stored as counts and only displayed inverted. A thorax
    may fill its picture: there the middle, where the spine is, must be darker than the border too.

    Parameters
    ----------
    values : ndarray, shape (rows, columns)
        None negative.
    whole_body : bool
    """
    border = np.median(np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]]))
    _, columns = values.shape
    middle = values[:, 3 * columns // 8 : 5 * columns // 8 + 1]
    return bool(border > values.max() / 2 and (whole_body or np.median(middle) < border))


def upper_share(counts: np.ndarray) -> float:
    """Return the share of the counts that lies in the upper half of the body; of a body that stands, more than half.

    The body's ends are where the rows' sums reach 0.5 % and 99.5 % of the counts.
    """
    rows = counts.sum(axis=1, dtype=np.int64).cumsum()
    first, last = np.searchsorted(rows, [0.005 * rows[-1], 0.995 * rows[-1]])
    return float(rows[(first + last) // 2] / rows[-1])


def turn_upright(
    counts: np.ndarray, view: str, direction: tuple[float, float] | None, feet_first: bool
) -> tuple[np.ndarray, list[str]]:
    """Turn a view so that the head is up.

    Where the header says which way columns lead, that decides. Otherwise a view of a patient who lay feet first is
    turned by half if it stands on its head.

    Parameters
    ----------
    counts : ndarray, shape (rows, columns)
    view : {"anterior", "posterior"}
    direction : (float, float) or None
        Cosines of a row with the patient's left and of a column with the head; near 0 they say nothing.
    feet_first : bool

    Returns
    -------
    counts : ndarray
    steps : list of str
    """
    across, down = direction or (0, 0)
    if abs(down) < 0.5:
        if feet_first and upper_share(counts) < 0.5:
            return counts[::-1, ::-1], ["turned by half"]
        return counts, []
    if down < 0:
        return counts, []
    # in the usual display a row leads to the patient's left seen from the front, to the right seen from behind
    if (across > 0.5) == (view == "anterior") and abs(across) > 0.5:
        return counts[::-1], ["turned upside down"]
    return counts[::-1, ::-1], ["turned by half"]
