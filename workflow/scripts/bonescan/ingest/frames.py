"""Files to single pictures of counts: head up, hot where the values are high, in the matrix that is wanted."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pydicom

from bonescan.ingest import headers, pictures, pixels, resampling
from bonescan.ingest.orientation import is_inverted, turn_upright
from bonescan.ingest.refusal import Refusal


class Frame(NamedTuple):
    """One picture as a file holds it.

    Attributes
    ----------
    counts : ndarray, shape of the pictures that are wanted, uint16
    view : {"anterior", "posterior"}
    number : int
        From 1.
    spacing : float
        Distance of two rows, mm; NaN where the file does not say.
    facts : dict of str to str
        What the file was and what was done to it: format, matrix, steps, deidentified, burned_in.
    """

    counts: np.ndarray
    view: str
    number: int
    spacing: float
    facts: dict


def decode_dicom(
    dataset: pydicom.Dataset, wanted: str | None, name: str, shape: tuple[int, int]
) -> Iterator[Frame | Refusal]:
    """Yield the frames of a DICOM file, or why one of them is left out.

    Parameters
    ----------
    dataset : Dataset
        Of a whole-body scan, as `headers.check_whole_body` accepts it.
    wanted : str or None
        The view that the sheet asks for; None for all.
    name : str
        Of the file.
    shape : (int, int)
        Rows and columns of the pictures that are wanted.
    """
    views = headers.frame_views(dataset, name)
    size, spacing = headers.size_of_matrix(dataset), headers.pixel_spacing(dataset)
    factors = resampling.zoom(size, shape, spacing)
    pixels.check_complete(dataset)
    if len(views) == 1:
        views = [views[0] or wanted]
    if wanted and wanted not in views:
        raise Refusal(f"view: the sheet says {wanted}, the file says otherwise")
    for number, view in enumerate(views, start=1):
        place = f"frame {number}: " if len(views) > 1 else ""
        if view is None:
            yield Refusal(f"{place}neither the file nor the sheet tells the view")
        elif wanted in (None, view):
            try:
                values = pixels.frame_counts(dataset, number - 1)
                counts, steps = make_positive(values)
                direction = headers.orientation(dataset)[number - 1]
                counts, turned = turn_upright(counts, view, direction, headers.feet_first(dataset))
                counts, fitted = resampling.fit(counts, shape, factors)
            except Refusal as refusal:
                yield Refusal(f"{place}{refusal}")
                continue
            facts = {
                "format": f"DICOM, {dataset.file_meta.TransferSyntaxUID.name}, {dataset.BitsAllocated} bits",
                "matrix": f"{size[0]} x {size[1]}",
                "steps": "; ".join(steps + turned + fitted),
                **headers.privacy_status(dataset),
            }
            yield Frame(counts, view, number, spacing[0] * factors[0] if spacing else float("nan"), facts)


def decode_picture(data: bytes, view: str | None, shape: tuple[int, int]) -> Iterator[Frame]:
    """Yield the one frame of a PNG, TIFF or JPEG."""
    if view is None:
        raise Refusal("neither the file nor the sheet tells the view")
    values, kind = pictures.read_picture(data)
    factors = resampling.zoom(values.shape, shape)
    counts, steps = make_positive(values.astype(np.int64))
    counts, fitted = resampling.fit(counts, shape, factors)
    facts = {
        "format": kind,
        "matrix": f"{values.shape[0]} x {values.shape[1]}",
        "steps": "; ".join(steps + fitted),
        "deidentified": "unknown",
        "burned_in": "unknown",
    }
    yield Frame(counts, view, 1, float("nan"), facts)


def make_positive(values: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Return a picture's values high where it is hot, and what was done for it."""
    if values.min() == values.max():
        raise Refusal("an empty picture: all its pixels are equal")
    return (values.max() - values, ["inverted"]) if is_inverted(values) else (values, [])
