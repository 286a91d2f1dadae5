"""A cohort's files to whole-body views, one file at a time, and the reasons for what is left out."""

import functools
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bonescan.ingest import datasets, detectors, headers, patients, pictures, privacy, words
from bonescan.ingest.archive import Entry, locate, read_file
from bonescan.ingest.frames import Frame, decode_dicom, decode_picture
from bonescan.ingest.identities import (
    AT_HOME,
    COMMENTS,
    EXAM,
    PATIENT,
    PATIENTS,
    SHORT,
    Known,
    identities,
    lone_letters,
    merge,
)
from bonescan.ingest.outcomes import Outcome, View
from bonescan.ingest.persons import Persons, read_persons
from bonescan.ingest.refusal import Refusal
from bonescan.ingest.vocabulary import WORDS
from bonescan.ingest.workers import ordered_map
from bonescan.terms import SHEET_VALUES

# Names become file names (an annotation is `{image}.json`) and columns of tables
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
KINDS = {True: ("WHOLE BODY",), False: ("WHOLE BODY", "STATIC")}  # of DICOM pictures, whether whole bodies or not
OTHERS = AT_HOME | COMMENTS  # what tells no patient
SECONDS = 30  # that one file may take; a sound one takes a tenth of one
BYTES = 2**30  # of memory that one file may take


class Settings(NamedTuple):
    """What holds for every file of a cohort."""

    root: Path
    """the cohort's folder"""
    shape: tuple[int, int]
    """rows and columns of the pictures that are wanted"""
    salt: bytes
    given: bool = False
    """keep the sheet's own patients and exams, because they are pseudonyms"""
    open_names: bool = False
    """name files by their paths, because these name no person"""
    whole_body: bool = True
    """the pictures are whole-body views; else thoracic images, which need no crop"""

    def stamp(self, code: str) -> str:
        """Return what tells results under these settings and this code from others; where the files lie is no part."""
        told = self._replace(root=None, salt=None)._asdict() | {"shape": tuple(self.shape), "code": code}
        return privacy.pseudonym(self.salt, "Stamp", repr(sorted(told.items())))


def file_token(path: str, settings: Settings) -> str:
    """Return how tables name a file: by a pseudonym, because its path may name a patient."""
    if settings.open_names:
        return Path(path).name if Path(path).is_absolute() else path
    return privacy.pseudonym(settings.salt, "File", path)


def ingest(entries: Iterable[Entry], settings: Settings, processes: int = 1) -> Iterator[Outcome]:
    """Read the entries in processes of their own, in order; whatever a file holds, the next one is read.

    An image is named `{patient}_{exam}_{view}`. The patient and the exam are the sheet's, else the file's; both are
    pseudonyms. Which of several images of a name is kept, `twins` decides when all are there.

    Yields
    ------
    Outcome
        One an entry.
    """
    entries = list(entries)
    outcomes = ordered_map(functools.partial(read_entry, settings=settings), entries, processes, SECONDS, BYTES)
    for entry, outcome in zip(entries, outcomes, strict=True):
        refused = isinstance(outcome, Refusal)
        yield Outcome(file_token(entry.path, settings), entry.row, [outcome], {}) if refused else outcome


def read_entry(entry: Entry, settings: Settings) -> Outcome:
    """Return the views of one entry's file, or why it is left out."""
    known: Known = {}
    found: list[View | Refusal] = []
    try:
        with datasets.silence_pydicom():
            found.extend(_read_views(entry, settings, known))
    except Refusal as refusal:
        found.append(refusal)
    # where file names may be told there is no person behind them
    digests = {} if settings.open_names else privacy.digests(known, settings.salt)
    return Outcome(file_token(entry.path, settings), entry.row, found, digests)


def _read_views(entry: Entry, settings: Settings, known: Known) -> Iterator[View | Refusal]:
    """Yield the views of one file, or why a frame is left out; the identities in the file are added to `known`."""
    wanted, only = check_entry(entry)
    file = locate(settings.root, entry.path)
    data = read_file(file)
    merge(known, _identities_of_entry(entry, file, settings))
    persons, private = Persons(), {}
    if pictures.is_picture(data[:132]):
        patient, study = _identify_picture(entry)
        frames = decode_picture(
            data, wanted or detectors.view_in_text(file.stem), settings.shape, settings.whole_body, only
        )
    elif pictures.is_other_picture(data[:132]):
        raise Refusal(f"a picture of another format: expected {', '.join(pictures.FORMATS)}")
    else:
        dataset = datasets.read_dataset(data)
        if not settings.open_names:
            persons = read_persons(dataset)
            merge(known, identities(persons.values, persons.names))
        headers.check_whole_body(dataset, KINDS[settings.whole_body])
        patient = entry.patient or headers.identity(dataset)
        study = headers.study_identity(dataset) or "1"
        if not (entry.patient or settings.open_names):
            alone = name_exam(entry, study, study, settings) if headers.study_identity(dataset) else None
            private = {patients.HEADER: patients.describe(dataset, persons, alone, settings.salt)}
        frames = decode_dicom(dataset, wanted, file.stem, settings.shape, settings.whole_body, only)
    if not settings.open_names:
        check_given(entry, settings, known)
    names = name_exam(entry, patient, study, settings)
    report = entry.report if settings.open_names else clear_report(entry.report, known, persons)
    for frame in frames:
        if isinstance(frame, Refusal):
            yield frame
        else:
            yield View(_row_of(frame, names, entry, settings) | private, frame.counts, report)


def check_given(entry: Entry, settings: Settings, known: Known) -> None:
    """Refuse a name of the sheet that is to be kept and holds an identity of its file.

    Raises
    ------
    Refusal
        Naming the attribute, never the value.
    """
    index = privacy.index_of(known)
    for column in ("patient", "exam") if settings.given else ():
        hits = [hit for hit in privacy.search(getattr(entry, column), index) if hit.name not in OTHERS]
        if hits:
            raise Refusal(f"{column} in the sheet: expected a pseudonym, found the {hits[0].name} of its file")


def clear_report(report: str, known: Known, persons: Persons) -> str:
    """Return a report without the identities of its file; of one that cannot be cleared, why it is withheld.

    Parameters
    ----------
    report : str
    known : dict
        The identities that are certain. Those of the readings that are not are added.
    persons : Persons
        What the file's header says, for what is not certain.
    """
    unread = False
    for name, readings in persons.doubtful:
        guessed = identities({name: readings}, persons.names)
        guessed = {key: told for key, told in guessed.items() if told[1] != SHORT}
        unread |= not privacy.search(report, privacy.index_of(guessed))
        merge(known, guessed)
    if not report:
        return ""
    if unread:
        return privacy.withhold("a name in the header cannot be decoded")
    if not persons.complete:
        return privacy.withhold("the header cannot be read to its end")
    letters = lone_letters(value for name in persons.names & PATIENTS for value in persons.values.get(name, ()))
    if letters & {piece.text for piece in words.split(report)}:
        return privacy.withhold("a name of one letter cannot be told from other letters")
    return privacy.scrub(report, known)


def check_entry(entry: Entry) -> tuple[str | None, int | None]:
    """Return the view and the frame that the sheet asks for, if any; refuse what it says and cannot be.

    Raises
    ------
    Refusal
    """
    if entry.refusal:
        raise entry.refusal
    for column, values in SHEET_VALUES.items():
        if (value := getattr(entry, column)) and value not in values:
            words = ", or a word such as normal and metastasis" if column == "label" else ""
            raise Refusal(f"{column} in the sheet: expected {', '.join(values)}" + words)
    wanted = detectors.view_in_text(entry.view)
    if entry.view and not wanted:
        raise Refusal("view in the sheet: expected anterior or posterior")
    if entry.frame and not (entry.frame.isascii() and entry.frame.isdigit() and 1 <= int(entry.frame[:4]) <= 999):
        raise Refusal("frame in the sheet: expected a whole number from 1")
    return wanted, int(entry.frame) if entry.frame else None


def _identities_of_entry(entry: Entry, file: Path, settings: Settings) -> Known:
    """Return the identities that the sheet and the file's path may hold, unless they are known to hold none."""
    if settings.given or settings.open_names:
        return {}
    folders = [
        part for part in (*Path(entry.path).parts[:-1], file.stem) if not WORDS.issuperset(part.lower().split("_"))
    ]
    return identities({PATIENT: [entry.patient], EXAM: [entry.exam], "path": folders})


def _identify_picture(entry: Entry) -> tuple[str, str]:
    """Return patient and study of a picture, which only a sheet can tell."""
    if not entry.patient:
        raise Refusal("a picture: give its patient in a sheet")
    return entry.patient, "1"


def name_exam(entry: Entry, patient: str, study: str, settings: Settings) -> tuple[str, str]:
    """Return the names of patient and exam that may stand in outputs.

    Parameters
    ----------
    patient, study : str
        As the file has them.

    Raises
    ------
    Refusal
        The sheet's own names are kept, and one cannot stand in a file name.
    """
    if settings.given and entry.patient:
        patient = _check_name("patient", entry.patient)
    else:
        patient = privacy.pseudonym(settings.salt, "Patient", patient)
    if settings.given and entry.exam:
        return patient, _check_name("exam", entry.exam)
    if not entry.exam and study == "1":
        return patient, study
    return patient, privacy.pseudonym(settings.salt, "Exam", patient, entry.exam or study)[:9]


def _check_name(column: str, value: str) -> str:
    """Return a name of the sheet if it can stand in file names."""
    if not NAME.fullmatch(value):
        raise Refusal(f"{column} in the sheet: expected letters, digits, dots and hyphens")
    return value


def _row_of(frame: Frame, names: tuple[str, str], entry: Entry, settings: Settings) -> dict:
    """Return a view's row of `scans.tsv`."""
    patient, exam = names
    facts = {
        "image": f"{patient}_{exam}_{frame.view}",
        "patient": patient,
        "exam": exam,
        "view": frame.view,
        "source_file": file_token(entry.path, settings),
        "row": entry.row,
        "frame": frame.number,
        "sha256": hashlib.sha256(frame.counts.astype("<u2").tobytes()).hexdigest(),
        "pixel_spacing": frame.spacing,
        "counts": int(frame.counts.sum(dtype=np.int64)),
    }
    return facts | frame.facts | {column: getattr(entry, column) for column in SHEET_VALUES}


def list_directory(path: Path) -> list[str]:
    """Return the paths that a DICOMDIR lists, read in a process of its own.

    Raises
    ------
    Refusal
        It cannot be read.
    """
    (result,) = ordered_map(_read_directory, [path], 1, SECONDS, BYTES)
    if isinstance(result, Refusal):
        raise result
    return result


def _read_directory(path: Path) -> list[str] | Refusal:
    try:
        with datasets.silence_pydicom():
            return datasets.directory_files(datasets.read_dataset(read_file(locate(path.parent, path.name))))
    except Refusal as refusal:
        return refusal
