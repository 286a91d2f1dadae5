from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from bonescan.parts import list_draws, list_shuffles
from bonescan.split import BrokenPromise, check, divide, shuffle_labels


@pytest.fixture
def lineage():
    """100 patients with label 1 every third, two views each, three images a view."""
    rows = [
        (f"P{patient}_{view}" + "_mirrored" * (copy == 1) + "_left" * (copy == 2), f"P{patient}_{view}", f"P{patient}")
        for patient in range(100)
        for view in range(2)
        for copy in range(3)
    ]
    table = pd.DataFrame(rows, columns=["image", "source", "patient"])
    table["label"] = (table["patient"].str[1:].astype(int) % 3 == 0).astype(int)
    return table.rename_axis("row").reset_index()


@pytest.mark.parametrize("unit", ["image", "source", "patient"])
def test_each_unit_keeps_its_promise_and_the_ratio(lineage, unit):
    split = divide(lineage, unit, [7, 3], seed=1)
    check(split, unit)
    units = split.groupby("part")[unit].nunique() if unit != "patient" else split.groupby("part")["patient"].nunique()
    assert units["test"] / units.sum() == pytest.approx(0.3, abs=0.01)
    shares = split.groupby("part")["label"].mean()
    assert shares["test"] == pytest.approx(0.34, abs=0.02) and shares["train"] == pytest.approx(0.34, abs=0.02)


def test_the_paper_s_split_leaks_siblings_and_the_others_do_not(lineage):
    split = divide(lineage, "image", [7, 3], seed=1)
    with pytest.raises(BrokenPromise, match=r"\d+ sources lie in both parts"):
        check(split, "source")
    with pytest.raises(BrokenPromise, match="patients lie in both parts"):
        check(divide(lineage, "source", [7, 3], seed=1), "patient")


def test_a_ratio_that_leaves_a_part_too_small_is_named(lineage):
    for ratio, part in (([1000, 1], "test"), ([1, 1000], "training")):
        with pytest.raises(ValueError, match=rf"room for both labels in the {part} part, got [01] of 100 patients"):
            divide(lineage, "patient", ratio, seed=1)


def test_patient_split_tests_on_originals_only(lineage):
    split = divide(lineage, "patient", [7, 3], seed=1)
    test, train = split[split["part"] == "test"], split[split["part"] == "train"]
    assert (test["image"] == test["source"]).all() and len(test) == 60
    assert len(train) == 70 * 2 * 3


def test_datasets_of_the_same_units_share_one_split(lineage):
    originals = lineage[lineage["image"] == lineage["source"]]
    first, second = divide(lineage, "patient", [7, 3], 1), divide(originals, "patient", [7, 3], 1)
    assert set(first.loc[first["part"] == "test", "image"]) == set(second.loc[second["part"] == "test", "image"])


def test_rows_follow_their_images(lineage):
    split = divide(lineage, "patient", [7, 3], seed=1)
    names = lineage.set_index("row")["image"]
    assert (names.loc[split["row"]].to_numpy() == split["image"].to_numpy()).all()


def test_seed_decides(lineage):
    same, other = divide(lineage, "image", [7, 3], 1), divide(lineage, "image", [7, 3], 2)
    pd.testing.assert_frame_equal(divide(lineage, "image", [7, 3], 1), same)
    assert not same.equals(other)


def test_repeats_are_fresh_draws_and_the_first_is_the_default(lineage):
    first, second = (divide(lineage, "patient", [7, 3], 1, {"repeat": number}) for number in (1, 2))
    pd.testing.assert_frame_equal(first, divide(lineage, "patient", [7, 3], 1))
    assert set(first.loc[first["part"] == "test", "patient"]) != set(second.loc[second["part"] == "test", "patient"])
    check(second, "patient")


@pytest.mark.parametrize("unit", ["image", "source", "patient"])
def test_every_unit_is_tested_in_one_fold(lineage, unit):
    tested = []
    for draw in list_draws(0, 4).values():
        split = divide(lineage, unit, [7, 3], 1, draw)
        check(split, unit)
        tested += list(split.loc[split["part"] == "test", unit].unique())
    assert sorted(tested) == sorted(lineage[unit].unique())


def test_folds_need_as_many_units_of_each_label(lineage):
    few = lineage[lineage["patient"].isin([f"P{number}" for number in range(9)])]
    with pytest.raises(ValueError, match="at least 4 patients of each label"):
        divide(few, "patient", [7, 3], 1, {"fold": 1, "folds": 4})


@pytest.mark.parametrize(("among", "copies"), [("patient", 6), ("source", 3), ("image", 1)])
def test_shuffled_labels_stay_together_among_their_units_and_are_as_many(lineage, among, copies):
    shuffled = shuffle_labels(lineage, among, np.random.default_rng(1))
    table = lineage.assign(shuffled=shuffled.loc[lineage["image"]].to_numpy())
    assert (table.groupby(among)["shuffled"].nunique() == 1).all()
    assert table["shuffled"].sum() == lineage["label"].sum()
    assert 0.4 < (table["shuffled"] == table["label"]).mean() < 0.75
    assert (table.groupby("patient")["shuffled"].nunique() > 1).any() == (copies < 6)


def test_a_control_tests_the_same_images_with_other_labels(lineage):
    true = divide(lineage, "patient", [7, 3], 1, {"repeat": 2})
    control = divide(lineage, "patient", [7, 3], 1, list_shuffles(["patient"], 2)["shuffled_patients2"])
    pd.testing.assert_frame_equal(true.drop(columns="label"), control.drop(columns="label"))
    assert (true["label"] != control["label"]).any()
    # among patients, training and test part agree on a label: the patient's
    assert (control.groupby("patient")["label"].nunique() == 1).all()


def test_both_parts_of_a_small_control_hold_both_labels(lineage):
    small = lineage[lineage["patient"].isin([f"P{number}" for number in range(8)])]
    for number in range(1, 21):
        check(divide(small, "patient", [7, 3], 1, {"repeat": number, "shuffled": "patient"}), "patient")


def test_gate_names_what_is_wrong(lineage):
    split = divide(lineage, "patient", [7, 3], seed=1)
    with pytest.raises(BrokenPromise, match="more than once"):
        check(pd.concat([split, split.head(1)]), "patient")
    nameless = split.assign(patient=split["patient"].where(split["patient"] != split["patient"].iloc[0]))
    with pytest.raises(BrokenPromise, match=r"expected a patient on each row, got [1-6] without"):
        check(nameless, "patient")
    with pytest.raises(BrokenPromise, match="expected originals"):
        check(split.assign(image=split["image"] + "_left"), "patient")
    with pytest.raises(BrokenPromise, match=r"expected labels 0 and 1 in the test part, got \[0\]"):
        check(split[(split["part"] == "train") | (split["label"] == 0)], "patient")


def test_too_few_patients_is_an_error(lineage):
    few = lineage[lineage["patient"].isin(["P0", "P1", "P2"])]
    with pytest.raises(ValueError, match="at least 2 patients of each label"):
        divide(few, "patient", [7, 3], seed=1)


def test_script(tmp_path, lineage):
    import split as script

    lineage.to_csv(tmp_path / "lineage.tsv", sep="\t", index=False)
    output = {dataset: tmp_path / f"{dataset}.tsv" for dataset in ("D1", "D2", "D3")}
    script.main(
        SimpleNamespace(
            input=SimpleNamespace(lineage=tmp_path / "lineage.tsv"),
            output=output,
            params={"ratio": [7, 3], "seed": 1, "draw": {"repeat": 2}},
            wildcards=SimpleNamespace(unit="image", draw="repeat2"),
        )
    )
    first, second, third = (pd.read_table(path) for path in output.values())
    assert (len(first), len(second)) == (200, 600)
    assert second.equals(third)
    assert np.isin(first["row"], lineage.loc[lineage["image"] == lineage["source"], "row"]).all()
