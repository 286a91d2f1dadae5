"""Scores of subgroups of a test part: by subtype, view and counts, and by contrast of the lesions if it is known."""

import numpy as np
import pandas as pd

from bonescan.scoring.predictions import networks
from bonescan.scoring.resampled import named_ends, resample_weights, weighted_auc, with_ends
from bonescan.scoring.use import decision_rates
from bonescan.terms import NORMAL, TRAINED

LEAST_PATIENTS = 5
"""A number of fewer patients of a class is not given."""

THIRDS = ("lowest third", "middle third", "highest third")

UNSEEN = "no visible lesion in the thorax"


def thirds(values: pd.Series) -> pd.Series:
    """Return the third that each value lies in, with its limits, such as `lowest third (up to 1.8)`; NaN for NaN."""
    known = values.dropna()
    if known.nunique() < len(THIRDS):
        return pd.Series(None, index=values.index, dtype=object)
    low, high = known.quantile([1 / 3, 2 / 3])
    limits = (f"up to {low:.3g}", f"{low:.3g} to {high:.3g}", f"above {high:.3g}")
    names = [f"{third} ({limit})" for third, limit in zip(THIRDS, limits, strict=True)]
    return pd.Series(np.select([values <= low, values <= high, values > high], names, default=None), index=values.index)


def describe_views(cohort: pd.DataFrame, scans: pd.DataFrame, lesions: pd.DataFrame | None) -> pd.DataFrame:
    """Return what is known of each view of the cohort.

    Parameters
    ----------
    cohort : DataFrame
        `cohort.tsv`: image, view, subtype.
    scans : DataFrame
        `scans.tsv`: image, counts.
    lesions : DataFrame or None
        The phantom's `truth_lesions.tsv`: image, peak_ratio, visible, in_thorax; None where the truth is unknown.

    Returns
    -------
    DataFrame
        source (the view's name), subtype, view, counts; with the truth `contrast`: the highest peak over what lies
        under it among the visible lesions in the thorax, NaN where there is none.
    """
    views = cohort[["image", "subtype", "view"]].merge(scans[["image", "counts"]], on="image", validate="one_to_one")
    if lesions is not None:
        seen = lesions[(lesions["visible"] == 1) & (lesions["in_thorax"] == 1)]
        views["contrast"] = views["image"].map(seen.groupby("image")["peak_ratio"].max())
    return views.rename(columns={"image": "source"})


def label_groups(part: pd.DataFrame, views: pd.DataFrame) -> pd.DataFrame:
    """Return the subgroups of the images of a test part.

    Parameters
    ----------
    part : DataFrame
        One row per image: source, label.
    views : DataFrame
        From `describe_views`.

    Returns
    -------
    DataFrame
        A column for each kind of group, in the order of `part`: `subtype` and `contrast`, NaN for normal images, which
        each of these groups is held against; `view` and `counts`, by which both classes are divided. The thirds are
        those of the views of this test part.
    """
    tested = views[views["source"].isin(part["source"])].set_index("source")
    metastatic = tested["subtype"] != NORMAL
    groups = pd.DataFrame({"subtype": tested["subtype"].where(metastatic, None), "view": tested["view"]})
    if "contrast" in tested:
        contrast = tested["contrast"].where(metastatic)
        groups["contrast"] = thirds(contrast).mask(metastatic & contrast.isna(), UNSEEN)
    groups["counts"] = thirds(tested["counts"].astype(float))
    return groups.reindex(part["source"]).set_axis(part.index)


ONE_CLASS = ("subtype", "contrast")
"""Kinds of groups of metastatic images, each held against all normal images of the test part."""


def score_subgroups(part: pd.DataFrame, views: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return AUC, sensitivity and specificity of each network of a test part in each subgroup.

    Parameters
    ----------
    part : DataFrame
        Rows of `bonescan.scoring.predictions.join_status` of one test part.
    views : DataFrame
        From `describe_views`.
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        One row per subgroup and network: `kind`, `group`, `model`, `status`; `n` (images), `metastatic` (images),
        `patients`, and `patients_metastatic` and `patients_normal`, who have images of the class; with interval `auc`,
        `sensitivity`, `specificity` (NaN for fewer than `LEAST_PATIENTS` patients of a class that they need; no
        specificity of groups of metastatic images alone).
    """
    images = part.drop_duplicates("image").reset_index(drop=True)
    groups = label_groups(images, views)
    weights = resample_weights(images["patient"].to_numpy(), rng)
    rows = []
    for kind in groups:
        for group in sorted(groups[kind].dropna().unique(), key=_rank):
            inside = (groups[kind] == group).to_numpy()
            held = inside | (images["label"] == 0).to_numpy() if kind in ONE_CLASS else inside
            for named, found in networks(part):
                row = {"kind": kind, "group": group, **named, **_count(images[inside])}
                if named["status"] == TRAINED:
                    row |= _score_group(found[held], weights[:, held], kind in ONE_CLASS)
                rows.append(row)
    rates = with_ends(["auc", "sensitivity", "specificity"])
    sizes = ["n", "metastatic", "patients", "patients_metastatic", "patients_normal"]
    return pd.DataFrame(rows).reindex(columns=["kind", "group", "model", "status", *sizes, *rates])


def _rank(group: str) -> tuple:
    """Order thirds from low to high, before what has none."""
    return next((number for number, third in enumerate(THIRDS) if group.startswith(third)), len(THIRDS)), group


def _count(images: pd.DataFrame) -> dict[str, int]:
    """Return how many images and patients a subgroup has."""
    metastatic = images["label"] == 1
    return {
        "n": len(images),
        "metastatic": int(metastatic.sum()),
        "patients": images["patient"].nunique(),
        "patients_metastatic": images.loc[metastatic, "patient"].nunique(),
        "patients_normal": images.loc[~metastatic, "patient"].nunique(),
    }


def _score_group(images: pd.DataFrame, weights: np.ndarray, one_class: bool) -> dict[str, float]:
    """Return the scores of one network on a subgroup, left out where a class has too few patients."""
    label, probability, patient = (images[name].to_numpy() for name in ("label", "probability", "patient"))
    enough = {one: len(np.unique(patient[label == one])) >= LEAST_PATIENTS for one in (0, 1)}
    rates = decision_rates(label, probability, patient)
    wanted = [name for name, one in (("sensitivity", 1), ("specificity", 0)) if enough[one]]
    if one_class and "specificity" in wanted:
        wanted.remove("specificity")
    found = {name: rates[name] for name in with_ends(wanted)}
    return found | (named_ends("auc", weighted_auc(label, probability, weights)) if all(enough.values()) else {})
