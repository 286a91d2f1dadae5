"""How well simple scores, and an observer who knows where to look, tell metastatic from normal views."""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bonescan.scoring.intervals import interval
from bonescan.scoring.roc import auc

FOLDS = 5
# no simple rule shall reach the first; an observer who knows where to look shall find all but everything
SIMPLE, IDEAL = 0.80, 0.99
BEST = "best of ten, chosen by cross-validation"
JOINT = "all ten, logistic regression, cross-validated"
OBSERVER = "ideal observer (matched filter at the lesions)"
OBSERVER_COLUMNS = ("matched_filter", "matched_filter_without")


def percentiles(value: np.ndarray, view: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return each value's place among the reference values of its own view, 0 to 1.

    Anterior and posterior views differ in every score, so each is compared with its own kind.

    Parameters
    ----------
    value : ndarray, shape (n,), float
    view : ndarray, shape (n,), str
    reference : ndarray, shape (n,), bool
        Whose values are the yardstick: normal views of the training part.
    """
    placed = np.full(len(value), 0.5)
    for one in np.unique(view):
        here = view == one
        known = np.sort(value[here & reference])
        if known.size:
            left, right = (np.searchsorted(known, value[here], side) for side in ("left", "right"))
            # beyond the last normal view the values keep their order
            beyond = np.tanh((value[here] - np.median(known)) / (np.ptp(known) or 1.0)) / (2 * len(known))
            placed[here] = (left + right) / (2 * len(known)) + beyond
    return placed


def cross_validate(
    scores: pd.DataFrame, label: np.ndarray, view: np.ndarray, patient: np.ndarray, seed: int
) -> dict[str, np.ndarray]:
    """Score every view by rules that were chosen without its patient.

    Parameters
    ----------
    scores : DataFrame
        One column per score, one row per view.
    label, view, patient : ndarray, shape (n,)
    seed : int
        Of the folds.

    Returns
    -------
    dict of str to ndarray, shape (n,), float
        The column names: the score itself, oriented on the training part. `BEST`: the score with the highest AUC of the
        training part. `JOINT`: logistic regression on all of them. All as percentiles among the training part's normal
        views of the same projection, so that folds can be pooled.
    """
    names = list(scores)
    found = {name: np.zeros(len(label)) for name in (*names, BEST, JOINT)}
    values = scores.to_numpy(dtype=float)
    for train, test in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(values, label, patient):
        reference = np.zeros(len(label), dtype=bool)
        reference[train[label[train] == 0]] = True
        placed = np.column_stack([percentiles(column, view, reference) for column in values.T])
        areas = np.array([auc(label[train], column[train]) for column in placed.T])
        placed = np.where(areas >= 0.5, placed, 1 - placed)
        for number, name in enumerate(names):
            found[name][test] = placed[test, number]
        found[BEST][test] = placed[test, np.abs(areas - 0.5).argmax()]
        joint = make_pipeline(StandardScaler(), LogisticRegression()).fit(placed[train], label[train])
        answer = joint.decision_function(placed)
        found[JOINT][test] = percentiles(answer, view, reference)[test]
    return found


def judge_scores(
    scores: pd.DataFrame, table: pd.DataFrame, rng: np.random.Generator, repeats: int = 10, draws: int = 500
) -> pd.DataFrame:
    """Return the AUC of each of the ten scores, of the best and of all together, cross-validated.

    Parameters
    ----------
    scores : DataFrame
        Ten columns, one row per view.
    table : DataFrame
        label, view, patient of each row.
    rng : numpy.random.Generator
    repeats : int
        Cross-validations, each with folds of its own.
    draws : int
        Of the bootstrap.

    Returns
    -------
    DataFrame
        score, auc (mean over the repeats of the cross-validation), low, high (95 % interval of one repeat, bootstrap of
        patients), target, met.
    """
    label, view, patient = (table[name].to_numpy() for name in ("label", "view", "patient"))
    groups = table.groupby("label")["patient"].nunique()
    if len(groups) < 2 or groups.min() < FOLDS:
        raise ValueError(f"expected at least {FOLDS} patients of either class, got {groups.to_dict()} by label")
    seeds = rng.integers(0, 2**31, repeats)
    runs = [cross_validate(scores, label, view, patient, int(seed)) for seed in seeds]
    rows = []
    for name in runs[0]:
        area = float(np.mean([auc(label, run[name]) for run in runs]))
        low, high = interval(label, runs[0][name], patient, rng, draws)
        met = ("yes" if area <= SIMPLE else "no") if name == BEST else ""
        rows.append({"score": name, "auc": area, "low": low, "high": high, "target": f"<= {SIMPLE:.2f}", "met": met})
    frame = pd.DataFrame(rows)
    frame.loc[frame["score"] != BEST, "target"] = ""
    return frame


def judge_observer(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the AUC of the ideal observer, who knows where the lesions of a metastatic view lie.

    Parameters
    ----------
    table : DataFrame
        `truth_views.tsv`, whose metastatic views have the output of the matched filter at the lesions inside the thorax
        (`matched_filter`), and that of the same filter on a lesion-free draw of the same body
        (`matched_filter_without`), in standard deviations of the lesion-free output.

    Returns
    -------
    DataFrame
        One row with the columns of `judge_scores`.

    Raises
    ------
    ValueError
        The columns are missing, or empty in some metastatic view.
    """
    missing = [name for name in OBSERVER_COLUMNS if name not in table]
    if missing:
        raise ValueError(
            f"truth_views.tsv: expected the columns {' and '.join(OBSERVER_COLUMNS)} of the ideal observer, "
            f"{' and '.join(missing)} missing; run simulate again"
        )
    diseased = table[table["label"] == 1]
    empty = int(diseased[list(OBSERVER_COLUMNS)].isna().any(axis=1).sum())
    if empty or diseased.empty:
        raise ValueError(
            f"truth_views.tsv: expected {' and '.join(OBSERVER_COLUMNS)} in every metastatic view, "
            f"found {len(diseased)} such views, {empty} without"
        )
    value = np.concatenate([diseased[name].to_numpy(dtype=float) for name in OBSERVER_COLUMNS])
    label, patient = np.repeat([1, 0], len(diseased)), np.tile(diseased["patient"].to_numpy(), 2)
    area = auc(label, value)
    low, high = interval(label, value, patient, rng)
    met = "yes" if area > IDEAL else "no"
    return pd.DataFrame(
        [{"score": OBSERVER, "auc": area, "low": low, "high": high, "target": f"> {IDEAL:.2f}", "met": met}]
    )
