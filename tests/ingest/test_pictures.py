"""Pictures instead of DICOM files, in the layouts of two public collections (made up here: none of their data)."""

import io
import struct
import zlib

import numpy as np
import pandas as pd
import pytest
import tifffile
from ingest_runs import run
from nm_files import body, save, whole_body
from PIL import Image

from bonescan.ingest import pictures, resampling
from bonescan.ingest.refusal import Refusal


def encoded(values, kind="PNG", **how):
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, kind, **how)
    return stream.getvalue()


def grey(seed, inverted=False):
    """An 8-bit picture of a rough body; on white, as hard copies are, where `inverted`."""
    values = np.minimum(8 * body(seed), 255).astype(np.uint8)
    return 255 - values if inverted else values


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_lossless_pictures_keep_every_value(kind, dtype):
    values = (body() * (1 if dtype == np.uint8 else 300)).astype(dtype)
    data = encoded(values, kind)
    assert pictures.is_picture(data[:132])
    read, named = pictures.read_picture(data)
    assert np.array_equal(read, values) and read.dtype == dtype
    assert named == f"{kind}, {8 * values.itemsize} bits"


def test_grey_pictures_in_colours_are_read_and_others_refused():
    values = grey(0)
    read, _ = pictures.read_picture(encoded(np.stack([values] * 3, axis=2)))
    assert np.array_equal(read, values)
    assert pictures.read_picture(encoded(np.stack([values] * 3, axis=2), "JPEG"))[0].shape == (1024, 256)
    coloured = np.stack([values, values, values], axis=2)
    coloured[5, 5] = [255, 0, 0]
    transparent = np.stack([values] * 4, axis=2)
    for data, reason in (
        (encoded(coloured), "coloured"),
        (encoded(transparent), "transparent"),
        (encoded(values > 9), "mode 1"),
        (encoded(values, "TIFF", save_all=True, append_images=[Image.fromarray(values)]), "several pages"),
    ):
        with pytest.raises(Refusal, match=reason):
            pictures.read_picture(data)
    animated = encoded(values, save_all=True, append_images=[Image.fromarray(255 - values)])
    turned = Image.Exif()
    turned[0x0112] = 3
    for data, reason in ((animated, "several pages"), (encoded(values, "JPEG", exif=turned), "must be turned")):
        with pytest.raises(Refusal, match=reason):
            pictures.read_picture(data)
    assert not pictures.is_picture(b"II*\0".ljust(128, b"\0") + b"DICM"), "a DICOM file that is a TIFF too is DICOM"


@pytest.mark.parametrize("channels", [b"\x02", b"\x04", b"\x06"])
def test_a_coloured_picture_of_16_bits_is_refused_not_halved(channels):
    """Pillow reads such a PNG with 8 bits and says nothing."""
    samples = {b"\x02": 3, b"\x04": 2, b"\x06": 4}[channels]
    line = b"\0" + np.full((8, samples), 300, ">u2").tobytes()
    chunks = [(b"IHDR", struct.pack(">II", 8, 8) + b"\x10" + channels + b"\0\0\0"), (b"IDAT", zlib.compress(line * 8))]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in [*chunks, (b"IEND", b"")]
    )
    with pytest.raises(Refusal, match="a coloured picture of 16 bits: expected grey values"):
        pictures.read_picture(data)


def test_a_coloured_tiff_of_16_bits_is_refused():
    stream = io.BytesIO()
    tifffile.imwrite(stream, np.full((8, 8, 3), 300, np.uint16), photometric="rgb")
    with pytest.raises(Refusal, match="a coloured picture of 16 bits"):
        pictures.read_picture(stream.getvalue())
    stream = io.BytesIO()
    tifffile.imwrite(stream, np.full((3, 8, 8), 300, np.uint16), photometric="rgb", planarconfig="separate")
    with pytest.raises(Refusal, match="a coloured picture of 16 bits"):
        pictures.read_picture(stream.getvalue())


@pytest.mark.parametrize("kind", ["BMP", "GIF", "JPEG2000", "WEBP"])
def test_other_formats_are_named(tmp_path, kind):
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "a_ant.xyz").write_bytes(encoded(grey(0), kind))
    (tmp_path / "archive" / "BMW.txt").write_text("BM no picture " * 20)
    _, _, rejected = run("folder", tmp_path / "archive", tmp_path)
    other = "a picture of another format: expected PNG, TIFF, JPEG"
    assert sorted(rejected["reason"]) == [other, "not a DICOM file"]


@pytest.mark.parametrize("dark", [False, True])
def test_a_thorax_that_fills_its_picture_is_not_turned_round(tmp_path, dark):
    """Tissue lies all along its border; only what is dark where the spine is has been printed black on white."""
    expected = np.full((224, 95), 90.0)
    expected[:, 40:56] = 230
    values = np.random.default_rng(0).poisson(expected).clip(0, 255).astype(np.uint8)
    values = 255 - values if dark else values
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "a_ant.png").write_bytes(encoded(values))
    save(whole_body(pixels=values[None].astype(np.uint16) // 25), tmp_path / "archive" / "b_ant.dcm")
    (tmp_path / "archive" / "sheet.tsv").write_text("path\tpatient\na_ant.png\tP1\nb_ant.dcm\tP2\n")
    scans, table, _ = run("sheet", tmp_path / "archive" / "sheet.tsv", tmp_path, shape=(256, 256))
    assert ["inverted" in steps for steps in table["steps"]] == [dark, False]
    assert scans[0].sum(axis=0).argmax() == pytest.approx(128, abs=10)


@pytest.mark.parametrize("gap", [0, 4, 24])
@pytest.mark.parametrize("hotter", [1, 2, 6])
def test_two_bodies_in_one_picture_are_no_view(gap, hotter):
    one = body(1)[:, 70:186].astype(int)
    pair = np.hstack([one, np.zeros((1024, gap), int), hotter * one[:, ::-1]])
    pair = np.pad(pair, [(0, 0), (0, 256 - pair.shape[1])])
    with pytest.raises(Refusal, match="two bodies in one picture: expected one view"):
        resampling.check_one_body(pair)


@pytest.mark.parametrize("shift", [-60, 0, 60])
def test_one_body_is_one_wherever_it_lies_and_with_a_hot_arm(shift):
    view = np.roll(body(1), shift, axis=1).astype(int)
    resampling.check_one_body(view)
    view[500:520, 20:26] = 65535  # the injected activity beside the vein
    resampling.check_one_body(view)


def test_the_layout_of_iics_una(tmp_path):
    """16-bit PNG of 256 x 1024, anterior and posterior, one row a file."""
    rows = []
    for patient in (1, 2):
        for number, view in enumerate(("ANT", "POST")):
            path = f"{patient:03d}/{patient:03d}_{view}.png"
            (tmp_path / "archive" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "archive" / path).write_bytes(encoded(body(10 * patient + number)))
            rows.append({"path": path, "patient": f"{patient:03d}", "label": patient - 1})
    sheet = pd.DataFrame(rows).assign(subtype=["normal"] * 2 + ["multiple"] * 2)
    sheet.to_csv(tmp_path / "archive" / "sheet.csv", index=False)
    scans, table, rejected = run("sheet", tmp_path / "archive" / "sheet.csv", tmp_path, pseudonyms="salted")
    assert rejected.empty
    assert list(table["view"]) == ["anterior", "posterior"] * 2
    assert table["patient"].nunique() == 2 and table["image"].is_unique
    assert list(table["label"]) == [0, 0, 1, 1]
    assert np.array_equal(scans[3], body(21))
    assert set(table["format"]) == {"PNG, 16 bits"} and table["pixel_spacing"].isna().all()


def test_the_layout_of_bs_80k(tmp_path):
    """8-bit JPEG or PNG pictures, black on white or white on black, with a label an image."""
    folder = tmp_path / "archive" / "WholeBody"
    folder.mkdir(parents=True)
    (folder / "00001_ANT.jpg").write_bytes(encoded(grey(1, inverted=True), "JPEG", quality=95))
    (folder / "00001_POST.png").write_bytes(encoded(grey(2)))
    (folder / "00002_ANT.png").write_bytes(encoded(np.zeros((1024, 256), np.uint8)))
    lines = ["path,patient,view,label,subtype", "WholeBody/00001_ANT.jpg,1,anterior,1,multiple"]
    lines += ["WholeBody/00001_POST.png,1,posterior,1,multiple", "WholeBody/00002_ANT.png,2,anterior,0,normal"]
    (tmp_path / "archive" / "sheet.csv").write_text("\n".join(lines))
    scans, table, rejected = run("sheet", tmp_path / "archive" / "sheet.csv", tmp_path, pseudonyms="salted")
    assert list(table["steps"].astype(object).fillna("")) == ["inverted", ""]
    assert list(rejected["reason"]) == ["an empty picture: all its pixels are equal"]
    for scan, seed in zip(scans, (1, 2), strict=True):
        assert np.corrcoef(scan.ravel(), grey(seed).ravel())[0, 1] > 0.98


def test_thoracic_pictures_that_need_no_crop(tmp_path):
    (tmp_path / "archive").mkdir()
    sides = {"a": (256, 256), "b": (512, 512), "c": (240, 200), "d": (100, 256), "e": (300, 300)}
    sides |= {"f": (40, 94), "g": (95, 224), "h": (60, 60), "i": (20, 90), "j": (600, 600)}
    for name, side in sides.items():
        values = np.zeros(side, np.uint8)
        values[side[0] // 4 : -side[0] // 4, side[1] // 4 : -side[1] // 4] = 10 + ord(name)
        (tmp_path / "archive" / f"{name}.png").write_bytes(encoded(values))
    rows = "".join(f"{name}.png\tP{name}\tanterior\n" for name in sides)
    (tmp_path / "archive" / "sheet.tsv").write_text(f"path\tpatient\tview\n{rows}")
    scans, table, rejected = run("sheet", tmp_path / "archive" / "sheet.tsv", tmp_path, shape=(256, 256))
    assert scans.shape == (8, 256, 256)
    steps = ["", "resampled 2 x 2", "16 rows added; 56 columns added", "156 rows added", "44 rows cut; 44 columns cut"]
    steps += ["resampled 0.5 x 0.5; 176 rows added; 68 columns added", "161 rows added; 32 columns added"]
    steps += ["resampled 0.25 x 0.25; 16 rows added; 16 columns added"]
    assert list(table["steps"].astype(object).fillna("")) == steps
    reason = "Rows x Columns: expected 256 x 256 or a whole multiple, found"
    assert list(rejected["reason"]) == [f"{reason} 20 x 90", f"{reason} 600 x 600"]
    for image, name in ((scans[5], "f"), (scans[7], "h")):
        rows, columns = (side // 2 + side % 2 for side in sides[name])
        assert image.sum() == (10 + ord(name)) * 2 * (rows // 2 * 2) // 2 * columns, "no count is lost"


def test_a_picture_needs_a_patient(tmp_path):
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "a_ant.png").write_bytes(encoded(grey(0)))
    _, table, rejected = run("folder", tmp_path / "archive", tmp_path)
    assert table.empty and rejected["reason"].tolist() == ["a picture: give its patient in a sheet"]


@pytest.mark.parametrize(
    ("found", "spacing", "factors"),
    [
        ((1024, 256), None, (1, 1)),
        ((2048, 512), None, (2, 2)),
        ((1024, 512), (2.4, 1.2), (1, 2)),
        ((512, 128), (4.8, 4.8), (0.5, 0.5)),
        ((3072, 768), (0.8, 0.8), (3, 3)),
        ((1200, 300), (2.4, 2.41), (1, 1)),
    ],
)
def test_factors(found, spacing, factors):
    assert resampling.zoom(found, (1024, 256), spacing) == factors


@pytest.mark.parametrize(
    ("found", "spacing", "factors"),
    [
        ((40, 94), None, (0.5, 0.5)),
        ((40, 94), (4.8, 2.4), (0.25, 0.5)),
        ((95, 224), (2.4, 2.4), (1, 1)),
        ((200, 100), (4.8, 2.4), "differ|found"),
    ],
)
def test_factors_of_a_thorax(found, spacing, factors):
    if isinstance(factors, str):
        with pytest.raises(Refusal, match=factors):
            resampling.zoom(found, (256, 256), spacing, whole_body=False)
        return
    assert resampling.zoom(found, (256, 256), spacing, whole_body=False) == factors


@pytest.mark.parametrize(
    ("found", "spacing", "reason"),
    [
        ((256, 256), None, "found 256 x 256"),
        ((512, 512), None, "found 512 x 512"),
        ((1024, 512), None, "found 1024 x 512: too wide for one view; of two side by side make two pictures"),
        ((1024, 512), (2.4, 2.4), "found 1024 x 512"),
        ((2048, 1024), (1.2, 1.2), "found 2048 x 1024"),
        ((512, 256), None, "found 512 x 256"),
        ((1024, 64), None, "found 1024 x 64"),
        ((1024, 600), None, "found 1024 x 600"),
        ((0, 0), None, "found 0 x 0"),
        ((8192, 8192), None, "found 8192 x 8192"),
        ((1024, 256), (2.4, 1.7), "differ by no whole factor"),
        ((1024, 256), (2.4, 4.8), "found 1024 x 256 with pixels of 2.4 x 4.8 mm"),
    ],
)
def test_matrices_that_cannot_be(found, spacing, reason):
    with pytest.raises(Refusal, match=reason):
        resampling.zoom(found, (1024, 256), spacing)


def test_fit_by_hand():
    counts = np.array([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
    fitted, steps = resampling.fit(counts, (2, 2), (2, 2))
    assert fitted.tolist() == [[14, 22], [19, 23]] and steps == ["resampled 2 x 2"]
    fitted, steps = resampling.fit(np.array([[3, 4]]), (3, 3), (1, 1))
    assert fitted.tolist() == [[0, 0, 0], [3, 4, 0], [0, 0, 0]]
    assert steps == ["2 rows added", "1 columns added"]
    with pytest.raises(Refusal, match=r"4 columns: the fullest 2 of them lose 33\.3 % of the counts"):
        resampling.fit(np.array([[1, 4, 4, 6]]), (1, 2), (1, 1))
    with pytest.raises(Refusal, match="up to 120000 counts in a pixel"):
        resampling.fit(np.full((2, 2), 30000), (1, 1), (2, 2))
