"""Files to DICOM data sets: with or without preamble, deflated, of any byte order, and DICOMDIRs.

Section numbers are those of DICOM PS3.
"""

import io
import logging
import math
import warnings
import zlib
from contextlib import contextmanager

import pydicom
from pydicom.datadict import tag_for_keyword
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from bonescan.ingest.bounded import MAXIMUM_BYTES
from bonescan.ingest.refusal import Refusal


@contextmanager
def silence_pydicom():
    """Keep pydicom's warnings out of log and error stream, because they quote header values."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def read_dataset(data: bytes) -> pydicom.Dataset:
    """Read one DICOM file, with or without preamble and file meta information.

    Parameters
    ----------
    data : bytes
        The file, of bounded size; what a deflated one inflates to is bounded here.

    Raises
    ------
    Refusal
        No DICOM file, one of a transfer syntax that DICOM does not know, or a deflated one that is too large or broken.
    """
    bare = data[128:132] != b"DICM"
    if bare and not _begins_like_dicom(data):
        raise Refusal("not a DICOM file")
    stream = io.BytesIO(data)
    stream.seek(0 if bare else 132)
    if data[stream.tell() :][:2] == b"\x02\x00":
        # the file meta information is always explicit and little endian (PS3.10, 7.1)
        meta = pydicom.filereader.read_dataset(stream, False, True, stop_when=lambda tag, vr, length: tag.group != 2)
        syntax = meta.get("TransferSyntaxUID")
        if syntax == DeflatedExplicitVRLittleEndian:
            return _read_deflated(stream.read(), meta)
        # of another one nobody knows how the data set is written, so nothing in it may be believed
        if syntax and not getattr(syntax, "is_transfer_syntax", False):
            kind = "a private one" if getattr(syntax, "is_private", False) else "one that is not known here"
            raise Refusal(f"Transfer Syntax UID: expected one of DICOM, found {kind}")
    dataset = pydicom.dcmread(io.BytesIO(data), force=True)
    if not dataset:
        raise Refusal("a DICOM file without content")
    if bare and not ("SOPClassUID" in dataset or "Modality" in dataset):
        raise Refusal("not a DICOM file")
    if not dataset.file_meta.get("TransferSyntaxUID"):
        implicit, little = dataset.original_encoding
        explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else explicit
    return dataset


def _begins_like_dicom(data: bytes) -> bool:
    """Tell whether a file without preamble begins with an element of group 0002 or 0008, of either byte order."""
    return data[:2] in {b"\x02\x00", b"\x08\x00", b"\x00\x02", b"\x00\x08"} and 0 in data[2:4]


def _read_deflated(deflated: bytes, meta: pydicom.Dataset) -> pydicom.Dataset:
    """Inflate a data set up to the size that a file may have (PS3.5, A.5)."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(deflated, MAXIMUM_BYTES)
    except zlib.error:
        raise Refusal("deflated, and broken") from None
    if inflater.unconsumed_tail:
        raise Refusal(f"deflated, and more than {MAXIMUM_BYTES // 2**20} MiB when inflated")
    dataset = pydicom.filereader.read_dataset(io.BytesIO(content), is_implicit_VR=False, is_little_endian=True)
    dataset.file_meta = pydicom.dataset.FileMetaDataset(meta)
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.set_original_encoding(False, True)
    return dataset


def directory_files(dataset: pydicom.Dataset) -> list[str]:
    """Return the paths that a DICOMDIR lists, with slashes (F.3.2.2); none is opened or believed."""
    records = [values_of(record.get("ReferencedFileID")) for record in items_of(dataset, "DirectoryRecordSequence")]
    return ["/".join(map(str, parts)) for parts in records if parts]


def values_of(value) -> list:
    """Return an attribute's values as a list: none, one or several."""
    if value is None or value == "":
        return []
    if isinstance(value, (pydicom.multival.MultiValue, pydicom.Sequence, list, tuple)):
        return list(value)
    return [value]


def items_of(dataset: pydicom.Dataset, keyword: str) -> list[pydicom.Dataset]:
    """Return the items of a sequence; none where something else stands under its tag."""
    try:
        values = values_of(dataset.get(keyword))
    except Exception:  # whatever pydicom cannot read as a sequence
        return []
    return [value for value in values if isinstance(value, pydicom.Dataset)]


def numbers_of(dataset: pydicom.Dataset, keyword: str) -> list[float]:
    """Return an attribute's values as numbers, NaN where one is none.

    Writers of files give numbers in another value representation than the standard's, or with a comma for the point:
    pydicom reads none of them, but what is meant is plain.
    """
    try:
        values = values_of(dataset.get(keyword))
    except (ValueError, TypeError, OverflowError, NotImplementedError):
        element = dataset.get_item(tag_for_keyword(keyword))
        values = [element.value.decode("ascii", "replace") if isinstance(element.value, bytes) else element.value]
    numbers = []
    for value in values:
        for text in str(value).split("\\"):
            try:
                numbers.append(float(text.strip(" \0").replace(",", ".")))
            except ValueError:
                numbers.append(math.nan)
    return numbers


def whole_number_of(dataset: pydicom.Dataset, keyword: str, default: int = 0) -> int:
    """Return an attribute's value as a whole number; the default where the file does not say.

    Raises
    ------
    Refusal
        It is none.
    """
    numbers = numbers_of(dataset, keyword)[:1] or [float(default)]
    if not numbers[0].is_integer():
        raise Refusal(f"{keyword}: expected a whole number, found another value")
    return int(numbers[0])
