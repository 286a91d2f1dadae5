"""Which scans are of one patient, where headers say it: a Patient ID may stand for several patients, or for none.

Anonymisers write one word or number into every file. Taken at its word it makes one patient of all.
"""

import re
import unicodedata
from collections import Counter

import pydicom

from bonescan.ingest.datasets import values_of
from bonescan.ingest.headers import is_placeholder
from bonescan.ingest.identities import is_word_for_nobody
from bonescan.ingest.outcomes import Outcome, View
from bonescan.ingest.persons import Persons
from bonescan.ingest.privacy import pseudonym
from bonescan.ingest.refusal import Refusal

MANY = 10
"""Studies that one patient under observation may have."""

FEW = 3
"""Studies that one patient may have who is the only one of a cohort."""

HEADER = "header"
"""Key of what `describe` returns in a view's row; no table has it."""


def describe(dataset: pydicom.Dataset, persons: Persons, alone: tuple[str, str] | None, salt: bytes) -> dict:
    """Return what a header says of who the patient is, in keyed digests.

    Parameters
    ----------
    dataset : Dataset
    persons : Persons
        Of the data set.
    alone : (str, str) or None
        Names of patient and exam by the study alone; None where the file has no Study Instance UID.
    salt : bytes

    Returns
    -------
    dict
        `names` (parts of the name), `born`, `sex`, `alone`, `placeholder` (the Patient ID says that there is none).
    """
    words = [
        word
        for value in persons.values.get("PatientName", ())
        for word in re.findall(r"[^\W\d_]+", unicodedata.normalize("NFKD", value).casefold())
        if not is_word_for_nobody(word) and (len(set(word)) > 1 or not word.isascii())
    ]
    born = "".join(re.findall(r"\d", next(iter(persons.values.get("PatientBirthDate", ())), "")))
    sex = str(next(iter(values_of(dataset.get("PatientSex"))), "")).strip().upper()
    return {
        "names": sorted({pseudonym(salt, "Name", word) for word in words}),
        "born": pseudonym(salt, "Born", born) if len(set(born)) > 2 else "",
        "sex": sex if sex in ("M", "F") else "",
        "alone": alone,
        "placeholder": is_placeholder(str(dataset.get("PatientID") or "")),
    }


def are_two(one: dict, other: dict) -> bool | None:
    """Tell whether two headers describe two persons; None where they say too little.

    A name that has a part in common counts for more than a birth date, in which somebody may have erred.
    """
    if one["names"] and other["names"]:
        if set(one["names"]) & set(other["names"]):
            return False
        return one["born"] != other["born"] or not one["born"]
    if one["born"] and other["born"]:
        return one["born"] != other["born"]
    return True if one["sex"] and other["sex"] and one["sex"] != other["sex"] else None


def separate(outcomes: list[Outcome]) -> tuple[list[Outcome], list[tuple[str, int]]]:
    """Let the study serve where a Patient ID stands for several patients; return what was found, and in how many.

    It does where two headers with the same Patient ID describe two persons, or where it has more studies than one
    patient can have and nothing shows that they are one person's.

    Parameters
    ----------
    outcomes : list of Outcome
        Of the whole cohort.

    Returns
    -------
    outcomes : list of Outcome
    found : list of (str, int)
        Texts for the summary.
    """
    studies: dict[str, dict[str, dict]] = {}
    none = set()
    for outcome in outcomes:
        for view in outcome.views:
            if header := view.row.get(HEADER):
                alone = tuple(header["alone"] or ("", ""))
                none |= {alone} if header["placeholder"] else set()
                studies.setdefault(view.row["patient"], {}).setdefault(alone, header)
    verdicts = {patient: judge(list(of.values()), len(studies) == 1) for patient, of in studies.items()}
    changed = [outcome._replace(found=[_rename(one, verdicts) for one in outcome.found]) for outcome in outcomes]
    counts = Counter(verdict for verdict in verdicts.values() if verdict)
    if none:
        counts["that stand for nobody: the study serves instead"] = len(none)
    return changed, sorted(counts.items())


def judge(headers: list[dict], only: bool) -> str:
    """Return what is to be said of a Patient ID with one header a study; an empty text if nothing is.

    Where the text ends so, the study serves instead.
    """
    several, known = [headers[0]], True
    for header in headers[1:]:
        told = [are_two(header, one) for one in several]
        if True in told:
            return "of several persons: the study serves instead"
        known &= False in told
        several += [header] if None in told and False not in told else []
    if len(headers) > MANY or (only and len(headers) >= FEW):
        return "of one person with many studies" if known else "with many studies: the study serves instead"
    return ""


def _rename(one: View | Refusal, verdicts: dict[str, str]) -> View | Refusal:
    """Return a view under the name of its study, where its patient's identifier is no patient's."""
    if isinstance(one, Refusal) or HEADER not in one.row:
        return one
    if not verdicts[one.row["patient"]].endswith("instead"):
        return one
    if not one.row[HEADER]["alone"]:
        return Refusal("Patient ID: of several patients, and no Study Instance UID: give the patient in a sheet")
    patient, exam = one.row[HEADER]["alone"]
    names = {"patient": patient, "exam": exam, "image": f"{patient}_{exam}_{one.row['view']}"}
    return one._replace(row=one.row | names)
