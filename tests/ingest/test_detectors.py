"""Which frame shows which view: vectors, energy windows, codes, angles, words."""

import pytest
from nm_files import detector, whole_body
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from bonescan.ingest import detectors
from bonescan.ingest.refusal import Refusal


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("ANT", "anterior"),
        ("WB_post", "posterior"),
        ("Whole Body Posterior", "posterior"),
        ("P001_1_anterior", "anterior"),
        ("antero-posterior", "anterior"),
        ("WB posteroanterior", "posterior"),
        ("ANT/POST", None),
        ("left anterior oblique", None),
        ("POSTOPERATIVE", None),
        ("plant", None),
        (None, None),
    ],
)
def test_view_in_text(text, view):
    assert detectors.view_in_text(text) == view


def test_views_of_frames():
    codes = [detector(CodeValue="399001007", CodeMeaning="x"), detector(CodeValue="G-5215", CodeMeaning="x")]
    assert detectors.frame_views(whole_body(2, DetectorInformationSequence=codes)) == ["posterior", "anterior"]
    swapped = whole_body(2, DetectorInformationSequence=codes, DetectorVector=[2, 1])
    assert detectors.frame_views(swapped) == ["anterior", "posterior"]
    assert detectors.frame_views(whole_body(2)) == ["anterior", "posterior"]
    for code, view in (("399348003", "anterior"), ("399068003", "posterior")):
        radiographic = [detector(CodeValue=code, CodeMeaning="")]
        assert detectors.frame_views(whole_body(DetectorInformationSequence=radiographic)) == [view]
    meaning = [detector(CodeValue="local", CodeMeaning="Posterior")]
    assert detectors.frame_views(whole_body(DetectorInformationSequence=meaning), "ANT") == ["posterior"]
    assert detectors.frame_views(whole_body(ImageID="POST", SeriesDescription="ANT")) == ["posterior"]
    assert detectors.frame_views(whole_body(SeriesDescription="WB ANT"), "post") == ["anterior"]
    assert detectors.frame_views(whole_body(), "scan_post") == ["posterior"]
    assert detectors.frame_views(whole_body(), "scan") == [None]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"DetectorVector": [1]}, "expected 2 values, one a frame, found 1"),
        ({"DetectorVector": None}, "expected 2 values, one a frame, found 0"),
        ({"FrameIncrementPointer": [0x00540050]}, "00540050"),
    ],
)
def test_frames_that_are_not_two_detectors_are_refused(changes, reason):
    with pytest.raises(Refusal, match=reason):
        detectors.frame_views(whole_body(2, **changes))


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("WB BONE 3H POST INJ", None),
        ("WB BONE 3H POST INJECTION", None),
        ("POST-INJECTION", None),
        ("Ganzkoerper post injectionem", None),
        ("BONE 3H POST", None),
        ("POST 24 HR", None),
        ("status post fall", None),
        ("post op", None),
        ("post_therapy_001", None),
        ("POST 131I", None),
        ("post 注射", None),
        ("post Meier", None),
        ("BONE 6 MONTHS POST", None),
        ("2 weeks post", None),
        ("3 Stunden post", None),
        ("PRE POST", None),
        ("chemo post", None),
        ("post prostatectomy", None),
        ("post I131 therapy", None),
        ("WB ANT/POST MDP", None),
        ("ANT POST Tc99m", None),
        ("ANT+POST 3HR", None),
        ("POST/ANT MDP", None),
        ("WB Ant Post_256x1024", None),
        ("ANT POST Zometa", None),
        ("ANT OBL", None),
        ("RT ANT LAT", None),
        ("WBANT", "anterior"),
        ("WBPOST_1", "posterior"),
        ("WB POST_EM", "posterior"),
        ("POST DELAYED", "posterior"),
        ("POST_256x1024", "posterior"),
        ("POST TOTAL BODY", "posterior"),
        ("WB ANT 3H POST INJ", "anterior"),
        ("ANT_post_op", "anterior"),
        ("POSTERIOR 3H POST INJ", "posterior"),
        ("WB_POST_001", "posterior"),
        ("POST WHOLE BODY", "posterior"),
        ("Meier_post", "posterior"),
        ("POST", "posterior"),
    ],
)
def test_what_comes_after_something_is_no_posterior_view(text, view):
    assert detectors.view_in_text(text) == view


def window(low=None, high=None, name=""):
    """An item of the Energy Window Information Sequence."""
    item, limits = Dataset(), Dataset()
    if low is not None:
        limits.EnergyWindowLowerLimit, limits.EnergyWindowUpperLimit = low, high
        item.EnergyWindowRangeSequence = [limits]
    item.EnergyWindowName = name
    return item


PEAK, SCATTER = (126, 154), (100, 120)


@pytest.mark.parametrize(
    ("windows", "vector", "kept"),
    [
        ([PEAK, SCATTER], [1, 1, 2, 2], [True, True, False, False]),
        ([SCATTER, PEAK], [1, 2, 1, 2], [False, True, False, True]),
        ([PEAK, SCATTER], [2, 2], [False, False]),
        ([SCATTER], [2], [False]),
        ([PEAK], [1], [True]),
        ([(336, 392)], [1], [False]),
        ([(None, None, "Tc99m"), (None, None, "scatter")], [1, 2], [True, False]),
        ([(None, None, "Compton")], [1], [False]),
        ([(126000, 154000)], [1], [True]),
        ([], [1, 1], [True, True]),
        ([PEAK], [], [True]),
        ([SCATTER], [], [False]),
    ],
)
def test_frames_of_the_photopeak(windows, vector, kept):
    frames = len(kept)
    file = whole_body(
        frames,
        EnergyWindowVector=vector or None,
        EnergyWindowInformationSequence=[window(*one) for one in windows] or None,
    )
    assert detectors.photopeak_frames(file) == kept


@pytest.mark.parametrize("frames", [1, 2])
def test_several_windows_without_a_vector_are_not_guessed(frames):
    windows = [window(*PEAK), window(*SCATTER)]
    file = whole_body(frames, EnergyWindowVector=None, EnergyWindowInformationSequence=windows)
    with pytest.raises(
        Refusal, match=f"expected {frames} values, one a frame, found others: give the frame in a sheet"
    ):
        detectors.photopeak_frames(file)


@pytest.mark.parametrize("windows", [[], [PEAK, (130, 150)], [(None, None, "a"), (None, None, "b")]])
def test_windows_of_which_none_is_the_photopeak_s_are_not_guessed(windows):
    told = {"EnergyWindowInformationSequence": [window(*one) for one in windows]}
    for vectors in ({"EnergyWindowVector": [1, 2], "DetectorVector": [1, 1]}, {"EnergyWindowVector": [1, 2, 1, 2]}):
        frames = len(vectors["EnergyWindowVector"])
        file = whole_body(frames, **{"DetectorVector": [1, 1, 2, 2][:frames], **vectors, **told})
        with pytest.raises(Refusal, match="expected one energy window of the photopeak, found several"):
            detectors.photopeak_frames(file)


def test_each_detector_may_have_a_window_of_its_own():
    windows = [window(*PEAK), window(129, 140)]
    file = whole_body(2, EnergyWindowVector=[1, 2], EnergyWindowInformationSequence=windows)
    assert detectors.photopeak_frames(file) == [True, True]


@pytest.mark.parametrize("windows", [[PEAK, SCATTER], [SCATTER, PEAK]])
def test_windows_numbered_from_0_or_beyond_their_number_are_not_guessed(windows):
    told = {"EnergyWindowInformationSequence": [window(*one) for one in windows], "DetectorVector": [1, 2, 1, 2]}
    for vector in ([0, 0, 1, 1], [1, 1, 3, 3]):
        with pytest.raises(Refusal, match="Energy Window Vector: expected 4 values, one a frame, found others"):
            detectors.photopeak_frames(whole_body(4, EnergyWindowVector=vector, **told))


@pytest.mark.parametrize("vector", [[0, 1], [1, 3], [-1, 1]])
@pytest.mark.parametrize("coded", [True, False])
def test_detectors_numbered_from_0_or_beyond_their_number_are_not_guessed(vector, coded):
    items = [detector(CodeValue=code, CodeMeaning="") for code in ("G-5215", "G-5216")] if coded else None
    file = whole_body(2, DetectorInformationSequence=items)
    file["DetectorVector"] = DataElement("DetectorVector", "SS", vector)
    with pytest.raises(Refusal, match="Detector Vector: expected numbers of detectors from 1"):
        detectors.frame_views(file)


@pytest.mark.parametrize("vector", [None, [1, 2], [1], [2], [3]])
def test_a_file_split_from_two_views_does_not_take_the_other_one_s(vector):
    """A splitter leaves both items and no vector, or the vector of the whole: then only words tell."""
    items = [detector(CodeValue=code, CodeMeaning="") for code in ("G-5215", "G-5216")]
    file = whole_body(DetectorVector=vector, DetectorInformationSequence=items, SeriesDescription="WB POST")
    view = {1: "anterior", 2: "posterior"}.get(vector[0], "posterior") if vector and len(vector) == 1 else "posterior"
    assert detectors.frame_views(file) == [view]
    alone = whole_body(DetectorVector=vector, DetectorInformationSequence=items[1:])
    assert detectors.frame_views(alone) == ["posterior"], "the only item is this frame's"


def test_a_code_and_an_image_id_that_contradict_each_other_leave_no_view():
    items = [detector(CodeValue="G-5215", CodeMeaning="")]
    with pytest.raises(Refusal, match="view: the code and the Image ID contradict each other: give it in a sheet"):
        detectors.frame_views(whole_body(DetectorInformationSequence=items, ImageID="POST"))


def test_other_things_in_the_place_of_a_sequence_say_nothing():
    file = whole_body(2)
    for keyword in ("DetectorInformationSequence", "EnergyWindowInformationSequence"):
        file[keyword] = DataElement(keyword, "LO", "a text")
    assert detectors.frame_views(file) == ["anterior", "posterior"]
    assert detectors.photopeak_frames(file) == [True, True]


def angled(*angles):
    items = [Dataset() for _ in angles]
    for item, angle in zip(items, angles, strict=True):
        item.StartAngle = angle
    return items


def test_angles_that_speak_against_the_customary_order_leave_no_view():
    """Cameras write 0 above the table; the standard has it at the patient's back."""
    assert detectors.frame_views(whole_body(2, DetectorInformationSequence=angled(0, 180))) == ["anterior", "posterior"]
    for same in (0, 90, 180):
        items = angled(same, same)
        assert detectors.frame_views(whole_body(2, DetectorInformationSequence=items)) == ["anterior", "posterior"]
    with pytest.raises(Refusal, match="Start Angle: speaks against the order of the detectors: give frame and view"):
        detectors.frame_views(whole_body(2, DetectorInformationSequence=angled(180, 0)))
    coded = [detector(CodeValue="G-5216", CodeMeaning=""), detector(CodeValue="G-5215", CodeMeaning="")]
    for item, angle in zip(coded, (0, 180), strict=True):
        item.StartAngle = angle
    assert detectors.frame_views(whole_body(2, DetectorInformationSequence=coded)) == ["posterior", "anterior"]


def test_of_two_frames_with_one_code_the_other_is_not_the_same_view():
    items = [detector(CodeValue="G-5216", CodeMeaning=""), Dataset()]
    assert detectors.frame_views(whole_body(2, DetectorInformationSequence=items)) == ["posterior", None]


def test_where_rows_and_columns_lead():
    item = detector(CodeValue="399001007", CodeMeaning="")
    item.ImageOrientationPatient = [-1, 0, 0, 0, 0, -1]
    assert detectors.orientation(whole_body(DetectorInformationSequence=[item]), 0) == (-1, -1)
    assert detectors.orientation(whole_body(2), 1) is None
