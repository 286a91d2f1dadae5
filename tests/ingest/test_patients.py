"""One Patient ID for several patients, or for none."""

import pytest
from ingest_runs import run, scan, written
from nm_files import save

from bonescan.ingest import patients
from bonescan.ingest.outcomes import Outcome, View
from bonescan.ingest.refusal import Refusal

SUMMARY = "Patient IDs"


def archive(tmp_path, *headers):
    """One file a header, each of another study; return the patients found and the summary of identifiers."""
    folder = tmp_path / "archive"
    folder.mkdir()
    for number, header in enumerate(headers):
        made = {"StudyInstanceUID": f"1.2.{number + 10}", "PatientName": None} | header
        save(scan(number, **made), folder / f"{number}_ant.dcm")
    _, table, rejected = run("folder", folder, tmp_path, pseudonyms="salted")
    assert rejected.empty, rejected["reason"].tolist()
    lines = (tmp_path / "summary.tsv").read_text().splitlines()
    return list(table["patient"]), [line.split("\t")[1:] for line in lines if line.startswith(SUMMARY)]


@pytest.mark.parametrize("word", ["NOID", "000000", "XXXXXX", "N/A", "redacted"])
def test_a_word_for_no_patient_makes_none_of_several(tmp_path, word):
    named, found = archive(tmp_path, *[{"PatientID": word, "PatientName": "X"}] * 3)
    assert len(set(named)) == 3
    assert found == [["that stand for nobody: the study serves instead", "3"]]


def test_an_identifier_of_several_persons_is_none(tmp_path):
    """The word is on no list, but the headers are of several persons; the other patient's two studies stay one's."""
    persons = [{"PatientName": "Meier^Anna"}, {"PatientName": "Huber^Karl"}, {"PatientName": "Meier^Anna"}]
    one = {"PatientID": "4711", "PatientName": "Schulze^Otto", "PatientBirthDate": "19490523"}
    married = one | {"PatientName": "SCHULZE-KRAUS^Otto", "PatientBirthDate": "19490521"}
    named, found = archive(tmp_path, *[{"PatientID": "STUDY1"} | person for person in persons], one, married)
    assert len(set(named[:3])) == 3
    assert named[3] == named[4]
    assert found == [["of several persons: the study serves instead", "1"]]
    assert "of several persons: the study serves instead: 1" in (tmp_path / "ingest.log").read_text()
    for identity in ("meier", "anna", "1949", "schulze"):
        assert identity not in written(tmp_path).lower()


def test_the_only_identifier_of_a_cohort_is_none(tmp_path):
    named, found = archive(tmp_path, *[{"PatientID": "HOSPITAL"}] * 3)
    assert len(set(named)) == 3
    assert found == [["with many studies: the study serves instead", "1"]]


@pytest.mark.filterwarnings("ignore:Invalid value for VR")
def test_without_a_study_patients_of_one_identifier_cannot_be_told(tmp_path):
    header = {"names": ["a"], "born": "", "sex": "", "alone": None, "placeholder": False}
    other = header | {"names": ["b"], "alone": ["P2", "E2"]}
    outcomes = [
        Outcome("f", "", [View({"patient": "P", "view": "anterior", "header": told}, None)], {})
        for told in (header, other)
    ]
    (first, second), _ = patients.separate(outcomes)
    assert isinstance(first.found[0], Refusal) and "no Study Instance UID" in str(first.found[0])
    assert second.found[0].row["image"] == "P2_E2_anterior"


def said(**told):
    return {"names": [], "born": "", "sex": "", "alone": ("", ""), "placeholder": False} | told


@pytest.mark.parametrize(
    ("one", "other", "two"),
    [
        ({"names": ["a", "b"]}, {"names": ["b", "c"]}, False),
        ({"names": ["a"]}, {"names": ["c"]}, True),
        ({"names": ["a"], "born": "1"}, {"names": ["a"], "born": "2"}, False),
        ({"names": ["a"], "born": "1"}, {"names": ["c"], "born": "1"}, False),
        ({"names": ["a"], "born": "1"}, {"names": ["c"], "born": "2"}, True),
        ({"born": "1"}, {"born": "2"}, True),
        ({"born": "1"}, {"born": "1"}, False),
        ({"names": ["a"]}, {"born": "1"}, None),
        ({"sex": "M"}, {"sex": "F"}, True),
        ({"sex": "M"}, {"sex": "M"}, None),
        ({}, {}, None),
    ],
)
def test_whether_headers_are_of_two_persons(one, other, two):
    assert patients.are_two(said(**one), said(**other)) is two
    assert patients.are_two(said(**other), said(**one)) is two


@pytest.mark.parametrize(
    ("headers", "only", "verdict"),
    [
        ([{}], True, ""),
        ([{}] * 2, True, ""),
        ([{}] * 3, True, "with many studies: the study serves instead"),
        ([{}] * 10, False, ""),
        ([{}] * 11, False, "with many studies: the study serves instead"),
        ([{"born": "1"}] * 11, False, "of one person with many studies"),
        ([{"born": "1"}] * 10 + [{}], False, "with many studies: the study serves instead"),
        ([{}, {"born": "1"}, {"born": "2"}], False, "of several persons: the study serves instead"),
    ],
)
def test_what_is_said_of_an_identifier(headers, only, verdict):
    assert patients.judge([said(**header) for header in headers], only) == verdict


def test_a_patient_of_the_sheet_is_one_whatever_the_headers_say(tmp_path):
    folder = tmp_path / "archive"
    folder.mkdir()
    for number in range(3):
        save(scan(number, StudyInstanceUID=f"1.2.{number}", PatientID="NOID"), folder / f"{number}_ant.dcm")
    rows = "".join(f"{number}_ant.dcm\tmine\n" for number in range(3))
    (folder / "sheet.tsv").write_text(f"path\tpatient\n{rows}")
    _, table, _ = run("sheet", folder / "sheet.tsv", tmp_path, pseudonyms="salted")
    assert table["patient"].nunique() == 1 and table["exam"].nunique() == 3


def test_a_word_for_nobody_in_a_sheet_is_no_patient(tmp_path):
    folder = tmp_path / "archive"
    folder.mkdir()
    for number in range(3):
        save(scan(number, StudyInstanceUID=f"1.2.{number}", PatientID=f"H{number}"), folder / f"{number}_ant.dcm")
    (folder / "sheet.tsv").write_text("path\tpatient\n0_ant.dcm\tN/A\n1_ant.dcm\tunknown\n2_ant.dcm\t0\n")
    _, table, _ = run("sheet", folder / "sheet.tsv", tmp_path, pseudonyms="salted")
    assert table["patient"].nunique() == 3
    assert "a patient that stands for nobody is read as empty in rows: 2" in (tmp_path / "ingest.log").read_text()
