import io
import struct
from pathlib import Path

import numpy as np
import pydicom
import pytest
from nm_files import body, whole_body
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_fragments
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

SAMPLES = ("JPEG-lossy", "JPGExtended")


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


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Modality": "CT"}, "Modality: expected NM, found CT"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}, "found CT Image Storage"),
        ({"SOPClassUID": "1.2.3.4"}, "found another class"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "STATIC"]}, "expected WHOLE BODY, found STATIC"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "TOMO"]}, "expected WHOLE BODY, found TOMO"),
        ({"ImageType": None, "SOPClassUID": headers.SECONDARY_CAPTURE}, "found Secondary Capture"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "WHOLE BODY", "TRANSMISSION"]}, "expected EMISSION, found TRANSMISSION"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "WHOLE BODY", "TRANSMISSION_MAP"]}, "found TRANSMISSION"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "WB TRANSMISSION"]}, "found TRANSMISSION"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "EMISSION", "STATIC"]}, "expected WHOLE BODY, found STATIC"),
        ({"PixelRepresentation": 2}, "PixelRepresentation: expected 0 or 1, found 2"),
        ({"NumberOfFrames": 10**6}, "expected 1 to 8, found 1000000"),
        ({"PhotometricInterpretation": "RGB"}, "expected MONOCHROME2 or MONOCHROME1, found RGB"),
        ({"BitsAllocated": 32}, "BitsAllocated: expected 16 or 8, found 32"),
        ({"BitsStored": 17}, "BitsStored: expected 1 to 16, found 17"),
    ],
)
def test_what_is_no_planar_whole_body_scan_is_refused(changes, reason):
    with pytest.raises(Refusal, match=reason):
        headers.check_whole_body(written(whole_body(**changes)))


def test_the_retired_class_of_nuclear_medicine_is_accepted():
    headers.check_whole_body(written(whole_body(SOPClassUID="1.2.840.10008.5.1.4.1.1.5")))


@pytest.mark.parametrize(
    ("said", "held", "frames"), [(None, 1, 1), (None, 2, 2), (None, 4, 4), (0, 2, 2), (2, 2, 2), (2, 1, 2)]
)
@pytest.mark.parametrize("syntax", [None, RLELossless, JPEG2000Lossless, JPEGLSLossless])
@pytest.mark.parametrize("offsets", [True, False])
def test_the_pixels_tell_the_number_of_frames_where_the_file_does_not(said, held, frames, syntax, offsets):
    file = whole_body(held, pixels=np.stack([body(seed)[:64] for seed in range(held)]))
    if syntax:
        file.compress(syntax)
        if not offsets:
            file.PixelData = encapsulate(list(generate_fragments(file.PixelData[8 + 4 * held :])), has_bot=False)
    file.NumberOfFrames = said
    assert headers.count_frames(written(file)) == frames


def test_a_frame_in_two_fragments_is_one_frame():
    file = whole_body(pixels=body()[None, :64])
    file.compress(JPEG2000Lossless)
    (frame,) = generate_fragments(file.PixelData[12:])
    file.PixelData = encapsulate([frame[:100], frame[100:]], has_bot=False)
    del file.NumberOfFrames
    assert headers.count_frames(written(file)) == 1


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless, JPEGLSLossless])
@pytest.mark.parametrize("table", [[0, 0], [0], [4, 2], [0, 10, 20]])
def test_an_offset_table_that_cannot_be_is_not_believed(syntax, table):
    counts = np.stack([body(1)[:64], body(2)[:64]])
    file = whole_body(2, pixels=counts)
    file.compress(syntax)
    fragments = file.PixelData[16:]
    file.PixelData = b"\xfe\xff\x00\xe0" + struct.pack("<L", 4 * len(table)) + struct.pack(f"<{len(table)}L", *table)
    file.PixelData += fragments
    if len(table) > 2:
        with pytest.raises(Refusal, match="expected 3, as many as the pixels hold, found 2"):
            headers.count_frames(written(file))
        return
    assert all(np.array_equal(pixels.frame_counts(written(file), frame), counts[frame]) for frame in (0, 1))


def test_fewer_frames_than_detectors_are_not_taken_for_all():
    file = written(whole_body(2, NumberOfFrames=None))
    file.PixelData = file.PixelData[:-100]
    with pytest.raises(Refusal, match="Number of Frames: expected as many as the Detector Vector names, 2, the pixels"):
        headers.check_whole_body(file)
    compressed = whole_body(pixels=body()[None, :64])
    compressed.compress(RLELossless)
    compressed.NumberOfFrames = 2
    with pytest.raises(Refusal, match="truncated: expected 2 frames of pixels, found 1"):
        pixels.check_complete(written(compressed))


@pytest.mark.parametrize("syntax", [None, RLELossless])
def test_more_frames_than_the_file_says_are_not_left_out_without_a_word(syntax):
    file = whole_body(2, pixels=np.stack([body(1)[:64], body(2)[:64]]))
    if syntax:
        file.compress(syntax)
    file.NumberOfFrames = 1
    with pytest.raises(Refusal, match="Number of Frames: expected 2, as many as the pixels hold, found 1"):
        headers.check_whole_body(written(file))


def test_bytes_behind_the_last_frame_are_no_frame():
    file = whole_body()
    file.PixelData += bytes(1000)
    assert headers.count_frames(file) == 1


@pytest.mark.parametrize(
    "missing",
    ["PixelRepresentation", "BitsStored", "HighBit", "NumberOfFrames", "SamplesPerPixel", "PhotometricInterpretation"],
)
def test_what_can_only_be_one_thing_may_be_missing(missing):
    counts = body()
    file = written(whole_body(pixels=counts[None], **{missing: None}))
    headers.check_whole_body(file)
    assert np.array_equal(pixels.frame_counts(file, 0), counts)


@pytest.mark.parametrize("kind", ["WHOLE BODY", "WHOLEBODY", "whole_body", "WHOLE-BODY"])
@pytest.mark.filterwarnings("ignore:Invalid value for VR CS")
def test_spellings_of_whole_body(kind):
    for told in ([kind.upper()], ["EMISSION", kind.upper()], [kind.upper(), "EMISSION"]):
        headers.check_whole_body(written(whole_body(ImageType=["ORIGINAL", "PRIMARY", *told])))


def test_numbers_in_another_value_representation_are_numbers():
    counts = body()
    file = written(whole_body(pixels=counts[None]))
    for keyword, kind, value in (("Rows", "LO", "1024"), ("Columns", "DS", "256"), ("BitsAllocated", "DS", "16")):
        file[keyword] = DataElement(keyword, kind, value)
    headers.check_whole_body(file)
    assert np.array_equal(pixels.frame_counts(file, 0), counts)


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


def spelled(kind, value, keyword="PixelSpacing", now="2.4\\2.4 "):
    """A file in which a decimal string has another value, or also another value representation."""
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, whole_body(**{keyword: now.split("\\")}), enforce_file_format=True)
    tag = struct.pack("<HH", *divmod(int(tag_for_keyword(keyword)), 65536))
    before = tag + b"DS" + struct.pack("<H", len(now)) + now.encode()
    value = value.encode() + b" " * (len(value) % 2)
    after = tag + kind + (struct.pack("<H", len(value)) if kind == b"DS" else struct.pack("<HL", 0, len(value))) + value
    assert before in stream.getvalue()
    return datasets.read_dataset(stream.getvalue().replace(before, after))


@pytest.mark.filterwarnings("ignore:Invalid value for VR", "ignore:Value exceeds")
@pytest.mark.parametrize(
    ("kind", "value", "spacing"),
    [
        (b"DS", "2.4\\2.4 ", (2.4, 2.4)),
        (b"DS", "2,4\\2,4", (2.4, 2.4)),
        (b"DS", "2,26\\2.40", (2.26, 2.4)),
        (b"UT", "2.4\\2.4", (2.4, 2.4)),
        (b"UN", "2.4\\2.4", (2.4, 2.4)),
        (b"DS", "inf\\inf", None),
        (b"DS", "nan\\2.4", None),
        (b"DS", "-2.4\\-2.4", None),
        (b"DS", "0\\0", None),
        (b"DS", "1e300\\1e300", None),
        (b"DS", "2400\\2400", None),
        (b"DS", "0.0024\\0.0024", None),
        (b"DS", "2.4 mm\\2.4 mm", None),
        (b"DS", "2.4", None),
        (b"DS", "", None),
    ],
)
def test_pixel_spacing_as_it_is_written(kind, value, spacing):
    assert headers.pixel_spacing(spelled(kind, value)) == spacing


@pytest.mark.filterwarnings("ignore:Invalid value for VR")
def test_a_rescale_slope_with_a_decimal_comma_is_read():
    assert pixels.rescale_left_alone(spelled(b"DS", "1,0", "RescaleSlope", "1.0 ")) == []
    assert pixels.rescale_left_alone(spelled(b"DS", "0,5", "RescaleSlope", "1.0 ")) != []


@pytest.mark.parametrize(
    ("syntax", "found"),
    [
        ("1.2.840.113619.5.2", "a private one"),
        ("1.2.840.10008.1.2.4.999", "one that is not known here"),
        ("abc", "a private one"),
    ],
)
@pytest.mark.filterwarnings("ignore:Invalid value for VR UI")
def test_a_transfer_syntax_that_dicom_does_not_know_is_named(syntax, found):
    file = whole_body()
    file.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    file.file_meta.MediaStorageSOPClassUID, file.file_meta.MediaStorageSOPInstanceUID = headers.NUCLEAR_MEDICINE, "1.2"
    with pytest.raises(Refusal, match=f"Transfer Syntax UID: expected one of DICOM, found {found}"):
        written(file, enforce_file_format=False, implicit_vr=True, little_endian=True, force_encoding=True)


def test_a_sample_of_the_nema_that_decoders_refuse_is_read():
    """NM1_JPLY says 0 for the end of the spectral selection; a mended copy of it comes with pydicom too."""
    folder = Path(pydicom.__file__).parent / "data" / "test_files"
    broken, mended = (datasets.read_dataset((folder / f"{name}.dcm").read_bytes()) for name in SAMPLES)
    with pytest.raises(RuntimeError, match="must be 63"):
        broken.pixel_array  # noqa: B018
    counts = pixels.frame_counts(broken, 0)
    assert counts.sum() == 3770427
    assert np.array_equal(counts, pixels.frame_counts(mended, 0))


def test_what_is_no_dicom_file():
    for data in (b"no scan", b"", b"\x08\0\x05\0" + b"x" * 200, b"\0" * 128 + b"DICM"):
        with pytest.raises(Refusal, match=r"not a DICOM file|without content"):
            datasets.read_dataset(data)


def test_rescale_and_stored_bits():
    values = np.zeros((1, 1024, 256), np.uint16)
    values[0, 10, 20] = 7
    for slope, intercept in ((2, 1), (0.37, 0), (1, -1), ("1e308", 0)):
        rescaled = whole_body(pixels=values, RescaleSlope=slope, RescaleIntercept=intercept)
        assert pixels.frame_counts(rescaled, 0)[10, 20] == 7, "what is stored are the counts"
        assert pixels.rescale_left_alone(rescaled) == ["stored values kept without rescale"]
    for neutral in ({}, {"RescaleSlope": 1}, {"RescaleSlope": "1.0", "RescaleIntercept": "0"}):
        assert pixels.rescale_left_alone(whole_body(**neutral)) == []
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


def test_feet_first():
    code = Dataset()
    code.CodeValue = "102541007"
    assert headers.feet_first(whole_body(PatientGantryRelationshipCodeSequence=[code]))
    assert headers.feet_first(whole_body(PatientPosition="FFS"))
    assert not headers.feet_first(whole_body(PatientPosition="HFS"))


def test_identity_and_privacy():
    assert headers.identity(whole_body()) == "hospital-7"
    words = "NOID 000000 XXXXXX x N/A redacted --- 9999 ANONYMOUS anon_patient 0 [removed] De-identified 未知"
    for removed in ("", "Patient ID", ["N/A", "N/A"], *words.split()):
        assert headers.identity(whole_body(PatientID=removed)) == "1.2"
    for number in ("7", "11", "111", "A", "AA", "Patient0", "patient00", "CASE-0001", "Null-4", "123456"):
        assert headers.identity(whole_body(PatientID=number)) == number
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
