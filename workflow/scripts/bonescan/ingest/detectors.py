"""What each frame of a DICOM file shows: its detector, its energy window, its view, and which way it lies.

Section numbers are those of DICOM PS3.3, the Information Object Definitions.
"""

import math
import re

import pydicom

from bonescan.ingest.datasets import items_of, numbers_of, values_of
from bonescan.ingest.headers import frame_count
from bonescan.ingest.refusal import Refusal
from bonescan.terms import VIEWS

PHOTOPEAK = (139.5, 141.5)  # keV of Tc-99m, 140.5, as limits of windows are rounded
KEV = (1, 1000)  # of a window's limits: others are in another unit, and say nothing
SCATTER = re.compile(r"scatter|compton|streu", re.IGNORECASE)
# Anterior and posterior projection (CID 26), antero-posterior and postero-anterior (CID 4010); SNOMED CT and SNOMED RT
VIEW_CODES = {
    "anterior": {"399321004", "399348003", "G-5215", "R-10206"},
    "posterior": {"399001007", "399068003", "272479007", "G-5216", "R-10214"},
}
VIEW_WORDS = {"anterior": {"ant", "anterior"}, "posterior": {"post", "posterior"}}
OTHER_VIEW_WORDS = {"oblique", "obl", "lateral", "lat", "llat", "rlat", "ltlat", "rtlat", "lao", "rao", "lpo", "rpo"}
# What may follow POST where it is short for posterior
PICTURE_WORDS = frozenset(
    """
    wb whole body wholebody total bone scan skeleton skull view image img im frame planar static spot delay delayed
    emission em e raw data sum uncorrected corrected copy crop x nm dcm tc m mdp hdp hmdp dpd ant anterior
    """.split()  # noqa: SIM905
)
# What a post-injection, post-therapy or post-operative scan comes after; it may be of any view
AFTER = re.compile(
    r"inj|op$|oper|ther|tx$|treat|chemo|radi|irrad|rt$|surg|stress|exerc|void|mict|contrast|dose|admin|appl|infus"
    r"|trauma|fract|fall$|accid|prosth|replac|implant|transpl|ampu|therapy$|ectomy$|plasty$|tomy$|pi$|pre$|status$|s$"
)
TIME = re.compile(
    r"(h|hr|hrs|hour|hours|std|stunden?|heures?|horas?|uur|ore|min|mins|minutes?|d|days?|tage?|w|wk|wks|weeks?|wochen?"
    r"|mo|months?|monate?|y|yr|yrs|years?|jahre?)$"
)
DETECTOR_VIEWS = dict(enumerate(VIEWS, start=1))  # by custom, where no frame names its view


def frame_windows(dataset: pydicom.Dataset) -> list[int | None]:
    """Return the energy window of each frame, from 1; None where no vector, or one that cannot be, tells it."""
    frames, said = frame_count(dataset), numbers_of(dataset, "EnergyWindowVector")
    windows = items_of(dataset, "EnergyWindowInformationSequence")
    # a file split by frames may keep the numbers of the whole
    if len(windows) == 1:
        return [1] * frames
    fits = len(said) == frames and all(number.is_integer() and number >= 0 for number in said)
    if not fits or (windows and not all(1 <= number <= len(windows) for number in said)):
        return [None] * frames
    return [int(number) for number in said]


def frames_with_photopeak(dataset: pydicom.Dataset) -> list[bool | None]:
    """Tell of each frame whether its energy window takes the photopeak of Tc-99m; None where the file does not say."""
    windows = items_of(dataset, "EnergyWindowInformationSequence")
    return [holds_photopeak(windows[n - 1]) if windows and n else None for n in frame_windows(dataset)]


def holds_photopeak(window: pydicom.Dataset) -> bool | None:
    """Tell whether an energy window (C.8.4.10) takes the photopeak of Tc-99m; None if neither limits nor name say."""
    limits = [
        (numbers_of(part, "EnergyWindowLowerLimit")[:1], numbers_of(part, "EnergyWindowUpperLimit")[:1])
        for part in items_of(window, "EnergyWindowRangeSequence")
    ]
    known = [(low[0], high[0]) for low, high in limits if low and high and KEV[0] <= low[0] < high[0] <= KEV[1]]
    if known:
        return any(low <= PHOTOPEAK[1] and PHOTOPEAK[0] <= high for low, high in known)
    return False if SCATTER.search(str(window.get("EnergyWindowName") or "")) else None


def photopeak_frames(dataset: pydicom.Dataset, asked: bool = False) -> list[bool]:
    """Tell of each frame whether it is of the photopeak, or of the only window where the file says no energies.

    Parameters
    ----------
    dataset : Dataset
    asked : bool
        The sheet asks for a frame: only what the file knows of its window speaks against it.

    Raises
    ------
    Refusal
        The file has several windows, and which frames are of the photopeak's cannot be told.
    """
    windows, inside = frame_windows(dataset), frames_with_photopeak(dataset)
    if asked:
        return [here is not False for here in inside]
    if None in windows and len(items_of(dataset, "EnergyWindowInformationSequence")) > 1:
        raise Refusal(
            f"Energy Window Vector: expected {len(windows)} values, one a frame, found others: "
            "give the frame in a sheet"
        )
    kept = [here is True for here in inside] if True in inside else [here is None for here in inside]
    chosen = {number for number, keep in zip(windows, kept, strict=True) if keep}
    # each detector may have a window of its own
    if len(chosen) > 1 and not (True in inside and len(chosen) == sum(kept) == len(set(frame_detectors(dataset)))):
        raise Refusal("Energy Window Vector: expected one energy window of the photopeak, found several")
    return kept


def frame_detectors(dataset: pydicom.Dataset) -> list[int | None]:
    """Return the detector of each frame, from the vectors that the Frame Increment Pointer names (C.8.4.8).

    Of a single frame, None where its vector is that of the file from which it was split.

    Raises
    ------
    Refusal
        Frames in time or angle, or a vector that does not fit the frames.
    """
    frames, items = frame_count(dataset), items_of(dataset, "DetectorInformationSequence")
    by_frame = {0x00540010, 0x00540020}  # Energy Window Vector, Detector Vector
    detectors = [int(number) if math.isfinite(number) else 0 for number in numbers_of(dataset, "DetectorVector")]
    if frames == 1 and len(items) == 1:
        return [1]
    if frames == 1:
        fits = len(detectors) == 1 and 1 <= detectors[0] <= max(len(items), len(DETECTOR_VIEWS))
        return detectors if fits else [None]
    if other := {int(tag) for tag in values_of(dataset.get("FrameIncrementPointer"))} - by_frame:
        raise Refusal(f"Frame Increment Pointer: expected energy window and detector, found ({min(other):08X})")
    if len(detectors) != frames:
        raise Refusal(
            f"Detector Vector: expected {frames} values, one a frame, found {len(detectors)}: "
            "give frame and view in a sheet"
        )
    if not all(1 <= number <= max(len(items), len(DETECTOR_VIEWS)) for number in detectors):
        raise Refusal(
            "Detector Vector: expected numbers of detectors from 1, found others: give frame and view in a sheet"
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
        As `frame_detectors`; Start Angles speak against the customary order, where no code decides; or the code of
        a single frame speaks against its Image ID.
    """
    detectors = frame_detectors(dataset)
    items = detector_items(dataset, detectors)
    coded = [coded_view(item) for item in items]
    if len(coded) == 1:
        named, *less = (
            view_in_text(text) for text in (dataset.get("ImageID"), dataset.get("SeriesDescription"), file_name)
        )
        if coded[0] and named and coded[0] != named:
            raise Refusal("view: the code and the Image ID contradict each other: give it in a sheet")
        return [coded[0] or named or next(filter(None, less), None)]
    # two frames of which one is known are not of one view
    customary = [None if DETECTOR_VIEWS.get(number) in coded else DETECTOR_VIEWS.get(number) for number in detectors]
    angled = [angled_view(next(iter(numbers_of(item, "StartAngle")), math.nan)) for item in items]
    # two heads at one angle are a writer's constant
    if len(set(angled)) > 1:
        for view, custom, angle in zip(coded, customary, angled, strict=True):
            if view is None and custom and angle not in (custom, None):
                raise Refusal("Start Angle: speaks against the order of the detectors: give frame and view in a sheet")
    return [view or custom for view, custom in zip(coded, customary, strict=True)]


def detector_items(dataset: pydicom.Dataset, detectors: list[int | None]) -> list[pydicom.Dataset]:
    """Return each frame's item of the Detector Information Sequence; an empty one where it is missing."""
    items = items_of(dataset, "DetectorInformationSequence")
    return [items[number - 1] if number and number <= len(items) else pydicom.Dataset() for number in detectors]


def item_of_frame(dataset: pydicom.Dataset, frame: int) -> pydicom.Dataset:
    """Return the same of one frame, from 0; an empty one also where no vector tells the frame's detector."""
    try:
        return detector_items(dataset, frame_detectors(dataset))[frame]
    except Refusal:
        return pydicom.Dataset()


def coded_view(item: pydicom.Dataset) -> str | None:
    """Return the view of one item of the Detector Information Sequence, by code, else by the code's meaning."""
    for code in items_of(item, "ViewCodeSequence"):
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

    An antero-posterior view is anterior. POST is no view where it stands for `after`; where that cannot be told, the
    text says nothing.

    >>> view_in_text("WB_ANT"), view_in_text("ANT/POST"), view_in_text("left posterior oblique")
    ('anterior', None, None)
    >>> view_in_text("WB_POST_001"), view_in_text("BONE 3H POST INJ"), view_in_text("ANT 3H POST INJ")
    ('posterior', None, 'anterior')
    """
    joined = re.sub(r"(ante|poste)ro\W?(anterior|posterior)", r"\1rior", str(text or "").lower())
    words = re.findall(r"[^\W\d_]+", re.sub(r"wb(ant|post)", r"wb \1", joined))
    if OTHER_VIEW_WORDS.intersection(words):
        return None
    named = set()
    for place, word in enumerate(words):
        if word == "post" and (after := _is_after(words[:place], words[place + 1 :])) is not False:
            if after is None:
                return None
            continue
        named |= {view for view, names in VIEW_WORDS.items() if word in names}
    return named.pop() if len(named) == 1 else None


def _is_after(before: list[str], behind: list[str]) -> bool | None:
    """Tell whether POST between words stands for `after`, not for posterior; None where that cannot be told."""
    if (behind and AFTER.match(behind[0])) or (before and (TIME.match(before[-1]) or AFTER.match(before[-1]))):
        return True
    return False if PICTURE_WORDS.issuperset(behind) else None


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
