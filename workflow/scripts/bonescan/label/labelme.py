"""Annotations as LabelMe writes them: JSON of the application (versions 3 to 7), XML of the web tool (LabelMe 3.0)."""

import re
from collections.abc import Callable
from pathlib import PureWindowsPath
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
import numpy as np
from defusedxml import DefusedXmlException

from bonescan.label.annotation import READ
from bonescan.label.bones import is_known, name_bone, whole_bone
from bonescan.label.decoding import choose, other_readings, parse_json, readings, xml_readings
from bonescan.label.defects import Defects
from bonescan.label.lesions import is_general, number_lesions
from bonescan.label.shapes import find_runs, open_mask, read_shape
from bonescan.label.words import Words
from bonescan.labels import fold

SCRIBBLE = object()
"""The kind of a shape of the web tool whose mask is another file."""

SUFFIX = re.compile(r"\.[a-z][a-z0-9]{1,4}$")
"""Of a file's folded name; names of images may have dots before figures."""

NO_GROUP = frozenset({"", "null", "none", "-1"})
"""What tools write where a shape belongs to no group."""


class Header(NamedTuple):
    """What an annotation says besides its shapes."""

    image: object
    rows: object
    columns: object
    read: object
    """The flag that a reader ticks; true where there is none."""
    encoding: str


class Annotation(NamedTuple):
    """One annotation as it was read."""

    read: bool
    """False if it is one that its reader has still to tick as read: it does not count."""
    drawn: bool
    """It has shapes."""
    findings: list[dict]
    """
    `finding` (the shape's label), `lesion` (from 1; shapes of one finding and `group_id` have one number), `bone` (its
    description, or what follows a colon in the label, as `bonescan.label.bones` names it), `shape` (polygon, rectangle,
    circle, point, mask) and `points` ("row,col;row,col", pixels, from the top left corner; a circle's are its centre
    and one of its rim, a mask's the first and the last pixel of each run in a row).
    """
    warnings: list[str]
    """What should be looked at; of one that does not count also all defects."""


def no_file(name: str) -> bytes:
    """Return a mask's file where there are none."""
    raise ValueError("none")


def read_annotation(
    data: bytes,
    suffix: str,
    image: str,
    place: str,
    size: tuple[int, int],
    words: Words | None = None,
    fetch: Callable[[str], bytes] = no_file,
) -> Annotation:
    """Return what one annotation says.

    Parameters
    ----------
    data : bytes
        The file.
    suffix : {".json", ".xml"}
    image : str
        The image, as the file is named.
    place : str
        Reader and file, for errors.
    size : (int, int)
        Rows and columns of the image.
    words : Words or None
        Reads labels and bones. A shape with an unknown label is left out and told by `words`; None takes all labels.
    fetch : callable
        Returns the bytes of the mask of a scribble, by the name that the web tool gave it; raises ValueError.

    Returns
    -------
    Annotation

    Raises
    ------
    Defects
        Not a LabelMe annotation; of one that counts also one of another image, and shapes that are unknown, incomplete
        or outside the picture; one line each, which names file and shape.
    """
    words, warnings = words or Words(), []
    try:
        header, shapes = (_read_xml if suffix == ".xml" else _read_json)(data, place, words)
    except ValueError as error:
        raise Defects([str(error)]) from None
    defects, found = _check_header(header, image, place, size), []
    for number, shape in shapes:
        try:
            finding, doubts = _finding(shape, f"{place}, shape {number}", place, size, words, header.encoding, fetch)
        except ValueError as error:
            defects.append(str(error))
        else:
            found += [finding | {"number": number}] if finding else []
            warnings += doubts
    found, mixed = number_lesions(found, place)
    defects += mixed
    if header.read is False:
        return Annotation(False, bool(shapes), found, defects + words.withdraw(place))
    if defects:
        raise Defects(defects)
    return Annotation(True, bool(shapes), found, warnings)


def _check_header(header: Header, image: str, place: str, size: tuple[int, int]) -> list[str]:
    """Return what is wrong with the image, the picture's size and the flag of an annotation."""
    defects = []
    if header.image and not (isinstance(header.image, str) and image.casefold() in _stems(header.image)):
        defects.append(f"{place}: expected an annotation of the image that it is named by, found another image's")
    sides = _read_side(header.rows), _read_side(header.columns)
    if sides not in (tuple(size), (None, None)):
        found = " x ".join(map(_print_side, sides))
        defects.append(f"{place}: expected a picture of {size[0]} x {size[1]}, found {found}")
    if not isinstance(header.read, bool):
        defects.append(f"{place}: expected the flag {READ} to be true or false, found something else")
    return defects


def _stems(path: str) -> list[str]:
    """Return a file's name, folded, without its suffix, and without those before it: `p1.dcm` and `p1` of both."""
    stems = [PureWindowsPath(path.strip()).stem.casefold()]
    while (shorter := SUFFIX.sub("", stems[-1])) != stems[-1]:
        stems.append(shorter)
    return stems


def _read_side(value):
    """Return a picture's side as a number where it is a text of digits."""
    is_number = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10
    return int(value) if is_number else value


def _read_flag(flags) -> object:
    """Return the flag that a reader ticks, however it is spelled: true where there is none, None for several."""
    values = [value for key, value in flags.items() if fold(key) == READ] if isinstance(flags, dict) else []
    return values[0] if len(values) == 1 else None if values else True


def _read_json(data: bytes, place: str, words: Words) -> tuple[Header, list]:
    """Return header and numbered shapes; of an encoding that only letters tell, that in which the labels are known."""
    try:
        annotation, encoding = choose(readings(data), parse_json, lambda found: words.know(_labels(found)))
    except ValueError as error:
        raise ValueError(f"{place}: expected JSON: {error}") from None
    if not isinstance(annotation, dict) or not isinstance(annotation.get("shapes"), list):
        raise ValueError(f"{place}: expected a LabelMe annotation with a list of shapes")
    header = (annotation.get(key) for key in ("imagePath", "imageHeight", "imageWidth"))
    return Header(*header, _read_flag(annotation.get("flags")), encoding), list(
        enumerate(annotation["shapes"], start=1)
    )


def _labels(annotation) -> list[str]:
    """Return the labels that can be found in what may be an annotation."""
    shapes = annotation.get("shapes") if isinstance(annotation, dict) else None
    labels = [shape.get("label") for shape in shapes if isinstance(shape, dict)] if isinstance(shapes, list) else []
    return [label for label in labels if isinstance(label, str)]


def _read_xml(data: bytes, place: str, words: Words) -> tuple[Header, list]:
    """Return the same from the web tool's XML; deleted objects are left out, but counted in the numbers."""

    def fits(root: Element) -> bool:
        return words.know(_text(item, "name") for item in root.iterfind("object"))

    try:
        root, encoding = choose(xml_readings(data), _parse_xml, fits)
    except (LookupError, ValueError) as error:
        raise ValueError(f"{place}: expected XML without entities: {error}") from None
    if root.tag != "annotation":
        raise ValueError(f"{place}: expected a LabelMe annotation")
    sides = (_text(root, f"imagesize/{name}") or None for name in ("nrows", "ncols"))
    shapes = enumerate(root.iterfind("object"), start=1)
    header = Header(_text(root, "filename"), *sides, True, encoding)
    return header, [(number, _object(item)) for number, item in shapes if _text(item, "deleted") != "1"]


def _parse_xml(text: str) -> Element:
    try:
        return defusedxml.ElementTree.fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, RecursionError) as error:
        raise ValueError(type(error).__name__) from None


def _object(item: Element) -> dict:
    """Return an object of the XML in the form of the JSON; the XML has a bounding box as a polygon of four corners."""
    return {
        "label": _text(item, "name"),
        "description": _text(item, "attributes"),
        "shape_type": "polygon" if item.find("segm") is None else SCRIBBLE,
        "points": [[_text(point, "x"), _text(point, "y")] for point in item.iterfind("polygon/pt")],
        "mask": _text(item, "segm/mask"),
    }


def _text(item: Element, path: str) -> str:
    return (item.findtext(path) or "").strip()


def _print_side(value) -> str:
    return str(value) if isinstance(value, int) and abs(value) < 10**9 else "something else"


def _finding(
    shape, place: str, annotation: str, size: tuple[int, int], words: Words, encoding: str, fetch: Callable
) -> tuple[dict | None, list[str]]:
    """Return one finding with its group, None if its label is unknown, and doubts; `place` names file and shape."""
    if not isinstance(shape, dict) or not isinstance(shape.get("label"), str) or not shape["label"].strip():
        raise ValueError(f"{place}: expected a label")
    label = words.read(shape["label"], annotation, other_readings(shape["label"], encoding))
    # before version 3.5 every shape was a polygon and had no shape_type
    kind = shape.get("shape_type") or "polygon"
    if kind == SCRIBBLE:
        kind, points = "mask", _read_scribble(shape["mask"], place, size, fetch)
    else:
        kind, points = read_shape(kind, shape.get("points"), shape.get("mask"), place, size)
    group = _group(shape.get("group_id"), place)
    if label is None:
        return None, []
    bone, doubts = _bone(shape.get("description"), label.region, place)
    finding = {
        "finding": label.finding,
        "bone": words.read_bone(bone, annotation, other_readings(bone, encoding)),
        "shape": kind,
        "points": ";".join(f"{row:.2f},{column:.2f}" for column, row in points.tolist()),
        "group": group,
    }
    return finding, doubts


def _bone(description, region: str, place: str) -> tuple[str, list[str]]:
    """Return what a reader wrote of the bone, in the description and behind the label's colon, and doubts.

    Of two bones the more exact one (`is_general`), else the description's. Of one or none what both say together
    (`metastasis: rib 7`, described as `left`), else the one, else both as they are.
    """
    if not isinstance(description, str | int | float | None):
        raise ValueError(f"{place}: expected a description as text")
    written = "" if description is None else str(description).strip()
    both = " ".join(filter(None, (written, region)))
    if is_known(written) and is_known(region):
        described, labelled = (whole_bone(name_bone(text)) for text in (written, region))
        if is_general(labelled, described):
            return written, []
        if is_general(described, labelled):
            return region, []
        return written, [f"{place}: label and description name different bones: the description counts"]
    return next(filter(is_known, (both, written, region)), both), []


def _read_scribble(name: str, place: str, size: tuple[int, int], fetch: Callable[[str], bytes]) -> np.ndarray:
    """Return the runs of the mask that the web tool made from a scribble, a PNG of the whole picture."""
    try:
        data = fetch(name)
    except ValueError as error:
        raise ValueError(
            f"{place}: expected the mask of a scribble beside its XML or in Masks, found {error}"
        ) from None
    wrong = f"{place}: expected the mask of a scribble as a PNG"
    return find_runs(open_mask(data, size, wrong, place, "the picture"), (0, 0), place)


def _group(value, place: str) -> str | None:
    """Return what joins the shapes of one lesion: a number, or a text, that means the same with blanks around it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | None):
        raise ValueError(f"{place}: expected a group_id as a number or null")
    text = str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()
    return None if text.casefold() in NO_GROUP else text
