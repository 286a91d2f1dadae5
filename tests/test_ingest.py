import hashlib
from types import SimpleNamespace

import ingest as script
import numpy as np
import pandas as pd
import pytest
from test_dicom import save, whole_body

from bonescan import ingest
from bonescan.dicom import Unsuitable


def run(source, cohort, folder):
    output = SimpleNamespace(scans=folder / "scans.npy", table=folder / "scans.tsv", rejected=folder / "rejected.tsv")
    script.main(
        SimpleNamespace(
            input=SimpleNamespace(cohort=str(cohort)),
            output=output,
            params=SimpleNamespace(source=source),
            log=[folder / "ingest.log"],
        )
    )
    table = pd.read_csv(output.table, sep="\t", dtype={"patient": str, "exam": str})
    rejected = pd.read_csv(output.rejected, sep="\t", dtype=str)
    return np.load(output.scans, mmap_mode="r"), table, rejected


@pytest.fixture
def archive(tmp_path):
    folder = tmp_path / "archive"
    (folder / "sub").mkdir(parents=True)
    save(whole_body(2), folder / "a.dcm")
    save(whole_body(StudyInstanceUID="1.5"), folder / "b_post.dcm")
    save(whole_body(), folder / "c_post.dcm")
    save(whole_body(PatientID="hospital-9"), folder / "sub" / "d.dcm")
    (folder / "sub" / "notes.txt").write_text("no scan")
    save(whole_body(Rows=512), folder / "sub" / "small.dcm")
    broken = (folder / "a.dcm").read_bytes()
    (folder / "sub" / "torn_ant.dcm").write_bytes(broken[: len(broken) // 2])
    (tmp_path / "outside_ant.dcm").write_bytes((folder / "c_post.dcm").read_bytes())
    (folder / "link_ant.dcm").symlink_to(tmp_path / "outside_ant.dcm")
    return folder


def test_folder(archive, tmp_path):
    scans, table, rejected = run("folder", archive, tmp_path)
    patient = table["patient"][0]
    assert list(table.columns) == ingest.SCAN_COLUMNS
    assert list(table["image"]) == [f"{patient}_1_anterior", f"{patient}_1_posterior", f"{patient}_2_posterior"]
    assert list(table["source_file"]) == ["a.dcm", "a.dcm", "b_post.dcm"]
    assert list(table["frame"]) == [1, 2, 1]
    assert list(table["counts"]) == [1, 2, 1]
    assert list(table["pixel_spacing"]) == [2.4] * 3
    assert scans.shape == (3, 1024, 256)
    assert scans.dtype == np.uint16
    assert [int(view[10, 20]) for view in scans] == [1, 2, 1]
    assert table["sha256"][1] == hashlib.sha256(scans[1].tobytes()).hexdigest()
    assert dict(rejected.to_numpy()) == {
        "c_post.dcm": f"a second image of the same exam and view: {patient}_1_posterior, as in a.dcm",
        "link_ant.dcm": "outside the cohort's folder",
        "sub/d.dcm": "neither the file nor the sheet tells the view",
        "sub/notes.txt": "not a DICOM file",
        "sub/small.dcm": "Rows x Columns: expected 1024 x 256, found 512 x 256",
        "sub/torn_ant.dcm": "unreadable (ValueError)",
    }


@pytest.mark.filterwarnings("ignore:Invalid value for VR CS")
def test_no_identity_leaves_the_headers(archive, tmp_path):
    save(whole_body(ImageType=["ORIGINAL", "PRIMARY", "DOE JANE"]), archive / "sub" / "e_ant.dcm")
    save(whole_body(Modality="Doe"), archive / "sub" / "f_ant.dcm")
    run("folder", archive, tmp_path)
    for name in ("scans.tsv", "rejected.tsv", "ingest.log"):
        text = (tmp_path / name).read_text()
        assert "hospital" not in text
        assert "doe" not in text.lower()


def test_no_file_name_reaches_the_log(archive, tmp_path):
    """A patient's name may be a folder's; the tables need it, the log does not."""
    named = archive / "Doe_Jane"
    named.mkdir()
    for name in ("1_post.dcm", "2_post.dcm"):
        save(whole_body(PatientID="hospital-3"), named / name)
    _, _, rejected = run("folder", archive, tmp_path)
    assert rejected["reason"].str.endswith("as in Doe_Jane/1_post.dcm").any()
    log = (tmp_path / "ingest.log").read_text()
    assert "a second image of the same exam and view" in log and "Doe" not in log


@pytest.mark.parametrize("suffix", ["tsv", "csv"])
def test_sheet(archive, tmp_path, suffix):
    rows = [
        ["a.dcm", "P7", "2", "posterior", "1", "spinal"],
        ["sub/d.dcm", "P8", "", "ANT", "0", "normal"],
        ["b_post.dcm", "P8", "", "anterior", "0", "normal"],
        ["c_post.dcm", "../P9", "", "", "0", "normal"],
        ["../outside_ant.dcm", "P9", "", "", "0", "normal"],
        ["gone.dcm", "P9", "", "", "0", "normal"],
        [str(tmp_path / "outside_ant.dcm"), "P9", "", "", "0", "normal"],
        ["c_post.dcm", "P9", "", "sideways", "0", "normal"],
    ]
    sheet = pd.DataFrame(rows, columns=["path", "patient", "exam", "view", "label", "subtype"])
    sheet.to_csv(archive / f"sheet.{suffix}", sep="\t" if suffix == "tsv" else ",", index=False)
    scans, table, rejected = run("sheet", archive / f"sheet.{suffix}", tmp_path)
    assert list(table["image"]) == ["P7_2_posterior", "P8_1_anterior"]
    assert list(table["frame"]) == [2, 1]
    assert list(table["label"]) == [1, 0]
    assert list(table["subtype"]) == ["spinal", "normal"]
    assert len(scans) == 2
    assert rejected.to_numpy().tolist() == [
        ["b_post.dcm", "view: the sheet says anterior, the file says otherwise"],
        ["c_post.dcm", "patient in the sheet: expected letters, digits, dots and hyphens"],
        ["../outside_ant.dcm", "the path climbs with .."],
        ["gone.dcm", "no such file"],
        ["outside_ant.dcm", "outside the cohort's folder"],
        ["c_post.dcm", "view in the sheet: expected anterior or posterior"],
    ]


def test_the_phantom_is_a_sheet(archive, tmp_path):
    (archive / "sheet.tsv").write_text("path\na.dcm\n")
    _, table, _ = run("phantom", archive / "sheet.tsv", tmp_path)
    assert list(table["view"]) == ["anterior", "posterior"]


def test_a_cohort_without_a_usable_scan_is_an_error_that_leaves_no_array(tmp_path):
    (tmp_path / "sheet.tsv").write_text("path\ngone.dcm\n")
    with pytest.raises(ValueError, match=r"all 1 were rejected.*no such file"):
        run("sheet", tmp_path / "sheet.tsv", tmp_path)
    assert not (tmp_path / "scans.npy").exists()
    with pytest.raises(ValueError, match="expected a column path, found file, view"):
        ingest.sheet_entries(pd.DataFrame({"file": ["a"], "view": ["anterior"]}))
    with pytest.raises(ValueError, match="one row a scan"):
        ingest.sheet_entries(pd.DataFrame({"path": []}))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="no file in it"):
        ingest.folder_entries(tmp_path / "empty")


def test_locate_refuses_what_is_no_file(tmp_path):
    (tmp_path / "folder").mkdir()
    for path in ("", "folder", "a\0b"):
        with pytest.raises(Unsuitable):
            ingest.locate(tmp_path, path)


def test_a_stack_may_grow_past_its_first_header(tmp_path):
    with ingest.write_stack(tmp_path / "a.npy", (2, 1), np.uint8) as append:
        for value in range(1234):
            append(np.full((2, 1), value % 256, np.uint8))
    stack = np.load(tmp_path / "a.npy", mmap_mode="r")
    assert stack.shape == (1234, 2, 1)
    assert stack[:, 1, 0].tolist() == [value % 256 for value in range(1234)]
    wrong = pytest.raises(ValueError, match=r"expected \(2, 1\) uint8, found")
    with wrong, ingest.write_stack(tmp_path / "b.npy", (2, 1), np.uint8) as append:
        append(np.zeros((1, 2), np.uint8))
    assert not (tmp_path / "b.npy").exists()
