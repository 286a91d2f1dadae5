"""What each frame of a DICOM file shows: its detector, its energy window, its view, and which way it lies.

Section numbers are those of DICOM PS3.3, the Information Object Definitions.
"""

import math
import re

import pydicom

from bonescan.ingest.datasets import numbers_of, values_of
from bonescan.ingest.headers import frame_count
from bonescan.ingest.refusal import Refusal
from bonescan.terms import VIEWS

PHOTOPEAK = 140.5  # keV of Tc-99m
KEV = (1, 1000)  # of a window's limits: others are in another unit, and say nothing
SCATTER = re.compile(r"scatter|compton|streu", re.IGNORECASE)
# Anterior and posterior projection (CID 26), antero-posterior and postero-anterior (CID 4010); SNOMED CT and SNOMED RT
VIEW_CODES = {
    "anterior": {"399321004", "399348003", "G-5215", "R-10206"},
    "posterior": {"399001007", "399068003", "272479007", "G-5216", "R-10214"},
}
VIEW_WORDS = {"anterior": {"ant", "anterior"}, "posterior": {"post", "posterior"}}
OTHER_VIEW_WORDS = {"oblique", "lateral", "lao", "rao", "lpo", "rpo"}
# After POST(erior) only these may follow: a post-injection, post-therapy or post-operative scan is of any view
PICTURE_WORDS = {"wb", "whole", "body", "wholebody", "bone", "scan", "view", "image", "img", "im", "frame", "planar"}
PICTURE_WORDS |= {"static", "emission", "raw", "dcm", "ant", "anterior"}
TIME = {"h", "hr", "hrs", "hour", "hours", "std", "min", "mins", "minutes", "d", "day", "days", "status", "s"}
DETECTOR_VIEWS = dict(enumerate(VIEWS, start=1))  # by custom, where no frame names its view


def frame_windows(dataset: pydicom.Dataset) -> list[int | None]:
    """Return the energy window of each frame, from 1; None where the vector does not say or is missing."""
    frames, said = frame_count(dataset), numbers_of(dataset, "EnergyWindowVector")
    if len(said) < frames:
        return [None] * frames
    return [int(number) if number.is_integer() else None for number in said[:frames]]


def energy_windows(dataset: pydicom.Dataset) -> list[pydicom.Dataset]:
    """Return the items of the Energy Window Information Sequence (C.8.4.10)."""
    return values_of(dataset.get("EnergyWindowInformationSequence"))


def frames_with_photopeak(dataset: pydicom.Dataset) -> list[bool | None]:
    """Tell of each frame whether its energy window takes the photopeak of Tc-99m; None where the file does not say."""
    windows = energy_windows(dataset)
    # a file split by frames may keep the numbers of the whole
    numbers = [1 if len(windows) == 1 else number for number in frame_windows(dataset)]
    return [holds_photopeak(windows[n - 1]) if n and 1 <= n <= len(windows) else None for n in numbers]


def holds_photopeak(window: pydicom.Dataset) -> bool | None:
    """Tell whether an energy window takes the photopeak of Tc-99m; None where neither limits nor name say it."""
    limits = [
        (numbers_of(part, "EnergyWindowLowerLimit")[:1], numbers_of(part, "EnergyWindowUpperLimit")[:1])
        for part in values_of(window.get("EnergyWindowRangeSequence"))
    ]
    known = [(low[0], high[0]) for low, high in limits if low and high and KEV[0] <= low[0] < high[0] <= KEV[1]]
    if known:
        return any(low <= PHOTOPEAK <= high for low, high in known)
    return False if SCATTER.search(str(window.get("EnergyWindowName") or "")) else None


def photopeak_frames(dataset: pydicom.Dataset) -> list[bool]:
    """Tell of each frame whether it is of the photopeak, or of the only window where the file says no energies.

    Raises
    ------
    Refusal
        The file has several windows, and which frames are of the photopeak's cannot be told.
    """
    windows, inside = frame_windows(dataset), frames_with_photopeak(dataset)
    kept = [here is True for here in inside] if True in inside else [here is None for here in inside]
    if len({number for number, keep in zip(windows, kept, strict=True) if keep}) > 1:
        raise Refusal("Energy Window Vector: expected one energy window of the photopeak, found several")
    if None in windows and len(energy_windows(dataset)) > 1:
        raise Refusal(
            f"Energy Window Vector: expected {len(windows)} values, one a frame, found less: give the frame in a sheet"
        )
    return kept


def frame_detectors(dataset: pydicom.Dataset) -> list[int]:
    """Return the detector of each frame, from the vectors that the Frame Increment Pointer names (C.8.4.8).

    Raises
    ------
    Refusal
        Frames in time or angle, or a vector that does not fit the frames.
    """
    frames = frame_count(dataset)
    by_frame = {0x00540010, 0x00540020}  # Energy Window Vector, Detector Vector
    detectors = [int(number) if math.isfinite(number) else 0 for number in numbers_of(dataset, "DetectorVector")]
    if frames == 1:
        return detectors[:1] or [1]
    if other := {int(tag) for tag in values_of(dataset.get("FrameIncrementPointer"))} - by_frame:
        raise Refusal(f"Frame Increment Pointer: expected energy window and detector, found ({min(other):08X})")
    if len(detectors) != frames:
        raise Refusal(
            f"Detector Vector: expected {frames} values, one a frame, found {len(detectors)}: "
            "give frame and view in a sheet"
        )
    return detectors


def frame_views(dataset: pydicom.Dataset, file_name: str = "") -> list[str | None]:
    """Return the view of each frame.

    First the View Code Sequence of the frame's item of the Detector Information Sequence (C.8.4.11); then, for
    one frame, Image ID, Series Description and file name; for several, the detectors' customary order.

    Returns
    -------
    list of {"anterior", "posterior", None}
        None where nothing tells.

    Raises
    ------
    Refusal
        As `frame_detectors`; or Start Angles speak against the customary order, where no code decides.
    """
    detectors = frame_detectors(dataset)
    items = detector_items(dataset, detectors)
    coded = [coded_view(item) for item in items]
    if len(coded) == 1:
        texts = (dataset.get("ImageID"), dataset.get("SeriesDescription"), file_name)
        return [coded[0] or next(filter(None, map(view_in_text, texts)), None)]
    # two frames of which one is known are not of one view
    customary = [None if DETECTOR_VIEWS.get(number) in coded else DETECTOR_VIEWS.get(number) for number in detectors]
    for item, view, custom in zip(items, coded, customary, strict=True):
        angle = numbers_of(item, "StartAngle")[:1]
        if view is None and custom and angle and angled_view(angle[0]) not in (custom, None):
            raise Refusal("Start Angle: speaks against the order of the detectors: give frame and view in a sheet")
    return [view or custom for view, custom in zip(coded, customary, strict=True)]


def detector_items(dataset: pydicom.Dataset, detectors: list[int]) -> list[pydicom.Dataset]:
    """Return each frame's item of the Detector Information Sequence; an empty one where it is missing."""
    items = values_of(dataset.get("DetectorInformationSequence"))
    return [items[number - 1] if 0 < number <= len(items) else pydicom.Dataset() for number in detectors]


def item_of_frame(dataset: pydicom.Dataset, frame: int) -> pydicom.Dataset:
    """Return the same of one frame, from 0; an empty one also where no vector tells the frame's detector."""
    try:
        return detector_items(dataset, frame_detectors(dataset))[frame]
    except Refusal:
        return pydicom.Dataset()


def coded_view(item: pydicom.Dataset) -> str | None:
    """Return the view of one item of the Detector Information Sequence, by code, else by the code's meaning."""
    for code in values_of(item.get("ViewCodeSequence")):
        coded = [view for view, values in VIEW_CODES.items() if code.get("CodeValue") in values]
        if view := coded[0] if coded else view_in_text(code.get("CodeMeaning")):
            return view
    return None


def angled_view(angle: float) -> str | None:
    """Return the view of a detector that began above (0 degrees) or below the table (180), as cameras write it.

    The standard has 0 at the patient's back (C.8.4.11), so an angle alone decides on no view.
    """
    if not math.isfinite(angle):
        return None
    return {0: "anterior", 180: "posterior"}.get(90 * (round(angle / 90) % 4))


def view_in_text(text) -> str | None:
    """Return the view that a text names by ANT(ERIOR) or POST(ERIOR); None where it names none or both.

    An antero-posterior view is anterior. POST is no view where a word or a time beside it says after what.

    >>> view_in_text("WB_ANT"), view_in_text("ANT/POST"), view_in_text("left posterior oblique")
    ('anterior', None, None)
    >>> view_in_text("WB_POST_001"), view_in_text("BONE 3H POST INJ"), view_in_text("ANT 3H POST INJ")
    ('posterior', None, 'anterior')
    """
    joined = re.sub(r"(ante|poste)ro\W?(anterior|posterior)", r"\1rior", str(text or "").lower())
    words = re.findall(r"[^\W\d_]+", joined)
    words = [word for place, word in enumerate(words) if word != "post" or _is_view(words, place)]
    if OTHER_VIEW_WORDS.intersection(words):
        return None
    named = [view for view, names in VIEW_WORDS.items() if names.intersection(words)]
    return named[0] if len(named) == 1 else None


def _is_view(words: list[str], place: int) -> bool:
    """Tell whether POST at a place among words is short for posterior: no word says after what or how long."""
    before, after = words[:place], words[place + 1 :]
    return PICTURE_WORDS.issuperset(after) and not (before and before[-1] in TIME)


def orientation(dataset: pydicom.Dataset, frame: int) -> tuple[float, float] | None:
    """Return where a frame's rows and columns lead: towards the patient's left, towards the head.

    Parameters
    ----------
    dataset : Dataset
    frame : int
        From 0.

    Returns
    -------
    (float, float) or None
        Cosines of a row with the patient's left and of a column with the head (C.7.6.2); None where the file does not
        say.
    """
    item = item_of_frame(dataset, frame)
    values = numbers_of(item, "ImageOrientationPatient") or numbers_of(dataset, "ImageOrientationPatient")
    told = len(values) == 6 and all(math.isfinite(value) for value in values)
    return (values[0], values[5]) if told else None
