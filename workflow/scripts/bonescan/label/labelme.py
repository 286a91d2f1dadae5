"""Annotations as LabelMe writes them: JSON of the application (versions 3 to 6), XML of the web tool (LabelMe 3.0)."""

import base64
import binascii
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path, PureWindowsPath
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
import numpy as np
from defusedxml import DefusedXmlException
from PIL import Image

from bonescan.ingest.bounded import read_bounded
from bonescan.label.annotation import READ

SUFFIXES = (".json", ".xml")
MAXIMUM_BYTES = 8 * 2**20  # an annotation with its picture inside takes 1 MiB
# Points of each shape: two corners, or centre and a point of the rim
POINTS = {"polygon": (3, None), "rectangle": (2, 2), "circle": (2, 2), "point": (1, 1), "mask": (2, 2)}
OTHER_SHAPES = {"line", "linestrip", "points", "oriented_rectangle"}  # LabelMe has them, but they have no inside


def read_folder(
    folder: Path, size: tuple[int, int], images: Iterable[str] = (), clear: Callable[[str], str] = str
) -> tuple[dict[str, set[str]], list[dict]]:
    """Return the images that each reader annotated, and all findings; one folder per reader, one file per image.

    Parameters
    ----------
    folder : Path
    size : (int, int)
        Rows and columns of the images.
    images : iterable of str
        Of the cohort. A file of another name may be called by a patient's, so that errors tell its place only.
    clear : callable
        Returns what may be written of a text that a reader wrote.

    Returns
    -------
    annotated : dict of str to set of str
        Without those that rule `annotation` made and the reader has not ticked as read.
    findings : list of dict
        `image`, `reader` and what `read_annotation` returns.

    Raises
    ------
    ValueError
        As `read_annotation`; no reader's folder; two annotations of an image by one reader; more than 8 MiB.
    """
    readers = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not readers:
        raise ValueError(f"{folder}: expected one folder a reader, found none")
    annotated, findings = {reader: set() for reader in readers}, []
    for reader in readers:
        files = (path for path in (folder / reader).iterdir() if not path.name.startswith("."))
        paths = sorted(path for path in files if path.suffix.lower() in SUFFIXES)
        for number, path in enumerate(paths, start=1):
            place = f"{reader}/{path.name}" if path.stem in images else f"{reader}, annotation {number} by name"
            if path.with_suffix(".json").exists() and path.suffix == ".xml":
                raise ValueError(f"{place}: expected one annotation of an image, found a second")
            data = read_bounded(path, MAXIMUM_BYTES)
            if data is None:
                raise ValueError(f"{place}: expected an annotation of at most {MAXIMUM_BYTES // 2**20} MiB")
            shapes = read_annotation(data, path.suffix.lower(), path.stem, place, size, clear)
            if shapes is not None:
                annotated[reader].add(path.stem)
                findings += [{"image": path.stem, "reader": reader, **shape} for shape in shapes]
    return annotated, findings


def read_annotation(
    data: bytes, suffix: str, image: str, place: str, size: tuple[int, int], clear: Callable[[str], str] = str
) -> list[dict] | None:
    """Return the findings of one annotation; None if rule `annotation` made it and nobody ticked it as read.

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
    clear : callable
        As in `read_folder`.

    Returns
    -------
    list of dict or None
        `finding` (the shape's label), `bone` (its description, or what follows a colon in the label), `shape` (polygon,
        rectangle, circle, point, mask) and `points` ("row,col;row,col", pixels, from the top left corner; a circle's
        are its centre and one of its rim, a mask's the first and the last pixel of each run in a row).

    Raises
    ------
    ValueError
        Not a LabelMe annotation, one of another image, or a shape that is unknown, incomplete or outside the picture;
        the message names file and shape.
    """
    header, shapes = _read_xml(data, place) if suffix == ".xml" else _read_json(data, place)
    named, rows, columns, unread = header
    if named and PureWindowsPath(str(named)).stem != image:
        raise ValueError(f"{place}: expected an annotation of the image that it is named by, found another image's")
    if (rows, columns) not in (tuple(size), (None, None)):
        raise ValueError(
            f"{place}: expected a picture of {size[0]} x {size[1]}, found {_print_side(rows)} x {_print_side(columns)}"
        )
    found = [_finding(shape, f"{place}, shape {number}", size, clear) for number, shape in shapes]
    return None if unread else found


def _read_json(data: bytes, place: str):
    """Return image, rows, columns of an annotation and whether it is unread, and its numbered shapes."""
    try:
        annotation = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{place}: expected JSON: {type(error).__name__}") from None
    if not isinstance(annotation, dict) or not isinstance(annotation.get("shapes"), list):
        raise ValueError(f"{place}: expected a LabelMe annotation with a list of shapes")
    flags = annotation.get("flags")
    unread = isinstance(flags, dict) and flags.get(READ) is False
    header = tuple(annotation.get(key) for key in ("imagePath", "imageHeight", "imageWidth"))
    return (*header, unread), list(enumerate(annotation["shapes"], start=1))


def _read_xml(data: bytes, place: str):
    """Return the same from the web tool's XML; deleted objects are left out, but counted in the numbers."""
    try:
        root = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError, RecursionError) as error:
        raise ValueError(f"{place}: expected XML without entities: {type(error).__name__}") from None
    if root.tag != "annotation":
        raise ValueError(f"{place}: expected a LabelMe annotation")
    sides = [_text(root, f"imagesize/{name}") for name in ("nrows", "ncols")]
    header = _text(root, "filename"), *(int(side) if side.isdigit() else None for side in sides), False
    shapes = enumerate(root.iterfind("object"), start=1)
    return header, [(number, _object(item)) for number, item in shapes if _text(item, "deleted") != "1"]


def _object(item: Element) -> dict:
    """Return an object of the XML in the form of the JSON; the XML has a bounding box as a polygon of four corners."""
    points = [[_text(point, "x"), _text(point, "y")] for point in item.iterfind("polygon/pt")]
    kind = "polygon" if item.find("segm") is None else "mask in another file"
    return {
        "label": _text(item, "name"),
        "description": _text(item, "attributes"),
        "shape_type": kind,
        "points": points,
    }


def _text(item: Element, path: str) -> str:
    return (item.findtext(path) or "").strip()


def _print_side(value) -> str:
    return str(value) if isinstance(value, int) else "something else"


def _finding(shape, place: str, size: tuple[int, int], clear: Callable[[str], str]) -> dict:
    """Return one finding; `place` names file and shape."""
    if not isinstance(shape, dict) or not isinstance(shape.get("label"), str) or not shape["label"].strip():
        raise ValueError(f"{place}: expected a label")
    # before version 3.5 every shape was a polygon and had no shape_type
    kind = shape.get("shape_type") or "polygon"
    if kind not in POINTS:
        found = kind if kind in OTHER_SHAPES else "another"
        raise ValueError(f"{place}: expected shape_type {', '.join(POINTS)}, found {found}")
    points = _points(shape.get("points"), kind, place, size)
    if kind == "mask":
        points = _runs(shape.get("mask"), points, place)
    label, _, region = shape["label"].partition(":")
    bone = str(shape.get("description") or "").strip() or region.strip()
    return {
        "finding": clear(label).strip().lower(),
        "bone": " ".join(clear(bone).lower().split()),
        "shape": kind,
        "points": ";".join(f"{row:.2f},{column:.2f}" for column, row in points),
    }


def _points(values, kind: str, place: str, size: tuple[int, int]) -> np.ndarray:
    """Return the points of a shape, shape (n, 2), columns and rows, all in the picture."""
    try:
        points = np.array(values, dtype=float).reshape(-1, 2)
    except (TypeError, ValueError):
        raise ValueError(f"{place}: expected points as pairs of column and row") from None
    least, most = POINTS[kind]
    if len(points) < least or (most and len(points) > most):
        raise ValueError(
            f"{place}: expected {least}{'' if most else ' or more'} points of a {kind}, found {len(points)}"
        )
    # a mask's corners are pixels; those of other shapes are points, which may lie on the picture's far edge
    edge = np.array([size[1], size[0]]) - (kind == "mask")
    outside = ~((points >= 0) & (points <= edge)).all(axis=1)
    if outside.any():
        column, row = points[outside][0]
        raise ValueError(f"{place}: row {row:g}, column {column:g} lies outside the picture of {size[0]} x {size[1]}")
    return points


def _runs(encoded, corners: np.ndarray, place: str) -> np.ndarray:
    """Return the first and last pixel of each run of a mask, given as a PNG of the box between two corner pixels."""
    (left, top), (right, bottom) = corners.min(axis=0).astype(int), corners.max(axis=0).astype(int)
    try:
        with Image.open(io.BytesIO(base64.b64decode(str(encoded), validate=True)), formats=("PNG",)) as picture:
            if picture.size != (right - left + 1, bottom - top + 1):
                raise ValueError(f"{place}: expected a mask of the size of its box")
            mask = np.asarray(picture.convert("L")) > 0
    except (binascii.Error, OSError, Image.DecompressionBombError, SyntaxError):
        raise ValueError(f"{place}: expected a mask as a PNG in base 64") from None
    edges = np.diff(np.pad(mask, [(0, 0), (1, 1)]).astype(np.int8), axis=1)
    (rows, first), (_, last) = np.nonzero(edges == 1), np.nonzero(edges == -1)
    if not len(rows):
        raise ValueError(f"{place}: expected a mask with at least one pixel")
    pairs = np.stack([first + left, rows + top, last - 1 + left, rows + top], axis=1)
    return pairs.reshape(-1, 2)
