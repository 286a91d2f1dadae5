"""Frames of a DICOM file to counts.

Section numbers are those of DICOM PS3.3, the Information Object Definitions.
"""

import re
from itertools import pairwise

import numpy as np
import pydicom
from pydicom.pixels import get_decoder, pixel_array
from pydicom.uid import JPEGBaseline8Bit, JPEGExtended12Bit

from bonescan.ingest.datasets import numbers_of
from bonescan.ingest.headers import frame_count, frames_of_pixels, read_fragments, size_of_matrix
from bonescan.ingest.refusal import Refusal
from bonescan.ingest.resampling import GREATEST

# One component's scan of a sequential JPEG whose spectral selection goes from 0 to 0: marker, length, component, tables
SCAN_HEADER = re.compile(rb"(\xff\xda\x00\x08\x01[\s\S]{2}\x00)\x00(\x00)")
PROGRESSIVE = b"\xff\xc2"


def check_complete(dataset: pydicom.Dataset) -> None:
    """Refuse a file that ends before its pixels do; of compressed ones, the decoder knows.

    Raises
    ------
    Refusal
    """
    frames = frame_count(dataset)
    if dataset.file_meta.TransferSyntaxUID.is_compressed:
        if 0 < (held := frames_of_pixels(dataset)) < frames:
            raise Refusal(f"truncated: expected {frames} frames of pixels, found {held}")
        return
    rows, columns = size_of_matrix(dataset)
    expected = rows * columns * frames * dataset.BitsAllocated // 8
    if (found := len(dataset.PixelData)) < expected:
        raise Refusal(f"truncated: expected {expected} bytes of pixels, found {found}")


def frame_counts(dataset: pydicom.Dataset, frame: int) -> np.ndarray:
    """Decode one frame; the matrix is the file's. A rescale (C.11.1) is left alone: what is stored are the counts.

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
        raise Refusal(f"Transfer Syntax UID: expected one of single pictures, found {syntax.name}") from None
    if not available:
        raise Refusal(f"no decoder is installed for {syntax.name}")
    rows, columns = size_of_matrix(dataset)
    try:
        mend_offsets(dataset)
        mend_jpeg(dataset)
        values = pixel_array(dataset, index=frame, raw=True)
    except MemoryError:
        raise
    except Exception as error:
        raise Refusal(f"its pixels cannot be decoded ({type(error).__name__})") from None
    if values.shape != (rows, columns):
        raise Refusal(f"decoded to {values.shape}, expected {(rows, columns)}")
    counts = _stored_bits(dataset, values.astype(np.int64))
    low, high = int(counts.min()), int(counts.max())
    if low < 0 or high > GREATEST:
        raise Refusal(f"pixels from {low} to {high}, expected counts from 0 to {GREATEST}")
    return counts


def rescale_left_alone(dataset: pydicom.Dataset) -> list[str]:
    """Return, as a step, that the file asks for a rescale: to another unit, or to a range for display."""
    slope, intercept = (
        (numbers_of(dataset, f"Rescale{name}") or [default])[0] for name, default in (("Slope", 1), ("Intercept", 0))
    )
    return [] if (slope, intercept) == (1, 0) else ["stored values kept without rescale"]


def mend_offsets(dataset: pydicom.Dataset) -> None:
    """Take a Basic Offset Table away that cannot be one, such as zeros: the fragments tell the frames (PS3.5, A.4)."""
    if not dataset.file_meta.TransferSyntaxUID.is_compressed:
        return
    offsets, _ = read_fragments(dataset.PixelData)
    rising = all(one < other for one, other in pairwise(offsets))
    if offsets and not (offsets[0] == 0 and rising and len(offsets) == frame_count(dataset)):
        dataset.PixelData = b"\xfe\xff\x00\xe0" + bytes(4) + dataset.PixelData[8 + 4 * len(offsets) :]


def mend_jpeg(dataset: pydicom.Dataset) -> None:
    """Let JPEG frames say 63 for the end of the spectral selection, as sequential ones must.

    An early encoder of 12 bits wrote 0 there (the NEMA's sample NM1_JPLY has it), and decoders refuse it. It is no
    choice: all 64 coefficients of a sequential picture are in its one scan (ITU-T T.81, table B.3).
    """
    sequential = dataset.file_meta.TransferSyntaxUID in (JPEGBaseline8Bit, JPEGExtended12Bit)
    if sequential and PROGRESSIVE not in dataset.PixelData and SCAN_HEADER.search(dataset.PixelData):
        dataset.PixelData = SCAN_HEADER.sub(lambda found: found[1] + bytes([63]) + found[2], dataset.PixelData)


def _stored_bits(dataset: pydicom.Dataset, values: np.ndarray) -> np.ndarray:
    """Return the stored bits of native unsigned pixels, whose other bits old files use for overlays (C.7.6.3.1)."""
    stored = dataset.get("BitsStored") or dataset.BitsAllocated
    spare = (dataset.get("HighBit") or stored - 1) + 1 - stored
    whole = stored == dataset.BitsAllocated or spare < 0
    if whole or dataset.get("PixelRepresentation") or dataset.file_meta.TransferSyntaxUID.is_compressed:
        return values
    return values >> spare & (1 << stored) - 1
