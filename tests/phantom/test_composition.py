import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from bonescan.phantom import habitus
from bonescan.phantom.composition import compose, quantiles
from bonescan.phantom.patient import count_level, scan_minutes

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


@pytest.fixture(scope="module", params=range(5))
def patients(request):
    """The paper's cohort with what each patient's quantiles make of build and scan."""
    cohort = compose(PATIENTS, TABLE_1, [43, 92], np.random.default_rng(request.param))
    for at, row in cohort.iterrows():
        drawn = quantiles(row)
        build = habitus.draw(row["sex"], 2.4, drawn, np.random.default_rng(at))
        for name, value in vars(build).items():
            cohort.loc[at, name] = value
        cohort.loc[at, "counts"] = count_level(drawn["counts"])
        cohort.loc[at, "minutes"] = scan_minutes(cohort.loc[at, "counts"], drawn["duration"])
    return cohort


def test_nothing_but_the_disease_tells_the_class(patients):
    views = patients.assign(view=patients["views"].str.split(",")).explode("view")
    views["male"], views["is_anterior"] = views["sex"] == "M", views["view"] == "anterior"
    # a few patients move on the table, by chance
    numeric = views.select_dtypes(["number", "bool"]).drop(columns=["label", "twist", "moved_at"])
    assert {"age", "length", "fat", "counts", "minutes", "number", "male", "is_anterior"} <= set(numeric)
    areas = {name: roc_auc_score(views["label"], numeric[name]) for name in numeric}
    assert max(max(area, 1 - area) for area in areas.values()) < 0.55, areas


def test_nine_in_ten_patients_fill_680_to_740_rows_and_some_are_small_or_tall(patients):
    rows = patients["length"] / 2.4
    assert 0.90 <= rows.between(680, 740).mean() < 0.97
    stature = patients["length"] - habitus.TOES_MM
    assert stature.min() >= 1500 and stature.max() <= 1950
    assert stature.min() < 1560 and stature.max() > 1740
    assert patients.loc[patients["sex"] == "M", "length"].mean() > patients.loc[patients["sex"] == "F", "length"].mean()


def test_a_slow_scan_has_more_counts(patients):
    assert patients["counts"].between(0.3e6, 3.6e6).all() and patients["counts"].max() > 2e6
    assert spearmanr(patients["counts"], patients["minutes"]).statistic > 0.4
    velocity = 195 / patients["minutes"]
    assert velocity.between(4.9, 27.1).all() and 13 < velocity.median() < 17


def test_the_extreme_quantiles_give_the_extreme_statures():
    for quantile, stature in ((1e-9, 1500), (1 - 1e-9, 1950)):
        build = habitus.draw("F", 2.4, dict.fromkeys(habitus.QUANTILES, quantile), np.random.default_rng(1))
        assert build.length == stature + habitus.TOES_MM
        assert all(np.isfinite(value) for value in vars(build).values())


def test_a_large_cohort():
    views = {"normal": 8800, "multiple": 4400, "spinal": 560, "outside_spine": 40}
    cohort = compose({"normal": 6600, "metastasis": 3400}, views, [43, 92], np.random.default_rng(1))
    assert viewed(cohort) == views
    assert cohort["patient"].is_monotonic_increasing and cohort["patient"].iloc[-1] == "P10000"


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
