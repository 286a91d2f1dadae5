"""Readers' findings to ground truth: votes, labels and subtypes.

The paper, SPECT bone image annotation: an image that at least two of three doctors regard as abnormal is abnormal.
"""

import logging
from pathlib import Path

import numpy as np
import pandas as pd

from bonescan.label.bones import in_spine, whole_bone
from bonescan.label.defects import stop_at
from bonescan.label.folder import Reading, survey_folder
from bonescan.label.watch import Watch
from bonescan.label.words import Words, show_word, unknown_bones
from bonescan.labels import Label
from bonescan.terms import METASTASIS, SHEET_VALUES, SUBTYPES, UNSPECIFIED

DISPUTED_COLUMNS = ["image", "kind", "abnormal", "normal", "missing"]
FINDING_COLUMNS = ["image", "reader", "lesion", "finding", "bone", "shape", "points"]

log = logging.getLogger(__name__)


def read_votes(
    folder: Path,
    images: list[str],
    size: tuple[int, int],
    readers: list[str] | None,
    known: dict[str, Label],
    watch: Watch,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the readers' votes and findings, with no identity in them.

    Parameters
    ----------
    folder : Path
        One folder a reader, as `survey_folder` reads them.
    images : list of str
        Images of the cohort.
    size : (int, int)
        Rows and columns of the images.
    readers : list of str or None
        The readers whom the config names; one without a folder is a reader who annotated nothing. None to accept any.
    known : dict of str to Label
        From `bonescan.labels.known_labels`.
    watch : Watch

    Returns
    -------
    votes : DataFrame
        From `count_votes`.
    findings : DataFrame
        Columns `FINDING_COLUMNS`.

    Raises
    ------
    Defects
        All that is wrong with the annotations, each in a line of the log: what `survey_folder` and `check_images` find,
        and unknown labels.
    """
    words = Words(known, watch)
    reading = survey_folder(folder, size, set(images), words, readers or ())
    stop_at([*reading.defects, *words.defects(), *check_images(reading, images, readers)])
    findings = pd.DataFrame(reading.findings, columns=FINDING_COLUMNS)
    for bone, number in sorted(unknown_bones(findings["bone"][findings["finding"] == METASTASIS]).items()):
        log.warning(
            "%s is no bone that is known, %d shapes of metastases name it", show_word(bone, watch.holds), number
        )
    if words.hidden:
        log.warning("%d descriptions hold an identity and are left empty", words.hidden)
    return count_votes(findings, images, reading.annotated), findings


def check_images(reading: Reading, images: list[str], readers: list[str] | None) -> list[str]:
    """Return what is wrong with whose annotations of which images there are.

    Parameters
    ----------
    reading : Reading
    images : list of str
        Images of the cohort.
    readers : list of str or None
        The expected readers; None to accept any.

    Returns
    -------
    list of str
        One line for each reader whom the config does not know, for each annotation of an image that is not of the
        cohort, and for the images that no reader annotated, or none ticked as read.
    """
    defects = []
    expected = [reading.names[reader] for reader in readers or reading.names]
    for reader in sorted(set(reading.annotated) - set(expected)):
        number = len(reading.annotated[reader])
        defects.append(
            f"{reader}: an unknown reader with {number} annotations, expected {', '.join(expected)} (label.readers)"
        )
    cohort = set(images)
    for reader, names in reading.annotated.items():
        for name in sorted(names - cohort):
            defects.append(f"{reading.places[reader, name]}: an annotation of an image that the cohort does not have")
    missing = cohort.difference(*reading.annotated.values(), *reading.tried.values())
    unread = missing.intersection(set().union(*reading.unread.values()))
    for none, names in (
        ("no reader's annotation", missing - unread),
        ("no annotation that a reader ticked as read", unread),
    ):
        if names:
            defects.append(f"{none} of {len(names)} images: {', '.join(sorted(names))}")
    return defects


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
    middle one of their three numbers: one reader's miss or extra mark does not change the list. Lesions whose bone a
    reader does not name join those that the others name (`join_unnamed`).

    Parameters
    ----------
    lesions : DataFrame
        The metastases marked on one image, one row a lesion: columns `reader`, `bone`.

    Returns
    -------
    list of str
        Sorted. If the readers agree on no bone: every marked bone, with the largest number that a reader marked.
    """
    numbers = join_unnamed(pd.crosstab(lesions["bone"].map(whole_bone), lesions["reader"]))
    ordered = -np.sort(-numbers.to_numpy(), axis=1)
    agreed = ordered[:, least - 1] if ordered.shape[1] >= least else np.zeros(len(numbers), dtype=int)
    if not agreed.any():
        agreed = ordered[:, 0]
    return list(np.repeat(numbers.index.to_numpy(), agreed))


def join_unnamed(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return the readers' lesions, those without a bone taken for ones that other readers named and this one did not.

    Those go first that most other readers named. Where a reader's are too few for several bones that as many named,
    nobody knows which they are: they join none, and are no lesions of their own either.

    Parameters
    ----------
    numbers : DataFrame of int
        Lesions, one row a bone, one column a reader; the bone without a name is empty.

    Returns
    -------
    DataFrame of int
        The same rows; the empty bone has what is more than the others named.
    """
    if "" not in numbers.index:
        return numbers
    named, joined = numbers.drop(index=""), numbers.copy()
    for reader, left in numbers.loc[""].items():
        lacking = named.sub(named[reader], axis=0).clip(lower=0)
        most, others = lacking.max(axis=1).fillna(0).astype(int), (lacking > 0).sum(axis=1)
        joined.loc["", reader] = max(left - most.sum(), 0)
        for rank in sorted(set(others[others > 0]), reverse=True):
            bones = others.index[others == rank]
            if len(bones) > 1 and most[bones].sum() > left:
                break
            filled = most[bones].clip(upper=left)
            joined.loc[bones, reader] += filled
            left -= filled.sum()
    return joined


def subtype_of_bones(bones: list[str]) -> str:
    """Return the class of Table 1 for the bones of an image's lesions.

    Every lesion in the spine (`bonescan.label.bones.in_spine`): spinal. Otherwise more than one
    lesion: multiple; one: outside_spine. No lesion: normal.

    >>> subtype_of_bones(["lumbar vertebra 2", "sacrum"]), subtype_of_bones(["left rib 7", "sacrum"])
    ('spinal', 'multiple')
    """
    if not bones:
        return "normal"
    if all(map(in_spine, bones)):
        return "spinal"
    return "multiple" if len(bones) > 1 else "outside_spine"


def label_by_votes(findings: pd.DataFrame, scans: pd.DataFrame, votes: pd.DataFrame, least: int) -> pd.DataFrame:
    """Return `labels.tsv`: image, patient, each reader's vote, label, subtype; in the order of `scans`."""
    label = majority(votes, least)
    marked = findings[findings["finding"] == METASTASIS].drop_duplicates(["image", "reader", "lesion"])
    lesions = dict(iter(marked.groupby("image")))
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
