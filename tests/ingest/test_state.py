"""What planning looks at: where a sheet's paths lead, what changed on the disk, what cannot be planned."""

import json
import os
import subprocess
import sys
from pathlib import Path

import ingest as script
import pytest
from ingest_runs import run
from workflow_runs import jobs

from bonescan.ingest import sheet, state
from bonescan.ingest.archive import expand_folders, find_path, sheet_entries
from bonescan.ingest.refusal import Refusal


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("scans/a.dcm", "scans/a.dcm"),
        ("scans\\a.dcm", "scans/a.dcm"),
        ("scans\\sub\\b c.dcm", "scans/sub/b c.dcm"),
        ("scans", "scans"),
        ("{scale} x.dcm", "{scale} x.dcm"),
        ("odd\\name.dcm", "odd\\name.dcm"),
        ("Mu\u0308ller.dcm", "M\u00fcller.dcm"),
        ("gone.dcm", "gone.dcm"),
        ("M\u00fcnch.dcm", os.fsdecode(b"M\xfcnch.dcm")),
    ],
)
def test_paths_as_the_disk_has_them(tmp_path, path, found):
    (tmp_path / "scans" / "sub").mkdir(parents=True)
    for name in ("scans/a.dcm", "scans/sub/b c.dcm", "{scale} x.dcm", "odd\\name.dcm", "M\u00fcller.dcm"):
        (tmp_path / name).touch()
    Path(os.fsdecode(bytes(tmp_path) + b"/M\xfcnch.dcm")).touch()
    assert find_path(tmp_path, path, "cp1252") == found


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../a.dcm", "climbs"),
        ("..\\a.dcm", "climbs"),
        ("scans\\..\\..\\a.dcm", "climbs"),
        ("C:\\scans\\a.dcm", "drive of Windows"),
        ("c:/scans/a.dcm", "drive of Windows"),
        ("C:a.dcm", "drive of Windows"),
        ("\\\\pacs\\share\\a.dcm", "names a server"),
        ("//pacs/share/a.dcm", "names a server"),
        ("file:///a.dcm", "names a server"),
        ("smb://pacs/a.dcm", "names a server"),
        ("gone\\a.dcm", "no such file, with backslashes or with slashes"),
    ],
)
def test_paths_of_another_system(tmp_path, path, reason):
    (tmp_path.parent / "a.dcm").touch()
    with pytest.raises(Refusal, match=reason):
        find_path(tmp_path, path, "utf-8")


HOSTILE = ["/", "/usr", "..", "../..", "..\\..", "link", "~", "C:\\", "\\\\pacs\\x", "a" * 5000, "nul\0", ""]


def test_nothing_out_of_the_folder_is_searched_when_jobs_are_planned(tmp_path, monkeypatch):
    folder = tmp_path / "archive"
    (folder / "exam").mkdir(parents=True)
    for name in ("exam/1.dcm", "exam/2.dcm", "a.dcm"):
        (folder / name).touch()
    (folder / "link").symlink_to("/usr")
    (folder / "exam" / "loop").symlink_to(folder)
    (folder / "sheet.tsv").write_text(
        "path\tpatient\n" + "".join(f"{path}\tP\n" for path in [*HOSTILE, "exam", "exam"])
    )
    searched = []
    walk = os.walk
    monkeypatch.setattr(os, "walk", lambda top, **options: searched.append(Path(top)) or walk(top, **options))
    before = state.archive_state("sheet", str(folder / "sheet.tsv"))
    assert searched == [folder / "exam"], "once, though two rows name it"
    assert state.archive_state("sheet", str(folder / "sheet.tsv")) == before
    (folder / "a.dcm").write_text("no row names it")
    assert state.archive_state("sheet", str(folder / "sheet.tsv")) == before
    (folder / "exam" / "2.dcm").write_text("changed")
    assert state.archive_state("sheet", str(folder / "sheet.tsv")) != before
    entries = expand_folders(folder, sheet_entries(sheet.read_sheet(folder / "sheet.tsv"), folder))
    taken = [entry.path for entry in entries if entry.row in ("14", "15")]
    assert taken == ["exam/1.dcm", "exam/2.dcm", "exam/loop"] * 2


def test_a_disk_is_no_cohort(tmp_path, monkeypatch):
    monkeypatch.setattr("bonescan.ingest.archive.MAXIMUM_FILES", 3)
    (tmp_path / "archive").mkdir()
    for number in range(4):
        (tmp_path / "archive" / f"{number}.dcm").touch()
    with pytest.raises(ValueError, match="at most 3 files"):
        run("folder", tmp_path / "archive", tmp_path)
    assert state.archive_state("folder", str(tmp_path / "archive")) is None, "ingest says so, not the plan"


def test_planning_loads_no_pandas():
    code = "import sys, bonescan.ingest.state; print([n for n in ('pandas', 'numpy', 'pydicom') if n in sys.modules])"
    folder = Path(script.__file__).parent
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


PLANS = {
    "no header": ("sheet", "archive/bad.tsv", "sheet, line 1: expected a header with the column path"),
    "a folder": ("sheet", "archive", "cohort.path: expected a sheet, found none there; it is a folder"),
    "a file": ("folder", "archive/sheet.tsv", "cohort.path: expected a folder, found none there; it is a file"),
    "missing": ("sheet", "archive/gone.tsv", "archive/gone.tsv"),
    "missing {x}": ("sheet", "archive {x}/gone.tsv", "cohort.path: expected a sheet, found none there"),
    "home": ("sheet", "~/gone.tsv", "~/gone.tsv"),
    "windows": ("sheet", "C:\\data\\sheet.tsv", "C:\\data\\sheet.tsv"),
    "itself": ("folder", ".", "expected a folder without the working directory in it"),
}


@pytest.fixture
def place(tmp_path):
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "bad.tsv").write_text("Meier\tAnna\n")
    (tmp_path / "archive" / "sheet.tsv").write_text("path\tpatient\n/usr\tP\n..\tP\na.dcm\tP\n")
    return tmp_path


def plan(snakemake, place, source, path, **more):
    cohort = {"source": source, "path": path, **more}
    (place / "mine.yaml").write_text(json.dumps({"cohort": cohort}), encoding="utf-8")
    arguments = ["results/desk/ingest/scans.tsv", "--dry-run", "--configfile", place / "mine.yaml"]
    return snakemake(*arguments, directory=place)


@pytest.mark.parametrize("kind", PLANS)
def test_a_plan_that_cannot_be_is_one_message(snakemake, place, kind):
    source, path, message = PLANS[kind]
    done = plan(snakemake, place, source, path)
    text = done.stdout + done.stderr
    assert done.returncode == 1 and message in text
    assert "Traceback" not in text and "Meier" not in text
    assert not jobs(text), "nothing is planned"


@pytest.mark.parametrize("folder", ["scans {2021}", "it's mine", "{scale}", "Änderung 扫描", 'a "b" c'])
def test_a_sheet_is_planned_wherever_it_lies(snakemake, place, folder):
    (place / folder).mkdir()
    (place / folder / "sheet.tsv").write_bytes((place / "archive" / "sheet.tsv").read_bytes())
    done = plan(snakemake, place, "sheet", f"{folder}/sheet.tsv")
    assert done.returncode == 0, done.stdout + done.stderr
    assert jobs(done.stdout)["ingest"] == 1


@pytest.mark.parametrize(("name", "message"), [("a {b}", "without { and }"), ("archive/sheet.tsv", "found a file")])
def test_annotations_that_cannot_be_are_one_message(place, name, message):
    with pytest.raises(ValueError, match=f"cohort.annotations: expected .*{message}"):
        state.check_plan("sheet", str(place / "archive" / "sheet.tsv"), str(place / name) if "/" in name else name)


@pytest.mark.parametrize("kind", ["sheet", "annotations"])
def test_a_path_that_no_disk_can_have_is_one_message(place, kind):
    given = {"sheet": str(place / "archive" / "sheet.tsv"), "annotations": "archive"} | {kind: "a" * 300}
    with pytest.raises(ValueError, match=r"^cohort: expected a path and annotations that can be read: File name too"):
        state.check_plan("sheet", *given.values())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path\tlabel\na\t1\nb\tpos\n", "of both labels.* found 2 metastasis and no other"),
        ("path\tsubtype\na\tnormal\n", "of both labels.* found 1 normal and no other"),
        ("path\tlabel\na\t1\nb\t\n", None),
        ("path\tlabel\na\t1\nb\tno\n", None),
    ],
)
def test_a_sheet_of_one_label_stops_before_any_job(place, text, message):
    path = place / "archive" / "labels.tsv"
    path.write_text(text, encoding="utf-8")
    if message is None:
        assert state.check_plan("sheet", str(path), None)
        return
    with pytest.raises(ValueError, match=f"^sheet: expected rows {message}"):
        state.check_plan("sheet", str(path), None)
    assert state.check_plan("sheet", str(path), str(place / "archive")), "its readers may see otherwise"


@pytest.mark.parametrize(
    ("source", "sheet", "annotations", "labelled"),
    [
        ("phantom", None, None, True),
        ("folder", None, None, False),
        ("folder", None, "archive", True),
        ("sheet", "path\ta\na.dcm\t1\n", None, False),
        ("sheet", "path\ta\na.dcm\t1\n", "archive", True),
        ("sheet", "path;Label\na.dcm;pos\nb.dcm;neg\n", None, True),
        ("both", "path,subtype\na.dcm,normal\nb.dcm,spinal\n", None, True),
        ("sheet", None, None, True),
    ],
)
def test_a_plan_knows_whether_there_are_labels(place, source, sheet, annotations, labelled):
    path = place / "archive" / "labels.csv" if source in ("sheet", "both") else place / "archive"
    if sheet:
        path.write_text(sheet, encoding="utf-8")
    found = state.check_plan(source, str(path), str(place / annotations) if annotations else None)
    assert found == labelled


@pytest.mark.parametrize("name", ["a.json", "a.JSON", "a.xml", "a_mask_1.png", "Masks/a_mask_1.png"])
def test_a_changed_annotation_is_seen(tmp_path, name):
    (tmp_path / "ann" / "Masks").mkdir(parents=True)
    (tmp_path / "ann" / "b.xml").write_text("<annotation/>", encoding="utf-8")
    before = state.annotations_state(str(tmp_path))
    (tmp_path / "ann" / name).write_bytes(b"1")
    added = state.annotations_state(str(tmp_path))
    (tmp_path / "ann" / name).write_bytes(b"12")
    assert len({before, added, state.annotations_state(str(tmp_path))}) == 3


def test_pictures_to_annotate_are_no_change(tmp_path):
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "a.json").write_text("{}", encoding="utf-8")
    before = state.annotations_state(str(tmp_path))
    (tmp_path / "ann" / "a.png").write_bytes(b"1")
    assert state.annotations_state(str(tmp_path)) == before
    assert state.annotations_state(None) is None
