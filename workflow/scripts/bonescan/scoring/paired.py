"""Pairs of networks on the same test images: AUCs (DeLong, Obuchowski), decisions (McNemar), families (Holm).

Several images of one patient are no independent observations. The clustered tests are the ones to report; those that
take every image for a patient of its own stand beside them.
"""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from bonescan.scoring.metrics import predict_class
from bonescan.scoring.predictions import side_by_side, sizes
from bonescan.terms import TRAINED


def structural_components(label: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return AUCs and the part of each image in them (DeLong et al., Biometrics 1988, 44:837), from mid-ranks.

    Parameters
    ----------
    label : ndarray, shape (n,), int
        Both classes.
    values : ndarray, shape (n, k), float
        A column for each network.

    Returns
    -------
    auc : ndarray, shape (k,)
    metastatic : ndarray, shape (positives, k)
        Share of the normal images below each metastatic one, ties counting half (V10).
    normal : ndarray, shape (negatives, k)
        Share of the metastatic images above each normal one (V01).

    Notes
    -----
    Sun and Xu, IEEE Signal Process Lett 2014, 21:1389: ranks among all less ranks within the class.
    """
    label = np.asarray(label)
    ranks = stats.rankdata(values, axis=0)
    within = [stats.rankdata(values[label == one], axis=0) for one in (1, 0)]
    positives, negatives = map(len, within)
    metastatic = (ranks[label == 1] - within[0]) / negatives
    normal = 1 - (ranks[label == 0] - within[1]) / positives
    return metastatic.mean(axis=0), metastatic, normal


def auc_covariance(label: np.ndarray, values: np.ndarray, patient: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return AUCs and their covariance, images clustered by patient (Obuchowski, Biometrics 1997, 53:567).

    Parameters
    ----------
    label, patient : ndarray, shape (n,)
        A patient may have images of both classes. With a name of its own for each image the covariance is DeLong's.
    values : ndarray, shape (n, k), float

    Returns
    -------
    auc : ndarray, shape (k,)
        NaN where there is one class alone.
    covariance : ndarray, shape (k, k)
        NaN where a class has fewer than two patients.
    """
    label = np.asarray(label)
    _, number = np.unique(patient, return_inverse=True)
    clusters = [len(np.unique(number[label == one])) for one in (1, 0)]
    undefined = np.full((values.shape[1],) * 2, np.nan)
    if min(clusters) == 0:
        return undefined[0], undefined
    auc, *components = structural_components(label, values)
    if min(clusters) < 2:
        return auc, undefined
    # of each patient, the sum over the images of a class, as a share of that class
    sums = []
    for one, part in zip((1, 0), components, strict=True):
        total = np.zeros((number.max() + 1, values.shape[1]))
        np.add.at(total, number[label == one], part - auc)
        sums.append(total / len(part))
    own = sum(many / (many - 1) * total.T @ total for many, total in zip(clusters, sums, strict=True))
    patients = len(total)
    crossed = patients / (patients - 1) * sums[0].T @ sums[1]
    return auc, own + crossed + crossed.T


def auc_difference(auc: np.ndarray, covariance: np.ndarray, first: int, second: int) -> tuple[float, float, float]:
    """Return the difference of two AUCs, its standard error and the two-sided p value; p is 1 for equal networks."""
    difference = float(auc[first] - auc[second])
    variance = covariance[first, first] + covariance[second, second] - 2 * covariance[first, second]
    error = float(np.sqrt(max(variance, 0))) if np.isfinite(variance) else float("nan")
    return difference, error, _two_sided(difference, error)


def mcnemar_exact(first_right: np.ndarray, second_right: np.ndarray) -> float:
    """Return McNemar's exact p value for two networks' decisions on the same images, each taken as independent.

    Parameters
    ----------
    first_right, second_right : ndarray of bool, shape (n,)
        Whether each network decided rightly.
    """
    table = pd.crosstab(
        pd.Categorical(first_right, [True, False]), pd.Categorical(second_right, [True, False]), dropna=False
    )
    return float(mcnemar(table, exact=True).pvalue)


def decision_difference(
    first_right: np.ndarray, second_right: np.ndarray, patient: np.ndarray
) -> tuple[float, float, float]:
    """Return the difference in accuracy, its standard error and the p value of McNemar's test clustered by patient.

    Both after Obuchowski (Stat Med 1998, 17:1495): the standard error is that of a ratio of clusters; the test takes it
    where the networks do not differ, so that with one image each of many patients it is McNemar's.
    """
    net = pd.Series(np.asarray(first_right, int) - np.asarray(second_right, int)).groupby(np.asarray(patient))
    totals, images = net.sum().to_numpy(), net.size().to_numpy()
    difference = totals.sum() / images.sum()
    many = len(totals)
    if many < 2:
        return float(difference), float("nan"), float("nan")
    factor = many / (many - 1)
    error = np.sqrt(factor * ((totals - images * difference) ** 2).sum()) / images.sum()
    return float(difference), float(error), _two_sided(totals.sum(), np.sqrt(factor * (totals**2).sum()))


def _two_sided(value: float, error: float) -> float:
    """Return the two-sided normal p value; 1 where there is neither difference nor error."""
    if error == 0 and value == 0:
        return 1.0
    with np.errstate(divide="ignore"):
        return float(2 * stats.norm.sf(np.abs(np.divide(value, error))))


def holm(p_values: pd.Series) -> np.ndarray:
    """Return Holm's adjusted p values of one family (Scand J Stat 1979, 6:65); NaN, of no test, is no member of it."""
    adjusted = np.full(len(p_values), np.nan)
    tested = p_values.notna().to_numpy()
    if tested.any():
        adjusted[tested] = multipletests(p_values[tested], method="holm")[1]
    return adjusted


def compare_pairs(part: pd.DataFrame) -> pd.DataFrame:
    """Compare every two networks of a test part.

    Parameters
    ----------
    part : DataFrame
        Rows of `bonescan.scoring.predictions.join_status` of one test part.

    Returns
    -------
    DataFrame
        One row per pair: `first`, `second`, `status` (trained, or which network has no result); `auc_difference` with
        interval, `auc_p` and `auc_holm`, by patient; `auc_p_images` (DeLong); `accuracy_difference` with interval,
        `accuracy_p` and `accuracy_holm`, by patient; `accuracy_p_images` (McNemar, exact); `family`, how many pairs
        Holm's correction is over; `n`, `patients`, `metastatic` (images).
    """
    images, wide = side_by_side(part)
    status = part.drop_duplicates("model").set_index("model")["status"]
    label, patient, values = images["label"].to_numpy(), images["patient"].to_numpy(), wide.to_numpy()
    right = predict_class(values) == label[:, None]
    by_patient = auc_covariance(label, values, patient)
    by_image = auc_covariance(label, values, np.arange(len(label)))
    place = {model: number for number, model in enumerate(wide.columns)}
    rows = []
    for pair in combinations(status.index, 2):
        row = dict(zip(("first", "second"), pair, strict=True))
        failed = [f"{model} {status[model]}" for model in pair if status[model] != TRAINED]
        if failed:
            rows.append({**row, "status": "; ".join(failed)})
            continue
        numbers = [place[model] for model in pair]
        of_auc, of_decisions = auc_difference(*by_patient, *numbers), decision_difference(*right[:, numbers].T, patient)
        rows.append(
            {
                **row,
                "status": TRAINED,
                **_columns("auc", of_auc),
                "auc_p_images": auc_difference(*by_image, *numbers)[2],
                **_columns("accuracy", of_decisions),
                "accuracy_p_images": mcnemar_exact(*right[:, numbers].T),
            }
        )
    numbers = [f"{name}_{of}" for name in ("auc", "accuracy") for of in ("difference", "low", "high", "p", "p_images")]
    pairs = pd.DataFrame(rows).reindex(columns=["first", "second", "status", *numbers])
    for name in ("auc", "accuracy"):
        pairs[f"{name}_holm"] = holm(pairs[f"{name}_p"].astype(float))
    return pairs.assign(family=int(pairs["auc_p"].notna().sum()), **sizes(part))


def _columns(name: str, found: tuple[float, float, float]) -> dict[str, float]:
    """Return a difference with its 95 % interval and p value as columns."""
    difference, error, p_value = found
    half = stats.norm.ppf(0.975) * error
    ends = (difference, difference - half, difference + half, p_value)
    return dict(zip((f"{name}_{of}" for of in ("difference", "low", "high", "p")), ends, strict=True))
