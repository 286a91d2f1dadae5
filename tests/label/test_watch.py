"""What readers write is searched for the identities of which ingest leaves digests."""

import json
from types import SimpleNamespace

import label as script
import pandas as pd
import pytest

from bonescan.files import write_table
from bonescan.ingest import privacy, salt
from bonescan.ingest.identities import identities
from bonescan.label.bones import name_bone
from bonescan.label.folder import read_folder
from bonescan.label.watch import Watch
from bonescan.label.words import Words

SALT = "a salt that only the tests know"


@pytest.fixture
def private(tmp_path, monkeypatch):
    """A working directory with what ingest leaves there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BONESCAN_SALT", SALT)
    headers = {
        "PatientName": ["Doe^Jane", "Wang^Xiaodong=王^小东=", "Li^Wei", "Spine^Rib"],
        "PatientID": ["KH-998877"],
        "StudyDate": ["20170304"],
        "OperatorsName": ["Schulze^Otto"],
    }
    known = privacy.digests(identities(headers, ["OperatorsName"]), SALT.encode())
    salt.write_identities(tmp_path, known, SALT.encode())
    return tmp_path


@pytest.mark.parametrize(
    ("text", "cleared"),
    [
        ("left rib 7", "left rib 7"),
        ("lumbar vertebra 2", "lumbar vertebra 2"),
        ("spine", "spine"),
        ("rib 7 li", "rib 7 li"),
        ("rib 7, Dr. Li", ""),
        ("DOE, JANE: sacrum", ""),
        ("王小东左肋", ""),
        ("KH 998877", ""),
        ("as on 4.3.2017", ""),
    ],
)
def test_what_may_be_written(private, text, cleared):
    words = Words(watch=Watch("folder", private))
    assert words.read_bone(text) == name_bone(cleared) and words.hidden == (not cleared)
    assert Words(watch=Watch("phantom", private)).read_bone(text) == name_bone(text)


def test_nothing_is_written_that_could_not_be_searched(private):
    with pytest.raises(ValueError, match=r"^\.bonescan-identities: expected .* found none: let ingest run again"):
        Watch("folder", private / "elsewhere")


def annotate(folder, reader, *shapes, name="P1_1_anterior"):
    (folder / reader).mkdir(parents=True, exist_ok=True)
    shapes = [
        {"label": label, "description": bone, "shape_type": "point", "points": [[30, 400]]} for label, bone in shapes
    ]
    (folder / reader / f"{name}.json").write_text(json.dumps({"shapes": shapes, "flags": {"Jane Doe": True}}))


def run(folder, readers=None):
    names = ("labels", "findings", "disputed", "masks", "agreement")
    write_table(folder / "scans.tsv", pd.DataFrame({"image": ["P1_1_anterior"], "patient": ["P1"]}))
    output = SimpleNamespace(**{name: folder / "out" / name for name in names})
    words = {"labels": ["metastasis", "fracture"], "synonyms": {}}
    params = SimpleNamespace(source="folder", votes=1, readers=readers, seed=1, shape=[1024, 256], **words)
    given = SimpleNamespace(scans=folder / "scans.tsv", annotations=str(folder / "marked"))
    script.main(SimpleNamespace(input=given, output=output, params=params, log=[folder / "label.log"]))
    return pd.read_csv(output.findings, sep="\t", keep_default_na=False)


def test_findings_that_name_somebody_are_blank_and_counted(private):
    annotate(private / "marked", "schulze", ("metastasis", "left rib 7"), ("metastasis: Doe", ""))
    annotate(private / "marked", "ann", ("metastasis", "sacrum"), ("fracture", "Doe's hip"))
    findings = run(private, readers=["ann", "schulze"])
    assert findings[["reader", "finding", "bone"]].to_numpy().tolist() == [
        ["ann", "metastasis", "sacrum"],
        ["ann", "fracture", ""],
        ["reader1", "metastasis", "left rib 7"],
        ["reader1", "metastasis", ""],
    ]
    log = (private / "label.log").read_text()
    assert "2 descriptions hold an identity and are left empty" in log
    assert "1 readers' folders are called by a name in a header: they are numbered" in log
    for file in (private / "out").iterdir():
        assert not any(name in file.read_bytes().lower() for name in (b"doe", b"schulze")), file.name


def test_a_label_that_names_somebody_is_unknown_and_not_printed(private):
    annotate(private / "marked", "ann", ("Jane Doe", "sacrum"), ("metastasis Doe", ""), ("tumour", ""))
    with pytest.raises(ValueError, match=r"^annotations: 2 defects:\n") as error:
        run(private)
    log = (private / "label.log").read_text()
    for text in (str(error.value), log):
        assert "1 annotation with the unknown label (it holds an identity), such as ann/P1_1_anterior.json" in text
        assert "the unknown label 'tumour'" in text and "Doe" not in text


def test_a_file_that_no_image_is_called_by_is_told_by_its_place(tmp_path):
    annotate(tmp_path, "ann", ("metastasis", "sacrum"))
    annotate(tmp_path, "ann", ("", ""), name="Roe_Jane")
    with pytest.raises(ValueError, match=r"^ann, annotation 2 by name, shape 1: expected a label$"):
        read_folder(tmp_path, (1024, 256), {"P1_1_anterior"})
