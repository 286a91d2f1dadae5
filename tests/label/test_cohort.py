"""Who is in the cohort, and how many of each class."""

from types import SimpleNamespace

import cohort as script
import pandas as pd
import pytest

from bonescan.files import read_table, write_table
from bonescan.label.cohort import COLUMNS, check_units, count_subtypes, gather_cohort
from bonescan.tables.cohort import print_ratio

LABELS = pd.DataFrame(
    {"image": ["c", "b", "a"], "patient": list("zyx"), "label": [1, 0, 0], "subtype": ["spinal", "normal", "normal"]}
)
SCANS = pd.DataFrame({"image": ["a", "b", "c"], "patient": list("xyz"), "exam": "01", "view": "anterior"})


def test_a_view_that_the_crop_left_out_is_not_in_the_cohort():
    cohort = gather_cohort(LABELS, SCANS, SCANS[["image"]].iloc[[0, 2]], SCANS[["image"]].iloc[[1]])
    assert list(cohort.columns) == COLUMNS
    expected = [["c", "z", 1, "spinal", 2, 1], ["a", "x", 0, "normal", 0, 0]]
    assert cohort[["image", "patient", "label", "subtype", "scan_row", "thorax_row"]].to_numpy().tolist() == expected


@pytest.mark.parametrize("kept", [["a", "b"], ["a", "b", "c", "d"]])
def test_a_label_without_a_crop_and_a_crop_without_a_label_are_errors(kept):
    with pytest.raises(ValueError, match=f"a label and a crop of each image, one is missing of {'cd'['d' in kept]}"):
        gather_cohort(LABELS, SCANS, pd.DataFrame({"image": kept}), SCANS[["image"]][:0])


@pytest.mark.parametrize(
    ("labels", "patients", "unit", "ratio", "folds", "message"),
    [
        (
            [0, 0, 0],
            "xyz",
            "image",
            [7, 3],
            0,
            r"at least 2 images of each label.*units: image.*found 3 normal, 0 metastasis",
        ),
        (
            [0, 0, 1, 1],
            "xyzz",
            "patient",
            [7, 3],
            0,
            r"at least 2 patients of each.*2 normal, 1 metastasis",
        ),
        ([0, 0, 1, 1], "xyzz", "source", [7, 3], 0, None),
        ([0, 0, 1, 1], "xyzw", "patient", [7, 3], 0, None),
        ([0, 0, 1, 1], "xyzw", "patient", [100, 1], 2, None),
        (
            [0, 0, 1, 1],
            "xyzw",
            "patient",
            [7, 3],
            3,
            r"at least 3 patients of each label.*found 2 normal, 2 metastasis",
        ),
        (
            [0, 0, 1, 1],
            "xyzw",
            "patient",
            [100, 1],
            0,
            r"split.ratio: .*\[100, 1\].*out of the test part: .*2 metastasis",
        ),
    ],
)
def test_a_cohort_that_cannot_be_split_stops_before_any_training(labels, patients, unit, ratio, folds, message):
    cohort = pd.DataFrame({"image": list("abcd")[: len(labels)], "patient": list(patients), "label": labels})
    if message is None:
        return check_units(cohort, [unit], ratio, folds)
    with pytest.raises(ValueError, match=message):
        check_units(cohort, [unit], ratio, folds)


def test_script(tmp_path):
    crop, excluded = SCANS[["image"]].iloc[:2], SCANS[["image"]].iloc[2:]
    tables = {"labels": LABELS, "scans": SCANS, "crop": crop, "excluded": excluded}
    for name, table in tables.items():
        write_table(tmp_path / f"{name}.tsv", table)
    files = {name: tmp_path / f"{name}.tsv" for name in tables}
    output = SimpleNamespace(cohort=tmp_path / "cohort.tsv")
    script.main(
        SimpleNamespace(
            input=SimpleNamespace(**files), output=output, params={"units": [], "ratio": [7, 3], "folds": 0}, log=[]
        )
    )
    cohort = read_table(output.cohort)
    assert cohort[["image", "exam", "thorax_row"]].to_numpy().tolist() == [["b", "01", 1], ["a", "01", 0]]


def test_count_subtypes_orders_and_divides():
    counts = count_subtypes(pd.Series(["spinal", "normal", "normal", "multiple"]))
    assert list(counts["samples"]) == [2, 1, 1, 0]
    assert list(counts["ratio"]) == [0.5, 0.25, 0.25, 0]


def test_count_subtypes_without_images_is_undefined():
    counts = count_subtypes(pd.Series([], dtype=str))
    assert counts["samples"].sum() == 0
    assert print_ratio(counts["ratio"][0]) == "undefined"


def test_count_subtypes_names_an_unknown_class():
    with pytest.raises(ValueError, match=r"expected one of normal.*got 'skull'"):
        count_subtypes(pd.Series(["skull"]))
