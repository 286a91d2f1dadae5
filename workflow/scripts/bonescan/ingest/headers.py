"""What the header of a DICOM file says: whether it is a whole-body scan, which frame shows which view, whose it is.

Section numbers are those of DICOM PS3.3, the Information Object Definitions.
"""

import re

import pydicom

from bonescan.ingest.datasets import values_of
from bonescan.ingest.identities import NOBODY
from bonescan.ingest.refusal import Refusal
from bonescan.terms import VIEWS

NUCLEAR_MEDICINE = "1.2.840.10008.5.1.4.1.1.20"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
DIRECTORY = "1.2.840.10008.1.3.10"
MAXIMUM_FRAMES = 8  # two detectors; the rest is room for odd archives
# Anterior and posterior projection (CID 26), antero-posterior and postero-anterior (CID 4010); SNOMED CT and SNOMED RT
VIEW_CODES = {
    "anterior": {"399321004", "399348003", "G-5215", "R-10206"},
    "posterior": {"399001007", "399068003", "272479007", "G-5216", "R-10214"},
}
VIEW_WORDS = {"anterior": {"ant", "anterior"}, "posterior": {"post", "posterior"}}
OTHER_VIEW_WORDS = {"oblique", "lateral", "lao", "rao", "lpo", "rpo"}
DETECTOR_VIEWS = dict(enumerate(VIEWS, start=1))  # by convention, where no frame names its view
FEET_FIRST = {"102541007", "F-10480"}  # CID 21, SNOMED CT and SNOMED RT

# Values that a reason may quote: defined terms of the standard, which name no patient
QUOTABLE = {"CR", "CT", "DX", "MG", "MR", "OT", "PT", "RF", "SC", "SR", "US", "XA", "RTDOSE", "RTSTRUCT", "RTPLAN"}
QUOTABLE |= {"ECG", "DOC", "SEG", "REG", "HC", "ES", "RTIMAGE", "XC"}
QUOTABLE |= {"STATIC", "DYNAMIC", "GATED", "TOMO", "GATED TOMO", "RECON TOMO", "RECON GATED TOMO"}
QUOTABLE |= {"MONOCHROME1", "RGB", "PALETTE COLOR", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT"}


def check_whole_body(dataset: pydicom.Dataset) -> None:
    """Accept planar whole-body nuclear medicine pictures, by the header alone; the matrix is judged elsewhere.

    Raises
    ------
    Refusal
        Naming the attribute, what was expected and what came.
    """
    sop_class = dataset.get("SOPClassUID")
    modality = dataset.get("Modality")
    image_type = [re.sub(r"[\s_]+", " ", str(value).upper()).strip() for value in values_of(dataset.get("ImageType"))]
    kind = image_type[2] if len(image_type) > 2 else ""
    whole_body = kind in ("WHOLE BODY", "WHOLEBODY")
    if DIRECTORY in (sop_class, dataset.file_meta.get("MediaStorageSOPClassUID")):
        raise Refusal("a DICOMDIR")
    if modality != "NM":
        raise Refusal(f"Modality: expected NM, found {quote(modality)}")
    if "PixelData" not in dataset:
        raise Refusal("no Pixel Data")
    if sop_class != NUCLEAR_MEDICINE and not (sop_class == SECONDARY_CAPTURE and whole_body):
        name = getattr(sop_class, "name", "") or "none"
        name = "another class" if name == sop_class else name
        raise Refusal(f"SOP class: expected Nuclear Medicine Image Storage, found {name}")
    if kind and not whole_body:
        raise Refusal(f"Image Type, third value: expected WHOLE BODY, found {quote(kind)}")
    expected = {
        "SamplesPerPixel": (1,),
        "PhotometricInterpretation": ("MONOCHROME2", "MONOCHROME1"),
        "BitsAllocated": (16, 8),
    }
    for keyword, allowed in expected.items():
        if (value := dataset.get(keyword)) not in allowed:
            raise Refusal(f"{keyword}: expected {' or '.join(map(str, allowed))}, found {quote(value)}")
    stored = dataset.get("BitsStored") or dataset.BitsAllocated
    if not 1 <= stored <= dataset.BitsAllocated:
        raise Refusal(f"BitsStored: expected 1 to {dataset.BitsAllocated}, found {stored}")
    frames = frame_count(dataset)
    if not 1 <= frames <= MAXIMUM_FRAMES:
        raise Refusal(f"Number of Frames: expected 1 to {MAXIMUM_FRAMES}, found {frames}")


def quote(value) -> str:
    """Return a header value as a reason may quote it: a number, a defined term, or that it is something else."""
    if value in (None, ""):
        return "none"
    return str(value) if isinstance(value, (int, float)) or str(value) in QUOTABLE else "another value"


def frame_count(dataset: pydicom.Dataset) -> int:
    """Return the Number of Frames; one where the file does not say."""
    try:
        return int(dataset.get("NumberOfFrames") or 1)
    except ValueError:
        raise Refusal("Number of Frames: expected a number, found another value") from None


def size_of_matrix(dataset: pydicom.Dataset) -> tuple[int, int]:
    """Return Rows and Columns; 0 where one is missing."""
    return int(dataset.get("Rows") or 0), int(dataset.get("Columns") or 0)


def frame_detectors(dataset: pydicom.Dataset) -> list[int]:
    """Return the detector of each frame, from the vectors that the Frame Increment Pointer names (C.8.4.8).

    Raises
    ------
    Refusal
        Frames in time, angle or a second energy window, or vectors that do not fit the frames.
    """
    frames = frame_count(dataset)
    by_frame = {0x00540010, 0x00540020}  # Energy Window Vector, Detector Vector
    if frames == 1:
        return [int(value) for value in values_of(dataset.get("DetectorVector"))][:1] or [1]
    if other := {int(tag) for tag in values_of(dataset.get("FrameIncrementPointer"))} - by_frame:
        raise Refusal(f"Frame Increment Pointer: expected energy window and detector, found ({min(other):08X})")
    detectors = [int(value) for value in values_of(dataset.get("DetectorVector"))]
    if len(detectors) != frames:
        raise Refusal(f"Detector Vector: expected {frames} values, one a frame, found {len(detectors)}")
    if len(set(values_of(dataset.get("EnergyWindowVector")))) > 1:
        raise Refusal("Energy Window Vector: expected one energy window, found several")
    return detectors


def frame_views(dataset: pydicom.Dataset, file_name: str = "") -> list[str | None]:
    """Return the view of each frame.

    First the View Code Sequence of the frame's item of the Detector Information Sequence (C.8.4.11); then, for
    one frame, Image ID, Series Description and file name; for several, the detectors' customary order.

    Returns
    -------
    list of {"anterior", "posterior", None}
        None where nothing tells.
    """
    coded = [_coded_view(item) for item in _detector_items(dataset)]
    if len(coded) == 1:
        texts = (dataset.get("ImageID"), dataset.get("SeriesDescription"), file_name)
        return [coded[0] or next(filter(None, map(view_in_text, texts)), None)]
    return [view or DETECTOR_VIEWS.get(number) for view, number in zip(coded, frame_detectors(dataset), strict=True)]


def _detector_items(dataset: pydicom.Dataset) -> list[pydicom.Dataset]:
    """Return each frame's item of the Detector Information Sequence; an empty one where it is missing."""
    items = values_of(dataset.get("DetectorInformationSequence"))
    detectors = frame_detectors(dataset)
    return [items[number - 1] if 0 < number <= len(items) else pydicom.Dataset() for number in detectors]


def _coded_view(item: pydicom.Dataset) -> str | None:
    """Return the view of one item of the Detector Information Sequence, by code, else by the code's meaning."""
    for code in values_of(item.get("ViewCodeSequence")):
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


def orientation(dataset: pydicom.Dataset) -> list[tuple[float, float] | None]:
    """Return for each frame where its rows and columns lead: towards the patient's left, towards the head.

    Returns
    -------
    list of (float, float) or None
        Cosines of a row with the patient's left and of a column with the head (C.7.6.2); None where the file does not
        say.
    """
    items = _detector_items(dataset)
    cosines = [
        [
            float(value)
            for value in values_of(item.get("ImageOrientationPatient") or dataset.get("ImageOrientationPatient"))
        ]
        for item in items
    ]
    return [(values[0], values[5]) if len(values) == 6 else None for values in cosines]


def feet_first(dataset: pydicom.Dataset) -> bool:
    """Tell whether the header says that the patient lay feet first in the camera (C.8.4.6, C.7.3.1.1.2)."""
    codes = {code.get("CodeValue") for code in values_of(dataset.get("PatientGantryRelationshipCodeSequence"))}
    return bool(codes & FEET_FIRST) or str(dataset.get("PatientPosition") or "").upper().startswith("FF")


def pixel_spacing(dataset: pydicom.Dataset) -> tuple[float, float] | None:
    """Return the distance of two rows and of two columns in mm; None where the file does not say."""
    values = [float(value) for value in values_of(dataset.get("PixelSpacing"))]
    return (values[0], values[1]) if len(values) == 2 and min(values) > 0 else None


def identity(dataset: pydicom.Dataset) -> str:
    """Return what tells one patient from another: the Patient ID, else the Study Instance UID.

    A Patient ID that says only that it was removed would make one patient of all.

    Raises
    ------
    Refusal
        Neither of the two in the file.
    """
    number = str(dataset.get("PatientID") or "").strip()
    removed = re.sub(r"[\W_]|patient", "", number.lower()) in {"", "0", *NOBODY}
    found = str(dataset.get("StudyInstanceUID") or "").strip() if removed else number
    if not found:
        raise Refusal("neither Patient ID nor Study Instance UID: give the patient in a sheet")
    return found


def privacy_status(dataset: pydicom.Dataset) -> dict[str, str]:
    """Return what the header says of `deidentified` (C.7.1.1) and `burned_in` (C.7.6.1): yes, no or unknown."""
    keywords = {"deidentified": "PatientIdentityRemoved", "burned_in": "BurnedInAnnotation"}
    said = {"YES": "yes", "NO": "no"}
    return {name: said.get(str(dataset.get(keyword) or "").upper(), "unknown") for name, keyword in keywords.items()}
