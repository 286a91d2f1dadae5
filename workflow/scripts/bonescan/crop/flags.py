"""Doubtful crops of a cohort: the flags that need both views, and what becomes of flagged crops."""

import pandas as pd

from bonescan.crop.position import check_frames, check_view
from bonescan.terms import VIEWS


def flag_frames(crops: pd.DataFrame) -> pd.DataFrame:
    """Add the reasons found by comparing a view with its name and with the other view of its examination.

    Parameters
    ----------
    crops : DataFrame
        Rows of `crop.tsv`: patient, exam, view, spine_contrast, flag, reason.

    Returns
    -------
    DataFrame
        The same rows.
    """
    crops = crops.copy()
    reasons = [list(filter(None, [reason])) for reason in crops["reason"].fillna("")]
    known = list(zip(crops["view"], crops["spine_contrast"], reasons, strict=True))
    upright = ["upside down" not in " ".join(own) for own in reasons]
    exams = {}
    for position, exam in enumerate(zip(crops["patient"], crops["exam"], strict=True)):
        if upright[position]:
            exams.setdefault(exam, {})[known[position][0]] = position
    for views in exams.values():
        if set(views) == set(VIEWS):
            for position in views.values():
                reasons[position] += check_frames(*(known[views[name]][1] for name in VIEWS))
        else:
            for position in views.values():
                reasons[position] += check_view(*known[position][:2])
    crops["reason"] = ["; ".join(own) for own in reasons]
    crops["flag"] = [int(bool(own)) for own in reasons]
    return crops


def exclude(crops: pd.DataFrame, untrusted: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Divide the crops into those that stay in the cohort and those that leave it.

    Parameters
    ----------
    crops : DataFrame
        Rows of `crop.tsv`: image, flag, reason.
    untrusted : {"keep", "exclude", "stop"}
        What becomes of flagged crops.

    Returns
    -------
    kept, excluded : DataFrame

    Raises
    ------
    ValueError
        If a crop is flagged and `untrusted` is `stop`, or nothing is left.
    """
    flagged = crops["flag"] == 1
    if untrusted == "keep" or not flagged.any():
        return crops, crops[:0]
    if untrusted == "stop":
        named = [f"{row.image} ({row.reason})" for row in crops[flagged].itertuples()]
        more = f" and {len(named) - 5} more" if len(named) > 5 else ""
        raise ValueError(
            f"crop.untrusted is stop: expected crops without a flag, "
            f"got {len(named)} flagged of {len(crops)}: {', '.join(named[:5])}{more}"
        )
    if flagged.all():
        raise ValueError(f"crop.untrusted is exclude: expected a crop without a flag, got {len(crops)} flagged ones")
    return crops[~flagged].reset_index(drop=True), crops[flagged].reset_index(drop=True)
