"""Pseudonyms that only the holder of a secret can trace, and the proof that no identity reaches an output.

Attribute names are those of DICOM PS3.15, table E.1-1 (application level confidentiality).
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping

import pandas as pd

# Attributes that name a person, a place or a number of either
IDENTIFYING = (
    *("PatientName", "PatientID", "OtherPatientIDs", "OtherPatientNames", "PatientBirthName", "PatientMotherBirthName"),
    *("PatientBirthDate", "PatientAddress", "PatientTelephoneNumbers", "IssuerOfPatientID", "AdmissionID"),
    *("AccessionNumber", "StudyID", "InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName"),
    *("ReferringPhysicianName", "PerformingPhysicianName", "NameOfPhysiciansReadingStudy", "OperatorsName"),
    *("PhysiciansOfRecord", "RequestingPhysician", "ResponsiblePerson", "ResponsibleOrganization", "StationName"),
    *("DeviceSerialNumber", "StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "PatientComments"),
    *("ImageComments", "AdditionalPatientHistory", "RequestedProcedureID", "PerformedProcedureStepID"),
    *("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID"),
)
LEAST_SALT = 16  # characters of a salt that cannot be guessed
WORD = re.compile(r"[^\W_]+")
LONGEST = 8  # words of a value that are compared: a comment is known by its beginning
LEAST_VALUE = 4  # characters: a shorter value, such as "1" or "NM", stands anywhere by chance


def pseudonym(salt: bytes, kind: str, *identity: str) -> str:
    """Return the first letter of `kind` and 12 hexadecimal digits of a keyed SHA-256: without the salt, nothing.

    Parameters
    ----------
    salt : bytes
        The secret.
    kind : {"Patient", "Exam", "File"}
        The same text has another pseudonym as another kind of thing.
    *identity : str
        Patient ID; patient and study; path.
    """
    message = "\0".join((kind, *identity)).encode("utf-8", "surrogateescape")
    return kind[0] + hmac.new(salt, message, hashlib.sha256).hexdigest()[:12]


def identities(attributes: Mapping[str, Iterable[str]]) -> set[tuple[str, str]]:
    """Return what must not be found in an output: pairs of an attribute's name and a text, in lower case.

    Of a person's name also its parts and their common spellings, of a date also its spelling with dashes.

    Parameters
    ----------
    attributes : mapping of str to str
        Values of the header's `IDENTIFYING` attributes.
    """
    found = set()
    for name, values in attributes.items():
        for value in values:
            text = re.sub(r"\s+", " ", str(value).replace("^", " ").replace("=", " ")).strip().lower()
            spellings = {text, str(value).strip().lower()}
            if re.fullmatch(r"\d{8}", text):
                spellings |= {f"{text[:4]}-{text[4:6]}-{text[6:]}", f"{text[6:]}.{text[4:6]}.{text[:4]}"}
            if name.endswith(("Name", "Names")) and "institution" not in name.lower():
                words = text.split()
                spellings |= set(words) | {sign.join(part) for part in (words, words[::-1]) for sign in " ,_^-"}
            found |= {(name, spelling) for spelling in spellings if len(spelling) >= LEAST_VALUE}
    return found


def digests(known: Iterable[tuple[str, str]], salt: bytes) -> dict[str, str]:
    """Return what `leaks` looks for: keyed hashes of identities, which may be kept, and their attributes' names."""
    return {_digest(words[:LONGEST], salt): name for name, value in sorted(known) if (words := WORD.findall(value))}


def _digest(words: list[str], salt: bytes) -> str:
    return hashlib.blake2b(" ".join(words).encode("utf-8", "replace"), key=salt[:64], digest_size=8).hexdigest()


def leaks(known: Mapping[str, str], salt: bytes, texts: Iterable[tuple[str, str]], own: set[str]) -> list[str]:
    """Return where an identity stands in an output: the attribute and the place, never the value.

    Parameters
    ----------
    known : mapping of str to str
        From `digests`.
    salt : bytes
    texts : iterable of (str, str)
        Place and text of each field that is written.
    own : set of str
        Words that the workflow itself writes, in lower case: a patient may be called Anterior.
    """
    found = set()
    for place, text in texts:
        words = WORD.findall(text.lower())
        for start in range(len(words)):
            for end in range(start + 1, min(start + LONGEST, len(words)) + 1):
                part = words[start:end]
                joined = "".join(part)
                # "found 512 x 256" is a sentence: there, a short number is an identity only by chance
                if (
                    len(joined) < LEAST_VALUE
                    or own.issuperset(part)
                    or (" " in text and joined.isdigit() and len(joined) < 6)
                ):
                    continue
                if name := known.get(_digest(part, salt)):
                    found.add(f"{name} in {place}")
    return sorted(found)


def check(
    known: Mapping[str, str], salt: bytes, tables: Mapping[str, pd.DataFrame], texts: Mapping[str, str], own: set[str]
) -> None:
    """Stop if an identity stands in a text column of a table or in a text that is written.

    Parameters
    ----------
    known, salt, own
        As in `leaks`.
    tables : mapping of str to DataFrame
    texts : mapping of str to str
        Such as the log.

    Raises
    ------
    ValueError
        Naming attribute and place, never the value.
    """
    fields = list(texts.items())
    for name, table in tables.items():
        for column in table.select_dtypes(exclude="number"):
            fields += [(f"{name}, column {column}", text) for text in table[column].dropna().astype(str).unique()]
    if found := leaks(known, salt, fields, own | {word for table in tables.values() for word in table.columns}):
        raise ValueError(f"identities of patients would be written: {'; '.join(found)}")


def scrub(text: str, known: Iterable[tuple[str, str]]) -> str:
    """Return a report's text with every identity of the header in it replaced by its attribute's name.

    >>> scrub("Mrs. Doe, born 01.02.1950", {("PatientName", "doe"), ("PatientBirthDate", "01.02.1950")})
    'Mrs. [PatientName], born [PatientBirthDate]'
    """
    for name, value in sorted(known, key=lambda pair: (-len(pair[1]), pair)):
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", f"[{name}]", text, flags=re.IGNORECASE)
    return text
