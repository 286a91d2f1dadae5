"""What a spot on the phantom's views tells a physician, beside published figures: uptake, shape, place, number."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bonescan.phantom.disease import SUPERSCAN
from bonescan.scoring.intervals import interval, resamples
from bonescan.scoring.roc import auc
from bonescan.terms import METASTASIS

BENIGN = ("degenerative", "fracture", "Paget disease", "dental")
"""Kinds of hot spots in bone; activity in a vein, in urine or beside a prosthesis is taken for none."""

FOLDS = 5
MANY = 3
"""Benign spots in the thorax of a normal view that are more than patients have."""


class Published(NamedTuple):
    """A figure to hold the phantom against; the aim is a range, empty where none is set."""

    value: str
    source: str
    aim: tuple[float, float] | None = None


PUBLISHED = {
    "spine, uptake: metastasis or degenerative, AUC": Published("0.874", "Ann Nucl Med 2020, 34:39", (0.82, 0.92)),
    "ribs, uptake: metastasis or fracture, AUC": Published("", ""),
    "ribs, shape and place: metastasis or fracture, AUC": Published(
        "linear 7 of 9, focal 10 of 56, anterior end 2 of 16 malignant", "Kara et al., Nucl Med Commun 2003, 24:887"
    ),
    "ribs, shape and place less uptake, AUC": Published("", "", (0.0, 1.0)),
    "spots a patient, where there are any": Published("4.5", "Liu et al., BMC Med Imaging 2021, 21:131"),
    "patients with one spot alone": Published("0.153", "Zhu et al., Nucl Sci Tech 2002, 13:72"),
    "one spot alone that is a metastasis": Published("0.214", "Zhu et al., Nucl Sci Tech 2002, 13:72"),
    f"normal views with {MANY} or more benign spots in the thorax": Published("", ""),
    "one reader's sensitivity, by the picture alone": Published(
        "0.77; 0.83", "Sadik et al., Eur J Nucl Med 2008, 35:1464; Zacho et al., Nucl Med Commun 2015, 36:445"
    ),
    "one reader's specificity, by the picture alone": Published("0.96; 0.98", "the same"),
}
SPINE, RIBS, SHAPE, LESS, SPOTS, ALONE, MALIGNANT, CROWDED, SENSITIVITY, SPECIFICITY = PUBLISHED


def gather_spots(lesions: pd.DataFrame, foci: pd.DataFrame, views: pd.DataFrame) -> pd.DataFrame:
    """Return the hot spots in bone that can be seen, one row each a view.

    Parameters
    ----------
    lesions, foci : DataFrame
        `truth_lesions.tsv` and `truth_foci.tsv`.
    views : DataFrame
        `truth_views.tsv`: image, patient.

    Returns
    -------
    DataFrame
        Columns of the truth, `patient`, `malignant` (bool) and `spot`, which is the same in both views of a patient.
    """
    malignant = lesions.rename(columns={"lesion": "number"}).assign(malignant=True)
    benign = foci[foci["kind"].isin(BENIGN)].rename(columns={"focus": "number"}).assign(malignant=False)
    spots = pd.concat([malignant, benign], ignore_index=True)
    # a super-scan has no spots to count
    seen = (spots["visible"] == 1) & (spots["contrast"] > 1) & (spots["site"] != SUPERSCAN)
    spots = spots[seen].merge(views[["image", "patient"]], on="image")
    return spots.assign(spot=spots["kind"].eq(METASTASIS).map({True: "m", False: "b"}) + spots["number"].astype(str))


def shape_and_place(ribs: pd.DataFrame) -> np.ndarray:
    """Return what is seen of spots in ribs beside their heat.

    Parameters
    ----------
    ribs : DataFrame
        Spots in ribs, from `gather_spots`.

    Returns
    -------
    ndarray, shape (n, 6), float
        Length to width, area, part of the rib (posterior, lateral, anterior), spots on the ribs above and below.
    """
    number = ribs["bone"].str.extract(r"(\d+)$")[0].astype(int).to_numpy()
    side = ribs["bone"].str.split().str[0].to_numpy()
    image = ribs["image"].to_numpy()
    beside = (image[:, None] == image) & (side[:, None] == side) & (np.abs(number[:, None] - number) == 1)
    tall, wide = np.log(ribs["half_rows"].to_numpy()), np.log(ribs["half_cols"].to_numpy())
    parts = [ribs["part"].eq(part).to_numpy(float) for part in ("posterior", "lateral", "anterior")]
    return np.column_stack([np.abs(tall - wide), tall + wide, *parts, beside.sum(axis=1)])


def cross_validate(features: np.ndarray, malignant: np.ndarray, patient: np.ndarray, seed: int) -> np.ndarray:
    """Return the score of each spot by a logistic regression that has not seen its patient."""
    score = np.zeros(len(malignant))
    for train, test in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(features, malignant, patient):
        model = make_pipeline(StandardScaler(), LogisticRegression()).fit(features[train], malignant[train])
        score[test] = model.decision_function(features[test])
    return score


def judge_spots(spots: pd.DataFrame, views: pd.DataFrame, rng: np.random.Generator, draws: int = 500) -> pd.DataFrame:
    """Return what the spots tell, each with its 95 % interval and what is published.

    Parameters
    ----------
    spots : DataFrame
        From `gather_spots`.
    views : DataFrame
        `truth_views.tsv`: image, patient, label, reads, calls.
    rng : numpy.random.Generator
    draws : int
        Of the bootstrap of patients.

    Returns
    -------
    DataFrame
        measure, n, of (what n counts), value, low, high, published, source, aim, met.
    """
    spine = spots[(spots["region"] == "spine") & spots["kind"].isin([METASTASIS, "degenerative"])]
    ribs = spots[(spots["region"] == "ribs") & spots["kind"].isin([METASTASIS, "fracture"])]
    found = {SPINE: _area(spine, spine["peak_ratio"].to_numpy(), rng, draws)}
    found[RIBS] = _area(ribs, ribs["peak_ratio"].to_numpy(), rng, draws)
    malignant, patient = ribs["malignant"].to_numpy(), ribs["patient"].to_numpy()
    shape = np.full(len(ribs), np.nan)
    if min(ribs.groupby("malignant")["patient"].nunique().reindex([True, False], fill_value=0)) >= FOLDS:
        shape = cross_validate(shape_and_place(ribs), malignant, patient, int(rng.integers(2**31)))
    found[SHAPE] = _area(ribs, shape, rng, draws)
    heat = ribs["peak_ratio"].to_numpy()
    found[LESS] = _of_resamples(
        patient, lambda rows: auc(malignant[rows], shape[rows]) - auc(malignant[rows], heat[rows]), rng, draws, "spots"
    )
    numbers = spots.groupby("patient")["spot"].nunique().reindex(views["patient"].unique(), fill_value=0)
    alone = spots[spots["patient"].isin(numbers.index[numbers == 1])].drop_duplicates("patient")
    counted = numbers[numbers > 0]
    found[SPOTS] = _mean(counted.to_numpy(), counted.index.to_numpy(), rng, draws, "patients")
    found[ALONE] = _mean((numbers == 1).to_numpy(), numbers.index.to_numpy(), rng, draws, "patients")
    found[MALIGNANT] = _mean(alone["malignant"].to_numpy(), alone["patient"].to_numpy(), rng, draws, "patients")
    normal = views[views["label"] == 0]
    crowd = spots[~spots["malignant"] & (spots["in_thorax"] == 1)].groupby("image").size()
    crowded = (crowd.reindex(normal["image"], fill_value=0) >= MANY).to_numpy()
    found[CROWDED] = _mean(crowded, normal["patient"].to_numpy(), rng, draws, "views")
    patients = views.drop_duplicates("patient")
    for measure, label in ((SENSITIVITY, 1), (SPECIFICITY, 0)):
        read = patients[patients["label"] == label]
        calls, reads = read["calls"].to_numpy(), read["reads"].to_numpy()
        right = calls if label else reads - calls
        found[measure] = _of_resamples(
            read["patient"].to_numpy(),
            lambda rows, right=right, reads=reads: right[rows].sum() / reads[rows].sum(),
            rng,
            draws,
            "patients",
        )
    return pd.DataFrame([_row(measure, *found[measure]) for measure in PUBLISHED])


def _row(measure: str, n: int, of: str, value: float, low: float, high: float) -> dict:
    """Return one row of the table; an aim is met where the value lies within it."""
    published = PUBLISHED[measure]
    row = {"measure": measure, "n": n, "of": of, "value": value, "low": low, "high": high}
    row |= {"published": published.value, "source": published.source, "aim": "", "met": ""}
    if published.aim:
        least, most = published.aim
        row["aim"] = f"above {least:g}" if most == 1 else f"{least:g} to {most:g}"
        row["met"] = "yes" if least < value <= most else "no"
    return row


def _area(
    spots: pd.DataFrame, value: np.ndarray, rng: np.random.Generator, draws: int
) -> tuple[int, str, float, float, float]:
    malignant, patient = spots["malignant"].to_numpy(), spots["patient"].to_numpy()
    if malignant.all() or not malignant.any() or np.isnan(value).any():
        return len(spots), "spots", *[float("nan")] * 3
    return len(spots), "spots", auc(malignant, value), *interval(malignant, value, patient, rng, draws)


def _mean(
    value: np.ndarray, patient: np.ndarray, rng: np.random.Generator, draws: int, of: str
) -> tuple[int, str, float, float, float]:
    return _of_resamples(patient, lambda rows: float(np.mean(value[rows])), rng, draws, of)


def _of_resamples(
    patient: np.ndarray, measure: Callable, rng: np.random.Generator, draws: int, of: str
) -> tuple[int, str, float, float, float]:
    """Return how many there are and of what, a measure of them, and its interval from a bootstrap of patients."""
    if not len(patient):
        return 0, of, *[float("nan")] * 3
    value = measure(np.arange(len(patient)))
    if np.isnan(value):
        return len(patient), of, *[float("nan")] * 3
    low, high = np.nanpercentile([measure(rows) for rows in resamples(patient, rng, draws)], [2.5, 97.5])
    return len(patient), of, value, float(low), float(high)
