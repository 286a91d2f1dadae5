"""The readers' folders: which files are annotations, and that each is a file of its folder that can be read."""

import logging
import os
import stat
from collections import Counter
from functools import partial
from pathlib import Path, PureWindowsPath
from typing import NamedTuple

from bonescan.label.defects import Defects, stop_at
from bonescan.label.labelme import read_annotation
from bonescan.label.words import Words

SUFFIXES = (".json", ".xml")
MAXIMUM_BYTES, MOST = 8 * 2**20, "8 MiB"  # an annotation with its picture inside takes 1 MiB
MASKS = "Masks"  # where the web tool keeps what it makes of scribbles
NO_READERS = ("__MACOSX",)  # what archives made on a Mac have beside their folders

log = logging.getLogger(__name__)


class Reading(NamedTuple):
    """What was found in the readers' folders."""

    annotated: dict[str, set[str]]
    """Images by reader, without those that rule `annotation` made and the reader has not ticked as read."""
    tried: dict[str, set[str]]
    """Images by reader of which there is an annotation with defects."""
    places: dict[tuple[str, str], str]
    """Where the annotation of a reader and an image is, for messages."""
    findings: list[dict]
    """`image`, `reader` and what `read_annotation` returns."""
    defects: list[str]
    """One line each, but for unknown labels, which `Words` keeps."""


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


def survey_folder(folder: Path, size: tuple[int, int], images, words: Words) -> Reading:
    """Return the images that each reader annotated, all findings and all defects; a folder a reader, a file an image.

    Parameters
    ----------
    folder : Path
    size : (int, int)
        Rows and columns of the images.
    images : container of str
        Of the cohort. A file of another name may be called by a patient's, so that defects tell its place only.
    words : Words
        Reads labels and bones.

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
    readers = sorted(path.name for path in root.iterdir() if path.is_dir() and not is_passed_over(path))
    if not readers:
        raise ValueError(f"{folder}: expected one folder a reader, found none")
    if beside := sum(is_annotation(path) for path in root.iterdir()):
        log.warning("%d annotations beside the readers' folders are not read", beside)
    reading = Reading({reader: set() for reader in readers}, {reader: set() for reader in readers}, {}, [], [])
    for reader in readers:
        try:
            _read_reader(root, reader, size, images, words, reading)
        except OSError as error:
            reading.defects.append(f"{reader}: expected a folder that can be read: {error.strerror}")
    return reading


def _read_reader(root: Path, reader: str, size: tuple[int, int], images, words: Words, reading: Reading) -> None:
    """Add one reader's annotations to a reading."""
    if not (root / reader).resolve().is_relative_to(root):
        reading.defects.append(f"{reader}: expected a folder, found a link that leads out of the readers' folders")
        return
    paths = sorted(path for path in (root / reader).iterdir() if is_annotation(path))
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
            shapes = read_annotation(data, path.suffix.lower(), image, place, size, words, fetch)
        except Defects as error:
            reading.defects.extend(error.lines)
            reading.tried[reader].add(image)
        except ValueError as error:
            reading.defects.append(f"{place}: expected an annotation, a file of at most {MOST}, found {error}")
            reading.tried[reader].add(image)
        else:
            if shapes is not None:
                reading.annotated[reader].add(image)
                reading.findings.extend({"image": image, "reader": reader, **shape} for shape in shapes)


def is_passed_over(path: Path) -> bool:
    """Tell whether a file or folder is none of a reader's: what systems hide, and what Macs put into archives."""
    return path.name.startswith(".") or path.name in NO_READERS


def is_annotation(path: Path) -> bool:
    """Tell whether a path is called as an annotation is."""
    return path.suffix.lower() in SUFFIXES and not is_passed_over(path)


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
        # and if it became one meanwhile, opening does not wait
        with open(
            os.open(real, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb"
        ) as stream:
            data = stream.read(MAXIMUM_BYTES + 1)
    except (OSError, RuntimeError) as error:
        raise ValueError(f"one that cannot be read: {getattr(error, 'strerror', None) or 'links'}") from None
    if len(data) > MAXIMUM_BYTES:
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
