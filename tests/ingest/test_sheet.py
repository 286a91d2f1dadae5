"""Sheets as Excel, Windows and people write them: what is read, what is refused, what stops, and what the log says."""

import pytest
from ingest_runs import run, scan, written
from nm_files import save

from bonescan.ingest import bounded, sheet

ROWS = [("a.dcm", "P0", "unauffällig"), ("b.dcm", "P1", "Größe")]
TEXT = "path\tpatient\treport\na.dcm\tP0\tunauffällig\nb.dcm\tP1\tGröße\n"


def read(folder, data, name="sheet.tsv"):
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return sheet.read_sheet(folder / name)


def cells(found, *columns):
    return [tuple(row.cells[column] for column in columns) for row in found.rows]


@pytest.mark.parametrize(
    ("name", "data", "encoding", "separator"),
    [
        ("plain.tsv", TEXT.encode(), "utf-8", "tabs"),
        ("mark.tsv", TEXT.encode("utf-8-sig"), "utf-8", "tabs"),
        ("unicode.txt", TEXT.encode("utf-16"), "utf-16-le", "tabs"),
        ("little.tsv", TEXT.encode("utf-16-le"), "utf-16-le", "tabs"),
        ("big.tsv", TEXT.encode("utf-16-be"), "utf-16-be", "tabs"),
        ("big_mark.tsv", b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16-be", "tabs"),
        ("wide.tsv", TEXT.encode("utf-32"), "utf-32-le", "tabs"),
        ("ansi.tsv", TEXT.encode("cp1252"), "cp1252", "tabs"),
        ("mac.tsv", TEXT.encode("macintosh"), "macintosh", "tabs"),
        ("dos.tsv", TEXT.encode("cp850") + b"\x1a", "cp850", "tabs"),
        ("windows.tsv", TEXT.replace("\n", "\r\n").encode(), "utf-8", "tabs"),
        ("old_mac.tsv", TEXT.replace("\n", "\r").encode(), "utf-8", "tabs"),
        ("mixed.tsv", TEXT.replace("\n", "\r", 1).replace("\n", "\r\n", 1).encode(), "utf-8", "tabs"),
        ("open_end.tsv", TEXT.rstrip("\n").encode(), "utf-8", "tabs"),
        ("semicolons.csv", TEXT.replace("\t", ";").encode(), "utf-8", "semicolons"),
        ("semicolons.tsv", TEXT.replace("\t", ";").encode(), "utf-8", "semicolons"),
        ("tabs.csv", TEXT.encode(), "utf-8", "tabs"),
        ("commas.tsv", TEXT.replace("\t", ",").encode(), "utf-8", "commas"),
        ("padded.csv", TEXT.replace("\t", ", ").encode(), "utf-8", "commas"),
        ("said.csv", b"sep=;\r\n" + TEXT.replace("\t", ";").encode(), "utf-8", "semicolons"),
        ("upper.tsv", TEXT.replace("path", "Path").replace("patient", " PATIENT ").encode(), "utf-8", "tabs"),
        ("full_width.tsv", TEXT.replace("path", "ｐａｔｈ").encode(), "utf-8", "tabs"),
        ("quoted.tsv", TEXT.replace("path", '"path"').replace("Größe", '"Größe"').encode(), "utf-8", "tabs"),
        ("trailing.tsv", TEXT.replace("\n", "\t\t\n").encode(), "utf-8", "tabs"),
        ("trailing.csv", TEXT.replace("\t", ";").replace("\n", ";;\n").encode(), "utf-8", "semicolons"),
    ],
)
def test_one_sheet_in_many_forms(tmp_path, name, data, encoding, separator):
    found = read(tmp_path, data, name)
    assert cells(found, "path", "patient", "report") == ROWS
    assert (found.encoding, found.separator) == (encoding, separator)
    assert found.columns == ("path", "patient", "report")
    assert not any(row.refusal for row in found.rows)


@pytest.mark.parametrize(
    ("encoding", "texts"),
    [
        ("cp1252", ["Señor Muñoz", "très éloigné", "Søren Kjær", "São João", "Dr. Groß – 5 mm²"]),
        ("cp1250", ["Łukasz Żółć", "kość", "Dvořák Jiří", "Štěpán", "Győző"]),
        ("cp1251", ["Иванов", "метастаз в ребре", "Пётр"]),
        ("cp1253", ["Παπαδόπουλος", "Γιώργος"]),
        ("cp1254", ["Şükrü Yılmaz", "İğdır"]),
        ("cp1255", ["ישראל", "שלום"]),
        ("cp1256", ["محمد", "العظم"]),
        ("cp1257", ["Kęstutis Žukauskas", "Jānis Bērziņš"]),
        ("cp866", ["Иванов", "норма"]),
        ("gb18030", ["王小明", "左侧第七肋骨", "骨扫描未见异常"]),
        ("big5", ["陳大文", "左側肋骨", "骨骼掃描"]),
        ("cp932", ["田中太郎", "異常なし", "骨シンチ", "ﾀﾅｶ ﾀﾛｳ"]),
        ("cp949", ["김철수", "갈비뼈", "이상 없음"]),
    ],
)
def test_a_code_page_is_told_by_the_letters_of_its_words(tmp_path, encoding, texts):
    lines = ["path;patient", *(f"{number}.dcm;{text}" for number, text in enumerate(texts))]
    found = read(tmp_path, "\r\n".join(lines).encode(encoding), "sheet.csv")
    assert found.encoding == encoding
    assert [text for (text,) in cells(found, "patient")] == texts


@pytest.mark.parametrize(
    ("encoding", "texts"),
    [
        ("cp1252", ["unauffällig", "Größe 5 mm, Rippe für sich"]),
        ("cp1252", ["riñón, pélvico", "Muñoz"]),
        ("cp1252", ["très éloigné", "sacro-iliaque à gauche, côte brisée"]),
        ("cp1250", ["kość krzyżowa", "ognisko w żebrze, bez zmian"]),
        ("cp1251", ["метастаз в ребре", "норма"]),
        ("gb18030", ["左侧第七肋骨", "骨扫描未见异常"]),
        ("cp949", ["갈비뼈", "이상 없음 정상"]),
        ("cp932", ["異常なし", "骨シンチ"]),
    ],
)
def test_reports_in_one_language_are_not_doubtful(tmp_path, encoding, texts):
    lines = ["path;report", *(f"{number}.dcm;{text}" for number, text in enumerate(texts))]
    found = read(tmp_path, "\r\n".join(lines).encode(encoding), "sheet.csv")
    assert (found.encoding, found.doubtful, found.blanked) == (encoding, False, 0)
    assert [text for (text,) in cells(found, "report")] == texts


def test_a_path_that_names_a_file_decides_on_the_encoding(tmp_path):
    """Without the file, the letters would be taken for Western ones."""
    text = "path\tpatient\nGyőző.dcm\tP0\n"
    assert read(tmp_path, text.encode("cp1250")).encoding == "cp1252"
    (tmp_path / "Győző.dcm").touch()
    found = read(tmp_path, text.encode("cp1250"))
    assert (found.encoding, found.doubtful) == ("cp1250", False)
    assert cells(found, "path") == [("Győző.dcm",)]


def test_letters_that_two_code_pages_read_otherwise_are_doubtful(tmp_path):
    found = read(tmp_path, "path\tpatient\treport\na\tP\tGyőző\nb\tP\tsound\n".encode("cp1250"))
    assert (found.doubtful, found.blanked) == (True, 1)
    assert cells(found, "path", "report") == [("a", ""), ("b", "sound")], "a name could not be found in it"
    assert not read(tmp_path, "path\treport\na\tMüller\n".encode("cp1252")).doubtful, "the same letters in all that fit"
    assert not read(tmp_path, "path\tdoctor\na\tGyőző\n".encode("cp1250")).doubtful, "nobody reads the column"


def test_a_cell_that_cannot_be_decoded_refuses_its_row_and_is_not_quoted(tmp_path):
    data = "path\tpatient\ta column\na\tMüller\tx\nb\tKöhler\tx\n".encode() + b"c\tJ\xe4ger\tx\nd\tP\tJ\xe4ger\n"
    found = read(tmp_path, data)
    assert found.encoding == "utf-8"
    refused = [(row.line, str(row.refusal)) for row in found.rows if row.refusal]
    assert refused == [(4, "patient in the sheet: expected utf-8, found other bytes")]
    damaged = read(tmp_path, "path\tpatient\na\tM\ufffdller\n")
    assert str(damaged.rows[0].refusal) == "patient in the sheet: expected utf-8, found other bytes"


def test_blank_lines_short_rows_and_long_rows_keep_their_lines(tmp_path):
    found = read(tmp_path, "\n \npath,patient,exam\n\na,P0,1\n,,\n\n b , P1\nc,P2,1,,\nd,P3,1,more\n", "sheet.csv")
    assert [(row.line, *row.cells.values()) for row in found.rows[:3]] == [
        (5, "a", "P0", "1"),
        (8, "b", "P1", ""),
        (9, "c", "P2", "1"),
    ]
    assert found.short == 1
    assert (found.rows[3].line, str(found.rows[3].refusal)) == (
        10,
        "more cells in the row than in the header of the sheet",
    )


@pytest.mark.parametrize(
    ("name", "text", "reports"),
    [
        ("a.tsv", 'a\t"hot spot, rib 7\nb\tnone\nc\t5" lesion\n', ['"hot spot, rib 7', "none", '5" lesion']),
        ("b.tsv", 'a\t"rib 7, ""hot"""\nb\t""\n', ['rib 7, "hot"', ""]),
        ("c.csv", 'a,"rib 7, ""hot"""\nb, "x, y" \nc,5" lesion\n', ['rib 7, "hot"', "x, y", '5" lesion']),
        ("d.csv", 'a;"1;2"\nb;1,2\n', ["1;2", "1,2"]),
    ],
)
def test_quotes(tmp_path, name, text, reports):
    sign = {"a.tsv": "\t", "b.tsv": "\t", "c.csv": ",", "d.csv": ";"}[name]
    assert cells(read(tmp_path, f"path{sign}report\n{text}", name), "report") == [(report,) for report in reports]


ERRORS = {
    "no header": ("Meier\tAnna\nx\ty\n", "line 1: expected a header with the column path, found none"),
    "a title": ("Cohort of Meier\npath\tpatient\na\tP\n", "line 1: expected a header with the column path"),
    "no path": ("file\tpatient\nMeier\tP\n", "line 1: expected a header with the column path"),
    "pacient": ("path\tpacient\nMeier\tP\n", "line 1, column 2: expected patient, found nearly that"),
    "lable": ("path\tpatient\tlable\na\tMeier\t1\n", "line 1, column 3: expected label, found nearly that"),
    "veiw": ("path,veiw\na,Meier\n", "line 1, column 2: expected view"),
    "pth": ("\npth\tpatient\na\tMeier\n", "line 2, column 1: expected path"),
    "patient_id": ("path\tPatient ID\na\tMeier\n", "line 1, column 2: expected patient"),
    "twice": ("path\tPath\na\tMeier\n", "line 1: expected the column path once"),
    "empty": ("", "found an empty file"),
    "blank": ("\ufeff\r\n\r\n", "found an empty file"),
    "header only": ("path\tpatient\n\n", "expected one row a scan below the header, found none"),
    "open quote": ('path,report\na,x\nb,"Meier\nc,x\n', "line 3: expected a quote that closes"),
    "line break": ('path,report\na,"Meier\nAnna"\n', "line 2: expected a quote that closes"),
    "letters behind a quote": ('path,report\na,"Meier" Anna\n', "line 2: expected a quote that closes"),
    "line break between tabs": ('path\treport\na\t"Meier\nAnna"\nb\tx\n', "line 2: expected each cell in one line"),
    "xlsx": (b"PK\x03\x04Meier", "an Excel or OpenDocument file; save it as CSV"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1Meier", "an Excel file; save it as CSV"),
    "html": (" <html><table><td>Meier", "an HTML or XML file; save it as CSV"),
    "rtf": ("{\\rtf1 Meier", "an RTF file"),
    "pdf": ("%PDF-1.4 Meier", "a PDF file"),
    "large": (b"path\n" + bytes(bounded.MAXIMUM_BYTES), "expected at most 64 MiB"),
    "zeros": (bytes(1000), "expected a header with the column path"),
}


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_names_the_line_and_known_columns_and_quotes_no_cell(tmp_path, kind):
    data, message = ERRORS[kind]
    with pytest.raises(ValueError) as stop:
        read(tmp_path, data, "sheet.csv" if b"," in (data if isinstance(data, bytes) else data.encode()) else "s.tsv")
    text = str(stop.value)
    assert message in text and text.startswith("sheet")
    assert "\n" not in text
    assert not any(name in text for name in ("Meier", "Anna", "pacient", "lable", "veiw", "pth"))
    if "column" in message or "empty" in message:
        assert "path, patient, exam, view, frame, label, subtype, report" in text or "once" in message


def test_other_columns_are_told_by_place_and_by_harmless_names(tmp_path):
    found = read(tmp_path, "\tpath\tDr. Meier\tAge\tpatient_id\tpatient\n1\ta\tx\t60\t7\tP\n")
    assert found.ignored == {1: "", 3: "", 4: "age", 5: ""}
    assert cells(found, "path", "patient") == [("a", "P")]


WORD_LABELS = {
    "0": "0 normal Normal NEG negative 0.0 0,0 no FALSE benign healthy degenerative fracture bladder kidney",
    "1": "1 metastasis POS positive 1.0 1,00 Yes true malignant abnormal Metastases multiple spinal outside_spine",
}


@pytest.mark.parametrize(
    ("label", "word"), [(label, word) for label, words in WORD_LABELS.items() for word in words.split()]
)
def test_labels_as_words(tmp_path, label, word):
    assert cells(read(tmp_path, f"path;label\na;{word}\n", "sheet.csv"), "label") == [(label,)]


@pytest.mark.parametrize(
    ("word", "label"), [("metastasis: spine", "1"), ("Injection  Site", "0"), ("No metastasis", "0")]
)
def test_labels_of_several_words(tmp_path, word, label):
    assert cells(read(tmp_path, f"path\tlabel\na\t{word}\n"), "label") == [(label,)]


@pytest.mark.parametrize("word", ["other", "2", "0.5", "metast", "?", "unclear"])
def test_a_word_that_is_no_label_is_not_guessed(tmp_path, word):
    save(scan(1), tmp_path / "a_ant.dcm")
    save(scan(2), tmp_path / "b_ant.dcm")
    (tmp_path / "sheet.tsv").write_text(f"path\tpatient\tlabel\na_ant.dcm\tP0\t{word}\nb_ant.dcm\tP1\tpos\n")
    _, table, rejected = run("sheet", tmp_path / "sheet.tsv", tmp_path)
    assert list(table["patient"]) == ["P1"] and list(table["label"]) == [1]
    assert rejected[["row", "reason"]].to_numpy().tolist() == [
        ["2", "label in the sheet: expected 0, 1, or a word such as normal and metastasis"]
    ]


@pytest.mark.parametrize(
    ("word", "subtype"),
    [
        ("outside spine", "outside_spine"),
        ("Outside_Spine", "outside_spine"),
        ("OUTSIDE-SPINE", "outside_spine"),
        ("Multiple bone metastasis", "multiple"),
        ("Spinal", "spinal"),
        ("Normal", "normal"),
        ("unspecified", "unspecified"),
    ],
)
def test_subtypes_as_words(tmp_path, word, subtype):
    found = read(tmp_path, f"path\tsubtype\na\t{word}\n")
    label = str(int(subtype != "normal"))
    assert cells(found, "subtype", "label") == [(subtype, label)], "the label follows from the subtype"
    assert found.derived == ("label",) and found.columns == ("path", "label", "subtype")


def test_a_run_says_what_was_taken_for_what(tmp_path):
    """And takes label without subtype: a binary study."""
    (tmp_path / "scans").mkdir()
    for number in range(3):
        save(scan(number), tmp_path / "scans" / f"{number}_ant.dcm")
    rows = [r"scans\0_ant.dcm;P0;Normal;60;Dr. Meier", r".\scans\1_ant.dcm;P1;POS;60;", "scans/2_ant.dcm;P2;normal"]
    text = "\r\n".join(["Path; Patient; Label; Age; Ärztin", *rows])
    (tmp_path / "sheet.csv").write_bytes(text.encode("cp1252"))
    _, table, rejected = run("sheet", tmp_path / "sheet.csv", tmp_path)
    assert rejected.empty
    assert list(table["label"]) == [0, 1, 0] and list(table["patient"]) == ["P0", "P1", "P2"]
    assert "subtype" not in table.columns and list(table["row"]) == [2, 3, 4]
    log = (tmp_path / "ingest.log").read_text()
    for line in (
        "sheet: read as cp1252 with semicolons between columns, rows: 3",
        "sheet: column 4 is not known and left out: age",
        "sheet: column 5 is not known and left out\n",
        "sheet: label normal is read as 0 in rows: 2",
        "sheet: label pos is read as 1 in rows: 1",
        "sheet: cells that are not there are read as empty in rows: 1",
        "sheet: backslashes are read as slashes in the path of rows: 2",
    ):
        assert line in log, line
    assert "Meier" not in written(tmp_path)
