import numpy as np
import pandas as pd
import pytest

from bonescan.phantom_quality import scores as simple
from bonescan.phantom_quality.difficulty import BEST, JOINT, judge_observer, judge_scores, percentiles
from bonescan.scoring.intervals import auc_within, chance_half_width, difference, interval, orient_auc
from bonescan.scoring.roc import auc


def cohort(patients=60, seed=0):
    """Patients with two views each, every other one metastatic."""
    patient = np.repeat([f"P{number:03d}" for number in range(patients)], 2)
    label = np.repeat(np.arange(patients) % 2, 2)
    return pd.DataFrame({"patient": patient, "label": label, "view": ["anterior", "posterior"] * patients})


def test_auc_by_hand():
    # pairs won: 3 > 1, 3 > 2, 2 > 1, and a tie of 2 with 2
    assert auc([1, 1, 0, 0], [3, 2, 1, 2]) == 3.5 / 4
    assert np.isnan(auc([1, 1], [1, 2]))
    assert orient_auc(0.3) == 0.7


def test_auc_within_strata_forgets_what_the_strata_tell():
    stratum = np.array([1, 1, 1, 2, 2, 2])
    label = np.array([0, 0, 1, 0, 1, 1])
    assert auc(label, stratum) == pytest.approx(7 / 9 - 1 / 9)
    assert auc_within(label, stratum, stratum) == 0.5
    assert np.isnan(auc_within(label, stratum, np.arange(6)))


def test_chance_is_that_of_many_draws():
    label = np.repeat([1, 0], [126, 220])
    rng = np.random.default_rng(0)
    drawn = [auc(label, rng.random(346)) for _ in range(2000)]
    assert chance_half_width(label) == pytest.approx(1.96 * np.std(drawn), rel=0.06)
    assert chance_half_width(label) == pytest.approx(0.063, abs=0.001)


def test_interval_is_wider_where_views_of_a_patient_agree():
    table = cohort(80)
    label, patient = table["label"].to_numpy(), table["patient"].to_numpy()
    value = np.repeat(np.random.default_rng(1).normal(size=80), 2) + label
    grouped = interval(label, value, patient, np.random.default_rng(2))
    single = interval(label, value, np.arange(160), np.random.default_rng(2))
    assert grouped[1] - grouped[0] > 1.2 * (single[1] - single[0])


def test_difference_on_the_same_views_is_surer_than_each_of_the_two():
    table = cohort(80)
    label, patient = table["label"].to_numpy(), table["patient"].to_numpy()
    rng = np.random.default_rng(1)
    value = np.repeat(rng.normal(size=80), 2) + label
    other = value + 0.1 * rng.normal(size=160)
    found, low, high = difference(label, value, other, patient, np.random.default_rng(2))
    assert found == pytest.approx(auc(label, value) - auc(label, other))
    assert low < found < high
    alone = interval(label, value, patient, np.random.default_rng(2))
    assert high - low < 0.5 * (alone[1] - alone[0])


def test_percentiles_compare_each_view_with_its_own_kind():
    view = np.array(["anterior", "anterior", "anterior", "posterior", "posterior", "posterior"])
    reference = np.array([True, True, False, True, True, False])
    value = np.array([1.0, 2, 3, 101, 102, 103])
    placed = percentiles(value, view, reference)
    assert placed[:3] == pytest.approx(placed[3:])
    assert placed[0] < placed[1] < placed[2]


def test_scores_see_a_hot_spot():
    quiet = np.random.default_rng(0).poisson(5, (256, 256)).astype(np.uint16)
    quiet[:40] = quiet[:, :40] = 0
    rows, columns = np.indices(quiet.shape)
    spot = 60 * np.exp(-((rows - 120) ** 2 + (columns - 90) ** 2) / (2 * 3**2))
    hot = quiet + np.round(spot).astype(np.uint16)
    low, high = simple.score(quiet), simple.score(hot)
    assert len(low) == 10
    assert high["maximum : median"] == hot.max() / 5
    assert high["number of hot spots"] == 1 and low["number of hot spots"] == 0
    assert high["area above 5 medians"] == (hot > 25).sum()
    for name in ("difference of Gaussians, highest", "white top-hat, highest", "left-right asymmetry", "kurtosis"):
        assert high[name] > 1.5 * low[name], name
    assert high["area above half the 99.9th percentile"] < low["area above half the 99.9th percentile"]
    empty = simple.score(np.zeros((256, 256), dtype=np.uint16))
    assert all(np.isfinite(value) for value in empty.values())


def test_the_best_score_is_chosen_and_turned_without_the_tested_patients():
    table = cohort()
    rng = np.random.default_rng(5)
    noise = {f"noise {number}": rng.normal(size=len(table)) for number in range(9)}
    told = pd.DataFrame(
        {**noise, "falls": 5 * (table["view"] == "posterior") - 2 * table["label"] + rng.normal(size=120)}
    )
    judged = judge_scores(told, table, np.random.default_rng(0), repeats=3, draws=50).set_index("score")
    assert judged.loc["falls", "auc"] > 0.85
    assert judged.loc[BEST, "auc"] == pytest.approx(judged.loc["falls", "auc"], abs=0.01)
    assert judged.loc[BEST, "met"] == "no" and judged.loc[JOINT, "met"] == ""
    assert judged.loc[BEST, "low"] < judged.loc[BEST, "auc"] < judged.loc[BEST, "high"]

    blind = judge_scores(pd.DataFrame(noise), table, np.random.default_rng(0), repeats=3, draws=50).set_index("score")
    # the best of nine that know nothing would look better than chance if it were chosen on the tested views
    in_sample = max(orient_auc(auc(table["label"], values)) for values in noise.values())
    assert in_sample > 0.57 and blind.loc[BEST, "auc"] < 0.56
    assert blind.loc[BEST, "met"] == "yes"


def test_too_few_patients():
    with pytest.raises(ValueError, match=r"at least 5 patients of either class, got \{0: 2, 1: 2\}"):
        judge_scores(pd.DataFrame({"a": range(8)}), cohort(4), np.random.default_rng(0))


def test_the_ideal_observer_tells_with_from_without():
    table = cohort(4)
    table["matched_filter"] = [np.nan, np.nan, 5, 7, np.nan, np.nan, 1, 9]
    table["matched_filter_without"] = [np.nan, np.nan, 0, 2, np.nan, np.nan, -1, 0]
    row = judge_observer(table, np.random.default_rng(0)).iloc[0]
    # of 16 pairs only 1 against 2 is lost
    assert row["auc"] == 15 / 16 and row["met"] == "no" and row["target"] == "> 0.99"
    with pytest.raises(ValueError, match=r"expected the columns .* matched_filter missing"):
        judge_observer(table.drop(columns="matched_filter"), np.random.default_rng(0))
    with pytest.raises(ValueError, match="found 4 such views, 1 without"):
        judge_observer(table.replace({"matched_filter": {9: np.nan}}), np.random.default_rng(0))
