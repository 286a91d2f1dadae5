import numpy as np
import pytest

from bonescan.cohort import compose

TABLE_1 = {"normal": 220, "multiple": 111, "spinal": 14, "outside_spine": 1}
PATIENTS = {"normal": 166, "metastasis": 85}


def viewed(cohort):
    """Views of each subtype."""
    return cohort["views"].str.split(",").str.len().groupby(cohort["subtype"]).sum().to_dict()


def test_the_paper_cohort_has_table_1_and_95_patients_with_two_views():
    cohort = compose(PATIENTS, TABLE_1, [43, 92], np.random.default_rng(1))
    assert len(cohort) == 251
    assert cohort["label"].sum() == 85
    assert viewed(cohort) == TABLE_1
    assert (cohort["views"] == "anterior,posterior").sum() == 95
    assert cohort["age"].between(43, 92).all()
    assert cohort["patient"].is_unique
    assert list(cohort["patient"][:2]) == ["P001", "P002"]


def test_classes_are_mixed_over_the_numbers():
    cohort = compose(PATIENTS, TABLE_1, [43, 92], np.random.default_rng(1))
    assert 15 < cohort["label"][:100].sum() < 55


def test_a_tiny_cohort():
    views = {"normal": 11, "multiple": 7, "spinal": 2, "outside_spine": 0}
    cohort = compose({"normal": 8, "metastasis": 6}, views, [50, 50], np.random.default_rng(2))
    assert len(cohort) == 14
    assert viewed(cohort) == {"normal": 11, "multiple": 7, "spinal": 2}


@pytest.mark.parametrize(
    ("patients", "views", "named"),
    [
        ({"normal": 5, "metastasis": 85}, TABLE_1, "simulate.patients.normal: 5 "),
        ({"normal": 221, "metastasis": 85}, TABLE_1, "simulate.patients.normal: 221 "),
        # three views of three subtypes cannot be paired
        (
            {"normal": 0, "metastasis": 2},
            {"normal": 0, "multiple": 1, "spinal": 1, "outside_spine": 1},
            "simulate.patients.metastasis: 2 ",
        ),
        ({"normal": 166, "metastasis": -1}, TABLE_1, "simulate.patients.metastasis: .*-1"),
        ({"normal": 166, "metastases": 85}, TABLE_1, "simulate.patients: .*metastases"),
    ],
)
def test_an_impossible_cohort_is_refused_by_key_and_value(patients, views, named):
    with pytest.raises(ValueError, match=named):
        compose(patients, views, [43, 92], np.random.default_rng(1))
