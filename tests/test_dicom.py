import io
from types import SimpleNamespace

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import JPEG2000, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from bonescan import dicom
from bonescan.dicom import Unsuitable


def whole_body(frames=1, **changes):
    """A whole-body file of `frames` frames, pixel value 1 + frame at row 10, column 20; None deletes an attribute."""
    pixels = np.zeros((frames, 1024, 256), np.uint16)
    pixels[:, 10, 20] = 1 + np.arange(frames)
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    values = {
        "SOPClassUID": dicom.NUCLEAR_MEDICINE,
        "SOPInstanceUID": "1.2.3",
        "StudyInstanceUID": "1.2",
        "Modality": "NM",
        "PatientName": "Doe^Jane",
        "PatientID": "hospital-7",
        "ImageType": ["ORIGINAL", "PRIMARY", "WHOLE BODY", "EMISSION"],
        "Rows": 1024,
        "Columns": 256,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": 0,
        "PixelSpacing": [2.4, 2.4],
        "NumberOfFrames": frames,
        "FrameIncrementPointer": [0x00540010, 0x00540020],
        "EnergyWindowVector": [1] * frames,
        "DetectorVector": list(range(1, frames + 1)),
    }
    for keyword, value in (values | changes).items():
        if value is not None:
            setattr(dataset, keyword, value)
    dataset.PixelData = pixels.tobytes()
    return dataset


def detector(**code):
    item, view = Dataset(), Dataset()
    for keyword, value in code.items():
        setattr(view, keyword, value)
    item.ViewCodeSequence = [view]
    return item


def save(dataset, path):
    dataset.save_as(path, enforce_file_format=True)
    return path


def test_a_whole_body_file_is_accepted(tmp_path):
    dataset = dicom.read_dataset(save(whole_body(frames=2), tmp_path / "a.dcm"))
    dicom.check_whole_body(dataset)
    counts = dicom.frame_counts(dataset, 1)
    assert counts.shape == (1024, 256)
    assert counts.dtype == np.uint16
    assert counts[10, 20] == 2
    assert counts.sum() == 2
    assert dicom.pixel_spacing(dataset) == 2.4


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Modality": "CT"}, "Modality: expected NM, found CT"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}, "found CT Image Storage"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "STATIC"]}, "expected WHOLE BODY, found STATIC"),
        ({"ImageType": None, "SOPClassUID": dicom.SECONDARY_CAPTURE}, "found Secondary Capture"),
        ({"Rows": 512}, "expected 1024 x 256, found 512 x 256"),
        ({"NumberOfFrames": 10**6}, "expected 1 to 8, found 1000000"),
        ({"PhotometricInterpretation": "MONOCHROME1"}, "expected MONOCHROME2, found MONOCHROME1"),
        ({"RescaleSlope": 2, "RescaleIntercept": 0}, "RescaleSlope: expected 1, found 2"),
        ({"BitsAllocated": 32}, "BitsAllocated: expected 8, found 32"),
    ],
)
def test_what_is_no_planar_whole_body_scan_is_refused(changes, reason):
    with pytest.raises(Unsuitable, match=reason):
        dicom.check_whole_body(whole_body(**changes))


def test_files_are_refused_before_they_are_believed(tmp_path, monkeypatch):
    (tmp_path / "notes.txt").write_text("no scan")
    with pytest.raises(Unsuitable, match="not a DICOM file"):
        dicom.read_dataset(tmp_path / "notes.txt")
    deflated = whole_body()
    deflated.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    with pytest.raises(Unsuitable, match="deflated"):
        dicom.read_dataset(save(deflated, tmp_path / "deflated.dcm"))
    path = save(whole_body(), tmp_path / "a.dcm")
    monkeypatch.setattr(dicom, "MAXIMUM_BYTES", 1000)
    with pytest.raises(Unsuitable, match="more than"):
        dicom.read_dataset(path)


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
    assert dicom.view_in_text(text) == view


def test_views_of_frames():
    codes = [detector(CodeValue="399001007", CodeMeaning="x"), detector(CodeValue="G-5215", CodeMeaning="x")]
    assert dicom.frame_views(whole_body(2, DetectorInformationSequence=codes)) == ["posterior", "anterior"]
    swapped = whole_body(2, DetectorInformationSequence=codes, DetectorVector=[2, 1])
    assert dicom.frame_views(swapped) == ["anterior", "posterior"]
    assert dicom.frame_views(whole_body(2)) == ["anterior", "posterior"]
    for code, view in (("399348003", "anterior"), ("399068003", "posterior")):
        radiographic = [detector(CodeValue=code, CodeMeaning="")]
        assert dicom.frame_views(whole_body(DetectorInformationSequence=radiographic)) == [view]
    meaning = [detector(CodeValue="local", CodeMeaning="Posterior")]
    assert dicom.frame_views(whole_body(DetectorInformationSequence=meaning), "ANT") == ["posterior"]
    assert dicom.frame_views(whole_body(ImageID="POST", SeriesDescription="ANT")) == ["posterior"]
    assert dicom.frame_views(whole_body(SeriesDescription="WB ANT"), "post") == ["anterior"]
    assert dicom.frame_views(whole_body(), "scan_post") == ["posterior"]
    assert dicom.frame_views(whole_body(), "scan") == [None]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"DetectorVector": [1]}, "expected 2 values, one a frame, found 1"),
        ({"DetectorVector": None}, "expected 2 values, one a frame, found 0"),
        ({"EnergyWindowVector": [1, 2]}, "expected one energy window"),
        ({"FrameIncrementPointer": [0x00540050]}, "00540050"),
    ],
)
def test_frames_that_are_not_two_detectors_are_refused(changes, reason):
    with pytest.raises(Unsuitable, match=reason):
        dicom.frame_views(whole_body(2, **changes))


def test_pixels_that_are_no_counts_are_refused():
    empty = whole_body()
    empty.PixelData = bytes(len(empty.PixelData))
    with pytest.raises(Unsuitable, match="empty picture"):
        dicom.frame_counts(empty, 0)
    negative = whole_body(PixelRepresentation=1)
    negative.PixelData = np.full((1024, 256), -1, np.int16).tobytes()[:-2] + b"\0\0"
    with pytest.raises(Unsuitable, match="from -1 to 0"):
        dicom.frame_counts(negative, 0)


def test_a_missing_decoder_is_named(monkeypatch):
    monkeypatch.setattr(dicom, "get_decoder", lambda syntax: SimpleNamespace(is_available=False))
    dataset = whole_body()
    dataset.file_meta.TransferSyntaxUID = JPEG2000
    with pytest.raises(Unsuitable, match=r"no decoder is installed for JPEG 2000 Image Compression$"):
        dicom.frame_counts(dataset, 0)


def test_pseudonyms_are_stable_and_tell_nothing():
    first = dicom.pseudonym(whole_body())
    assert first == dicom.pseudonym(whole_body(frames=2, PatientName="other"))
    assert first != dicom.pseudonym(whole_body(PatientID="hospital-8"))
    assert len(first) == 13
    assert "hospital" not in first
    assert dicom.pseudonym(whole_body(PatientID="")) == dicom.pseudonym(whole_body(PatientID=None))
    with pytest.raises(Unsuitable, match="neither Patient ID"):
        dicom.pseudonym(whole_body(PatientID=None, StudyInstanceUID=None))


def test_warnings_that_quote_the_header_are_silenced(caplog, recwarn):
    stream = io.BytesIO()
    whole_body().save_as(stream, enforce_file_format=True)
    spoilt = stream.getvalue().replace(b"1.2\0", b"1.x\0")
    assert pydicom.dcmread(io.BytesIO(spoilt)).StudyInstanceUID == "1.x"
    assert "1.x" in caplog.text + str([str(warning.message) for warning in recwarn])
    caplog.clear()
    recwarn.clear()
    with dicom.silenced():
        assert pydicom.dcmread(io.BytesIO(spoilt)).StudyInstanceUID == "1.x"
    assert not caplog.records
    assert not recwarn.list
