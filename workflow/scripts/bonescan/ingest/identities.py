"""What a header, a sheet and a path hold of persons, in every spelling under which it must not be found in an output.

Attribute names are those of DICOM PS3.15, table E.1-1 (application level confidentiality).
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from bonescan.ingest.words import Piece, find_dates, first_key, join, read_date, split

REPORT, SHORT, PART, FULL = range(4)
"""How far an identity is searched.

REPORT: in the report of its own file, because elsewhere it may stand by chance. SHORT: elsewhere as a word with a
capital. PART: everywhere, and taken out. FULL: a text that holds it is another person's, and withheld.
"""

NAMES_OF_PATIENTS = {"PatientName", "OtherPatientNames", "PatientBirthName", "PatientMotherBirthName"}
PATIENT, EXAM = "patient in the sheet", "exam in the sheet"
NUMBERS_OF_PATIENTS = {"PatientID", "OtherPatientIDs", "AccessionNumber", "AdmissionID", "PatientTelephoneNumbers"}
NUMBERS_OF_PATIENTS |= {PATIENT, EXAM}
COMMENTS = {"PatientComments", "ImageComments", "AdditionalPatientHistory"}
AT_HOME = {"StationName", "InstitutionalDepartmentName", "RequestedProcedureID", "PerformedProcedureStepID", "path"}
"""Attributes whose words other reports may hold as well: the department, the camera, a folder's name."""
PATIENTS = NAMES_OF_PATIENTS | {PATIENT}
"""Attributes whose names are never left out for their length; of staff, two letters may be any word."""

LEAST = 4  # characters: a shorter number, or word that is no person's name, stands anywhere by chance

TITLES = {"dr", "prof", "professor", "doctor", "med", "phd", "herr", "frau", "mr", "mrs", "miss", "dipl", "priv", "doz"}
SUFFIXES = {"md", "mba", "msc", "bsc", "mph", "facs", "frcr", "jr", "sr", "ii", "iii", "iv", "ing", "habil", "senior"}
PARTICLES = {"van", "von", "vom", "zu", "zur", "de", "der", "den", "del", "di", "da", "do", "dos", "du", "la", "le"}
PARTICLES |= {"el", "al", "bin", "binti", "bint", "ibn", "abu", "und", "and", "ter", "ten", "af", "av", "of", "the"}

# What stands in the place of a name that was removed
NOBODY = {
    "anon",
    "anonym",
    "anonymous",
    "anonymized",
    "anonymised",
    "deidentified",
    "removed",
    "unknown",
    "none",
    "patient",
}

PLACEHOLDERS = frozenset(
    """
    anonymisiert anonyme anonimo anonimizado deid redacted deleted hidden masked blank empty missing unassigned tbd
    unbekannt inconnu desconocido unk no null nil nan na nn nobody noid nomrn noname notavailable notapplicable notset
    undefined default dummy test subject person case pseudonym private confidential id mrn pid patid removedremoved
    匿名 未知
    """.split()  # noqa: SIM905
)
"""What stands in the place of a Patient ID, in lower case and without signs; as a name, Case or Blank may be true."""

Known = dict[str, tuple[str, int]]
"""By key: the attribute, and how far it is searched."""


def is_word_for_nobody(text: str) -> bool:
    """Tell whether a text in the place of a patient says that there is none, such as `N/A` or `patient_unknown`."""
    bare = re.sub(r"[\W_]|patient", "", text.lower())
    return bool(text.strip()) and (not bare or bare in NOBODY or bare in PLACEHOLDERS)


def identities(attributes: Mapping[str, Iterable[str]], names: Iterable[str] = ()) -> Known:
    """Return what must not be found in an output, by key.

    Parameters
    ----------
    attributes : mapping of str to iterable of str
        Values by the attribute's name.
    names : iterable of str
        Attributes, beside those called so, that hold names of persons.
    """
    found: Known = {}
    for name, values in attributes.items():
        for value in values:
            for key, far in _spell(name, str(value), name in names):
                add(found, key, name, far)
    return found


def add(known: Known, key: str, name: str, far: int) -> None:
    """Add a key, or search it farther than before; where a patient and another are called so, it is the patient."""
    if key and (key not in known or known[key][1] < far or (known[key][1] == far and name in PATIENTS)):
        known[key] = name, far


def merge(known: Known, more: Mapping[str, tuple[str, int]]) -> None:
    """Add what other attributes hold."""
    for key, (name, far) in more.items():
        add(known, key, name, far)


def _spell(name: str, value: str, is_person: bool) -> Iterator[tuple[str, int]]:
    """Yield the keys of one value, and how far each is searched."""
    value = value.strip("\0 \t\r\n")
    if key := read_date(value):
        yield key, PART
    if "Date" in name:
        yield from ((one.key, PART) for one in find_dates(value[:64]))
    if name.endswith("UID"):
        if len(value) >= 8:
            yield f"uid:{value}", FULL if name != "FrameOfReferenceUID" else PART
    elif is_person or name in NAMES_OF_PATIENTS or (name == PATIENT and _is_name(value)):
        farthest = FULL if name in NAMES_OF_PATIENTS or name == PATIENT else PART
        for key, far in spell_name(re.sub(r"\d", " ", value) if name == PATIENT else value):
            yield key, min(far, farthest)
    elif name in COMMENTS:
        far = PART if len(split(value)) >= 4 else REPORT
        yield from ((key, far) for key in _both(value))
    else:
        farthest = REPORT if name in AT_HOME else FULL if name in NUMBERS_OF_PATIENTS else PART
        for key in _both(value):
            if not key.isascii() or len(key) >= LEAST:
                yield key, min(_distance(key), farthest)
            if key.isdigit() and len(bare := key.lstrip("0")) >= LEAST:
                yield bare, min(_distance(bare), farthest)
        if name in NUMBERS_OF_PATIENTS:  # ACC-998812 is 998812 to some
            yield from ((part.text, PART) for part in split(value) if part.kind == "number" and len(part.text) >= 6)
        if name == "path":  # Meier_Anna is Anna Meier
            yield join(split(value)[::-1]), REPORT


def _is_name(value: str) -> bool:
    """Tell whether a sheet's patient is a name: one without digits, or with a comma."""
    return not any(letter.isdigit() for letter in value) or "," in value or "^" in value


def _both(value: str) -> set[str]:
    """Return the keys of a whole value, with ü and with ue."""
    return {first_key(value), first_key(value, spelt_out=True)} - {""}


def _distance(key: str) -> int:
    """Return how far a number, or a word that is no person's name, is searched for its length."""
    if key.isdigit():
        return FULL if len(key) >= 6 else REPORT
    if not key.isascii():
        return PART if len(key) >= 3 else REPORT
    return FULL if len(key) >= 6 and any(letter.isdigit() for letter in key) else PART


def spell_name(value: str) -> Iterator[tuple[str, int]]:
    """Yield the keys of a person's name (PS3.5, 6.2.1.2), and how far each is searched.

    Of each group (alphabetic, ideographic, phonetic): each part; family and given name in both orders, whole, without
    middle names, with an initial. Titles are no names.
    """
    for group in value.split("="):
        for spelt_out in (False, True):
            yield from _spell_group(group, spelt_out)


def _spell_group(group: str, spelt_out: bool) -> Iterator[tuple[str, int]]:
    components = group.split("^") if "^" in group else group.split(",", 1)
    parts = [_names_in(text, number, spelt_out) for number, text in enumerate(components)]
    for number, part in enumerate(parts):
        yield from _spell_part(part, family=number == 0)
    family, given, middle = (*parts[:3], *([[]] * 3))[:3]
    if not family and not given:
        return
    if not (family and given):  # not told apart: in both orders
        whole = family or given
        wholes = {join(whole), join(whole[::-1]), join([whole[-1], *whole[:-1]]), join([whole[0], whole[-1]])}
        yield from ((key, _distance_of_name(key)) for key in wholes if len(whole) > 1)
        if len(whole) > 2 and all(piece.kind == "sign" for piece in whole):
            yield from ((join(whole[cut:]), REPORT) for cut in (1, 2) if len(whole[cut:]) > 1)
        return
    last, first = [family[-1]], [given[0]]
    orders = [family + given, given + family, family + given + middle, given + middle + family, family + first]
    orders += [
        first + family,
        given + last,
        last + given,
        first + last,
        given[:1] + middle + family,
        family[:1] + given,
    ]
    orders += [given + family[:1]]
    if given[0].kind != "sign":
        yield from ((join(order), _distance_of_name(join(order))) for order in orders)
    else:
        whole = {join(orders[0]), join(orders[1]), join(orders[2])}
        yield from ((key, _distance_of_name(key)) for key in whole)
    if family[0].kind == "word" and given[0].kind == "word":
        initial = Piece(given[0].text[0], 0, 0, "word")
        for names in (family, family[:1], family[-1:]):
            if sum(len(piece.text) for piece in names) > 2:
                yield from ((join(order), PART) for order in ([initial, *names], [*names, initial]))
        if middle and middle[0].kind == "word":
            yield join([*given, Piece(middle[0].text[0], 0, 0, "word"), *family]), FULL


def _names_in(component: str, number: int, spelt_out: bool) -> list[Piece]:
    """Return the words of a component without titles; of a prefix or suffix only what can be a name."""
    titles = TITLES if number < 2 else TITLES | SUFFIXES
    names = [piece for piece in split(component, spelt_out) if piece.text not in titles]
    if names and number < 2 and names[-1].text in SUFFIXES and len(names) > 1:
        names = names[:-1]
    return names if number < 3 else [piece for piece in names if len(piece.text) > 3]


def _spell_part(pieces: list[Piece], family: bool) -> Iterator[tuple[str, int]]:
    """Yield the keys of one component: its words, and the whole; none of a word that only says that it was removed."""
    words = [piece.text for piece in pieces if piece.kind == "word"]
    for word in words:
        if len(word) < 2 or word in NOBODY or (len(words) > 1 and word in PARTICLES):
            continue
        yield word, PART if len(word) > 3 else SHORT
        if len(word) > 3:
            yield f"{word}s", PART  # the German genitive, without an apostrophe
            if len(contracted := re.sub("(?<=[aou])e", "", word)) > 4:  # MUELLER is Muller to some
                yield contracted, PART
    whole = join(pieces)
    if len(pieces) < 2 or not whole:
        return
    if any(piece.kind != "sign" for piece in pieces):
        yield whole, PART
    elif _is_kana(whole) or whole[0] < "\u2e80":
        if len(whole) > 2:
            yield whole, PART if len(whole) > 3 else REPORT
    else:
        yield whole, PART if family or len(whole) > 2 else REPORT


def _is_kana(text: str) -> bool:
    return all("\u3040" <= letter <= "\u30ff" for letter in text)


def _distance_of_name(key: str) -> int:
    """Return how far a full name is searched for its length."""
    if not key.isascii():
        return FULL if len(key) > 2 else PART
    return FULL if len(key) > 5 else PART


def lone_letters(values: Iterable[str]) -> set[str]:
    """Return the family names of a single letter, such as O in Korea: no search can tell them from other letters."""
    found = set()
    for value in values:
        for group in value.split("="):
            names = _names_in(group.split("^")[0], 0, False)
            if len(names) == 1 and names[0].kind == "word" and len(names[0].text) == 1:
                found.add(names[0].text)
    return found
