"""What a DICOM header says of persons, places and their numbers, read as far as it can be, whatever its bytes.

Attribute names are those of DICOM PS3.15, table E.1-1; section numbers are those of PS3.5.
"""

import re
import unicodedata
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field

import pydicom
from pydicom.charset import convert_encodings, decode_bytes
from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.dataelem import RawDataElement

from bonescan.ingest.datasets import values_of
from bonescan.ingest.identities import COMMENTS

# Beside all names of persons and all dates
IDENTIFYING = frozenset(
    """
    PatientID OtherPatientIDs PatientAddress PatientTelephoneNumbers IssuerOfPatientID AdmissionID AccessionNumber
    StudyID InstitutionName InstitutionAddress InstitutionalDepartmentName ResponsibleOrganization StationName
    DeviceSerialNumber PatientComments ImageComments AdditionalPatientHistory RequestedProcedureID
    PerformedProcedureStepID ServiceEpisodeID MedicalRecordLocator PersonAddress PersonTelephoneNumbers
    ReferringPhysicianAddress ReferringPhysicianTelephoneNumbers CurrentPatientLocation PatientInstitutionResidence
    FillerOrderNumberImagingServiceRequest PlacerOrderNumberImagingServiceRequest ScheduledProcedureStepID
    PatientBirthDateInAlternativeCalendar
    StudyInstanceUID SeriesInstanceUID SOPInstanceUID FrameOfReferenceUID
    """.split()  # noqa: SIM905
)
"""Keywords of texts, numbers and identifiers that name a person or a place."""

PLACES = {"InstitutionCodeSequence"}  # whose Code Meaning is a name
DEPTH, ELEMENTS, LENGTH = 8, 20_000, 4096  # sequences in sequences; elements; bytes of a value
LOST = "\ufffd"  # what some converters write for a character that they cannot read; others write a question mark
NAME_SIGNS = " ^=-'’.,()/&・"
# Of one byte a character: they decode anything, also what is not theirs
UNSURE = {"", "iso8859", "iso8859_1", "latin_1", "latin1", "ascii", "iso-ir-6"}
MULTIBYTE = ("utf-8", "gb18030", "big5hkscs", "cp932", "cp949", "euc_jp")
ESCAPED = ("iso2022_jp_2", "iso2022_kr", "hz")
SINGLE = ("cp1252", "cp1250", "cp1251", "koi8_r", "iso8859_5", "cp1253", "cp1254", "cp1255", "cp1256", "cp874")


@dataclass
class Persons:
    """The texts of a header that identify.

    Attributes
    ----------
    values : dict of str to list of str
        By keyword.
    names : set of str
        Keywords of names of persons.
    doubtful : list of (str, list of str)
        Keyword and possible readings of each text of which it is not certain that one is right.
    complete : bool
        The whole header was read.
    """

    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    doubtful: list[tuple[str, list[str]]] = field(default_factory=list)
    complete: bool = True


def read_persons(dataset: pydicom.Dataset) -> Persons:
    """Return what a header and the sequences in it say of persons, up to a depth and a number of elements."""
    persons, left = Persons(), [ELEMENTS]
    _walk(dataset, _charset(dataset, ()), 0, "", persons, left)
    return persons


def _walk(dataset, charset: Iterable[str], depth: int, parent: str, persons: Persons, left: list[int]) -> None:
    charset = _charset(dataset, charset)
    for tag in list(dataset.keys()):
        left[0] -= 1
        if depth > DEPTH or left[0] < 0:
            persons.complete = False
            return
        try:
            element = dataset.get_item(tag)
            keyword = keyword_for_tag(tag)
            kind = str(element.VR or (dictionary_VR(tag) if keyword else ""))
            if kind == "UN" and keyword:
                kind = dictionary_VR(tag)
            if kind == "SQ":
                for item in values_of(dataset[tag].value):
                    _walk(item, charset, depth + 1, keyword, persons, left)
            elif (
                kind in ("PN", "DA", "DT") or keyword in IDENTIFYING or (parent in PLACES and keyword == "CodeMeaning")
            ):
                name = "InstitutionName" if keyword == "CodeMeaning" else keyword or "PrivateAttribute"
                _add(persons, name, kind, _raw_values(element), charset)
        except Exception:  # a value that pydicom cannot read: whether it names a person is not known
            persons.complete = False


def _charset(dataset, inherited: Iterable[str]) -> list[str]:
    """Return the names of a data set's character sets; a sequence's item has its parent's (6.1.2.5.5)."""
    said = dataset.get("SpecificCharacterSet")
    return [str(value) for value in values_of(said)] if said else list(inherited)


def _raw_values(element) -> list[bytes | str]:
    """Return the values of an element, as bytes where they are kept."""
    value = element.value
    if isinstance(element, RawDataElement) or isinstance(value, bytes):
        return [value or b""]
    return [getattr(one, "original_string", None) or str(one) for one in values_of(value)]


def _add(persons: Persons, name: str, kind: str, values: Iterable[bytes | str], charset: list[str]) -> None:
    """Add the readings of an element's values."""
    for value in values:
        readings, sure = ([value], True) if isinstance(value, str) else read_text(value[:LENGTH], charset)
        # several values stand between backslashes, which may be half of a character before it is read
        readings = [
            text for reading in readings for text in (part.strip("\0 \r\n\t") for part in reading.split("\\")) if text
        ]
        if readings and kind == "PN":
            persons.names.add(name)
            sure = sure and "??" not in readings[0]
        if readings and sure:
            persons.values.setdefault(name, []).extend(readings)
        elif not sure and name not in COMMENTS:
            persons.doubtful.append((name, [text for text in readings if _could_be_a_name(text)]))


def _could_be_a_name(text: str) -> bool:
    return all(letter.isalnum() or unicodedata.category(letter)[0] == "M" or letter in NAME_SIGNS for letter in text)


def read_text(data: bytes, charset: list[str]) -> tuple[list[str], bool]:
    """Return what bytes may say, and whether the right reading is surely among them.

    Files without a Specific Character Set, or with a wrong one, are common: every reading is returned that fits.

    Parameters
    ----------
    data : bytes
    charset : list of str
        The defined terms of the file's Specific Character Set.
    """
    if data.isascii() and b"\x1b" not in data and b"~{" not in data:
        return [data.decode("ascii")], True
    declared, sure = _read_as_declared(data, charset)
    found = [declared] if declared else []
    utf8 = _decode(data, "utf-8")
    if utf8 and not data.isascii() and LOST not in utf8:
        found, sure = [*found, utf8], True
    if sure:
        return _distinct(found), True
    guesses = [_decode(data, encoding) for encoding in (*MULTIBYTE, *ESCAPED, *SINGLE)]
    return _distinct([*found, *filter(None, guesses)]), False


def _read_as_declared(data: bytes, charset: list[str]) -> tuple[str, bool]:
    """Return the reading of the declared character sets, and whether it can be trusted."""
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        try:
            encodings = convert_encodings(charset or [""])
            text = decode_bytes(data, encodings, {"\\", "^", "=", "\n", "\r", "\t", "\f"})
        except (LookupError, ValueError, TypeError):
            return "", False
    if raised or LOST in text:
        return text, False
    single = not charset or all(encoding in UNSURE for encoding in encodings)
    return text, not single or _looks_latin(text)


def _looks_latin(text: str) -> bool:
    """Tell whether a text is of Latin letters: bytes of other scripts show as rows of accented letters and signs."""
    if re.search(r"[^\x00-\x7f]{2}", text):
        return False
    letters = [letter for letter in text if not letter.isascii()]
    if not all(unicodedata.category(letter) in ("Lu", "Ll", "Pd", "Pf") for letter in letters):
        return False
    return all(len(word) > 2 or word.isascii() for word in re.findall(r"[^\W\d_]+", text))


def _decode(data: bytes, encoding: str) -> str:
    """Return bytes in an encoding; an empty text where they are not in it, or are no text."""
    try:
        text = data.decode(encoding)
    except ValueError:
        return ""
    return "" if any(unicodedata.category(letter) in ("Cn", "Co") for letter in text) else text


def _distinct(texts: list[str]) -> list[str]:
    return list(dict.fromkeys(texts))
