"""A real patient's bone scan through ingest and crop.

pydicom ships NEMA's sample NM1, an anterior whole-body scan (facts: 3.6 million counts, 2.26 mm pixels, lossy JPEG of
12 bits). On the picture, inverted and looked at: nose and mouth, hot, in rows 138 to 168; the jaw ends near 185; collar
bones from row 205; ribs from 215 to 338, in columns 70 to 207; the hip bones begin near 370, the bladder at 405, the
thighs at 440.
"""

import contextlib
import shutil

import ingest_runs
import numpy as np
import pytest
from pydicom.data import get_testdata_file

from bonescan.chance import generator
from bonescan.crop import crop_thorax
from bonescan.crop.position import check_view

pytest.importorskip("libjpeg", reason="pylibjpeg-libjpeg decodes the scan")


def run(source, path, folder):
    """Run ingest in the cohort's folder, where its private files may lie."""
    with contextlib.chdir(folder):
        return ingest_runs.run(source, path, folder)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    shutil.copy(get_testdata_file("JPGExtended.dcm", download=False), folder / "scan.dcm")
    (folder / "sheet.tsv").write_text("path\tpatient\tview\nscan.dcm\tP1\tanterior\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def view(cohort):
    scans, _, _ = run("sheet", cohort / "sheet.tsv", cohort)
    return np.array(scans[0])


def check(crop, mirrored=False):
    """The box holds the ribs and ends between jaw and collar bones, and between the last rib and the bladder."""
    row0, row1, col0, col1 = crop.box
    if mirrored:
        col0, col1 = 256 - col1, 256 - col0
    assert 169 <= row0 <= 200
    assert 345 <= row1 <= 400
    assert 45 <= col0 <= 60
    assert 214 <= col1 <= 230
    assert crop.reasons == ()


def test_ingest_accepts_the_real_scan(cohort):
    scans, table, rejected = run("sheet", cohort / "sheet.tsv", cohort)
    assert rejected.empty
    assert scans.shape == (1, 1024, 256)
    assert table["patient"][0] == "P1"
    assert table["format"][0] == "DICOM, JPEG Extended (Process 2 and 4), 16 bits"
    assert table["pixel_spacing"][0] == 2.26
    # the header's Counts Accumulated are 3596452 and its largest pixel 278; the compression adds one to each zero
    assert table["counts"][0] - (scans[0] == 1).sum() == pytest.approx(3596452, rel=0.01)
    assert scans[0].max() == pytest.approx(278, rel=0.06)
    for name in ("scans.tsv", "rejected.tsv", "ingest.log"):
        text = (cohort / name).read_text(encoding="utf-8")
        assert not any(identity in text for identity in ("8NM1", "BERRA", "CompressedSamples", "Memorial"))


def test_without_a_view_the_real_scan_is_rejected(cohort):
    (cohort / "bare.tsv").write_text("path\nscan.dcm\n", encoding="utf-8")
    scans, _, rejected = run("sheet", cohort / "bare.tsv", cohort)
    assert len(scans) == 0
    assert rejected["reason"].tolist() == ["neither the file nor the sheet tells the view: give it in a sheet"]


def test_the_crop_holds_the_ribs_and_no_head_bladder_or_legs(view):
    for name in "abcde":
        check(crop_thorax(view, generator(1, "crop", name)))


def test_mirrored(view):
    check(crop_thorax(np.ascontiguousarray(view[:, ::-1]), generator(1)), mirrored=True)


@pytest.mark.parametrize("share", [0.5, 0.25, 0.1])
def test_thinned(view, share):
    settings = {"sigma": (10, 10)}
    thinned = np.random.default_rng(0).binomial(view, share).astype(np.uint16)
    crop = crop_thorax(thinned, generator(1), **settings)
    check(crop)
    assert crop.box == pytest.approx(crop_thorax(view, generator(1), **settings).box, abs=9)


@pytest.mark.parametrize("error", [0, 1, 2, 3, 5, 10])
@pytest.mark.parametrize("lifted", [True, False], ids=["zeros lifted to one", "zeros"])
def test_copies_of_near_lossless_compression(view, lifted, error):
    """JPEG-LS copies, also of the scan before its first compression lifted all zeros to one."""
    codec = pytest.importorskip("jpeg_ls", reason="pyjpegls encodes the copy")
    source = np.ascontiguousarray(view - (0 if lifted else np.minimum(view, 1)))
    copy = np.asarray(codec.decode(np.frombuffer(codec.encode_array(source, lossy_error=error), np.uint8)))
    copy = copy.reshape(view.shape).astype(np.uint16)
    assert np.abs(copy.astype(int) - source).max() == error
    crop = crop_thorax(copy, generator(1), sigma=10)
    check(crop)
    assert crop.box == pytest.approx(crop_thorax(view, generator(1), sigma=10).box, abs=9)


def test_both_shoulders_are_in_the_crop(view):
    """The heads of the upper arms lie in columns 53 to 88 and 182 to 219: looked at."""
    _, _, col0, col1 = crop_thorax(view, generator(1)).box
    assert col0 <= 53 and col1 >= 219


@pytest.mark.parametrize("rows", [-40, -17, 23, 40])
def test_shifted(view, rows):
    box = crop_thorax(view, generator(1)).box
    shifted = crop_thorax(np.roll(view, rows, axis=0), generator(1)).box
    assert shifted == pytest.approx((box[0] + rows, box[1] + rows, *box[2:]), abs=4)


def test_upside_down_and_called_by_the_other_name(view):
    assert "upside down" in crop_thorax(np.ascontiguousarray(view[::-1]), generator(1)).reasons
    contrast = crop_thorax(view, generator(1)).contrast
    assert check_view("anterior", contrast) == []
    assert check_view("posterior", contrast) == ["looks like no posterior view"]


# the crown is in row 97, the toes in row 784
@pytest.mark.parametrize(("rows", "part"), [(-140, "head"), (300, "feet"), (450, "feet")])
def test_cut_off(view, rows, part):
    settings = {"sigma": 10}
    whole = crop_thorax(view, generator(1), **settings).box
    cut = np.ones_like(view)
    cut[max(0, rows) : 1024 + min(0, rows)] = view[max(0, -rows) : 1024 - max(0, rows)]
    crop = crop_thorax(cut, generator(1), **settings)
    assert crop.reasons[0] == f"{part} cut off"
    assert crop.box == pytest.approx((whole[0] + rows, whole[1] + rows, *whole[2:]), abs=9)
