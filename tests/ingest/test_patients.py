"""One Patient ID for several patients, or for none."""

import pytest
from ingest_runs import run, scan, written
from nm_files import save
from pydicom.dataset import Dataset

from bonescan.ingest import patients
from bonescan.ingest.persons import Persons

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


def test_without_a_study_patients_of_one_identifier_cannot_be_told(tmp_path):
    folder = tmp_path / "archive"
    folder.mkdir()
    for number, (name, uid) in enumerate((("Meier^Anna", None), ("Huber^Karl", ""), ("Kraus^Ute", "1.9"))):
        header = {"PatientID": "H1", "PatientName": name, "StudyInstanceUID": uid}
        save(scan(number, **header), folder / f"{number}_ant.dcm")
    _, table, rejected = run("folder", folder, tmp_path, pseudonyms="salted")
    assert len(table) == 1
    reason = "Patient ID: of several patients, and no Study Instance UID: give the patient in a sheet"
    assert rejected["reason"].tolist() == [reason] * 2


def test_one_study_for_several_persons_is_no_patient(tmp_path):
    folder = tmp_path / "archive"
    folder.mkdir()
    for number, name in enumerate(("Meier^Anna", "Huber^Karl", "Kraus^Ute")):
        header = {"PatientID": "NOID", "PatientName": name, "StudyInstanceUID": "1.9"}
        save(scan(number, **header), folder / f"{number}_ant.dcm")
    _, table, rejected = run("folder", folder, tmp_path, pseudonyms="salted")
    assert table.empty
    assert set(rejected["reason"]) == {"Study Instance UID: of several patients: give the patient in a sheet"}


def said(name="", born="", sex="", study="1"):
    """What a header says, described as ingest does."""
    dataset = Dataset()
    dataset.PatientSex = sex
    values = {"PatientName": [name] if name else [], "PatientBirthDate": [born] if born else []}
    return patients.describe(dataset, Persons(values=values), (study, "1") if study else None, b"salt")


@pytest.mark.parametrize(
    ("one", "other", "two"),
    [
        ({"name": "Meier^Anna"}, {"name": "Meier^Anna^Maria"}, False),
        ({"name": "Meier^Anna"}, {"name": "ANNA MEIER"}, False),
        ({"name": "Meier^Anna"}, {"name": "MEIERANNA"}, False),
        ({"name": "Müller^Eva"}, {"name": "MUELLER^EVA"}, False),
        ({"name": "Schulze-Kraus^Otto", "born": "19490523"}, {"name": "Schulze^Otto", "born": "19490521"}, False),
        ({"name": "Meier^Anna"}, {"name": "Huber^Karl"}, True),
        ({"name": "Meier^Anna", "born": "19490523"}, {"name": "Huber^Anna", "born": "19490523"}, False),
        ({"name": "Meier^Anna", "born": "19490523"}, {"name": "Meier^Anna", "born": "19490528"}, False),
        ({"name": "Meier^Anna", "born": "19490523"}, {"name": "Meier^Anna", "born": "19870411"}, True),
        ({"name": "Kim^Minsu"}, {"name": "Kim^Jiwoo"}, None),
        ({"name": "Kim^Minsu", "born": "19490523"}, {"name": "Kim^Jiwoo", "born": "19610102"}, True),
        ({"name": "YAMADA^TARO"}, {"name": "山田^太郎"}, None),
        ({"name": "山田^太郎"}, {"name": "山田^太郎"}, False),
        ({"name": "SUBJ-001"}, {"name": "SUBJ-002"}, True),
        ({"name": "Anon^001"}, {"name": "Anon^001"}, False),
        ({"name": "DOE^JOHN"}, {"name": "DOE^JOHN"}, None),
        ({"name": "X"}, {"name": "X"}, None),
        ({"born": "19490523"}, {"born": "19610102"}, True),
        ({"born": "19490523"}, {"born": "19490523"}, False),
        ({"born": "19000101"}, {"born": "19000101"}, None),
        ({"name": "Meier^Anna"}, {"born": "19490523"}, None),
        ({"sex": "M"}, {"sex": "F"}, True),
        ({"sex": "M"}, {"sex": "M"}, None),
        ({}, {}, None),
    ],
)
def test_whether_headers_are_of_two_persons(one, other, two):
    assert patients.are_two(said(**one), said(**other)) is two
    assert patients.are_two(said(**other), said(**one)) is two


BORN = {"born": "19490523"}


@pytest.mark.parametrize(
    ("headers", "only", "verdict"),
    [
        ([{}], True, ""),
        ([{}] * 2, True, ""),
        ([{}] * 3, True, "with many studies: the study serves instead"),
        ([{}] * 3, False, ""),
        ([{}] * 4, False, "with several studies that nothing shows to be of one person"),
        ([BORN] * 10, False, ""),
        ([{}] * 11, False, "with many studies: the study serves instead"),
        ([BORN] * 11, False, "of one person with many studies"),
        ([BORN] * 10 + [{}], False, "with many studies: the study serves instead"),
        ([{}, BORN, {"born": "19610102"}], False, "of several persons: the study serves instead"),
        ([{"name": f"SUBJ-{n:03d}"} for n in range(6)], False, "of several persons: the study serves instead"),
        ([{"name": "DOE^JOHN"}] * 12, False, "with many studies: the study serves instead"),
        ([{"born": "19000101"}] * 12, False, "with many studies: the study serves instead"),
    ],
)
def test_what_is_said_of_an_identifier(headers, only, verdict):
    told = [said(**header, study=str(number)) for number, header in enumerate(headers)]
    assert patients.judge(told, only) == verdict


@pytest.mark.parametrize(
    "identifiers", [["A", "A", "B", "B"], ["AA", "AA", "BB", "BB"], ["Patient0"] * 2 + ["Patient1"] * 2]
)
def test_short_codes_of_patients_are_no_placeholders(tmp_path, identifiers):
    named, found = archive(tmp_path, *[{"PatientID": identifier} for identifier in identifiers])
    assert len(set(named)) == 2 and found == []


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
