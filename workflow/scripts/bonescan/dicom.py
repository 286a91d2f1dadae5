"""DICOM Nuclear Medicine files to whole-body views: what is accepted, which frame shows which view, the counts.

Section numbers are those of DICOM PS3.3, the Information Object Definitions.
"""

import hashlib
import hmac
import logging
import re
import warnings
from contextlib import contextmanager

import numpy as np
import pydicom
from pydicom.pixels import get_decoder, pixel_array

ROWS, COLUMNS = 1024, 256  # the paper, Dataset
NUCLEAR_MEDICINE = "1.2.840.10008.5.1.4.1.1.20"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
DEFLATED = "1.2.840.10008.1.2.1.99"
MAXIMUM_FRAMES = 8  # two detectors; the rest is room for odd archives
MAXIMUM_BYTES = 64 * 2**20  # eight frames take 4 MiB
# Anterior and posterior projection (CID 26), antero-posterior and postero-anterior (CID 4010); SNOMED CT and SNOMED RT
VIEW_CODES = {
    "anterior": {"399321004", "399348003", "G-5215", "R-10206"},
    "posterior": {"399001007", "399068003", "272479007", "G-5216", "R-10214"},
}
VIEW_WORDS = {"anterior": {"ant", "anterior"}, "posterior": {"post", "posterior"}}
OTHER_VIEW_WORDS = {"oblique", "lateral", "lao", "rao", "lpo", "rpo"}
DETECTOR_VIEWS = {1: "anterior", 2: "posterior"}  # by convention, where no frame names its view


# Values that a reason may quote: defined terms of the standard, which name no patient
QUOTABLE = {"CR", "CT", "DX", "MG", "MR", "OT", "PT", "RF", "SC", "SR", "US", "XA", "RTDOSE", "RTSTRUCT"}
QUOTABLE |= {"STATIC", "DYNAMIC", "GATED", "TOMO", "GATED TOMO", "RECON TOMO", "RECON GATED TOMO"}
QUOTABLE |= {"MONOCHROME1", "RGB", "PALETTE COLOR", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT"}


class Unsuitable(ValueError):
    """A file or frame that cannot be used; the message is the reason and quotes no header value of a patient."""


@contextmanager
def silenced():
    """Keep pydicom's warnings out of log and error stream, because they quote header values."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def read_dataset(path) -> pydicom.Dataset:
    """Read one DICOM file whose size is bounded before anything in it is believed.

    Raises
    ------
    Unsuitable
        Too large a file, no DICOM file, or a deflated one, whose size in memory no header bounds.
    """
    if (size := path.stat().st_size) > MAXIMUM_BYTES:
        raise Unsuitable(f"{size / 2**20:.0f} MiB, more than the {MAXIMUM_BYTES // 2**20} MiB of a whole-body file")
    try:
        meta = pydicom.filereader.read_file_meta_info(path)
    except pydicom.errors.InvalidDicomError:
        raise Unsuitable("not a DICOM file") from None
    if meta.get("TransferSyntaxUID") == DEFLATED:
        raise Unsuitable("deflated transfer syntax: inflate the file first")
    return pydicom.dcmread(path)


def check_whole_body(dataset) -> None:
    """Accept planar whole-body nuclear medicine pictures of 1024 x 256 counts, by the header alone.

    Raises
    ------
    Unsuitable
        Naming the attribute, what was expected and what came.
    """
    sop_class = dataset.get("SOPClassUID")
    modality = dataset.get("Modality")
    image_type = [str(value).upper() for value in _values(dataset.get("ImageType"))]
    kind = image_type[2] if len(image_type) > 2 else ""
    if modality != "NM":
        raise Unsuitable(f"Modality: expected NM, found {quoted(modality)}")
    if "PixelData" not in dataset:
        raise Unsuitable("no Pixel Data")
    if sop_class != NUCLEAR_MEDICINE and not (sop_class == SECONDARY_CAPTURE and kind == "WHOLE BODY"):
        name = getattr(sop_class, "name", None) or "none"
        raise Unsuitable(f"SOP class: expected Nuclear Medicine Image Storage, found {name}")
    if kind not in ("", "WHOLE BODY"):
        raise Unsuitable(f"Image Type, third value: expected WHOLE BODY, found {quoted(kind)}")
    size = dataset.get("Rows"), dataset.get("Columns")
    if size != (ROWS, COLUMNS):
        raise Unsuitable(f"Rows x Columns: expected {ROWS} x {COLUMNS}, found {size[0]} x {size[1]}")
    expected = {
        "SamplesPerPixel": (1,),
        "PhotometricInterpretation": ("MONOCHROME2",),
        "BitsAllocated": (8, 16),
        "RescaleSlope": (1, None),
        "RescaleIntercept": (0, None),
    }
    for keyword, allowed in expected.items():
        if (value := dataset.get(keyword)) not in allowed:
            raise Unsuitable(f"{keyword}: expected {allowed[0]}, found {quoted(value)}")
    frames = frame_count(dataset)
    if not 1 <= frames <= MAXIMUM_FRAMES:
        raise Unsuitable(f"Number of Frames: expected 1 to {MAXIMUM_FRAMES}, found {frames}")


def quoted(value) -> str:
    """Return a header value as a reason may quote it: a number, a defined term, or that it is something else."""
    if value in (None, ""):
        return "none"
    return str(value) if isinstance(value, (int, float)) or str(value) in QUOTABLE else "another value"


def frame_count(dataset) -> int:
    """Return the Number of Frames; one where the file does not say."""
    return int(dataset.get("NumberOfFrames") or 1)


def frame_detectors(dataset) -> list[int]:
    """Return the detector of each frame, from the vectors that the Frame Increment Pointer names (C.8.4.8).

    Raises
    ------
    Unsuitable
        Frames in time, angle or a second energy window, or vectors that do not fit the frames.
    """
    frames = frame_count(dataset)
    by_frame = {0x00540010, 0x00540020}  # Energy Window Vector, Detector Vector
    if frames == 1:
        return [int(value) for value in _values(dataset.get("DetectorVector"))][:1] or [1]
    if other := {int(tag) for tag in _values(dataset.get("FrameIncrementPointer"))} - by_frame:
        raise Unsuitable(f"Frame Increment Pointer: expected energy window and detector, found ({min(other):08X})")
    detectors = [int(value) for value in _values(dataset.get("DetectorVector"))]
    if len(detectors) != frames:
        raise Unsuitable(f"Detector Vector: expected {frames} values, one a frame, found {len(detectors)}")
    if len(set(_values(dataset.get("EnergyWindowVector")))) > 1:
        raise Unsuitable("Energy Window Vector: expected one energy window, found several")
    return detectors


def frame_views(dataset, file_name: str = "") -> list[str | None]:
    """Return the view of each frame.

    First the View Code Sequence of the frame's item of the Detector Information Sequence (C.8.4.11); then, for
    one frame, Image ID, Series Description and file name; for several, the detectors' customary order.

    Returns
    -------
    list of {"anterior", "posterior", None}
        None where nothing tells.
    """
    detectors = frame_detectors(dataset)
    items = _values(dataset.get("DetectorInformationSequence"))
    coded = [_coded_view(items[number - 1]) if 0 < number <= len(items) else None for number in detectors]
    if len(detectors) == 1:
        texts = (dataset.get("ImageID"), dataset.get("SeriesDescription"), file_name)
        return [coded[0] or next(filter(None, map(view_in_text, texts)), None)]
    return [view or DETECTOR_VIEWS.get(number) for view, number in zip(coded, detectors, strict=True)]


def _coded_view(item) -> str | None:
    """Return the view of one item of the Detector Information Sequence, by code, else by the code's meaning."""
    for code in _values(item.get("ViewCodeSequence")):
        coded = [view for view, values in VIEW_CODES.items() if code.get("CodeValue") in values]
        if view := coded[0] if coded else view_in_text(code.get("CodeMeaning")):
            return view
    return None


def view_in_text(text) -> str | None:
    """Return the view that a text names by ANT(ERIOR) or POST(ERIOR); None where it names none or both.

    An antero-posterior view is anterior.

    >>> view_in_text("WB_ANT"), view_in_text("ANT/POST"), view_in_text("left posterior oblique")
    ('anterior', None, None)
    """
    joined = re.sub(r"(ante|poste)ro\W?(anterior|posterior)", r"\1rior", str(text or "").lower())
    words = set(re.findall(r"[a-z]+", joined))
    if words & OTHER_VIEW_WORDS:
        return None
    named = [view for view, names in VIEW_WORDS.items() if words & names]
    return named[0] if len(named) == 1 else None


def frame_counts(dataset, frame: int) -> np.ndarray:
    """Decode one frame.

    Parameters
    ----------
    frame : int
        From 0.

    Returns
    -------
    ndarray, shape (1024, 256), uint16
        Counts.

    Raises
    ------
    Unsuitable
        No decoder installed for it; another shape, values that are no counts of 16 bits, or the same value everywhere.
    """
    syntax = dataset.file_meta.TransferSyntaxUID
    if not get_decoder(syntax).is_available:
        raise Unsuitable(f"no decoder is installed for {syntax.name}")
    counts = pixel_array(dataset, index=frame, raw=True)
    if counts.shape != (ROWS, COLUMNS):
        raise Unsuitable(f"decoded to {counts.shape}, expected {(ROWS, COLUMNS)}")
    low, high = int(counts.min()), int(counts.max())
    if low < 0 or high > np.iinfo(np.uint16).max:
        raise Unsuitable(f"pixels from {low} to {high}, expected counts from 0 to {np.iinfo(np.uint16).max}")
    if high == low:
        raise Unsuitable("an empty picture: all its pixels are equal")
    return counts.astype(np.uint16)


def pixel_spacing(dataset) -> float:
    """Return the distance of two rows in mm; NaN where the file does not say."""
    values = _values(dataset.get("PixelSpacing"))
    return float(values[0]) if values else float("nan")


def pseudonym(dataset) -> str:
    """Return P and 12 hexadecimal digits: always the same for one Patient ID, else for one Study Instance UID.

    A keyed SHA-256 with a public key: it keeps names and numbers out of outputs, but whoever knows the archive's
    Patient IDs can find theirs by trying them all. Give pseudonyms in the sheet where that matters.

    Raises
    ------
    Unsuitable
        Neither of the two in the file.
    """
    identity = str(dataset.get("PatientID") or dataset.get("StudyInstanceUID") or "").strip()
    if not identity:
        raise Unsuitable("neither Patient ID nor Study Instance UID: give the patient in a sheet")
    return "P" + hmac.new(b"bonescan", identity.encode(), hashlib.sha256).hexdigest()[:12]


def _values(value) -> list:
    """Return an attribute's values as a list: none, one or several."""
    if value is None or value == "":
        return []
    if isinstance(value, (pydicom.multival.MultiValue, pydicom.Sequence, list, tuple)):
        return list(value)
    return [value]
