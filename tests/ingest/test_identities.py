"""Identities planted in headers, sheets and reports, run through the whole of ingest: what is written of them."""

import datetime
import io
import json
import stat
import unicodedata

import ingest as script
import numpy as np
import pandas as pd
import pytest
from ingest_runs import SALT, run, scan, written
from nm_files import save
from pydicom.dataset import Dataset

from bonescan.ingest import guard, persons, privacy, salt
from bonescan.ingest.identities import identities

SURE = {"SpecificCharacterSet": "ISO_IR 192"}


@pytest.fixture
def archive(tmp_path):
    (tmp_path / "archive").mkdir()
    return tmp_path / "archive"


def ingest(archive, files, pseudonyms="salted", **columns):
    """Write files of several patients and a sheet, and run."""
    for number, header in enumerate(files):
        told = {"PatientID": f"T-900{number}", "PatientName": f"Exampleson{'abcdefgh'[number]}", "ImageID": "ANT"}
        if isinstance(header, bytes):
            (archive / f"{number}.dcm").write_bytes(header)
            continue
        save(scan(number, **told | {"StudyInstanceUID": f"1.5.{number}"} | header), archive / f"{number}.dcm")
    sheet = pd.DataFrame({"path": [f"{number}.dcm" for number in range(len(files))], **columns})
    sheet.to_csv(archive / "sheet.tsv", sep="\t", index=False)
    _, table, rejected = run("sheet", archive / "sheet.tsv", archive.parent, pseudonyms=pseudonyms)
    reports = pd.read_csv(archive.parent / "reports.tsv", sep="\t", keep_default_na=False)
    return table, rejected, list(reports["report"])


def test_names_of_many_scripts_leave_no_trace(archive):
    planted = [
        (
            {"PatientName": "Wang^Xiaodong=王^小东=", "InstitutionName": "示例省第一医院"},
            "患者王小东，男，67岁。示例省第一医院核医学科：左第7肋骨",
        ),
        (
            {"PatientName": "Yamada^Tarou=山田^太郎=やまだ^たろう", "InstitutionName": "例示大学病院"},
            "山田太郎様、例示大学病院。骨転移",
        ),
        ({"PatientName": "Kim^Cheolsu=김^철수=", "InstitutionName": "예시병원"}, "김철수는 예시병원에서 검사함."),
        ({"PatientName": "Müller-Beispiel^Hannelore"}, "Frau Müller-Beispiel: Rippe 7 links."),
    ]
    reports = [unicodedata.normalize("NFD", report) for _, report in planted]
    table, rejected, kept = ingest(archive, [SURE | header for header, _ in planted], report=reports)
    assert len(table) == 4 and rejected.empty
    text = unicodedata.normalize("NFC", written(archive.parent))
    for name in (
        "王",
        "小东",
        "示例省",
        "山田",
        "太郎",
        "例示大学",
        "김",
        "철수",
        "예시",
        "Müller",
        "Beispiel",
        "Hannelore",
    ):
        assert name not in text, name
    assert kept[0].startswith("患者[PatientName]，男") and kept[3] == "Frau [PatientName]: Rippe 7 links."


def nested(**values):
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return [item]


@pytest.mark.parametrize(
    ("header", "report"),
    [
        ({"OtherPatientIDsSequence": nested(PatientID="KH-998877")}, "KH 998877"),
        ({"ReferencedStudySequence": nested(ReferencedSeriesSequence=nested(AccessionNumber="ACC-5521"))}, "ACC5521"),
        ({"RequestAttributesSequence": nested(RequestingPhysician="Schulze^Otto")}, "Dr. Schulze"),
        ({"InstitutionCodeSequence": nested(CodeMeaning="Klinik Nord")}, "Klinik Nord"),
        (
            {"OriginalAttributesSequence": nested(ModifiedAttributesSequence=nested(PatientName="Mädchen^Eva"))},
            "Maedchen",
        ),
        ({"PatientBirthDate": "19490521"}, "May 21, 1949"),
        ({"OtherPatientNames": ["Doe^Jane", "Roe^Ann"]}, "Roe"),
        ({"PatientName": "Ng^Wu"}, "Ng"),
    ],
)
def test_what_a_header_holds_anywhere_is_taken_out(archive, header, report):
    _, _, (kept,) = ingest(archive, [SURE | header], report=[f"Old {report}: rib 7"])
    assert kept.startswith("Old ") and kept.endswith("]: rib 7") and report not in kept


def raw_name(seed, data, charset=None):
    """A file with a name in bytes that pydicom would not write."""
    data += b" " * (len(data) % 2)
    told = {"PatientID": f"T-77{seed}", "StudyInstanceUID": f"1.6.{seed}", "SpecificCharacterSet": charset}
    stream = io.BytesIO()
    save(scan(seed, ImageID="ANT", PatientName="X" * len(data), **told), stream)
    return stream.getvalue().replace(b"X" * len(data), data)


WITHHELD = "[withheld: a name in the header cannot be decoded]"


@pytest.mark.parametrize("charset", [None, "ISO_IR 100", "ISO_IR 192"])
@pytest.mark.parametrize(
    ("data", "report", "expected"),
    [
        ("欧阳^小明明".encode("gbk"), "欧阳小明明 复查", "[PatientName] 复查"),
        ("欧阳^小明明".encode("gbk"), "rib 7", WITHHELD),
        ("陳^大文".encode("big5"), "陳大文 rib", "[PatientName] rib"),
        ("山田^太郎".encode("cp932"), "山田太郎 rib", "[PatientName] rib"),
        ("김^철수".encode("cp949"), "김철수 rib", "[PatientName] rib"),
        ("Иванов^Иван".encode("cp1251"), "Иванов rib", "[PatientName] rib"),
        (b"\x81\xff^\xfe\xff\x81", "rib 7", WITHHELD),
        ("\ufffd\ufffd^\ufffd".encode(), "rib 7", WITHHELD),
        (b"???^??", "rib 7", WITHHELD),
    ],
)
def test_a_name_whose_characters_are_not_declared(archive, data, report, expected, charset):
    _, _, (kept,) = ingest(archive, [raw_name(1, data, charset)], report=[report])
    assert kept == expected


@pytest.mark.parametrize("data", ["Müller^Änne".encode("latin-1"), "Müller^Änne".encode()])
def test_latin_and_utf8_names_are_certain_without_a_declaration(archive, data):
    _, _, (kept,) = ingest(archive, [raw_name(1, data)], report=["Frau Mueller: rib 7"])
    assert kept == "Frau [PatientName]: rib 7"
    _, _, (kept,) = ingest(archive, [raw_name(1, data)], report=["rib 7"])
    assert kept == "rib 7"


def test_a_declared_escape_is_followed(archive):
    data = b"Yamada^Tarou=" + "山田".encode("iso2022_jp") + b"^" + "太郎".encode("iso2022_jp")
    texts, sure = persons.read_text(data, ["", "ISO 2022 IR 87"])
    assert sure and texts == ["Yamada^Tarou=山田^太郎"]


def test_a_family_name_of_one_letter_cannot_be_told(archive):
    headers = [SURE | {"PatientName": "O^Sehun"}] * 2
    _, _, kept = ingest(archive, headers, report=["Mr. O, rib 7", "Sehun, rib 7"])
    assert kept == ["[withheld: a name of one letter cannot be told from other letters]", "[PatientName], rib 7"]


def test_one_report_never_stops_the_cohort(archive):
    """A word, a date, a name of somebody else: that report is cleared or withheld, the others stay as they are."""
    headers = [
        SURE | {"PatientName": "Rippe^Anna", "StudyDate": "20170304", "PatientID": "KH-123456"},
        *[SURE] * 5,
        SURE | {"PatientName": "Li^Wei"},
    ]
    reports = [
        "links",
        "Rippe 7 links",
        "wie am 4.3.2017",
        "Anna Rippe war hier",
        "KH 123456",
        "Li Wei, Dr. Li",
        "7 li",
    ]
    table, rejected, kept = ingest(archive, headers, report=reports)
    assert len(table) == 7 and rejected.empty
    another = "[withheld: it names another patient of the cohort]"
    assert kept == [
        "links",
        "[PatientName] 7 links",
        "wie am [StudyDate]",
        another,
        another,
        "[PatientName], Dr. [PatientName]",
        "7 [PatientName]",
    ]
    summary = pd.read_csv(archive.parent / "summary.tsv", sep="\t")
    withheld = summary[summary["item"] == "reports"]
    assert withheld.to_numpy().tolist() == [["reports", "withheld: it names another patient of the cohort", 2]]


def test_a_given_name_that_is_an_identity_leaves_its_rows_out(archive):
    """The user says that the sheet's names are pseudonyms; two are not, one of its own file and one of another."""
    patients = ["T-9000", "P2", "Meier-1", "P4", "P5"]
    headers = [{}, {}, {}, {"PatientName": "Meier^Ute"}, {}]
    table, rejected, _ = ingest(archive, headers, "given", patient=patients, exam=["1", "1", "1", "1", "20170101"])
    assert list(table["patient"]) == ["P2", "P4", "P5"] and list(table["row"]) == [3, 5, 6]
    assert rejected[["row", "reason"]].to_numpy().tolist() == [
        ["2", "patient in the sheet: expected a pseudonym, found the PatientID of its file"],
        ["4", "patient in the sheet: expected a pseudonym, found the PatientName of another file"],
    ]
    scans = np.load(archive.parent / "scans.npy")
    assert [int(one.sum()) for one in scans] == list(table["counts"]), "the views left out are not in the array"
    assert "Meier" not in written(archive.parent) and "T-9000" not in written(archive.parent)


@pytest.mark.parametrize("name", ["Little", "Field", "Sheet"])
def test_a_given_name_is_an_identity_though_the_workflow_uses_the_word(archive, name):
    headers = [{"PatientName": f"{name}^Ann"}, {}]
    table, rejected, _ = ingest(archive, headers, "given", patient=["P1", f"{name}-1"])
    assert list(table["patient"]) == ["P1"] and list(rejected["row"]) == ["3"]


def test_a_reason_that_quotes_a_refused_name_is_cut(archive):
    headers = [{"PatientName": "Roe^Ann"}, {"PatientName": "Meier^Ute"}]
    for number in (0, 1):
        save(scan(0, ImageID="ANT", **headers[number], PatientID=f"T{number}"), archive / f"{number}.dcm")
    (archive / "sheet.tsv").write_text("path\tpatient\n0.dcm\tMeier-1\n1.dcm\tP1\n9.dcm\tP9\n")
    save(scan(5, ImageID="ANT", PatientID="T5", StudyInstanceUID="1.9"), archive / "9.dcm")
    _, _, rejected = run("sheet", archive / "sheet.tsv", archive.parent)
    assert list(rejected["reason"]) == [
        "patient in the sheet: expected a pseudonym, found the PatientName of another file",
        "a duplicate",
    ]


@pytest.mark.parametrize(
    "header",
    [
        {"ContentDate": datetime.date.today().strftime("%Y%m%d")},
        {"StudyID": "1005"},
        {"PatientID": "1005"},
        {"StudyID": "1024"},
        {"PatientComments": "PRIVATE"},
        {"StationName": "NM"},
        {"PatientName": "Long^Best"},
    ],
)
def test_numbers_dates_and_words_of_ingest_itself_are_no_leaks(archive, header):
    headers = [header | {"ImageID": "ANT"}]
    for number, one in enumerate(headers):
        save(scan(number, **one), archive / f"{number}.dcm")
    rows = "".join(f"missing{number}.dcm\tP{number}\t1\n" for number in range(1, 1010))
    (archive / "sheet.tsv").write_text(f"path\tpatient\texam\n0.dcm\tP0\t1\n{rows}")
    _, table, rejected = run("sheet", archive / "sheet.tsv", archive.parent)
    assert len(table) == 1 and len(rejected) == 1009
    assert "1005" in set(rejected["row"])
    assert "---" not in (archive.parent / "ingest.log").read_text()


def test_a_line_of_the_log_that_names_somebody_is_overwritten_in_place(tmp_path):
    lines = ["2026-01-01 10:00:00,000 INFO 3 of 1005", "2026-01-01 10:00:00,000 WARNING Jäne Doe's", "end"]
    (tmp_path / "a.log").write_text("\n".join(lines))
    known = privacy.digests(identities({"PatientName": ["Doe^Jane"], "ContentDate": ["20260101"]}), SALT.encode())
    index = privacy.index_of_digests(known, SALT.encode())
    assert guard.guard_log(tmp_path / "a.log", index, frozenset()) == 1
    text = (tmp_path / "a.log").read_text().splitlines()
    assert text[0] == lines[0] and text[2] == "end" and set(text[1]) == {"-"}


def test_a_killed_ingest_leaves_no_identity(archive, monkeypatch):
    """Not in its journal either: there a report still names another patient."""
    planted = ["Zacharias", "王小东", "KH-445566", "Schulze", "19490521", "21.5.1949", "445566"]
    headers = [
        SURE | {"PatientName": "Zacharias^Ute", "PatientID": "KH-445566", "PatientBirthDate": "19490521"},
        SURE | {"PatientName": "Wang^Xiaodong=王^小东=", "ReferringPhysicianName": "Schulze^Otto"},
        SURE,
    ]

    def kill(outcomes, *arguments):
        for number, outcome in enumerate(outcomes):
            if number == 2:
                raise KeyboardInterrupt
            yield outcome

    monkeypatch.setattr(script, "progress", kill)
    with pytest.raises(SystemExit):
        ingest(archive, headers, report=["Schulze 王小东", "Zacharias 21.5.1949 KH-445566", "none"])
    files = [file for file in archive.parent.iterdir() if file.is_file() and not file.name.startswith(".bonescan")]
    assert {".journal.part", ".scans.part", "ingest.log"} <= {file.name for file in files}
    for file in files:
        data = file.read_bytes().lower()
        for text in planted:
            for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
                assert text.lower().encode(encoding) not in data, (file.name, text, encoding)
            assert json.dumps(text.lower())[1:-1].encode() not in data


def test_ingest_leaves_digests_for_label(archive):
    ingest(archive, [SURE | {"PatientName": "Zacharias^Ute"}], report=[""])
    file = archive.parent / salt.IDENTITIES_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "zacharias" not in file.read_text().lower()
    known, key = salt.read_identities(archive.parent)
    assert privacy.search("Zacharias", privacy.index_of_digests(known, key))


def test_another_salt_finds_nothing_and_is_named(archive, monkeypatch):
    ingest(archive, [{}], report=[""])
    monkeypatch.setenv("BONESCAN_SALT", "another salt of 20 letters")
    with pytest.raises(ValueError, match="expected the salt of ingest, found another"):
        salt.read_identities(archive.parent)
    monkeypatch.delenv("BONESCAN_SALT")
    with pytest.raises(ValueError, match="expected the salt of ingest, found none"):
        salt.read_identities(archive.parent)
    assert not (archive.parent / salt.SALT_FILE).exists()
