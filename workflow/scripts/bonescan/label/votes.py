"""Readers' findings to ground truth: votes, labels and subtypes.

The paper, SPECT bone image annotation: an image that at least two of three doctors regard as abnormal is abnormal.
"""

import logging
import re
from pathlib import Path

import numpy as np
import pandas as pd

from bonescan.label.labelme import read_folder
from bonescan.label.watch import Watch
from bonescan.terms import METASTASIS, SHEET_VALUES, SUBTYPES, UNSPECIFIED

DISPUTED_COLUMNS = ["image", "kind", "abnormal", "normal", "missing"]
FINDING_COLUMNS = ["image", "reader", "finding", "bone", "shape", "points"]
SPINE = re.compile(r"\bvertebrae?\b|\bspine\b|\bspinal\b|\bsacrum\b|\bcoccyx\b|\b[ctl]\d{1,2}\b")

log = logging.getLogger(__name__)


def read_votes(
    folder: Path, images: list[str], size: tuple[int, int], readers: list[str] | None, watch: Watch
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the readers' votes and findings, with no identity in them.

    Parameters
    ----------
    folder : Path
        One folder a reader, as `read_folder` reads them.
    images : list of str
        Images of the cohort.
    size : (int, int)
        Rows and columns of the images.
    readers : list of str or None
        As for `check_images`.
    watch : Watch

    Returns
    -------
    votes : DataFrame
        From `count_votes`.
    findings : DataFrame
        Columns `FINDING_COLUMNS`.
    """
    annotated, marked = read_folder(folder, size, set(images), watch.clear)
    findings = pd.DataFrame(marked, columns=FINDING_COLUMNS)
    check_images(annotated, images, readers, findings)
    names = watch.name_readers(annotated)
    findings["reader"] = findings["reader"].map(names)
    if watch.hidden:
        log.warning("%d labels or descriptions hold an identity and are left empty", watch.hidden)
    if renamed := sum(reader != name for reader, name in names.items()):
        log.warning("%d readers' folders are called by a name in a header: they are numbered", renamed)
    return count_votes(findings, images, {names[reader]: seen for reader, seen in annotated.items()}), findings


def check_images(
    annotated: dict[str, set[str]], images: list[str], readers: list[str] | None, findings: pd.DataFrame
) -> None:
    """Check that every annotation is of an image of the cohort and by a reader whom the config knows.

    Parameters
    ----------
    annotated : dict of str to set of str
        Images of each reader.
    images : list of str
        Images of the cohort.
    readers : list of str or None
        The expected readers; None to accept any.
    findings : DataFrame
        Columns `image`, `reader`.

    Raises
    ------
    ValueError
        The message names reader, file and number of shapes.
    """

    def example(reader: str, names) -> str:
        """Tell of one annotation; a file that no image is called by may be called by a patient."""
        first = min(names)
        shapes = ((findings["reader"] == reader) & (findings["image"] == first)).sum()
        place = (
            f"/{first}" if first in images else f", annotation {sorted(annotated[reader]).index(first) + 1} by name,"
        )
        return f"such as {reader}{place} with {shapes} shapes"

    if unknown := sorted(set(annotated) - set(readers or annotated)):
        reader, names = unknown[0], annotated[unknown[0]]
        what = f", {example(reader, names)}" if names else ""
        raise ValueError(f"{reader}: an unknown reader, expected {', '.join(readers)}{what}")
    for reader, names in annotated.items():
        if unknown := names - set(images):
            raise ValueError(f"{reader}: {len(unknown)} annotations of unknown images, {example(reader, unknown)}")
    seen = set().union(*annotated.values())
    if missing := sorted(set(images) - seen):
        raise ValueError(f"no reader's annotation of {len(missing)} images, such as {missing[0]}")


def count_votes(findings: pd.DataFrame, images: list[str], annotated: dict[str, set[str]]) -> pd.DataFrame:
    """Return who regards which image as abnormal: whoever marked at least one metastasis on it.

    Parameters
    ----------
    findings : DataFrame
        Columns `image`, `reader`, `finding`.
    images : list of str
    annotated : dict of str to set of str
        Images of each reader.

    Returns
    -------
    DataFrame of Int64, one row per image, one column per reader
        1 abnormal, 0 normal, missing where the reader did not annotate the image.
    """
    marked = findings[findings["finding"] == METASTASIS]
    table = pd.crosstab(marked["image"], marked["reader"]).clip(upper=1)
    table = table.reindex(index=images, columns=list(annotated), fill_value=0).astype("Int64")
    for reader, names in annotated.items():
        table.loc[[image not in names for image in images], reader] = pd.NA
    return table


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


def find_disputes(votes: pd.DataFrame, least: int) -> pd.DataFrame:
    """Return the images on which the readers do not agree, or not all were heard.

    Parameters
    ----------
    votes : DataFrame
        From `count_votes`.
    least : int

    Returns
    -------
    DataFrame
        Columns `image`, `kind` (`disagreement`; `tie`, as many voted for as against; `missing reader`; `undecided`, the
        missing readers' votes could change the label, which counts only the votes given), `abnormal` and `normal` (the
        readers of each opinion), `missing` (the readers without one).
    """
    rows = []
    for image, row in votes.iterrows():
        opinion = {
            name: [r for r in votes.columns if pd.notna(row[r]) and row[r] == v]
            for v, name in enumerate(("normal", "abnormal"))
        }
        missing = [reader for reader in votes.columns if pd.isna(row[reader])]
        against, yes = len(opinion["normal"]), len(opinion["abnormal"])
        kinds = ["tie"] if yes == against else ["disagreement"] if yes and against else []
        kinds += ["missing reader"] if missing else []
        kinds += ["undecided"] if yes < least <= yes + len(missing) else []
        listed = {name: ", ".join(names) for name, names in (opinion | {"missing": missing}).items()}
        rows += [{"image": image, "kind": kind, **listed} for kind in kinds]
    return pd.DataFrame(rows, columns=DISPUTED_COLUMNS)


def lesions_of_majority(lesions: pd.DataFrame, least: int) -> list[str]:
    """Return the bones of the lesions that at least `least` readers marked on one image, one entry per lesion.

    Each bone gets as many lesions as at least `least` readers marked there. With two of three readers this is the
    middle one of their three numbers: one reader's miss or extra mark does not change the list.

    Parameters
    ----------
    lesions : DataFrame
        The metastases marked on one image: columns `reader`, `bone`.

    Returns
    -------
    list of str
        Sorted. If the readers agree on no bone: every marked bone, with the largest number that a reader marked.
    """
    numbers = pd.crosstab(lesions["bone"], lesions["reader"])
    ordered = -np.sort(-numbers.to_numpy(), axis=1)
    agreed = ordered[:, least - 1] if ordered.shape[1] >= least else np.zeros(len(numbers), dtype=int)
    if not agreed.any():
        agreed = ordered[:, 0]
    return list(np.repeat(numbers.index.to_numpy(), agreed))


def subtype_of_bones(bones: list[str]) -> str:
    """Return the class of Table 1 for the bones of an image's lesions.

    Every lesion in the spine (a vertebra, also written T8; spine, sacrum, coccyx): spinal. Otherwise more than one
    lesion: multiple; one: outside_spine. No lesion: normal.

    >>> subtype_of_bones(["lumbar vertebra 2", "sacrum"]), subtype_of_bones(["left rib 7", "sacrum"])
    ('spinal', 'multiple')
    """
    if not bones:
        return "normal"
    if all(SPINE.search(bone) for bone in bones):
        return "spinal"
    return "multiple" if len(bones) > 1 else "outside_spine"


def label_by_votes(findings: pd.DataFrame, scans: pd.DataFrame, votes: pd.DataFrame, least: int) -> pd.DataFrame:
    """Return `labels.tsv`: image, patient, each reader's vote, label, subtype; in the order of `scans`."""
    label = majority(votes, least)
    lesions = dict(iter(findings[findings["finding"] == METASTASIS].groupby("image")))
    subtype = [
        subtype_of_bones(lesions_of_majority(lesions[image], least)) if label[image] else "normal"
        for image in scans["image"]
    ]
    table = scans[["image", "patient"]].reset_index(drop=True)
    return table.join(votes.reset_index(drop=True)).assign(label=label.to_numpy(), subtype=subtype)


def label_by_sheet(scans: pd.DataFrame) -> pd.DataFrame:
    """Return `labels.tsv` from the sheet's own columns `label` (0, 1) and, if it has it, `subtype`.

    A metastasis without a subtype is `unspecified`: a study of two classes has no others.

    Raises
    ------
    ValueError
        No column label, an image has no label, a value is not allowed, or label and subtype contradict each
        other. The message names the image, never what stands in the sheet.
    """
    if "label" not in scans.columns:
        raise ValueError(
            "labels: expected annotations (config: cohort, annotations) or a column label in the cohort's sheet, "
            "found neither"
        )
    given = {column: scans.get(column, pd.Series("", scans.index)).astype(str) for column in SHEET_VALUES}
    for column, allowed in SHEET_VALUES.items():
        if (wrong := ~given[column].isin(["", *allowed])).any():
            image = scans["image"][wrong].iloc[0]
            raise ValueError(f"sheet, image {image}: {column}: expected {', '.join(allowed)}, found another value")
    label = given["label"]
    if (without := label == "").any():
        raise ValueError(
            f"sheet, image {scans['image'][without].iloc[0]}: label: expected 0 or 1 for every view, "
            f"found none for {without.sum()} of {len(scans)}: give it, or leave the scan out of the sheet"
        )
    subtype = given["subtype"].where(given["subtype"] != "", label.map({"0": SUBTYPES[0], "1": UNSPECIFIED}))
    if (wrong := (label == "0") != (subtype == SUBTYPES[0])).any():
        image, value, kind = scans["image"][wrong].iloc[0], label[wrong].iloc[0], subtype[wrong].iloc[0]
        raise ValueError(f"sheet, image {image}: label {value} contradicts subtype {kind}")
    table = scans[["image", "patient"]].assign(label=label.astype(int), subtype=subtype)
    return table.reset_index(drop=True)
