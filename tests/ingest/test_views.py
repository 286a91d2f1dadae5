import hashlib
import importlib
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import ingest as script
import numpy as np
import pandas as pd
import pytest
from ingest_runs import SALT, paths, run, scan, written
from nm_files import body, detector, save, whole_body
from pydicom.uid import RLELossless

from bonescan.ingest import journal, salt, views
from bonescan.ingest.accepted import explain_rejections
from bonescan.ingest.tables import SCAN_COLUMNS


@pytest.fixture
def archive(tmp_path):
    folder = tmp_path / "archive"
    (folder / "sub").mkdir(parents=True)
    save(whole_body(2), folder / "a.dcm")
    save(scan(1, StudyInstanceUID="1.5"), folder / "b_post.dcm")
    save(scan(2), folder / "c_post.dcm")
    save(scan(3, PatientID="hospital-9"), folder / "sub" / "d.dcm")
    (folder / "sub" / "notes.txt").write_text("no scan")
    save(whole_body(pixels=np.ones((1, 300, 256), np.uint16)), folder / "sub" / "small_ant.dcm")
    broken = (folder / "a.dcm").read_bytes()
    (folder / "sub" / "torn_ant.dcm").write_bytes(broken[: len(broken) // 2])
    (tmp_path / "outside_ant.dcm").write_bytes((folder / "c_post.dcm").read_bytes())
    (folder / "link_ant.dcm").symlink_to(tmp_path / "outside_ant.dcm")
    (folder / "linked").symlink_to(tmp_path)
    return folder


def test_folder(archive, tmp_path):
    scans, table, rejected = run("folder", archive, tmp_path, threads=2)
    patient, (first, other) = table["patient"][0], table["exam"].unique()
    assert list(table.columns) == SCAN_COLUMNS
    names = [f"{patient}_{first}_anterior", f"{patient}_{first}_posterior", f"{patient}_{other}_posterior"]
    assert list(table["image"]) == names
    assert table["patient"].nunique() == 1, "two exams of a patient are one patient"
    assert list(table["frame"]) == [1, 2, 1]
    assert list(table["counts"][:2]) == [1, 2]
    assert list(table["pixel_spacing"]) == [2.4] * 3
    assert scans.shape == (3, 1024, 256)
    assert scans.dtype == np.uint16
    assert [int(view[10, 20]) for view in scans[:2]] == [1, 2]
    assert table["sha256"][1] == hashlib.sha256(scans[1].tobytes()).hexdigest()
    whole = (archive / "a.dcm").stat().st_size
    left = whole // 2 - (whole - 1048576)
    assert paths(rejected) == {
        "c_post.dcm": f"a second image of the same exam and view: {names[1]}, as in {table['source_file'][0]}",
        "link_ant.dcm": "outside the cohort's folder",
        "linked": "outside the cohort's folder",
        "sub/d.dcm": "neither the file nor the sheet tells the view",
        "sub/notes.txt": "not a DICOM file",
        "sub/small_ant.dcm": "Rows x Columns: expected 1024 x 256 or a whole multiple, found 300 x 256",
        "sub/torn_ant.dcm": f"truncated: expected 1048576 bytes of pixels, found {left}",
    }


@pytest.mark.parametrize("suffix", ["tsv", "csv"])
def test_sheet(archive, tmp_path, suffix):
    rows = [
        ["a.dcm", "P7", "2", "posterior", "1", "spinal"],
        ["sub/d.dcm", "P8", "1", "ANT", "0", "normal"],
        ["b_post.dcm", "P8", "", "anterior", "0", "normal"],
        ["c_post.dcm", "../P9", "", "", "0", "normal"],
        ["../outside_ant.dcm", "P9", "", "", "0", "normal"],
        ["gone.dcm", "P9", "", "", "0", "normal"],
        [str(tmp_path / "outside_ant.dcm"), "P9", "", "", "0", "normal"],
        ["c_post.dcm", "P9", "", "sideways", "0", "normal"],
        ["c_post.dcm", "P9", "", "", "0", "Jane Doe"],
    ]
    sheet = pd.DataFrame(rows, columns=["path", "patient", "exam", "view", "label", "subtype"])
    sheet.to_csv(archive / f"sheet.{suffix}", sep="\t" if suffix == "tsv" else ",", index=False)
    scans, table, rejected = run("sheet", archive / f"sheet.{suffix}", tmp_path)
    assert list(table["image"]) == ["P7_2_posterior", "P8_1_anterior"]
    assert list(table["row"]) == [2, 3]
    assert list(table["frame"]) == [2, 1]
    assert list(table["label"]) == [1, 0]
    assert list(table["subtype"]) == ["spinal", "normal"]
    assert len(scans) == 2
    assert rejected[["row", "reason"]].to_numpy().tolist() == [
        ["4", "view: the sheet says anterior, the file says otherwise"],
        ["5", "patient in the sheet: expected letters, digits, dots and hyphens"],
        ["6", "the path climbs with .."],
        ["7", "no such file"],
        ["8", "outside the cohort's folder"],
        ["9", "view in the sheet: expected anterior or posterior"],
        ["10", "subtype in the sheet: expected normal, multiple, spinal, outside_spine"],
    ]


def test_sheet_and_folder_together(archive, tmp_path):
    (archive / "sheet.tsv").write_text("path\tpatient\texam\tview\nsub/d.dcm\tP8\t1\tanterior\n./a.dcm\tP7\t2\t\n")
    _, table, rejected = run("both", archive / "sheet.tsv", tmp_path)
    assert list(table["image"][:3]) == ["P8_1_anterior", "P7_2_anterior", "P7_2_posterior"]
    assert len(table) == 5 and len(rejected) == 5
    assert "sheet.tsv" not in paths(rejected)


def test_a_row_of_a_sheet_may_name_an_exam_s_folder(tmp_path):
    folder = tmp_path / "archive" / "exam"
    folder.mkdir(parents=True)
    save(scan(1), folder / "ant.dcm")
    save(scan(2), folder / "post.dcm")
    save(scan(3, ImageType=["ORIGINAL", "PRIMARY", "STATIC"]), folder / "thorax.dcm")
    (tmp_path / "archive" / "sheet.tsv").write_text("path\tpatient\texam\nexam\tP1\t1\n")
    _, table, rejected = run("sheet", tmp_path / "archive" / "sheet.tsv", tmp_path)
    assert list(table["image"]) == ["P1_1_anterior", "P1_1_posterior"]
    assert list(rejected["reason"]) == ["Image Type, third value: expected WHOLE BODY, found STATIC"]


def test_the_phantom_is_a_sheet_whose_names_are_told(archive, tmp_path):
    (archive / "sheet.tsv").write_text("path\tpatient\texam\na.dcm\tP001\t1\n")
    _, table, _ = run("phantom", archive / "sheet.tsv", tmp_path, pseudonyms="salted")
    assert list(table["image"]) == ["P001_1_anterior", "P001_1_posterior"]
    assert list(table["source_file"]) == ["a.dcm"] * 2
    assert not (tmp_path / salt.KEY_FILE).exists()


@pytest.mark.filterwarnings("ignore:Invalid value for VR CS")
def test_no_planted_identity_leaves_the_archive(tmp_path):
    """Names, numbers and dates in headers, paths and sheet; none of them in what others may see."""
    folder = tmp_path / "archive" / "Meier_Anna"
    folder.mkdir(parents=True)
    planted = {
        "PatientName": "Meier^Anna^Dr.",
        "PatientID": "4711-0815",
        "PatientBirthDate": "19490523",
        "AccessionNumber": "ACC99881",
        "InstitutionName": "Krankenhaus Nord",
        "ReferringPhysicianName": "Schulze^Otto",
        "OperatorsName": "Kramer^Ute",
        "StudyDate": "20170304",
        "StudyInstanceUID": "1.2.840.99.1",
    }
    save(scan(1, **planted), folder / "ant.dcm")
    save(scan(2, **planted | {"ImageType": ["ORIGINAL", "PRIMARY", "MEIER ANNA"]}), folder / "post.dcm")
    save(scan(3, **planted | {"Modality": "Meier"}), folder / "Meier post.dcm")
    save(scan(4, **planted | {"ImageID": "POST Anna Meier"}), folder / "19490523.dcm")
    report = "Anna Meier, geb. 23.05.1949, 4711-0815: hot spot in the left rib 7. Dr. Schulze, Krankenhaus Nord"
    rows = [
        f"Meier_Anna/{name}\tMeier, Anna\tACC99881\t{report}" for name in sorted(path.name for path in folder.iterdir())
    ]
    (tmp_path / "archive" / "sheet.tsv").write_text("path\tpatient\texam\treport\n" + "\n".join(rows) + "\n")
    _, table, rejected = run("sheet", tmp_path / "archive" / "sheet.tsv", tmp_path, pseudonyms="salted")
    assert len(table) == 2 and len(rejected) == 2
    text = written(tmp_path).lower()
    for identity in ("meier", "anna", "4711", "1949", "99881", "nord", "schulze", "kramer", "2017", "840.99"):
        assert not re.search(rf"(?<![a-z]){identity}", text), identity
    assert "hot spot in the left rib 7" in text
    assert stat.S_IMODE((tmp_path / salt.KEY_FILE).stat().st_mode) == 0o600


def test_pseudonyms_hang_on_the_salt_alone(archive, tmp_path, monkeypatch):
    names = []
    for number, secret in enumerate((SALT, SALT, "another salt of 20 letters")):
        monkeypatch.setenv("BONESCAN_SALT", secret)
        _, table, _ = run("folder", archive, tmp_path / str(number), pseudonyms="salted")
        names.append(list(table["image"]))
    assert names[0] == names[1]
    assert not set(names[0]) & set(names[2])


def test_a_patient_named_by_the_sheet_as_by_the_file_is_one_patient(tmp_path):
    (tmp_path / "archive").mkdir()
    save(scan(1), tmp_path / "archive" / "a_ant.dcm")
    save(scan(2), tmp_path / "archive" / "b_post.dcm")
    (tmp_path / "archive" / "sheet.tsv").write_text("path\tpatient\na_ant.dcm\thospital-7\nb_post.dcm\t\n")
    _, table, _ = run("sheet", tmp_path / "archive" / "sheet.tsv", tmp_path, pseudonyms="salted")
    assert table["patient"].nunique() == table["exam"].nunique() == 1


def test_a_salt_is_made_once_and_kept_private(tmp_path, monkeypatch):
    monkeypatch.delenv("BONESCAN_SALT")
    made = salt.read_salt(tmp_path)
    assert made == salt.read_salt(tmp_path) and len(made) == 64
    file = tmp_path / salt.SALT_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    with pytest.raises(ValueError, match="chmod 600"):
        salt.read_salt(tmp_path)
    monkeypatch.setenv("BONESCAN_SALT", "short")
    with pytest.raises(ValueError, match="BONESCAN_SALT: expected a secret of at least 16"):
        salt.read_salt(tmp_path)


def test_a_file_name_of_no_known_encoding(tmp_path):
    (tmp_path / "archive").mkdir()
    save(scan(1), tmp_path / "archive" / os.fsdecode(b"M\xfcller_ant.dcm"))
    for _ in range(2):
        _, table, rejected = run("folder", tmp_path / "archive", tmp_path)
        assert len(table) == 1 and rejected.empty
    assert b"M\xfcller_ant.dcm" in (tmp_path / salt.KEY_FILE).read_bytes()


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


def turned(view, code):
    item = detector(CodeValue=code, CodeMeaning="")
    item.ImageOrientationPatient = [1 if view == "anterior" else -1, 0, 0, 0, 0, 1]
    return item


@pytest.mark.parametrize(
    ("pixels", "changes", "steps"),
    [
        (np.ascontiguousarray, {}, ""),
        (lambda p: p[::-1, ::-1], {"PatientPosition": "FFS"}, "turned by half"),
        (np.ascontiguousarray, {"PatientPosition": "FFS"}, ""),
        (lambda p: p[::-1], {"DetectorInformationSequence": [turned("anterior", "399348003")]}, "turned upside down"),
        (lambda p: 65535 - p, {"PhotometricInterpretation": "MONOCHROME1"}, "inverted"),
        (np.ascontiguousarray, {"PhotometricInterpretation": "MONOCHROME1"}, ""),
        (lambda p: np.kron(p, [[1, 0], [0, 0]]), {"PixelSpacing": [1.2, 1.2]}, "resampled 2 x 2"),
        (lambda p: np.repeat(p, 2, axis=1), {"PixelSpacing": [2.4, 1.2]}, "resampled 1 x 2"),
        (lambda p: p[:900], {}, "124 rows added"),
        (lambda p: np.pad(p, [(88, 88), (0, 0)]), {}, "176 rows cut"),
        (lambda p: p[:, 20:220], {}, "56 columns added"),
    ],
)
def test_scans_as_they_come(tmp_path, pixels, changes, steps):
    clean = body(1)
    clean[900:] = clean[:, :20] = clean[:, 220:] = 0
    (tmp_path / "archive").mkdir()
    stored = np.ascontiguousarray(pixels(clean).astype(np.uint16))
    save(whole_body(pixels=stored[None], **changes), tmp_path / "archive" / "a_ant.dcm")
    scans, table, rejected = run("folder", tmp_path / "archive", tmp_path)
    assert rejected.empty
    assert table["steps"].astype(object).fillna("")[0] == steps
    assert table["pixel_spacing"][0] == 2.4
    factor = 2 if steps == "resampled 1 x 2" else 1
    assert table["counts"][0] == factor * clean.sum(), "no count is lost"
    expected = factor * clean
    if "rows added" in steps:
        expected = np.roll(clean, 62, axis=0)
    elif "columns added" in steps:
        expected = np.roll(clean, 8, axis=1)
    assert np.array_equal(scans[0], expected)


def test_half_the_matrix_is_split_without_losing_a_count(tmp_path):
    (tmp_path / "archive").mkdir()
    coarse = body(1).reshape(512, 2, 128, 2).sum(axis=(1, 3)).astype(np.uint16)
    save(whole_body(pixels=coarse[None], PixelSpacing=[4.8, 4.8]), tmp_path / "archive" / "a_ant.dcm")
    scans, table, _ = run("folder", tmp_path / "archive", tmp_path)
    assert np.array_equal(scans[0].reshape(512, 2, 128, 2).sum(axis=(1, 3)), coarse)
    assert table["pixel_spacing"][0] == 2.4
    share = scans[0][::2].sum() / scans[0].sum()
    assert share == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(scans[0].sum()))


def test_a_killed_run_goes_on_where_it_stopped(archive, tmp_path, monkeypatch):
    whole, table, rejected = run("folder", archive, tmp_path / "whole")
    expected = np.array(whole)
    read = []

    def kill_after(outcomes, *arguments):
        for number, outcome in enumerate(outcomes):
            if number == 3:
                raise KeyboardInterrupt
            yield outcome

    with monkeypatch.context() as context:
        context.setattr(script, "progress", kill_after)
        with pytest.raises(SystemExit):
            run("folder", archive, tmp_path / "again")
    with open(tmp_path / "again" / ".journal.part", "a") as log:
        log.write('["torn line')
    before = views.ingest
    monkeypatch.setattr(views, "ingest", lambda entries, *rest: read.append(len(entries)) or before(entries, *rest))
    again, table_again, rejected_again = run("folder", archive, tmp_path / "again")
    assert read == [9 - 3], "three files were not read again"
    assert np.array_equal(again, expected)
    pd.testing.assert_frame_equal(table, table_again)
    pd.testing.assert_frame_equal(rejected, rejected_again)
    assert not list((tmp_path / "again").glob(".*"))


def test_a_journal_of_another_code_or_of_changed_files_is_not_believed(tmp_path):
    found = views.Outcome("file", "", [views.View({"image": "a"}, np.ones((2, 3), np.uint16), "")], {})
    with journal.open_journal(tmp_path, "code 1", (2, 3), b"salt") as written:
        for state in ("a", "b", "c"):
            written.add(state, found)
    with journal.open_journal(tmp_path, "code 1", (2, 3), b"salt") as written:
        assert len(list(written.recall(["a", "B", "c"]))) == 1
        written.add("B", found)
    with journal.open_journal(tmp_path, "code 1", (2, 3), b"salt") as written:
        assert len(list(written.recall(["a", "B", "c"]))) == 2
        written.finish(tmp_path / "all.npy", [True, True])
    assert np.load(tmp_path / "all.npy").shape == (2, 2, 3)
    with journal.open_journal(tmp_path, "code 2", (2, 3), b"salt") as written:
        assert list(written.recall(["a", "B", "c"])) == []


def test_a_cohort_without_a_usable_scan_says_why_and_stops_the_next_rule(tmp_path):
    (tmp_path / "sheet.tsv").write_text("path\ngone.dcm\nlost.dcm\n")
    scans, table, rejected = run("sheet", tmp_path / "sheet.tsv", tmp_path)
    assert scans.shape == (0, 1024, 256) and table.empty and len(rejected) == 2
    said = "cohort: expected scans, all 2 were rejected: 2 x no such file"
    assert f"ERROR {said}" in (tmp_path / "ingest.log").read_text()
    assert not (tmp_path / ".journal.part").exists()
    files = {name: tmp_path / f"{name}.tsv" for name in ("rejected", "reports")}
    files |= {"scans": tmp_path / "scans.npy", "table": tmp_path / "scans.tsv"}
    of_label = SimpleNamespace(
        input=SimpleNamespace(**files | {"scans": tmp_path / "scans.tsv"}), params=SimpleNamespace()
    )
    of_label.output = SimpleNamespace(table=tmp_path / "out.tsv")
    of_crop = SimpleNamespace(**vars(of_label) | {"input": SimpleNamespace(**files)})
    of_label.params.shape = (1024, 256)
    for name in ("crop", "uncropped", "annotation", "label"):
        with pytest.raises(ValueError, match=said):
            importlib.import_module(name).main(of_label if name == "label" else of_crop)


def test_the_commonest_reasons_stand_in_full_with_their_numbers():
    reasons = ["Rows: expected 1024, found 656"] * 3 + ["frame 2: too dark", "frame 1: too dark", "a", "b"]
    said = explain_rejections(pd.DataFrame({"reason": reasons}))
    assert "all 7 were rejected: 3 x Rows: expected 1024, found 656; 2 x too dark; 1 x a; and 1 other reasons" in said


def test_a_folder_that_holds_the_run_itself_is_refused(archive, tmp_path):
    with pytest.raises(ValueError, match="without the working directory in it"):
        run("folder", tmp_path, tmp_path / "out")


def test_burned_in_text_is_warned_of(tmp_path):
    (tmp_path / "archive").mkdir()
    save(scan(1, BurnedInAnnotation="YES", PatientIdentityRemoved="NO"), tmp_path / "archive" / "a_ant.dcm")
    _, table, _ = run("folder", tmp_path / "archive", tmp_path)
    assert table[["deidentified", "burned_in"]].to_numpy().tolist() == [["no", "yes"]]
    assert "WARNING burned_in, yes: 1" in (tmp_path / "ingest.log").read_text()


def test_progress_and_reasons_are_logged(archive, tmp_path):
    run("folder", archive, tmp_path)
    log = (tmp_path / "ingest.log").read_text()
    assert "9 of 9" in log
    assert "rejected, not a DICOM file: 1" in log
    assert "burned_in, unknown: 3" in log


def test_a_run_imports_no_network_or_plot():
    """Ten thousand files are read by processes forked from this one: what it holds, each of them holds."""
    code = "import sys, ingest; print([n for n in ('matplotlib', 'tensorflow', 'skimage') if n in sys.modules])"
    folder = Path(script.__file__).parent
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
