"""What the header of a DICOM file says: whether it is a whole-body scan, how large its pixels are, whose it is.

Section numbers are those of DICOM PS3.3, the Information Object Definitions.
"""

import io
import re

import pydicom
from pydicom.encaps import generate_fragments, parse_basic_offsets
from pydicom.uid import RLELossless

from bonescan.ingest.datasets import items_of, numbers_of, values_of, whole_number_of
from bonescan.ingest.identities import is_word_for_nobody
from bonescan.ingest.refusal import Refusal

NUCLEAR_MEDICINE = "1.2.840.10008.5.1.4.1.1.20"
RETIRED = "1.2.840.10008.5.1.4.1.1.5"  # Nuclear Medicine Image Storage until 1996
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
DIRECTORY = "1.2.840.10008.1.3.10"
MAXIMUM_FRAMES = 8  # two detectors; the rest is room for odd archives
STARTS = (b"\xff\xd8", b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP")  # of a picture: JPEG and JPEG-LS, JPEG 2000
LEAST_REPEATED = 4  # times one sign: 111 and AAA may be patients, 1111 is typed to fill a field
SPACINGS = (0.3, 15.0)  # mm from pixel to pixel that a gamma camera can have; whole-body scans have 2 to 2.5
FEET_FIRST = {"102541007", "F-10480"}  # CID 21, SNOMED CT and SNOMED RT

# Values that a reason may quote: defined terms of the standard, which name no patient
QUOTABLE = {"CR", "CT", "DX", "MG", "MR", "OT", "PT", "RF", "SC", "SR", "US", "XA", "RTDOSE", "RTSTRUCT", "RTPLAN"}
QUOTABLE |= {"ECG", "DOC", "SEG", "REG", "HC", "ES", "RTIMAGE", "XC"}
QUOTABLE |= {"STATIC", "DYNAMIC", "GATED", "TOMO", "GATED TOMO", "RECON TOMO", "RECON GATED TOMO"}
QUOTABLE |= {"MONOCHROME1", "RGB", "PALETTE COLOR", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT"}


def check_whole_body(dataset: pydicom.Dataset, kinds: tuple[str, ...] = ("WHOLE BODY",)) -> None:
    """Accept planar whole-body nuclear medicine pictures, by the header alone; the matrix is judged elsewhere.

    What the header leaves out and can only be one thing is added to it, for the decoders.

    Parameters
    ----------
    dataset : Dataset
    kinds : tuple of str
        Accepted third values of Image Type (C.8.4.9); a file without one passes.

    Raises
    ------
    Refusal
        Naming the attribute, what was expected and what came.
    """
    sop_class = dataset.get("SOPClassUID")
    modality = dataset.get("Modality")
    image_type = [re.sub(r"[\s_-]+", " ", str(value).upper()).strip() for value in values_of(dataset.get("ImageType"))]
    further = [value.replace("WHOLEBODY", "WHOLE BODY") for value in image_type[2:] if value != "EMISSION"]
    kind = further[0] if further else ""
    if DIRECTORY in (sop_class, dataset.file_meta.get("MediaStorageSOPClassUID")):
        raise Refusal("a DICOMDIR")
    if modality != "NM":
        raise Refusal(f"Modality: expected NM, found {quote(modality)}")
    if "PixelData" not in dataset:
        raise Refusal("no Pixel Data")
    if sop_class not in (NUCLEAR_MEDICINE, RETIRED) and not (sop_class == SECONDARY_CAPTURE and kind in kinds):
        name = getattr(sop_class, "name", "") or "none"
        name = "another class" if name == sop_class else name
        raise Refusal(f"SOP class: expected Nuclear Medicine Image Storage, found {name}")
    if any("TRANSMISSION" in value for value in further):
        raise Refusal("Image Type: expected EMISSION, found TRANSMISSION")
    if kind and kind not in kinds:
        raise Refusal(f"Image Type, third value: expected {' or '.join(kinds)}, found {quote(kind)}")
    expected = {
        "SamplesPerPixel": (1,),
        "PhotometricInterpretation": ("MONOCHROME2", "MONOCHROME1"),
        "BitsAllocated": (16, 8),
        "PixelRepresentation": (0, 1),
    }
    complete_pixel_module(dataset)
    for keyword, allowed in expected.items():
        if (value := dataset.get(keyword)) not in allowed:
            raise Refusal(f"{keyword}: expected {' or '.join(map(str, allowed))}, found {quote(value)}")
    if not 1 <= dataset.BitsStored <= dataset.BitsAllocated:
        raise Refusal(f"BitsStored: expected 1 to {dataset.BitsAllocated}, found {dataset.BitsStored}")
    frames = count_frames(dataset)
    if not 1 <= frames <= MAXIMUM_FRAMES:
        raise Refusal(f"Number of Frames: expected 1 to {MAXIMUM_FRAMES}, found {frames}")
    dataset.NumberOfFrames = frames


def complete_pixel_module(dataset: pydicom.Dataset) -> None:
    """Give the decoders what the header leaves out and can only be one thing, and numbers as numbers (C.7.6.3).

    Raises
    ------
    Refusal
        What must be a number is none.
    """
    dataset.PhotometricInterpretation = dataset.get("PhotometricInterpretation") or "MONOCHROME2"
    allocated = whole_number_of(dataset, "BitsAllocated")
    stored = whole_number_of(dataset, "BitsStored") or allocated
    defaults = {"Rows": 0, "Columns": 0, "SamplesPerPixel": 1, "BitsAllocated": allocated, "BitsStored": stored}
    defaults |= {"HighBit": max(stored - 1, 0), "PixelRepresentation": 0}  # counts begin at 0
    for keyword, default in defaults.items():
        number = whole_number_of(dataset, keyword, default) or default
        if keyword in dataset:
            del dataset[keyword]  # and its value representation
        setattr(dataset, keyword, number)


def quote(value) -> str:
    """Return a header value as a reason may quote it: a number, a defined term, or that it is something else."""
    if value in (None, ""):
        return "none"
    return str(value) if isinstance(value, (int, float)) or str(value) in QUOTABLE else "another value"


def frame_count(dataset: pydicom.Dataset) -> int:
    """Return the Number of Frames that the header states, or that `check_whole_body` has put there; else one."""
    return whole_number_of(dataset, "NumberOfFrames") or 1


def count_frames(dataset: pydicom.Dataset) -> int:
    """Return the Number of Frames, or where the file does not say, how many frames its pixels hold.

    Raises
    ------
    Refusal
        The pixels hold more frames than the file says, so that which of them it means is not known; or fewer than its
        Detector Vector names.
    """
    declared, held = whole_number_of(dataset, "NumberOfFrames"), frames_of_pixels(dataset)
    if declared and held > declared:
        raise Refusal(f"Number of Frames: expected {held}, as many as the pixels hold, found {declared}")
    named = len(numbers_of(dataset, "DetectorVector"))
    if not declared and held and named > held:
        raise Refusal(
            f"Number of Frames: expected as many as the Detector Vector names, {named}, the pixels hold {held}"
        )
    return declared or held or 1


def frames_of_pixels(dataset: pydicom.Dataset) -> int:
    """Return how many whole frames the Pixel Data hold; 0 where that cannot be told."""
    pixels, syntax = dataset.get("PixelData") or b"", dataset.file_meta.TransferSyntaxUID
    if not syntax.is_compressed:
        rows, columns = size_of_matrix(dataset)
        one = rows * columns * whole_number_of(dataset, "BitsAllocated") // 8
        return len(pixels) // one if one else 0
    try:
        offsets, fragments = read_fragments(pixels)
    except Exception:  # no sequence of fragments: the decoder will say so
        return 0
    # a frame may lie in several fragments, but begins with one (PS3.5, A.4); run lengths never do (A.4.2)
    return max(len(offsets), sum(syntax == RLELossless or data.startswith(STARTS) for data in fragments))


def read_fragments(pixels: bytes) -> tuple[list[int], list[bytes]]:
    """Return the Basic Offset Table of encapsulated pixels, and their fragments (PS3.5, A.4)."""
    stream = io.BytesIO(pixels)
    return parse_basic_offsets(stream), list(generate_fragments(stream))


def size_of_matrix(dataset: pydicom.Dataset) -> tuple[int, int]:
    """Return Rows and Columns; 0 where one is missing."""
    return whole_number_of(dataset, "Rows"), whole_number_of(dataset, "Columns")


def feet_first(dataset: pydicom.Dataset) -> bool:
    """Tell whether the header says that the patient lay feet first in the camera (C.8.4.6, C.7.3.1.1.2)."""
    codes = {code.get("CodeValue") for code in items_of(dataset, "PatientGantryRelationshipCodeSequence")}
    return bool(codes & FEET_FIRST) or str(dataset.get("PatientPosition") or "").upper().startswith("FF")


def pixel_spacing(dataset: pydicom.Dataset) -> tuple[float, float] | None:
    """Return the distance of two rows and of two columns in mm; None where the file does not say what can be."""
    values = numbers_of(dataset, "PixelSpacing")
    if len(values) != 2 or not all(SPACINGS[0] <= value <= SPACINGS[1] for value in values):
        return None
    return values[0], values[1]


def origin(dataset: pydicom.Dataset) -> str:
    """Return whether the file holds what the camera counted or what was made of it (C.7.6.1.1.2).

    Returns
    -------
    {"original", "derived", "unknown"}
    """
    said = next(iter(values_of(dataset.get("ImageType"))), "")
    return {"ORIGINAL": "original", "DERIVED": "derived"}.get(str(said).upper().strip(), "unknown")


def identity(dataset: pydicom.Dataset) -> str:
    """Return what tells one patient from another: the Patient ID, else the Study Instance UID.

    A Patient ID that stands for none would make one patient of all.

    Raises
    ------
    Refusal
        Neither of the two in the file.
    """
    if found := patient_number(dataset) or study_identity(dataset):
        return found
    raise Refusal("neither Patient ID nor Study Instance UID: give the patient in a sheet")


def patient_number(dataset: pydicom.Dataset) -> str:
    """Return the Patient ID, of several values the first, that is no placeholder; else an empty text."""
    numbers = [str(value).strip() for value in values_of(dataset.get("PatientID"))]
    return next((number for number in numbers if not is_placeholder(number)), "")


def study_identity(dataset: pydicom.Dataset) -> str:
    """Return the Study Instance UID; an empty text where the file has none."""
    return str(dataset.get("StudyInstanceUID") or "").strip()


def is_placeholder(number: str) -> bool:
    """Tell whether a Patient ID only says that there is none: no word, one for nobody, or one sign over and over.

    Letters and small numbers may well name patients: A, AA, 7, 111.

    >>> [is_placeholder(text) for text in ("N/A", "XXX", "0000", "patient_unknown", "Patient0", "AA", "7", "ID-4711")]
    [True, True, True, True, False, False, False, False]
    """
    bare = re.sub(r"[\W_]", "", number.lower())
    if not bare or is_word_for_nobody(number):
        return True
    if len(set(bare)) > 1:
        return False
    return bare[0] in "0xz" or len(bare) >= LEAST_REPEATED


def privacy_status(dataset: pydicom.Dataset) -> dict[str, str]:
    """Return what the header says of `deidentified` (C.7.1.1) and `burned_in` (C.7.6.1): yes, no or unknown."""
    keywords = {"deidentified": "PatientIdentityRemoved", "burned_in": "BurnedInAnnotation"}
    said = {"YES": "yes", "NO": "no"}
    return {name: said.get(str(dataset.get(keyword) or "").upper(), "unknown") for name, keyword in keywords.items()}
