"""Files to single pictures of counts: head up, hot where the values are high, in the matrix that is wanted."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pydicom

from bonescan.ingest import detectors, headers, pictures, pixels, resampling
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
        What the file was and what was done to it: format, origin, matrix, steps, deidentified, burned_in.
    """

    counts: np.ndarray
    view: str
    number: int
    spacing: float
    facts: dict


def decode_dicom(
    dataset: pydicom.Dataset,
    wanted: str | None,
    name: str,
    shape: tuple[int, int],
    whole_body: bool = True,
    only: int | None = None,
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
    whole_body : bool
        They show a whole body.
    only : int or None
        The frame that the sheet asks for, from 1; None for all.
    """
    size, spacing = headers.size_of_matrix(dataset), headers.pixel_spacing(dataset)
    factors = resampling.zoom(size, shape, spacing, whole_body)
    pixels.check_complete(dataset)
    views = asked_views(dataset, wanted, name, only)
    kept = detectors.photopeak_frames(dataset, asked=only is not None)
    for number, view in views.items():
        place = f"frame {number}: " if len(views) > 1 else ""
        if wanted not in (None, view):
            continue
        try:
            if not kept[number - 1]:
                raise Refusal("Energy Window: expected one with 140.5 keV, the photopeak of Tc-99m, found another")
            if view is None:
                raise Refusal("neither the file nor the sheet tells the view: give it in a sheet")
            counts, steps = make_positive(pixels.frame_counts(dataset, number - 1), whole_body, is_counts=True)
            direction = detectors.orientation(dataset, number - 1)
            counts, turned = turn_upright(counts, view, direction, headers.feet_first(dataset))
            counts, fitted = resampling.fit(counts, shape, factors)
            if whole_body:
                resampling.check_one_body(counts)
        except Refusal as refusal:
            yield Refusal(f"{place}{refusal}")
            continue
        facts = {
            "format": f"DICOM, {dataset.file_meta.TransferSyntaxUID.name}, {dataset.BitsAllocated} bits",
            "origin": headers.origin(dataset),
            "matrix": f"{size[0]} x {size[1]}",
            "steps": "; ".join(pixels.rescale_left_alone(dataset) + steps + turned + fitted),
            **headers.privacy_status(dataset),
        }
        yield Frame(counts, view, number, spacing[0] * factors[0] if spacing else float("nan"), facts)


def asked_views(dataset: pydicom.Dataset, wanted: str | None, name: str, only: int | None) -> dict[int, str | None]:
    """Return the view of each frame by its number, from 1; of one alone where the sheet names it.

    What a sheet says of a frame decides where the file says nothing of it, as where its vectors are missing.

    Raises
    ------
    Refusal
        The file has no such frame or view, or as `detectors.frame_views`.
    """
    if only is None:
        views = detectors.frame_views(dataset, name)
        if len(views) == 1:
            views = [views[0] or wanted]
        if wanted and wanted not in views:
            raise Refusal(f"view: the sheet says {wanted}, the file says otherwise")
        return dict(enumerate(views, start=1))
    if only > (frames := headers.frame_count(dataset)):
        raise Refusal(f"frame in the sheet: expected 1 to {frames}, found {only}")
    if wanted is None:
        return {only: detectors.frame_views(dataset, name)[only - 1]}
    if detectors.coded_view(detectors.item_of_frame(dataset, only - 1)) not in (wanted, None):
        raise Refusal(f"view: the sheet says {wanted}, the file says otherwise")
    return {only: wanted}


def decode_picture(
    data: bytes, view: str | None, shape: tuple[int, int], whole_body: bool = True, only: int | None = None
) -> Iterator[Frame]:
    """Yield the one frame of a PNG, TIFF or JPEG; the parameters are those of `decode_dicom`."""
    if only not in (None, 1):
        raise Refusal(f"frame in the sheet: expected 1, found {only}")
    if view is None:
        raise Refusal("neither the file nor the sheet tells the view: give it in a sheet")
    values, kind = pictures.read_picture(data)
    factors = resampling.zoom(values.shape, shape, whole_body=whole_body)
    counts, steps = make_positive(values.astype(np.int64), whole_body)
    counts, fitted = resampling.fit(counts, shape, factors)
    if whole_body:
        resampling.check_one_body(counts)
    facts = {
        "format": kind,
        "origin": "unknown",
        "matrix": f"{values.shape[0]} x {values.shape[1]}",
        "steps": "; ".join(steps + fitted),
        "deidentified": "unknown",
        "burned_in": "unknown",
    }
    yield Frame(counts, view, 1, float("nan"), facts)


def make_positive(values: np.ndarray, whole_body: bool = True, is_counts: bool = False) -> tuple[np.ndarray, list[str]]:
    """Return a picture's values high where it is hot, and what was done for it.

    Counts of a thorax are never turned round: a hot one may fill the border, and no background tells.
    """
    if values.min() == values.max():
        raise Refusal("an empty picture: all its pixels are equal")
    inverted = (whole_body or not is_counts) and is_inverted(values, whole_body)
    return (values.max() - values, ["inverted"]) if inverted else (values, [])
