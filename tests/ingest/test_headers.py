import io
import struct

import numpy as np
import pydicom
import pytest
from nm_files import body, detector, whole_body
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    JPEG2000,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from bonescan.ingest import datasets, headers, pixels
from bonescan.ingest.refusal import Refusal


def written(dataset, **how):
    """The bytes of a file, read back."""
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, dataset, **({"enforce_file_format": True} | how))
    return datasets.read_dataset(stream.getvalue())


def test_a_whole_body_file_is_accepted():
    dataset = written(whole_body(frames=2))
    headers.check_whole_body(dataset)
    counts = pixels.frame_counts(dataset, 1)
    assert counts.shape == (1024, 256)
    assert counts[10, 20] == 2
    assert counts.sum() == 2
    assert headers.pixel_spacing(dataset) == (2.4, 2.4)
    assert headers.pixel_spacing(whole_body(PixelSpacing=None)) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Modality": "CT"}, "Modality: expected NM, found CT"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}, "found CT Image Storage"),
        ({"SOPClassUID": "1.2.3.4"}, "found another class"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "STATIC"]}, "expected WHOLE BODY, found STATIC"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "TOMO"]}, "expected WHOLE BODY, found TOMO"),
        ({"ImageType": None, "SOPClassUID": headers.SECONDARY_CAPTURE}, "found Secondary Capture"),
        ({"NumberOfFrames": 10**6}, "expected 1 to 8, found 1000000"),
        ({"PhotometricInterpretation": "RGB"}, "expected MONOCHROME2 or MONOCHROME1, found RGB"),
        ({"BitsAllocated": 32}, "BitsAllocated: expected 16 or 8, found 32"),
        ({"BitsStored": 17}, "BitsStored: expected 1 to 16, found 17"),
    ],
)
def test_what_is_no_planar_whole_body_scan_is_refused(changes, reason):
    with pytest.raises(Refusal, match=reason):
        headers.check_whole_body(written(whole_body(**changes)))


@pytest.mark.parametrize("kind", ["WHOLE BODY", "WHOLEBODY", "whole_body"])
def test_spellings_of_whole_body(kind):
    headers.check_whole_body(written(whole_body(ImageType=["ORIGINAL", "PRIMARY", kind.upper()])))


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian]
)
def test_native_transfer_syntaxes(syntax):
    counts = body()
    dataset = whole_body(pixels=counts[None])
    dataset.file_meta.TransferSyntaxUID = syntax
    if syntax == ExplicitVRBigEndian:
        dataset.PixelData = counts.astype(">u2").tobytes()
    assert np.array_equal(pixels.frame_counts(written(dataset), 0), counts)


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless, JPEGLSLossless])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_lossless_compression_keeps_every_count(syntax, bits):
    counts = body(highest=2**bits - 1).astype(np.uint8 if bits == 8 else np.uint16)
    dataset = whole_body(pixels=counts[None], BitsStored=bits, HighBit=bits - 1)
    dataset.compress(syntax)
    assert np.array_equal(pixels.frame_counts(written(dataset), 0), counts)


def jpeg_lossless(values, predictor=1):
    """JPEG lossless (ITU-T T.81, H) of 16-bit values: each is told from its left neighbour; codes of five bits."""
    signed = values.astype(np.int64)
    expected = np.roll(signed, 1, axis=1)
    expected[1:, 0], expected[0, 0] = signed[:-1, 0], 2**15
    bits = []
    for difference in ((signed - expected + 2**15) % 2**16 - 2**15).ravel().tolist():
        size = abs(difference).bit_length() if difference != -(2**15) else 16
        extra = format(difference if difference > 0 else difference + 2**size - 1, f"0{size}b") if 0 < size < 16 else ""
        bits.append(format(size, "05b") + extra)
    bits = "".join(bits)
    bits += "1" * (-len(bits) % 8)
    scan = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    rows, columns = values.shape
    table = b"\xff\xc4" + struct.pack(">HB", 36, 0) + bytes([0, 0, 0, 0, 17, *[0] * 11]) + bytes(range(17))
    frame = b"\xff\xc3" + struct.pack(">HBHHB", 11, 16, rows, columns, 1) + b"\x01\x11\0"
    begin = b"\xff\xda" + struct.pack(">HB", 8, 1) + bytes([1, 0, predictor, 0, 0])
    return b"\xff\xd8" + table + frame + begin + scan + b"\xff\xd9"


@pytest.mark.parametrize("syntax", [JPEGLossless, JPEGLosslessSV1])
def test_jpeg_lossless_keeps_every_count(syntax):
    counts = np.random.default_rng(0).poisson(3, (64, 32)).astype(np.uint16)
    counts[5, 5:9] = [0, 65535, 0, 40000]
    dataset = whole_body(pixels=counts[None])
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate([jpeg_lossless(counts)])
    dataset["PixelData"].VR = "OB"
    assert np.array_equal(pixels.frame_counts(written(dataset), 0), counts)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian])
def test_files_without_preamble_and_meta_information(syntax):
    dataset = whole_body()
    del dataset.file_meta
    implicit, little = syntax == ImplicitVRLittleEndian, syntax != ExplicitVRBigEndian
    if not little:
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    read = written(dataset, enforce_file_format=False, implicit_vr=implicit, little_endian=little)
    assert read.file_meta.TransferSyntaxUID == syntax
    assert pixels.frame_counts(read, 0)[10, 20] == 1


def test_what_is_no_dicom_file():
    for data in (b"no scan", b"", b"\x08\0\x05\0" + b"x" * 200, b"\0" * 128 + b"DICM"):
        with pytest.raises(Refusal, match=r"not a DICOM file|without content"):
            datasets.read_dataset(data)


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
    assert headers.view_in_text(text) == view


def test_views_of_frames():
    codes = [detector(CodeValue="399001007", CodeMeaning="x"), detector(CodeValue="G-5215", CodeMeaning="x")]
    assert headers.frame_views(whole_body(2, DetectorInformationSequence=codes)) == ["posterior", "anterior"]
    swapped = whole_body(2, DetectorInformationSequence=codes, DetectorVector=[2, 1])
    assert headers.frame_views(swapped) == ["anterior", "posterior"]
    assert headers.frame_views(whole_body(2)) == ["anterior", "posterior"]
    for code, view in (("399348003", "anterior"), ("399068003", "posterior")):
        radiographic = [detector(CodeValue=code, CodeMeaning="")]
        assert headers.frame_views(whole_body(DetectorInformationSequence=radiographic)) == [view]
    meaning = [detector(CodeValue="local", CodeMeaning="Posterior")]
    assert headers.frame_views(whole_body(DetectorInformationSequence=meaning), "ANT") == ["posterior"]
    assert headers.frame_views(whole_body(ImageID="POST", SeriesDescription="ANT")) == ["posterior"]
    assert headers.frame_views(whole_body(SeriesDescription="WB ANT"), "post") == ["anterior"]
    assert headers.frame_views(whole_body(), "scan_post") == ["posterior"]
    assert headers.frame_views(whole_body(), "scan") == [None]


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
    with pytest.raises(Refusal, match=reason):
        headers.frame_views(whole_body(2, **changes))


def test_rescale_and_stored_bits():
    values = np.zeros((1, 1024, 256), np.uint16)
    values[0, 10, 20] = 7
    assert pixels.frame_counts(whole_body(pixels=values, RescaleSlope=2, RescaleIntercept=1), 0)[10, 20] == 15
    with pytest.raises(Refusal, match="pixels from -1 to 6"):
        pixels.frame_counts(whole_body(pixels=values, RescaleSlope=1, RescaleIntercept=-1), 0)
    with pytest.raises(Refusal, match="no numbers"):
        pixels.frame_counts(whole_body(pixels=values, RescaleSlope="1e308", RescaleIntercept=0), 0)
    # an overlay in the bits that are not stored, and counts that begin at a higher bit
    values[0, 10, 20] = 7 | 0xF000
    assert pixels.frame_counts(whole_body(pixels=values, BitsStored=12, HighBit=11), 0)[10, 20] == 7
    values[0, 10, 20] = 7 << 4
    assert pixels.frame_counts(whole_body(pixels=values, BitsStored=12, HighBit=15), 0)[10, 20] == 7
    negative = whole_body(PixelRepresentation=1)
    negative.PixelData = np.full((1024, 256), -1, np.int16).tobytes()[:-2] + b"\0\0"
    with pytest.raises(Refusal, match="from -1 to 0"):
        pixels.frame_counts(negative, 0)


def test_truncated_pixels_are_named():
    torn = whole_body()
    torn.PixelData = torn.PixelData[:1000]
    with pytest.raises(Refusal, match="truncated: expected 524288 bytes of pixels, found 1000"):
        pixels.check_complete(torn)
    compressed = whole_body(pixels=body()[None])
    compressed.compress(RLELossless)
    compressed.PixelData = compressed.PixelData[:2000]
    with pytest.raises(Refusal, match="cannot be decoded"):
        pixels.frame_counts(compressed, 0)


def test_a_missing_decoder_is_named(monkeypatch):
    class Missing:
        is_available = False

    monkeypatch.setattr(pixels, "get_decoder", lambda syntax: Missing)
    dataset = whole_body()
    dataset.file_meta.TransferSyntaxUID = JPEG2000
    with pytest.raises(Refusal, match=r"no decoder is installed for JPEG 2000 Image Compression$"):
        pixels.frame_counts(dataset, 0)


def test_where_rows_and_columns_lead():
    item = detector(CodeValue="399001007", CodeMeaning="")
    item.ImageOrientationPatient = [-1, 0, 0, 0, 0, -1]
    assert headers.orientation(whole_body(DetectorInformationSequence=[item])) == [(-1, -1)]
    assert headers.orientation(whole_body(2)) == [None, None]
    code = Dataset()
    code.CodeValue = "102541007"
    assert headers.feet_first(whole_body(PatientGantryRelationshipCodeSequence=[code]))
    assert headers.feet_first(whole_body(PatientPosition="FFS"))
    assert not headers.feet_first(whole_body(PatientPosition="HFS"))


def test_identity_and_privacy():
    assert headers.identity(whole_body()) == "hospital-7"
    for removed in ("", "ANONYMOUS", "anon_patient", "0", "[removed]", "De-identified"):
        assert headers.identity(whole_body(PatientID=removed)) == "1.2"
    with pytest.raises(Refusal, match="neither Patient ID"):
        headers.identity(whole_body(PatientID=None, StudyInstanceUID=None))
    assert headers.privacy_status(whole_body()) == {"deidentified": "unknown", "burned_in": "unknown"}
    said = whole_body(PatientIdentityRemoved="NO", BurnedInAnnotation="YES")
    assert headers.privacy_status(said) == {"deidentified": "no", "burned_in": "yes"}


def test_warnings_that_quote_the_header_are_silenced(caplog, recwarn):
    stream = io.BytesIO()
    whole_body().save_as(stream, enforce_file_format=True)
    spoilt = stream.getvalue().replace(b"1.2\0", b"1.x\0")
    assert pydicom.dcmread(io.BytesIO(spoilt)).StudyInstanceUID == "1.x"
    assert "1.x" in caplog.text + str([str(warning.message) for warning in recwarn])
    caplog.clear()
    recwarn.clear()
    with datasets.silence_pydicom():
        assert pydicom.dcmread(io.BytesIO(spoilt)).StudyInstanceUID == "1.x"
    assert not caplog.records
    assert not recwarn.list
