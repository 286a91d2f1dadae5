import re

import pandas as pd
import pytest

from bonescan.ingest import privacy

SALT = b"a salt of the tests"


def known(**attributes):
    return privacy.digests(privacy.identities({name: [value] for name, value in attributes.items()}), SALT)


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({"PatientName": "Doe^Jane"}, "sub/doe_jane/a.dcm"),
        ({"PatientName": "Doe^Jane"}, "JANE DOE was here"),
        ({"PatientName": "Doe^Jane"}, "the wife, Jane"),
        ({"PatientName": "Müller^Änne"}, "as in müller.dcm"),
        ({"PatientID": "4711-0815"}, "4711-0815_1_anterior"),
        ({"PatientID": "4711"}, "4711"),
        ({"PatientBirthDate": "19490523"}, "born 1949-05-23"),
        ({"PatientBirthDate": "19490523"}, "born 23.05.1949"),
        ({"InstitutionName": "Memorial Hospital"}, "at memorial hospital"),
        (
            {"ImageComments": "one two three four five six seven eight nine ten"},
            "x one two three four five six seven eight y",
        ),
    ],
)
def test_an_identity_is_found_and_only_named(attributes, text):
    (leak,) = privacy.leaks(known(**attributes), SALT, [("somewhere", text)], set())
    assert leak == f"{next(iter(attributes))} in somewhere"


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({"PatientName": "Doe^Jane"}, "janet doesnt"),
        ({"PatientID": "512"}, "found 512 x 256"),
        ({"PatientID": "1024"}, "found 1024 x 256"),
        ({"PatientName": "Anterior^Rows"}, "expected anterior or posterior"),
        ({"InstitutionName": "Memorial Hospital"}, "memorial day"),
        ({"PatientName": "Li^X"}, "li"),
    ],
)
def test_chance_is_no_leak(attributes, text):
    assert privacy.leaks(known(**attributes), SALT, [("somewhere", text)], {"anterior", "rows"}) == []


def test_what_is_kept_of_an_identity_cannot_be_read():
    kept = repr(known(PatientName="Doe^Jane", PatientID="hospital-7")).lower()
    assert not re.search("doe|jane|hospital-7", kept)


def test_check_names_table_and_column():
    table = pd.DataFrame({"image": ["P1"], "counts": [19490523], "reason": ["as in Jane's"]})
    with pytest.raises(ValueError, match="PatientName in rejected, column reason") as stop:
        privacy.check(known(PatientName="Doe^Jane"), SALT, {"rejected": table}, {"ingest.log": "all well"}, set())
    assert "jane" not in str(stop.value).lower()
    with pytest.raises(ValueError, match=r"PatientName in ingest\.log"):
        privacy.check(known(PatientName="Doe^Jane"), SALT, {}, {"ingest.log": "warned of DOE, JANE"}, set())
    privacy.check(known(PatientBirthDate="19490523"), SALT, {"scans": table}, {}, set())


def test_pseudonyms():
    one = privacy.pseudonym(SALT, "Patient", "hospital-7")
    assert re.fullmatch("P[0-9a-f]{12}", one)
    assert one == privacy.pseudonym(SALT, "Patient", "hospital-7")
    others = [(SALT, "Patient", "hospital-8"), (b"another salt", "Patient", "hospital-7"), (SALT, "File", "hospital-7")]
    assert len({one[1:], *(privacy.pseudonym(*other)[1:] for other in others)}) == 4
    assert privacy.pseudonym(SALT, "Exam", "a", "bc") != privacy.pseudonym(SALT, "Exam", "ab", "c")
