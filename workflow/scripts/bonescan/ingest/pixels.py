"""Frames of a DICOM file to counts.

Section numbers are those of DICOM PS3.3, the Information Object Definitions.
"""

import numpy as np
import pydicom
from pydicom.pixels import get_decoder, pixel_array

from bonescan.ingest.headers import frame_count, size_of_matrix
from bonescan.ingest.refusal import Refusal
from bonescan.ingest.resampling import GREATEST


def check_complete(dataset: pydicom.Dataset) -> None:
    """Refuse a file that ends before its pixels do; of compressed ones, the decoder knows.

    Raises
    ------
    Refusal
    """
    if not dataset.file_meta.TransferSyntaxUID.is_compressed:
        rows, columns = size_of_matrix(dataset)
        expected = rows * columns * frame_count(dataset) * dataset.BitsAllocated // 8
        if (found := len(dataset.PixelData)) < expected:
            raise Refusal(f"truncated: expected {expected} bytes of pixels, found {found}")


def frame_counts(dataset: pydicom.Dataset, frame: int) -> np.ndarray:
    """Decode one frame and apply its rescale (C.11.1); the matrix is the file's.

    Parameters
    ----------
    frame : int
        From 0.

    Returns
    -------
    ndarray, shape (rows, columns), int64

    Raises
    ------
    Refusal
        No decoder installed for it, another shape than declared, or values that are no counts of 16 bits.
    """
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        available = get_decoder(syntax).is_available
    except NotImplementedError:
        raise Refusal("Transfer Syntax UID: expected one of pictures, found another") from None
    if not available:
        raise Refusal(f"no decoder is installed for {syntax.name}")
    rows, columns = size_of_matrix(dataset)
    try:
        values = pixel_array(dataset, index=frame, raw=True)
    except MemoryError:
        raise
    except Exception as error:
        raise Refusal(f"its pixels cannot be decoded ({type(error).__name__})") from None
    if values.shape != (rows, columns):
        raise Refusal(f"decoded to {values.shape}, expected {(rows, columns)}")
    counts = _stored_bits(dataset, values.astype(np.int64))
    slope, intercept = (
        float(dataset.get(f"Rescale{name}") or default) for name, default in (("Slope", 1), ("Intercept", 0))
    )
    if (slope, intercept) != (1, 0):
        counts = np.rint(counts * slope + intercept)
        if not np.isfinite(counts).all():
            raise Refusal("the rescaled pixels are no numbers")
    low, high = float(counts.min()), float(counts.max())
    if low < 0 or high > GREATEST:
        raise Refusal(f"pixels from {low:g} to {high:g}, expected counts from 0 to {GREATEST}")
    return counts.astype(np.int64)


def _stored_bits(dataset: pydicom.Dataset, values: np.ndarray) -> np.ndarray:
    """Return the stored bits of native unsigned pixels, whose other bits old files use for overlays (C.7.6.3.1)."""
    stored = dataset.get("BitsStored") or dataset.BitsAllocated
    spare = (dataset.get("HighBit") or stored - 1) + 1 - stored
    whole = stored == dataset.BitsAllocated or spare < 0
    if whole or dataset.get("PixelRepresentation") or dataset.file_meta.TransferSyntaxUID.is_compressed:
        return values
    return values >> spare & (1 << stored) - 1
