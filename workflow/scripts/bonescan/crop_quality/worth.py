"""What each flag of the crop is worth: whether the crops that carry it are bad, and those without it good."""

import numpy as np
import pandas as pd
from scipy import stats

LEAST_IOU = 0.7
"""A crop that overlaps less than this with ribs and shoulders down to the waist, or has lost a rib, is bad."""


def is_bad(crops: pd.DataFrame) -> pd.Series:
    """Tell which crops are bad: Series of bool.

    Parameters
    ----------
    crops : DataFrame
        Columns iou_trunk and ribs_lost.
    """
    return (crops["iou_trunk"] < LEAST_IOU) | (crops["ribs_lost"] > 0)


def wilson(hits: np.ndarray, cluster: np.ndarray) -> tuple[float, float, float]:
    """Return a share and its 95 % interval, after Wilson (J Am Stat Assoc 1927, 22:209).

    The views of a patient are one trial, not several: the interval is that of so many trials as there are clusters.

    Parameters
    ----------
    hits : ndarray, shape (n,), bool
    cluster : ndarray, shape (n,)
        Whose view each is.

    Returns
    -------
    share, low, high : float
        NaN where there are no views.
    """
    trials = len(np.unique(cluster))
    if not trials:
        return (float("nan"),) * 3
    share, z = float(np.mean(hits)), float(stats.norm.ppf(0.975))
    middle = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2)) / (1 + z**2 / trials)
    return share, max(0.0, float(middle - half)), min(1.0, float(middle + half))


def kinds(reason: pd.Series) -> pd.Series:
    """Return the flags of each crop without their numbers: Series of frozenset of str."""
    texts = reason.astype(object).fillna("").astype(str).str.replace(r"-?\d+(\.\d+)?%?", "…", regex=True)
    return texts.map(lambda text: frozenset(filter(None, text.split("; "))))


def weigh_flags(crops: pd.DataFrame, cluster: pd.Series) -> pd.DataFrame:
    """Weigh each flag that a cohort's crops carry, and any flag.

    Parameters
    ----------
    crops : DataFrame
        Columns iou_trunk, ribs_lost, reason.
    cluster : Series
        Whose view each is.

    Returns
    -------
    DataFrame
        A row a flag, `any flag` first: `flag`; `views` with it; `bad_with`, `bad_without` (share of bad crops among
        those with and without it) and `good_flagged` (share of the good crops that carry it), each with `_low` and
        `_high`.
    """
    bad, carried = is_bad(crops).to_numpy(), kinds(crops["reason"])
    flags = {"any flag": carried.map(bool).to_numpy()}
    for flag in sorted(set().union(*carried)):
        flags[flag] = np.array([flag in own for own in carried])
    cluster, rows = cluster.to_numpy(), []
    for flag, on in flags.items():
        row = {"flag": flag, "views": int(on.sum())}
        shares = {"bad_with": (bad, on), "bad_without": (bad, ~on), "good_flagged": (on, ~bad)}
        for name, (hits, among) in shares.items():
            row[name], row[f"{name}_low"], row[f"{name}_high"] = wilson(hits[among], cluster[among])
        rows.append(row)
    return pd.DataFrame(rows)
