"""How much better the best of several networks looks on the images that it was chosen by."""

import numpy as np
import pandas as pd

from bonescan.scoring.metrics import predict_class
from bonescan.scoring.predictions import side_by_side
from bonescan.scoring.resampled import divide, named_ends, weighted_auc

SPLITS = 500
"""Of the test patients into halves."""


def halve_patients(
    patient: np.ndarray, label: np.ndarray, rng: np.random.Generator, splits: int = SPLITS
) -> np.ndarray:
    """Return which images are in the first half of the patients, shape (splits, n), bool.

    Patients with a metastatic image and those without are halved apart; which half gets an odd one is drawn.
    """
    _, number = np.unique(patient, return_inverse=True)
    metastatic = np.zeros(number.max() + 1, bool)
    np.logical_or.at(metastatic, number, np.asarray(label) == 1)
    first = np.zeros((splits, len(metastatic)), bool)
    for members in (np.flatnonzero(metastatic), np.flatnonzero(~metastatic)):
        for split in range(splits):
            half = (len(members) + rng.integers(2)) // 2
            first[split, rng.permutation(members)[:half]] = True
    return first[:, number]


def weighted_accuracy(label: np.ndarray, value: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the accuracy in each resample; parameters as in `bonescan.scoring.resampled.weighted_auc`."""
    return divide(weights @ (predict_class(value) == label), weights.sum(axis=1))


METRICS = {"auc": weighted_auc, "accuracy": weighted_accuracy}


def choose_on_half(scores: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which network is best on one half, its score there, and its score on the other half.

    Parameters
    ----------
    scores, others : ndarray, shape (splits, networks)
        On the half that chooses and on the other. NaN, a half of one class, chooses nothing and gives NaN.
    """
    known = np.isfinite(scores).all(axis=1) & np.isfinite(others).all(axis=1)
    best = np.where(known, np.argmax(np.nan_to_num(scores, nan=-np.inf), axis=1), -1)
    rows = np.arange(len(scores))
    return best, np.where(known, scores[rows, best], np.nan), np.where(known, others[rows, best], np.nan)


def score_optimism(part: pd.DataFrame, rng: np.random.Generator, splits: int = SPLITS) -> pd.DataFrame:
    """Choose the best network on one half of the test patients and score it on the other, both ways, many times.

    With one network the two ways cancel out and the optimism is 0.

    Parameters
    ----------
    part : DataFrame
        Rows of `bonescan.scoring.predictions.join_status` of one test part.
    rng : numpy.random.Generator
    splits : int
        Of the patients into halves.

    Returns
    -------
    DataFrame
        One row for AUC and one for accuracy: `metric`, `networks` (that trained), `n`, `patients`, `best` (the network
        best on all images) and its score there, `chosen_there` (how often a half chooses it too), `on_half` and
        `on_other` (mean scores of the chosen), `optimism` (their difference) and the range of 95 % of the halvings.
    """
    images, wide = side_by_side(part)
    label, patient = images["label"].to_numpy(), images["patient"].to_numpy()
    first = halve_patients(patient, label, rng, splits)
    # the first row is all images
    halves = [np.vstack([np.ones(len(label)), half]) for half in (first, ~first)]
    rows = []
    for name, metric in METRICS.items():
        row = {"metric": name, "networks": wide.shape[1], "n": len(images), "patients": images["patient"].nunique()}
        if wide.shape[1]:
            scores = [
                np.column_stack([metric(label, wide[model].to_numpy(), half) for model in wide]) for half in halves
            ]
            row |= _summarise(scores, list(wide.columns))
        rows.append(row)
    columns = ["metric", "networks", "n", "patients", "best", "score", "chosen_there", "on_half", "on_other"]
    return pd.DataFrame(rows).reindex(columns=[*columns, "optimism", "optimism_low", "optimism_high"])


def _summarise(scores: list[np.ndarray], models: list[str]) -> dict:
    """Return the columns of `score_optimism` that the choices on both halves decide."""
    everywhere = scores[0][0]
    if not np.isfinite(everywhere).all():
        return {}
    first, second = (half[1:] for half in scores)
    ways = [choose_on_half(first, second), choose_on_half(second, first)]
    chosen, on_half, on_other = (np.vstack([way[of] for way in ways]) for of in range(3))
    if not np.isfinite(on_half).any():
        return {}
    optimism = (on_half - on_other).mean(axis=0)
    overall = int(np.argmax(everywhere))
    return {
        "best": models[overall],
        "score": everywhere[overall],
        "chosen_there": float((chosen[chosen >= 0] == overall).mean()),
        "on_half": float(np.nanmean(on_half)),
        "on_other": float(np.nanmean(on_other)),
        **named_ends("optimism", np.concatenate([[np.nanmean(optimism)], optimism])),
    }
