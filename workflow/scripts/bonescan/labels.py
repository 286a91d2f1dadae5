"""Readers' annotations to ground truth: findings, votes, labels, subtypes, and how far the readers agree.

The paper, SPECT bone image annotation: an image that at least two of three doctors regard as abnormal is abnormal.
"""

import re
from itertools import combinations

import numpy as np
import pandas as pd
from sklearn.metrics import cohen_kappa_score

ABNORMAL = "metastasis"
SUBTYPES = ("normal", "multiple", "spinal", "outside_spine")
FINDING_COLUMNS = ["image", "reader", "finding", "bone", "shape", "points"]
# Points that LabelMe 5 writes for each of its shapes: two corners, or centre and a point of the rim
POINTS = {"polygon": (3, None), "rectangle": (2, 2), "circle": (2, 2), "point": (1, 1)}
SPINE = re.compile(r"\b(cervical|thoracic|lumbar) vertebra\b|\bsacrum\b|\bcoccyx\b")


def read_shapes(annotation, place: str, size: tuple[int, int]) -> list[dict]:
    """Return the findings of one LabelMe 5 annotation.

    Parameters
    ----------
    annotation : object
        The parsed JSON of one image.
    place : str
        File that it came from, for errors.
    size : tuple of int
        Rows and columns of the whole-body view.

    Returns
    -------
    list of dict
        `finding` (the shape's label), `bone` (its description), `shape` (polygon, rectangle, circle, point) and
        `points` ("row,col;row,col", pixels, from the top left corner; a circle's are its centre and one of its rim).

    Raises
    ------
    ValueError
        Not a LabelMe annotation, or a shape that is unknown, incomplete or outside the picture; it names file and
        shape.
    """
    if not isinstance(annotation, dict) or not isinstance(annotation.get("shapes"), list):
        raise ValueError(f"{place}: expected a LabelMe annotation with a list of shapes")
    found = annotation.get("imageHeight", size[0]), annotation.get("imageWidth", size[1])
    if found not in (tuple(size), (None, None)):
        raise ValueError(
            f"{place}: expected imageHeight x imageWidth {size[0]} x {size[1]}, found {found[0]} x {found[1]}"
        )
    return [_read_shape(shape, f"{place}, shape {n}", size) for n, shape in enumerate(annotation["shapes"], start=1)]


def _read_shape(shape, place: str, size: tuple[int, int]) -> dict:
    """Return one finding; `place` names file and shape."""
    if not isinstance(shape, dict) or not isinstance(shape.get("label"), str) or not shape["label"].strip():
        raise ValueError(f"{place}: expected a label")
    kind = shape.get("shape_type") or "polygon"
    if kind not in POINTS:
        raise ValueError(f"{place}: expected shape_type {', '.join(POINTS)}, found {kind}")
    try:
        points = np.array(shape.get("points"), dtype=float).reshape(-1, 2)
    except (TypeError, ValueError):
        raise ValueError(f"{place}: expected points as pairs of column and row") from None
    least, most = POINTS[kind]
    if len(points) < least or (most and len(points) > most):
        raise ValueError(
            f"{place}: expected {least}{'' if most else ' or more'} points of a {kind}, found {len(points)}"
        )
    outside = ~((points >= 0) & (points <= (size[1], size[0]))).all(axis=1)
    if outside.any():
        column, row = points[outside][0]
        raise ValueError(f"{place}: row {row:g}, column {column:g} lies outside the picture of {size[0]} x {size[1]}")
    return {
        "finding": shape["label"].strip().lower(),
        "bone": str(shape.get("description") or "").strip().lower(),
        "shape": kind,
        "points": ";".join(f"{row:.2f},{column:.2f}" for column, row in points),
    }


def check_images(annotated: dict[str, set[str]], images: list[str]) -> None:
    """Check that every reader annotated every image, and no other.

    Parameters
    ----------
    annotated : dict of str to set of str
        Images of each reader.
    images : list of str
        Images of the cohort.

    Raises
    ------
    ValueError
        Naming reader and images.
    """
    for reader, names in annotated.items():
        if unknown := sorted(names - set(images)):
            raise ValueError(f"{reader}: {len(unknown)} annotations of unknown images, such as {unknown[0]}.json")
        if missing := sorted(set(images) - names):
            raise ValueError(f"{reader}: no annotation of {len(missing)} images, such as {missing[0]}")


def count_votes(findings: pd.DataFrame, images: list[str], readers: list[str]) -> pd.DataFrame:
    """Return who regards which image as abnormal: whoever marked at least one metastasis on it.

    Parameters
    ----------
    findings : DataFrame
        Columns `image`, `reader`, `finding`.

    Returns
    -------
    DataFrame of int, one row an image, one column a reader
        1 abnormal, 0 normal.
    """
    marked = findings[findings["finding"] == ABNORMAL]
    table = pd.crosstab(marked["image"], marked["reader"]).clip(upper=1)
    return table.reindex(index=images, columns=readers, fill_value=0).astype(int)


def majority(votes: pd.DataFrame, least: int) -> pd.Series:
    """Return 1 for the images that at least `least` readers regard as abnormal, 0 for the others.

    Raises
    ------
    ValueError
        More votes asked for than there are readers.
    """
    if not 1 <= least <= votes.shape[1]:
        raise ValueError(f"votes: expected 1 to {votes.shape[1]}, the number of readers, found {least}")
    return (votes.sum(axis=1) >= least).astype(int)


def lesions_of_majority(lesions: pd.DataFrame, least: int) -> list[str]:
    """Return the bones of the lesions that at least `least` readers marked on one image, one entry a lesion.

    In each bone as many lesions stand as `least` readers marked there or more: with two of three, the middle one of
    their three numbers, so that neither one reader's miss nor one reader's extra mark changes the list.

    Parameters
    ----------
    lesions : DataFrame
        The metastases marked on one image: columns `reader`, `bone`.

    Returns
    -------
    list of str
        Sorted. Where the readers agree on no bone: all that any of them marked, each bone with the largest number.
    """
    numbers = pd.crosstab(lesions["bone"], lesions["reader"])
    ordered = -np.sort(-numbers.to_numpy(), axis=1)
    agreed = ordered[:, least - 1] if ordered.shape[1] >= least else np.zeros(len(numbers), dtype=int)
    if not agreed.any():
        agreed = ordered[:, 0]
    return list(np.repeat(numbers.index.to_numpy(), agreed))


def subtype_of_bones(bones: list[str]) -> str:
    """Return the class of Table 1 for the bones of an image's lesions.

    Every lesion in the spine (cervical, thoracic, lumbar vertebrae, sacrum, coccyx): spinal. Otherwise more than one
    lesion: multiple; one: outside_spine. No lesion: normal.

    >>> subtype_of_bones(["lumbar vertebra 2", "sacrum"]), subtype_of_bones(["left rib 7", "sacrum"])
    ('spinal', 'multiple')
    """
    if not bones:
        return "normal"
    if all(SPINE.search(bone) for bone in bones):
        return "spinal"
    return "multiple" if len(bones) > 1 else "outside_spine"


def label_by_votes(findings: pd.DataFrame, scans: pd.DataFrame, readers: list[str], least: int) -> pd.DataFrame:
    """Return `labels.tsv`: image, patient, each reader's vote, label, subtype; in the order of `scans`."""
    images = list(scans["image"])
    votes = count_votes(findings, images, readers)
    label = majority(votes, least)
    lesions = dict(iter(findings[findings["finding"] == ABNORMAL].groupby("image")))
    subtype = [
        subtype_of_bones(lesions_of_majority(lesions[image], least)) if label[image] else "normal" for image in images
    ]
    table = scans[["image", "patient"]].reset_index(drop=True)
    return table.join(votes.reset_index(drop=True)).assign(label=label.to_numpy(), subtype=subtype)


def label_by_sheet(scans: pd.DataFrame) -> pd.DataFrame:
    """Return `labels.tsv` from the sheet's own columns `label` (0, 1) and `subtype`.

    Raises
    ------
    ValueError
        A column is missing, a value is not allowed, or label and subtype contradict each other.
    """
    if missing := [column for column in ("label", "subtype") if column not in scans.columns]:
        raise ValueError(
            f"labels: expected annotations (config: cohort, annotations) or the columns label and subtype in the"
            f" cohort's sheet; without annotations and without {', '.join(missing)}"
        )
    table = scans[["image", "patient", "label", "subtype"]].reset_index(drop=True)
    label = table["label"].astype(str)
    subtype = table["subtype"].astype(str)
    for column, values, allowed in (("label", label, ("0", "1")), ("subtype", subtype, SUBTYPES)):
        if (wrong := ~values.isin(allowed)).any():
            image, value = table["image"][wrong].iloc[0], values[wrong].iloc[0]
            raise ValueError(f"sheet, image {image}: {column}: expected {', '.join(allowed)}, found {value!r}")
    if (wrong := (label == "0") != (subtype == "normal")).any():
        image, value, kind = table["image"][wrong].iloc[0], label[wrong].iloc[0], subtype[wrong].iloc[0]
        raise ValueError(f"sheet, image {image}: label {value} contradicts subtype {kind}")
    return table.assign(label=label.astype(int))


def fleiss_kappa(votes: np.ndarray) -> float | None:
    """Return Fleiss' kappa of several readers (Fleiss, Psychol Bull 1971, 76:378).

    Parameters
    ----------
    votes : ndarray, shape (images, readers), int
        0 or 1.

    Returns
    -------
    float or None
        None where it is undefined: fewer than two readers, or all votes alike.
    """
    readers = votes.shape[1]
    counts = np.stack([(votes == value).sum(axis=1) for value in (0, 1)], axis=1)
    expected = ((counts.sum(axis=0) / votes.size) ** 2).sum() if votes.size else 1.0
    if readers < 2 or expected == 1:
        return None
    observed = ((counts**2).sum(axis=1) - readers).mean() / (readers * (readers - 1))
    return float((observed - expected) / (1 - expected))


def agreement(votes: pd.DataFrame) -> dict:
    """Return how far the readers agree on normal and abnormal, for `agreement.json`.

    Parameters
    ----------
    votes : DataFrame of int, one row an image, one column a reader

    Returns
    -------
    dict
        `images`; `abnormal`, the images that each reader regards so; `disagreements`, the images on which not all
        agree; `percent` of the images on which all agree; `pairs` of readers with their number of disagreements,
        percent agreement and Cohen's kappa; `fleiss_kappa`. What is undefined is None.
    """
    pairs = []
    for first, second in combinations(votes.columns, 2):
        a, b = votes[first].to_numpy(), votes[second].to_numpy()
        alike = len(set(a) | set(b)) < 2
        pairs.append(
            {
                "readers": [first, second],
                "disagreements": int((a != b).sum()),
                "percent": float(100 * (a == b).mean()) if len(a) else None,
                "cohen_kappa": None if alike else float(cohen_kappa_score(a, b)),
            }
        )
    split = int((votes.nunique(axis=1) > 1).sum())
    return {
        "images": len(votes),
        "abnormal": {reader: int(votes[reader].sum()) for reader in votes.columns},
        "disagreements": split,
        "percent": 100 * (1 - split / len(votes)) if votes.size else None,
        "pairs": pairs,
        "fleiss_kappa": fleiss_kappa(votes.to_numpy()),
    }
