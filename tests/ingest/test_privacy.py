"""One matcher: each spelling of an identity is found, in the clear and by digests, and what stands by chance is not."""

import re
import unicodedata

import pytest

from bonescan.ingest import privacy
from bonescan.ingest.identities import FULL, PART, REPORT, SHORT, identities

SALT = b"a salt of the tests"


def known(**attributes):
    return identities({name: [value] for name, value in attributes.items()})


def scrubbed(text, **attributes):
    return privacy.scrub(text, known(**attributes))


SPELLINGS = {
    "Doe^Jane": [
        "JANE DOE",
        "Doe, Jane",
        "doe_jane",
        "Jane-Doe",
        "JaneDoe",
        "doejane",
        "J. Doe",
        "Jane",
        "Doe's",
        "Doe’s",
    ],
    "Doe^Jane^Quentin": ["Jane Quentin Doe", "Doe, Jane Quentin", "Jane Q. Doe", "Quentin"],
    "Müller^Änne": ["Müller", "MÜLLER", "Mueller", "Muller", "Aenne", "Anne", "Müllers", "Mu\u00adeller", "Ｍüller"],
    "MUELLER^ANNA": ["Müller", "Mueller", "Muller"],
    "Strauß^Jörg": ["Strauss", "STRAUSS", "Joerg", "Jorg"],
    "Sørensen^Åse": ["Sorensen", "Soerensen", "Aase", "Ase"],
    "Łukasiewicz^Đorđe": ["Lukasiewicz", "Dorde"],
    "Müller-Beispiel^Hannelore": ["Müller-Beispiel", "Müller Beispiel", "MuellerBeispiel", "Beispiel"],
    "García López^María José": ["M. García", "García López, María José", "Maria Jose Garcia-Lopez", "MariaJosé"],
    "O'Brien^Seán": ["O'Brien", "O’Brien", "OBrien", "Sean"],
    "van der Berg^Jan": ["Jan van der Berg", "van der Berg", "vanderBerg", "Berg", "Jan Berg"],
    "Wang^Xiao Ming": ["XiaoMing", "WangXiaoMing", "Wang Xiaoming", "XIAO-MING WANG", "Xiao_Ming", "xiaoming's"],
    "Wang^XiaoMing": ["Xiao Ming", "Wang, Xiao Ming"],
    "Li^Na": ["Li", "Na", "Li Na", "NA LI"],
    "Ng^Wu": ["Ng", "ng", "Wu"],
    "JANE DOE": ["Jane Doe", "Doe, Jane", "Doe", "Jane"],
    "Иванов^Иван": ["Иванов", "ИВАН ИВАНОВ"],
    "Wang^Xiaodong=王^小东=": ["王小东", "小东", "王 小东", "Wang Xiaodong"],
    "Ouyang^Ming=欧阳^明": ["欧阳明", "欧阳"],
    "Yamada^Tarou=山田^太郎=やまだ^たろう": [
        "山田太郎",
        "山田　太郎",
        "太郎",
        "ヤマダ",
        "ﾔﾏﾀﾞ ﾀﾛｳ",
        "たろう",
        "Tarou Yamada",
    ],
    "Kim^Cheolsu=김^철수=": ["김철수", "철수", "김 철수"],
    "김철수": ["김철수", "철수"],
    "ใจดี^สมชาย": ["สมชาย ใจดี", "สมชาย"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in SPELLINGS.items() for text in texts])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_is_found_in_every_spelling(name, text, form):
    report = unicodedata.normalize(form, f"3 {text}. 7")
    assert re.fullmatch(r"3 \[PatientName\]([’']?s)?\. 7", scrubbed(report, PatientName=name))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Wang^Xiaodong=王^小东=", "患者王小东，男"),
        ("Yamada^Tarou=山田^太郎", "患者山田太郎様"),
        ("Kim^Cheolsu=김^철수=", "환자김철수는"),
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_is_found_among_letters_without_spaces(name, text, form):
    assert "[PatientName]" in scrubbed(unicodedata.normalize(form, text), PatientName=name)


@pytest.mark.parametrize(
    "text",
    [
        *("21.5.1949", "21.05.1949", "21. 5. 1949", "21.05.49", "5/21/1949", "21/05/1949", "1949/5/21", "1949-05-21"),
        *("19490521", "21051949", "May 21, 1949", "May 21st, 1949", "21 May 1949", "21-MAY-1949", "21MAY1949"),
        *("21. Mai 1949", "21 mai 1949", "21 de mayo de 1949", "21st of May 1949", "1949年5月21日", "1949년 5월 21일"),
        *("昭和24年5月21日", "２１．５．１９４９", "21/05/2492", "1949.5.21"),
    ],
)
@pytest.mark.parametrize("value", ["19490521", "1949.05.21", "19490521120000.000"])
def test_a_date_is_found_in_every_form(text, value):
    assert re.fullmatch(
        r"on (昭和)?\[PatientBirthDate\][日일]?: hot", scrubbed(f"on {text}: hot", PatientBirthDate=value)
    )


@pytest.mark.parametrize("text", ["22.5.1949", "May 1949", "21.5.", "L3, 5 of 19.49", "49 counts in 21 of 5"])
def test_another_date_stays(text):
    assert scrubbed(text, PatientBirthDate="19490521") == text


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({"PatientID": "4711-0815"}, "4711 0815"),
        ({"PatientID": "4711-0815"}, "47110815"),
        ({"PatientID": "0004711"}, "4711"),
        ({"PatientID": "A17-B"}, "a17b"),
        ({"StudyID": "1005"}, "1005"),
        ({"AccessionNumber": "ACC-998812"}, "998812"),
        ({"InstitutionName": "Memorial Hospital"}, "Memorial  Hospital"),
        ({"InstitutionName": "示例省第一医院"}, "示例省第一医院"),
        ({"InstitutionName": "예시병원"}, "예시병원"),
        ({"StudyInstanceUID": "1.2.840.99.1"}, "1.2.840.99.1"),
        (
            {"ImageComments": "one two three four five six seven eight nine ten"},
            "one two three four five six seven eight",
        ),
    ],
)
def test_numbers_and_places(attributes, text):
    assert scrubbed(f"x {text} y", **attributes) == f"x [{next(iter(attributes))}] y"


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({"PatientName": "Doe^Jane"}, "janet doesnt"),
        ({"PatientName": "Doe^Jane"}, "do not"),
        ({"PatientName": "Li^Na"}, "line, nal"),
        ({"PatientName": "Doe^Jane^^Dr.^MD"}, "Dr. Prof. MD"),
        ({"PatientName": "Wang^Li=王^丽"}, "王先生"),
        ({"PatientName": "van der Berg^Jan"}, "van der Wiel"),
        ({"PatientName": "Anonymous^Patient"}, "the patient"),
        ({"PatientID": "512"}, "512 x 256"),
        ({"InstitutionName": "Memorial Hospital"}, "memorial day"),
        ({"StudyInstanceUID": "1.2.840.99.1"}, "1.2.840.99.10"),
    ],
)
def test_chance_is_no_identity(attributes, text):
    assert scrubbed(text, **attributes) == text


@pytest.mark.parametrize(
    ("attributes", "text", "own"),
    [
        ({"PatientName": "Doe^Jane"}, "Doe Jane", None),
        ({"PatientName": "Wang^Xiaodong=王^小东="}, "患者王小东男", None),
        ({"PatientName": "Li^Na"}, "Dr. Li", None),
        ({"PatientName": "Anterior^Rows"}, "expected anterior or posterior", {"anterior", "rows"}),
        ({"StudyID": "1005"}, "1005 rows", set()),
        ({"PatientName": "Li^Na"}, "Rippe 7 li", set()),
        ({"PatientName": "李^平安"}, "平安", set()),
    ],
)
def test_digests_find_what_may_not_stand_in_another_file_s_report(attributes, text, own):
    digests = privacy.digests(known(**attributes), SALT)
    hits = privacy.search(text, privacy.index_of_digests(digests, SALT), frozenset(own or ()))
    assert bool(privacy.elsewhere(text, hits)) == (own is None)


@pytest.mark.parametrize(
    ("attributes", "key", "far"),
    [
        ({"PatientName": "Doe^Jane"}, "janedoe", FULL),
        ({"PatientName": "Doe^Jane"}, "jane", PART),
        ({"PatientName": "Doe^Jane"}, "doe", SHORT),
        ({"OperatorsName": "Doe^Jane"}, "janedoe", None),
        ({"PatientID": "471108"}, "471108", FULL),
        ({"PatientID": "1005"}, "1005", REPORT),
        ({"StationName": "GAMMA"}, "gamma", REPORT),
    ],
)
def test_how_far_an_identity_is_searched(attributes, key, far):
    found = identities({name: [value] for name, value in attributes.items()}, names=["OperatorsName"])
    assert found[key][1] == (PART if far is None else far)


def test_two_letters_of_staff_are_a_name_only_with_a_capital():
    """A technologist's sign may be any word."""
    staff = identities({"OperatorsName": ["An", "Kim"]}, names=["OperatorsName"])
    assert privacy.scrub("an Rippe 7, An", staff) == "an Rippe 7, [OperatorsName]"
    assert [name for name, far in privacy.digests(staff, SALT).values()] == ["OperatorsName"]


def test_what_is_kept_of_an_identity_cannot_be_read():
    kept = repr(privacy.digests(known(PatientName="Doe^Jane", PatientID="hospital-7"), SALT)).lower()
    assert not re.search("doe|jane|hospital", kept)


def test_a_sealed_text_is_read_with_its_salt_alone():
    sealed = privacy.seal("Doe^Jane \udcfc 王小东", SALT)
    assert privacy.unseal(sealed.encode(), SALT) == "Doe^Jane \udcfc 王小东"
    assert sealed != privacy.seal("Doe^Jane \udcfc 王小东", SALT)
    with pytest.raises(ValueError):
        privacy.unseal(sealed.encode(), b"another salt")


def test_pseudonyms():
    one = privacy.pseudonym(SALT, "Patient", "hospital-7")
    assert re.fullmatch("P[0-9a-f]{12}", one)
    assert one == privacy.pseudonym(SALT, "Patient", "hospital-7")
    others = [(SALT, "Patient", "hospital-8"), (b"another salt", "Patient", "hospital-7"), (SALT, "File", "hospital-7")]
    assert len({one[1:], *(privacy.pseudonym(*other)[1:] for other in others)}) == 4
    assert privacy.pseudonym(SALT, "Exam", "a", "bc") != privacy.pseudonym(SALT, "Exam", "ab", "c")
