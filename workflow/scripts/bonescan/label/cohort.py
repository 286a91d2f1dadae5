"""Who is in the cohort: the views that have a label and a crop that is kept, decided once and written to a table."""

import pandas as pd

from bonescan.parts import least_units, smallest_classes
from bonescan.terms import CLASSES, METASTATIC, SUBTYPES, UNSPECIFIED

COLUMNS = ["image", "patient", "exam", "view", "label", "subtype", "scan_row", "thorax_row"]


def gather_cohort(
    labels: pd.DataFrame, scans: pd.DataFrame, crops: pd.DataFrame, excluded: pd.DataFrame
) -> pd.DataFrame:
    """Return `cohort.tsv`: the views that everything after the crop works on.

    Parameters
    ----------
    labels : DataFrame
        `labels.tsv`: image, label, subtype.
    scans : DataFrame
        `scans.tsv`, one row per view of `scans.npy`: image, patient, exam, view.
    crops, excluded : DataFrame
        `crop.tsv`, one row per image of `thorax.npy`, and `excluded.tsv`: image.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`, in the order of `labels`: `scan_row` is the view's row in `scans.npy`, `thorax_row`
        its row in `thorax.npy`.

    Raises
    ------
    ValueError
        An image has a label but was never cropped, or the other way round.
    """
    if unknown := set(labels["image"]) ^ {*crops["image"], *excluded["image"]}:
        raise ValueError(f"expected a label and a crop of each image, one is missing of {min(unknown)}")
    known = scans[["image", "patient", "exam", "view"]].assign(scan_row=range(len(scans)))
    kept = crops[["image"]].assign(thorax_row=range(len(crops)))
    cohort = labels[["image", "label", "subtype"]].merge(known, on="image", validate="one_to_one")
    return cohort.merge(kept, on="image", validate="one_to_one")[COLUMNS]


def check_units(cohort: pd.DataFrame, units: list[str], ratio: tuple[float, float], folds: int) -> None:
    """Stop, before anything is trained, if a cohort cannot be split by one of the units.

    Parameters
    ----------
    cohort : DataFrame
        `cohort.tsv`: image, patient, label.
    units : list of {"image", "source", "patient"}
        What a split keeps whole; an image and its source are one before augmentation.
    ratio : (float, float)
        Training to test.
    folds : int
        Of a cross-validation; 0 for none.

    Raises
    ------
    ValueError
        Fewer than two units of a label, or than folds, or a ratio that leaves a label out of a part.
    """
    for unit in units:
        labels = cohort.groupby("patient" if unit == "patient" else "image")["label"].max()
        numbers = {name: int((labels == label).sum()) for label, name in enumerate(CLASSES)}
        found = ", ".join(f"{number} {name}" for name, number in numbers.items())
        counted = "patients" if unit == "patient" else "images"
        least = least_units(folds)
        if min(numbers.values()) < least:
            raise ValueError(
                f"cohort: expected at least {least} {counted} of each label, "
                f"one for each part of a split (split.units: {unit}), found {found}"
            )
        if folds:
            continue
        smallest = smallest_classes([*numbers.values()], ratio)
        if empty := [part for part, least in smallest.items() if not least]:
            raise ValueError(
                f"split.ratio: expected normal ones and metastases in both parts (split.units: {unit}), "
                f"got {list(ratio)}, which leaves a label out of the {' and the '.join(empty)} part: "
                f"found {counted}: {found}"
            )


def count_subtypes(subtypes: pd.Series) -> pd.DataFrame:
    """Count images by class of Table 1.

    Parameters
    ----------
    subtypes : Series of str
        Class of each image, one of `SUBTYPES` or `UNSPECIFIED`.

    Returns
    -------
    DataFrame
        `subtype`, `samples` (images), `ratio` (share of all images; NaN without images), in the paper's order. Where
        metastases are of no known class, a row of theirs follows, and it takes the place of classes that nobody gave.

    Raises
    ------
    ValueError
        If a class is none of Table 1's.
    """
    found = set(subtypes.unique())
    unknown = sorted(found - {*SUBTYPES, UNSPECIFIED})
    if unknown:
        raise ValueError(f"subtype: expected one of {', '.join(SUBTYPES)}, got {', '.join(map(repr, unknown))}")
    classes = list(SUBTYPES)
    if UNSPECIFIED in found:
        classes = [SUBTYPES[0], *(METASTATIC if found & set(METASTATIC) else ()), UNSPECIFIED]
    samples = subtypes.value_counts().reindex(classes, fill_value=0)
    ratio = samples / len(subtypes) if len(subtypes) else samples * float("nan")
    return pd.DataFrame({"subtype": classes, "samples": samples.to_numpy(), "ratio": ratio.to_numpy()})
