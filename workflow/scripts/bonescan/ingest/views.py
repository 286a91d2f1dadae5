"""A cohort's files to whole-body views, one file at a time, and the reasons for what is left out."""

import functools
import hashlib
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from bonescan.ingest import archive, datasets, headers, pictures, privacy, resampling, workers
from bonescan.ingest.archive import locate, read_bounded
from bonescan.ingest.orientation import is_inverted, upright
from bonescan.ingest.refusal import Unsuitable
from bonescan.ingest.workers import Failure, ordered_map
from bonescan.terms import SUBTYPES

SCAN_COLUMNS = ["image", "patient", "exam", "view", "source_file", "row", "frame", "sha256", "pixel_spacing", "counts"]
FACTS = ["format", "matrix", "steps", "deidentified", "burned_in"]
SCAN_COLUMNS += FACTS
REJECTED_COLUMNS = ["source_file", "row", "reason"]
ALLOWED = {"label": ("0", "1"), "subtype": SUBTYPES}
# Names become file names (an annotation is `{image}.json`) and columns of tables
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
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


class View(NamedTuple):
    """One accepted view: its row of `scans.tsv`, its counts, the report given for it."""

    row: dict
    counts: np.ndarray
    report: str = ""


class Rejection(NamedTuple):
    """One file, or one frame of it, that is left out."""

    source_file: str
    row: str
    reason: str


class Outcome(NamedTuple):
    """What came of one entry, and the identities that its file holds."""

    found: list[View | Rejection]
    known: dict[str, str]
    """from `privacy.digests`"""


class Frame(NamedTuple):
    """One picture as a file holds it."""

    counts: np.ndarray
    view: str
    number: int
    spacing: float
    facts: dict


def file_token(path: str, settings: Settings) -> str:
    """Return how tables name a file: by a pseudonym, because its path may name a patient."""
    if settings.open_names:
        return Path(path).name if Path(path).is_absolute() else path
    return privacy.pseudonym(settings.salt, "File", path)


def ingest(
    entries: Iterable[dict], settings: Settings, processes: int = 1, before: Iterable[dict] = ()
) -> Iterator[Outcome]:
    """Read the entries in processes of their own, in order; whatever a file holds, the next one is read.

    An image is named `{patient}_{exam}_{view}`. The patient and the exam are the sheet's, else the file's; both are
    pseudonyms. A picture that came before, by name or by pixels, is left out.

    Parameters
    ----------
    entries : iterable of dict
        From `bonescan.ingest.archive`.
    settings : Settings
    processes : int
    before : iterable of dict
        Rows of the views that an interrupted run accepted.

    Yields
    ------
    Outcome
        One an entry.
    """
    names = {row["image"]: row["source_file"] for row in before}
    pixels = {row["sha256"]: row for row in before}
    entries = list(entries)
    outcomes = ordered_map(functools.partial(read_entry, settings=settings), entries, processes, SECONDS, BYTES)
    for entry, outcome in zip(entries, outcomes, strict=True):
        if isinstance(outcome, Failure):
            outcome = Outcome([Rejection(file_token(entry["path"], settings), str(entry["row"]), outcome.reason)], {})
        yield Outcome([_once(found, names, pixels) for found in outcome.found], outcome.known)


def _once(found: View | Rejection, names: dict, pixels: dict) -> View | Rejection:
    """Return what was found, or the reason why it is one too many; `names` and `pixels` are added to."""
    if isinstance(found, Rejection):
        return found
    row = found.row
    if twin := pixels.get(row["sha256"]):
        whose = "the same patient" if twin["patient"] == row["patient"] else "another patient"
        return Rejection(row["source_file"], row["row"], f"a duplicate: the pixels of {twin['image']}, of {whose}")
    if row["image"] in names:
        reason = f"a second image of the same exam and view: {row['image']}, as in {names[row['image']]}"
        return Rejection(row["source_file"], row["row"], reason)
    names[row["image"]] = row["source_file"]
    pixels[row["sha256"]] = {key: row[key] for key in ("image", "patient")}
    return found


def kind_of(reason: str) -> str:
    """Return a reason for rejection without its particulars."""
    return re.sub(r"^frame \d+: ", "", reason).split(":")[0]


def read_entry(entry: dict, settings: Settings) -> Outcome:
    """Return the views of one entry's file, or why it is left out."""
    token, row = file_token(entry["path"], settings), str(entry["row"])
    known = set()
    found = []
    try:
        with datasets.silenced():
            for item in _read(entry, settings, known):
                found.append(item if isinstance(item, View) else Rejection(token, row, item))
    except Unsuitable as reason:
        found.append(Rejection(token, row, str(reason)))
    # where file names may be told there is no person behind them
    return Outcome(found, {} if settings.open_names else privacy.digests(known, settings.salt))


def _read(entry: dict, settings: Settings, known: set) -> Iterator[View | str]:
    """Yield the views of one file, or reasons for single frames; `known` is added the identities in it."""
    if entry.get("note"):
        raise Unsuitable(entry["note"])
    for column, values in ALLOWED.items():
        if entry[column] and entry[column] not in values:
            raise Unsuitable(f"{column} in the sheet: expected {', '.join(values)}")
    wanted = headers.view_in_text(entry["view"])
    if entry["view"] and not wanted:
        raise Unsuitable("view in the sheet: expected anterior or posterior")
    file = locate(settings.root, entry["path"])
    data = read_bounded(file)
    if not settings.given and not settings.open_names:
        named = {"patient in the sheet": [entry["patient"]], "exam in the sheet": [entry["exam"]]}
        known |= privacy.identities({**named, "path": [*Path(entry["path"]).parts[:-1], file.stem]})
    if pictures.is_picture(data[:132]):
        if not entry["patient"]:
            raise Unsuitable("a picture: give its patient in a sheet")
        patient, study = entry["patient"], "1"
        frames = _picture_frames(data, wanted or headers.view_in_text(file.stem), settings.shape)
    else:
        dataset = datasets.read_dataset(data)
        known |= privacy.identities(headers.identifying_values(dataset))
        headers.check_whole_body(dataset)
        patient = entry["patient"] or headers.identity(dataset)
        study = str(dataset.get("StudyInstanceUID") or "1")
        frames = _dicom_frames(dataset, wanted, file.stem, settings.shape)
    if settings.given and entry["patient"]:
        patient = _name("patient", entry["patient"])
    else:
        patient = privacy.pseudonym(settings.salt, "Patient", patient)
    if settings.given and entry["exam"]:
        exam = _name("exam", entry["exam"])
    elif not entry["exam"] and study == "1":
        exam = study
    else:
        exam = privacy.pseudonym(settings.salt, "Exam", patient, entry["exam"] or study)[:9]
    report = privacy.scrub(entry["report"], known)
    for frame in frames:
        if isinstance(frame, str):
            yield frame
            continue
        facts = {
            "image": f"{patient}_{exam}_{frame.view}",
            "patient": patient,
            "exam": exam,
            "view": frame.view,
            "source_file": file_token(entry["path"], settings),
            "row": str(entry["row"]),
            "frame": frame.number,
            "sha256": hashlib.sha256(frame.counts.astype("<u2").tobytes()).hexdigest(),
            "pixel_spacing": frame.spacing,
            "counts": int(frame.counts.sum(dtype=np.int64)),
        }
        labels = {column: entry[column] for column in ALLOWED}
        yield View(facts | frame.facts | labels, frame.counts, report)


def _dicom_frames(dataset, wanted: str | None, name: str, shape: tuple[int, int]) -> Iterator[Frame | str]:
    """Yield the wanted frames of a DICOM file, or why one of them is left out."""
    views = headers.frame_views(dataset, name)
    size, spacing = headers.matrix(dataset), headers.pixel_spacing(dataset)
    factors = resampling.zoom(size, shape, spacing)
    headers.check_complete(dataset)
    if len(views) == 1:
        views = [views[0] or wanted]
    if wanted and wanted not in views:
        raise Unsuitable(f"view: the sheet says {wanted}, the file says otherwise")
    for number, view in enumerate(views, start=1):
        place = f"frame {number}: " if len(views) > 1 else ""
        if view is None:
            yield f"{place}neither the file nor the sheet tells the view"
        elif wanted in (None, view):
            try:
                values = headers.frame_counts(dataset, number - 1)
                counts, steps = _positive(values)
                direction = headers.orientation(dataset)[number - 1]
                counts, turned = upright(counts, view, direction, headers.feet_first(dataset))
                counts, fitted = resampling.fit(counts, shape, factors)
            except Unsuitable as reason:
                yield f"{place}{reason}"
                continue
            facts = {
                "format": f"DICOM, {dataset.file_meta.TransferSyntaxUID.name}, {dataset.BitsAllocated} bits",
                "matrix": f"{size[0]} x {size[1]}",
                "steps": "; ".join(steps + turned + fitted),
                **headers.privacy_status(dataset),
            }
            yield Frame(counts, view, number, spacing[0] * factors[0] if spacing else float("nan"), facts)


def _picture_frames(data: bytes, view: str | None, shape: tuple[int, int]) -> Iterator[Frame]:
    """Yield the one view of a picture."""
    if view is None:
        raise Unsuitable("neither the file nor the sheet tells the view")
    values, kind = pictures.read_picture(data)
    factors = resampling.zoom(values.shape, shape)
    counts, steps = _positive(values.astype(np.int64))
    counts, fitted = resampling.fit(counts, shape, factors)
    facts = {
        "format": kind,
        "matrix": f"{values.shape[0]} x {values.shape[1]}",
        "steps": "; ".join(steps + fitted),
        "deidentified": "unknown",
        "burned_in": "unknown",
    }
    yield Frame(counts, view, 1, float("nan"), facts)


def _positive(values: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Return a picture's values high where it is hot."""
    if values.min() == values.max():
        raise Unsuitable("an empty picture: all its pixels are equal")
    return (values.max() - values, ["inverted"]) if is_inverted(values) else (values, [])


def _name(column: str, value: str) -> str:
    """Return a name of the sheet if it can stand in file names."""
    if not NAME.fullmatch(value):
        raise Unsuitable(f"{column} in the sheet: expected letters, digits, dots and hyphens")
    return value


def rows_of(outcomes: Iterable[Outcome]) -> list[dict]:
    """Return the rows of the views in some outcomes."""
    return [found.row for outcome in outcomes for found in outcome.found if isinstance(found, View)]


def without_counts(outcome: Outcome) -> Outcome:
    """Return an outcome that takes little memory."""
    lean = [found._replace(counts=None) if isinstance(found, View) else found for found in outcome.found]
    return outcome._replace(found=lean)


def identities(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Return what all files of a cohort hold that must not be written."""
    return {digest: name for outcome in outcomes for digest, name in outcome.known.items()}


def own_words() -> set[str]:
    """Return the words that ingest itself writes into reasons and facts."""
    return privacy.own_words(
        archive, headers, datasets, orientation, resampling, pictures, workers, sys.modules[__name__]
    )


def tables(outcomes: list[Outcome], labelled: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """Return the tables that ingest writes.

    Parameters
    ----------
    outcomes : list of Outcome
        One an entry.
    labelled : tuple of str
        Which of `label` and `subtype` the sheet has.

    Returns
    -------
    dict of str to DataFrame
        `table` (one row a view), `rejected` (what was left out, with the reason), `reports` (one row a view with a
        report), `summary` (item, value, number: what came in, what was left out and why, what was done to the pictures
        and what their headers say of their privacy).
    """
    found = [one for outcome in outcomes for one in outcome.found]
    views = [one for one in found if isinstance(one, View)]
    table = pd.DataFrame([view.row for view in views], columns=SCAN_COLUMNS + list(labelled))
    rejected = pd.DataFrame([one for one in found if isinstance(one, Rejection)], columns=REJECTED_COLUMNS)
    reports = [(view.row["image"], view.report) for view in views if view.report]
    rows = [("files", "read", len(outcomes)), ("views", "accepted", len(table))]
    rows += [
        (f"{name}s", "different", table.groupby(["patient", name][: 1 + (name == "exam")]).ngroups)
        for name in ("patient", "exam")
    ]
    rows += [("rejected", reason, number) for reason, number in reasons(rejected).items()]
    for column in FACTS:
        rows += [(column, value or "none", number) for value, number in table[column].value_counts().items()]
    return {
        "table": table,
        "rejected": rejected,
        "reports": pd.DataFrame(reports, columns=["image", "report"]),
        "summary": pd.DataFrame(rows, columns=["item", "value", "number"]),
    }


def reasons(rejected: pd.DataFrame) -> dict[str, int]:
    """Return how many were left out for each kind of reason."""
    return rejected["reason"].map(kind_of).value_counts().to_dict()


def list_directory(path: Path) -> list[str] | str:
    """Return the paths that a DICOMDIR lists, read in a process of its own; as a text, why it cannot be read."""
    (result,) = ordered_map(_listed, [path], 1, SECONDS, BYTES)
    return result.reason if isinstance(result, Failure) else result


def _listed(path: Path) -> list[str] | str:
    try:
        with datasets.silenced():
            return datasets.directory_files(datasets.read_dataset(read_bounded(locate(path.parent, path.name))))
    except Unsuitable as reason:
        return str(reason)
