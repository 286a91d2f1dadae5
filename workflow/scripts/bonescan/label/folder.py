"""The readers' folders: which files are annotations, and that each is a file of its folder that can be read."""

import hashlib
import logging
import os
import stat
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from functools import partial
from itertools import chain
from pathlib import Path, PureWindowsPath
from typing import NamedTuple

from bonescan.ingest.bounded import read_bounded
from bonescan.label.defects import Defects, stop_at
from bonescan.label.labelme import read_annotation
from bonescan.label.words import Words, show_word

SUFFIXES = (".json", ".xml")
MAXIMUM_BYTES, MOST = 8 * 2**20, "8 MiB"  # an annotation with its picture inside takes 1 MiB
MASKS = "Masks"  # where the web tool keeps what it makes of scribbles
NO_READERS = ("__MACOSX",)  # what archives made on a Mac have beside their folders

log = logging.getLogger(__name__)


class Reading(NamedTuple):
    """What was found in the readers' folders; readers are called as `names` has them."""

    names: dict[str, str]
    """How each reader is called, by folder: a number where the folder is a name in a header."""
    annotated: dict[str, set[str]]
    """Images by reader, without those that the reader has still to tick as read."""
    unread: dict[str, set[str]]
    """Those."""
    tried: dict[str, set[str]]
    """Images by reader of which there is an annotation with defects."""
    places: dict[tuple[str, str], str]
    """Where the annotation of a reader and an image is, for messages."""
    findings: list[dict]
    """`image`, `reader` and what `Annotation.findings` has."""
    files: dict[str, dict[str, bytes]]
    """A digest of the annotation of each image that counts, by reader."""
    defects: list[str]
    """One line each, but for unknown labels, which `Words` keeps."""

    @classmethod
    def of(cls, names: dict[str, str]) -> "Reading":
        """Return one of readers whose folders are still to be read."""
        annotated, unread, tried = ({reader: set() for reader in names.values()} for _ in range(3))
        return cls(names, annotated, unread, tried, {}, [], {reader: {} for reader in names.values()}, [])


def read_folder(folder: Path, size: tuple[int, int], images=(), words: Words | None = None) -> Reading:
    """Return what `survey_folder` does, without defects.

    Raises
    ------
    Defects
        As `survey_folder` lists them, and unknown labels.
    """
    words = words or Words()
    reading = survey_folder(folder, size, images, words)
    stop_at([*reading.defects, *words.defects()])
    return reading


def survey_folder(folder: Path, size: tuple[int, int], images, words: Words, expected: Collection[str] = ()) -> Reading:
    """Return the images that each reader annotated, all findings and all defects; a folder a reader, a file an image.

    The log is warned of what does not count, and of what may be a mistake.

    Parameters
    ----------
    folder : Path
    size : (int, int)
        Rows and columns of the images.
    images : container of str
        Of the cohort. A file of another name may be called by a patient's, so that defects tell its place only.
    words : Words
        Reads labels and bones, and tells which folders are called by a name in a header.
    expected : collection of str
        Readers who count though they have no folder, or one without annotations.

    Returns
    -------
    Reading
        Its defects are those of `read_annotation`; two annotations of an image by one reader; files that are none, lead
        out of the folder, cannot be read or have more than 8 MiB.

    Raises
    ------
    ValueError
        No reader's folder.
    """
    root = folder.resolve()
    folders = {path.name for path in root.iterdir() if path.is_dir() and not is_passed_over(path)}
    stray = sorted(name for name in folders.difference(expected) if not _holds_annotations(root / name, root))
    if not folders.difference(stray):
        raise ValueError(f"{folder}: expected one folder a reader, found none with annotations")
    if stray:
        shown = ", ".join(show_word(name, words.watch.holds) for name in stray)
        log.warning("%d folders without any annotation are no readers': %s", len(stray), shown)
    if beside := sum(is_annotation(path) for path in root.iterdir()):
        log.warning("%d annotations beside the readers' folders are not read", beside)
    reading = Reading.of(words.watch.name_readers(sorted(folders.difference(stray).union(expected))))
    if numbered := sum(name != reader for name, reader in reading.names.items()):
        log.warning("%d readers' folders are called by a name in a header: they are numbered in order", numbered)
    for name, reader in reading.names.items():
        if name not in folders:
            log.warning(
                "%s: a reader of label.readers without a folder, who counts as one who annotated none of the images",
                reader,
            )
            continue
        try:
            _read_reader(root / name, root, reader, size, images, words, reading)
        except OSError as error:
            reading.defects.append(f"{reader}: expected a folder that can be read: {error.strerror}")
    _warn_of_copies(reading)
    return reading


def _holds_annotations(folder: Path, root: Path) -> bool:
    """Tell whether a folder may be a reader's: it has annotations, read or not, or cannot be looked at."""
    try:
        return not folder.resolve().is_relative_to(root) or any(
            is_annotation(path) or _is_almost_annotation(path) for path in chain(folder.iterdir(), _deeper(folder))
        )
    except OSError:
        return True


def _deeper(folder: Path) -> Iterator[Path]:
    """Yield the annotations in folders inside a reader's."""
    for place, inside, names in os.walk(folder):
        inside[:] = [name for name in inside if not is_passed_over(Path(name))]
        if Path(place) != folder:
            yield from filter(is_annotation, (Path(place) / name for name in names))


def _warn_of_copies(reading: Reading) -> None:
    """Warn of readers with findings whose annotations are the same bytes."""
    alike = defaultdict(list)
    for reader in dict.fromkeys(finding["reader"] for finding in reading.findings):
        alike[frozenset(reading.files[reader].items())].append(reader)
    for readers in alike.values():
        if len(readers) > 1:
            log.warning("%s have the same annotations to the byte: are they copies?", " and ".join(readers))


def _read_reader(
    folder: Path, root: Path, reader: str, size: tuple[int, int], images, words: Words, reading: Reading
) -> None:
    """Add one reader's annotations to a reading."""
    if not folder.resolve().is_relative_to(root):
        reading.defects.append(f"{reader}: expected a folder, found a link that leads out of the readers' folders")
        return
    if deeper := sum(1 for _ in _deeper(folder)):
        log.warning("%s: %d annotations in folders inside are not read", reader, deeper)
    if almost := sum(map(_is_almost_annotation, folder.iterdir())):
        log.warning("%s: %d annotations whose names end in a blank are not read", reader, almost)
    paths = sorted(path for path in folder.iterdir() if is_annotation(path))
    unticked: list[str] = []
    numbers = Counter(path.stem for path in paths)
    for number, path in enumerate(paths, start=1):
        image = path.stem
        place = f"{reader}/{path.name}" if image in images else f"{reader}, annotation {number} by name"
        reading.places[reader, image] = place
        if numbers[image] > 1:
            reading.defects.append(f"{place}: expected one annotation of an image, found {numbers[image]}")
            reading.tried[reader].add(image)
            continue
        fetch = partial(fetch_mask, path.parent, root)
        try:
            data = read_within(path, root)
            annotation = read_annotation(data, path.suffix.lower(), image, place, size, words, fetch)
        except Defects as error:
            reading.defects.extend(error.lines)
            reading.tried[reader].add(image)
        except ValueError as error:
            reading.defects.append(f"{place}: expected an annotation, a file of at most {MOST}, found {error}")
            reading.tried[reader].add(image)
        else:
            for warning in annotation.warnings:
                log.warning("%s", warning)
            if annotation.read:
                reading.files[reader][image] = hashlib.sha256(data).digest()
                reading.annotated[reader].add(image)
                reading.findings.extend({"image": image, "reader": reader, **shape} for shape in annotation.findings)
            else:
                reading.unread[reader].add(image)
                unticked += [place] if annotation.drawn else []
    if unticked:
        log.warning(
            "%s: %d annotations with shapes are not ticked as read, such as %s", reader, len(unticked), unticked[0]
        )


def is_passed_over(path: Path) -> bool:
    """Tell whether a file or folder is none of a reader's: what systems hide, and what Macs put into archives."""
    return path.name.startswith(".") or path.name in NO_READERS


def is_annotation(path: Path) -> bool:
    """Tell whether a path is called as an annotation is."""
    return path.suffix.lower() in SUFFIXES and not is_passed_over(path)


def _is_almost_annotation(path: Path) -> bool:
    """Tell whether a path is called as an annotation is but for blanks at its end."""
    return path.name != path.name.rstrip() and is_annotation(Path(path.name.rstrip()))


def read_within(path: Path, root: Path) -> bytes:
    """Return the bytes of a file that lies in a folder; a link is followed inside of it.

    Raises
    ------
    ValueError
        It is no file, lies elsewhere, cannot be read or is too long; the text says what was found.
    """
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root):
            raise ValueError("a link that leads out of the readers' folders")
        # a pipe or a device is not even opened: it might wait for ever
        if not stat.S_ISREG(real.stat().st_mode):
            raise ValueError("something that is no file")
        data = read_bounded(real, MAXIMUM_BYTES)
    except (OSError, RuntimeError) as error:
        raise ValueError(f"one that cannot be read: {getattr(error, 'strerror', None) or 'links'}") from None
    if data is None:
        raise ValueError("more")
    return data


def fetch_mask(folder: Path, root: Path, name: str) -> bytes:
    """Return the bytes of a scribble's mask, which lies beside its XML or in a folder `Masks` there.

    Raises
    ------
    ValueError
        The name is that of no file there; the file as in `read_within`.
    """
    if not name or PureWindowsPath(name).name != name or name.startswith(".") or "\0" in name:
        raise ValueError("a name that is no file's")
    paths = [path for path in (folder / name, folder / MASKS / name) if os.path.lexists(path)]
    if not paths:
        raise ValueError("none")
    return read_within(paths[0], root)
