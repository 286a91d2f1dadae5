"""Copies of an image: what the camera counted is kept."""

import numpy as np
import pytest
from ingest_runs import paths, run, scan
from nm_files import body, save
from pydicom.uid import RLELossless

ORIGINAL = {"SeriesInstanceUID": "1.2.3.2"}
DERIVED = {"ImageType": ["DERIVED", "SECONDARY", "WHOLE BODY", "EMISSION"], "SeriesInstanceUID": "1.2.3.9"}


@pytest.mark.parametrize("names", [("a_ant.dcm", "b_ant.dcm"), ("b_ant.dcm", "a_ant.dcm")])
@pytest.mark.parametrize("threads", [1, 2])
def test_the_original_is_kept_whatever_the_order(tmp_path, names, threads):
    folder = tmp_path / "archive"
    folder.mkdir()
    for name, seed, header in zip(names, (1, 2), (ORIGINAL, DERIVED), strict=True):
        save(scan(seed, **header), folder / name)
    scans, table, rejected = run("folder", folder, tmp_path, threads=threads)
    assert np.array_equal(scans[0], body(1)) and len(scans) == len(table) == 1
    image, file = table.loc[0, ["image", "source_file"]]
    assert table["origin"][0] == "original"
    assert paths(rejected) == {names[1]: f"derived from an image that is there: {image}, as in {file}"}


def test_a_derived_image_alone_is_taken_and_said_to_be_one(tmp_path):
    folder = tmp_path / "archive"
    folder.mkdir()
    save(scan(1, **DERIVED), folder / "a_ant.dcm")
    save(scan(2, ImageType=None, PatientID="4"), folder / "b_ant.dcm")
    _, table, rejected = run("folder", folder, tmp_path)
    assert list(table["origin"]) == ["derived", "unknown"] and rejected.empty
    assert "origin\tderived\t1" in (tmp_path / "summary.tsv").read_text()


def test_what_a_sheet_says_of_another_copy_goes_to_the_kept_one(tmp_path):
    folder = tmp_path / "archive"
    folder.mkdir()
    save(scan(1, **DERIVED), folder / "a_ant.dcm")
    save(scan(2, **ORIGINAL), folder / "b_ant.dcm")
    save(scan(3, PatientID="4", ImageType=None), folder / "c_ant.dcm")
    save(scan(4, PatientID="4", **ORIGINAL), folder / "d_ant.dcm")
    (folder / "sheet.tsv").write_text("path\tlabel\treport\na_ant.dcm\t1\tseen\nc_ant.dcm\t1\t\nd_ant.dcm\t0\t\n")
    _, table, rejected = run("both", folder / "sheet.tsv", tmp_path)
    assert table[["row", "label", "origin"]].to_numpy().tolist() == [[4, 0, "original"], [2, 1, "original"]]
    assert (tmp_path / "reports.tsv").read_text().splitlines()[1].endswith("\tseen")
    assert paths(rejected)["c_ant.dcm"].endswith("; their labels in the sheet contradict each other")


def test_of_equal_pixels_the_original_is_kept(tmp_path):
    folder = tmp_path / "archive"
    folder.mkdir()
    save(scan(1, StudyInstanceUID="1.7", **DERIVED), folder / "a_ant.dcm")
    save(scan(1, **ORIGINAL), folder / "b_ant.dcm")
    _, table, rejected = run("folder", folder, tmp_path)
    assert table["origin"].tolist() == ["original"]
    assert paths(rejected) == {"a_ant.dcm": f"a duplicate: the pixels of {table['image'][0]}, of the same patient"}


def test_the_views_that_stay_are_the_rows_of_the_table(tmp_path):
    folder = tmp_path / "archive"
    folder.mkdir()
    for number, (seed, header) in enumerate(((1, DERIVED), (2, ORIGINAL), (3, DERIVED), (4, ORIGINAL), (5, ORIGINAL))):
        save(scan(seed, PatientID=str(number // 2), **header), folder / f"{number}_ant.dcm")
    scans, table, rejected = run("folder", folder, tmp_path)
    assert len(rejected) == 2
    assert [int(view.sum()) for view in scans] == [int(body(seed).sum()) for seed in (2, 4, 5)] == list(table["counts"])


def test_duplicates_are_reported(tmp_path):
    folder = tmp_path / "archive"
    folder.mkdir()
    save(scan(1), folder / "a_ant.dcm")
    save(scan(1, StudyInstanceUID="1.9"), folder / "b_ant.dcm")
    twin = scan(1, PatientID="hospital-8")
    twin.compress(RLELossless)
    save(twin, folder / "c_ant.dcm")
    _, table, rejected = run("folder", folder, tmp_path)
    image = table["image"][0]
    assert paths(rejected) == {
        "b_ant.dcm": f"a duplicate: the pixels of {image}, of the same patient",
        "c_ant.dcm": f"a duplicate: the pixels of {image}, of another patient",
    }
