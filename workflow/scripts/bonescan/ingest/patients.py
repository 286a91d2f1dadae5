"""Which scans are of one patient, where headers say it: a Patient ID may stand for several patients, or for none.

Anonymisers write one word or number into every file. Taken at its word it makes one patient of all.
"""

import re
from collections import Counter

import pydicom

from bonescan.ingest.datasets import values_of
from bonescan.ingest.headers import patient_number
from bonescan.ingest.identities import SUFFIXES, TITLES, is_word_for_nobody
from bonescan.ingest.outcomes import Outcome, View
from bonescan.ingest.persons import Persons
from bonescan.ingest.privacy import pseudonym
from bonescan.ingest.refusal import Refusal
from bonescan.ingest.words import split

MANY = 10
"""Studies that one patient under observation may have."""

SEVERAL = 4
"""Studies from which on it is told where nothing shows that they are one patient's."""

FEW = 3
"""Studies that one patient may have who is the only one of a cohort."""

FILLED_DATES = {"18000101", "19000101", "19010101", "19700101", "20000101", "11111111"}
"""Birth dates that fill a field."""

FILLED_NAMES = [{"john", "doe"}, {"jane", "doe"}]

HEADER = "header"
"""Key of what `describe` returns in a view's row; no table has it."""

SAID = ("names", "joined", "latin", "born", "sex")
"""Keys of what a header says of the person."""

SERVES = "the study serves instead"


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
        `names` (each part of the name in its spellings), `joined` (the name in one word), `latin` (its letters are),
        `born` (year, month, day), `sex`, `alone`, `placeholder` (the Patient ID says that there is none).
    """
    parts, joined = spell_parts(next(iter(persons.values.get("PatientName", ())), ""))
    born = "".join(re.findall(r"\d", next(iter(persons.values.get("PatientBirthDate", ())), "")))
    born = [born[:4], born[4:6], born[6:]] if len(born) == 8 and born not in FILLED_DATES and int(born) else []
    sex = str(next(iter(values_of(dataset.get("PatientSex"))), "")).strip().upper()
    return {
        "names": [[pseudonym(salt, "Name", one) for one in part] for part in parts],
        "joined": [pseudonym(salt, "Name", one) for one in joined],
        "latin": all(one.isascii() for one in joined),
        "born": [pseudonym(salt, "Born", part) for part in born],
        "sex": sex if sex in ("M", "F") else "",
        "alone": alone,
        "placeholder": not patient_number(dataset),
    }


def spell_parts(name: str) -> tuple[list[list[str]], list[str]]:
    """Return the parts of a person's name, each with ü as u and as ue, and the whole in one word, in both orders.

    A name with digits, as studies number their patients, has one part. What stands for nobody has none.
    """
    if re.search(r"\d", name):
        whole = "".join(piece.text for piece in split(name))
        return [[whole]], [whole]
    parts = []
    for part in re.split(r"[\^=,\s]+", name):
        plain, spelt = ("".join(piece.text for piece in split(part, spelt_out=out)) for out in (False, True))
        dull = plain in TITLES | SUFFIXES or is_word_for_nobody(part) or (len(set(plain)) == 1 and plain.isascii())
        if plain and not dull:
            parts.append([plain, spelt] if spelt != plain else [plain])
    if {part[0] for part in parts} in FILLED_NAMES:
        return [], []
    orders = [[part[0] for part in parts], [part[0] for part in reversed(parts)]]
    return parts, sorted({"".join(order) for order in orders if order})


def are_two(one: dict, other: dict) -> bool | None:
    """Tell whether two headers describe two persons; None where they say too little.

    A birth date in which one of year, month and day differs may be a slip, and one that is the same a change of name.
    """
    births = _compare_births(one["born"], other["born"])
    names = _compare_names(one, other)
    if births == "other" or (names == "other" and births == "near"):
        return True
    if births == "same" or names == "same" or (names == "part" and births == "near"):
        return False
    if names == "other":
        return True
    return True if one["sex"] and other["sex"] and one["sex"] != other["sex"] else None


def _compare_births(one: list[str], other: list[str]) -> str:
    """Return `same`, `near`, `other`, or an empty text where one is not known."""
    if not (one and other):
        return ""
    return ("same", "near", "other", "other")[sum(a != b for a, b in zip(one, other, strict=True))]


def _compare_names(one: dict, other: dict) -> str:
    """Return `same` (one may have a part more), `part`, `other`, or an empty text where that cannot be told."""
    if not (one["joined"] and other["joined"]):
        return ""
    if set(one["joined"]) & set(other["joined"]):
        return "same"
    there = {spelling for part in other["names"] for spelling in part}
    common = sum(bool(there.intersection(part)) for part in one["names"])
    if common:
        return "same" if common == min(len(one["names"]), len(other["names"])) > 1 else "part"
    return "other" if one["latin"] == other["latin"] else ""


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
    headers: dict[str, list[dict]] = {}
    for outcome in outcomes:
        for view in outcome.views:
            if HEADER in view.row:
                headers.setdefault(view.row["patient"], []).append(view.row[HEADER])
    verdicts = {patient: judge(of, len(headers) == 1) for patient, of in headers.items()}
    studies: dict[str, list[dict]] = {}
    for patient, of in headers.items():
        for header in of if verdicts[patient].endswith(SERVES) else ():
            if header["alone"]:
                studies.setdefault(header["alone"][0], []).append(header)
    mixed = {study for study, of in studies.items() if count_persons(of)[0] > 1}
    changed = [outcome._replace(found=[_rename(one, verdicts, mixed) for one in outcome.found]) for outcome in outcomes]
    counts = Counter(verdict for verdict in verdicts.values() if verdict)
    if nobody := {header["alone"][0] for of in headers.values() for header in of if header["placeholder"]}:
        counts[f"that stand for nobody: {SERVES}"] = len(nobody)
    return changed, sorted(counts.items())


def count_persons(headers: list[dict]) -> tuple[int, bool]:
    """Return how many persons headers describe at least, up to 2, and whether each is known to be the first's."""
    # an anonymised archive has the same words in all of them
    distinct: dict[str, list[dict]] = {}
    for header in headers:
        distinct.setdefault(repr([header[key] for key in SAID]), []).append(header)
    several: list[dict] = []
    known = True
    for header, *more in distinct.values():
        told = [are_two(header, one) for one in several]
        if True in told:
            return 2, False
        known &= (not several or False in told) and (not more or are_two(header, header) is False)
        several += [] if False in told else [header]
    return 1, known


def judge(headers: list[dict], only: bool) -> str:
    """Return what is to be said of a Patient ID with these headers; an empty text if nothing is.

    Where the text ends with `SERVES`, the study serves instead.
    """
    persons, known = count_persons(headers)
    studies = len({tuple(header["alone"] or ()) for header in headers})
    if persons > 1:
        return f"of several persons: {SERVES}"
    if studies > MANY or (only and studies >= FEW):
        return "of one person with many studies" if known else f"with many studies: {SERVES}"
    return "with several studies that nothing shows to be of one person" if studies >= SEVERAL and not known else ""


def _rename(one: View | Refusal, verdicts: dict[str, str], mixed: set[str]) -> View | Refusal:
    """Return a view under the name of its study, where its patient's identifier is no patient's."""
    if isinstance(one, Refusal) or HEADER not in one.row or not verdicts[one.row["patient"]].endswith(SERVES):
        return one
    if not one.row[HEADER]["alone"]:
        return Refusal("Patient ID: of several patients, and no Study Instance UID: give the patient in a sheet")
    patient, exam = one.row[HEADER]["alone"]
    if patient in mixed:
        return Refusal("Study Instance UID: of several patients: give the patient in a sheet")
    names = {"patient": patient, "exam": exam, "image": f"{patient}_{exam}_{one.row['view']}"}
    return one._replace(row=one.row | names)
