"""Pieces that a Group ID joins are one lesion, of one bone."""

import pandas as pd
import pytest
from marked import SIZE, shape, text

from bonescan.label.defects import Defects
from bonescan.label.labelme import read_annotation
from bonescan.label.votes import label_by_votes


def lesions(*shapes):
    found = read_annotation(text(*shapes).encode(), ".json", "a", "r1/a.json", SIZE).findings
    return [(one["lesion"], one["finding"], one["bone"]) for one in found]


def test_shapes_of_one_label_and_group_are_one_lesion():
    assert lesions(
        shape(bone="rib_left_7", group_id=1),
        shape(bone="left rib 7"),
        shape(bone="", group_id=1),
        shape(bone="left rib 7", group_id=2),
        shape(label="fracture", bone="left rib 8", group_id=1),
        shape(label="Metastasis: left rib 7", group_id=1.0),
        shape(group_id=""),
        shape(group_id=0),
        shape(group_id=0),
    ) == [
        (1, "metastasis", "left rib 7"),
        (2, "metastasis", "left rib 7"),
        (1, "metastasis", "left rib 7"),
        (3, "metastasis", "left rib 7"),
        (4, "fracture", "left rib 8"),
        (1, "metastasis", "left rib 7"),
        (5, "metastasis", ""),
        (6, "metastasis", ""),
        (6, "metastasis", ""),
    ]


def test_pieces_that_name_another_part_are_of_the_whole_bone():
    pieces = [shape(bone=bone, group_id=5) for bone in ("left femur", "left proximal femur")]
    assert lesions(*pieces) == [(1, "metastasis", "left femur")] * 2
    assert lesions(pieces[1], pieces[1]) == [(1, "metastasis", "left femur proximal")] * 2


def test_pieces_of_several_bones_are_a_defect():
    with pytest.raises(Defects, match=r"shapes 1, 2 and 3: expected one bone .* found 'left rib 7', 'sacrum'$"):
        lesions(*(shape(bone=bone, group_id=1) for bone in ("left rib 7", "S1", "")))


@pytest.mark.parametrize(("group", "subtype"), [(3, "outside_spine"), (None, "multiple")])
def test_a_subtype_counts_lesions(group, subtype):
    pieces = [shape(bone="left rib 7", group_id=group), shape(bone="left rib 7", group_id=group)]
    found = read_annotation(text(*pieces).encode(), ".json", "a", "r1/a.json", SIZE).findings
    findings = pd.DataFrame([{"image": "a", "reader": reader, **one} for reader in ("r1", "r2") for one in found])
    scans = pd.DataFrame({"image": ["a"], "patient": ["P"]})
    votes = pd.DataFrame({"r1": [1], "r2": [1]}, index=["a"])
    assert label_by_votes(findings, scans, votes, 2)["subtype"].tolist() == [subtype]


@pytest.mark.parametrize("alike", [(1, "1 ", 1.0), ("a", " a")])
def test_groups_are_compared_as_they_are_meant(alike):
    assert {lesion for lesion, *_ in lesions(*(shape(group_id=group) for group in alike))} == {1}


@pytest.mark.parametrize("none", [None, "", " ", "null", "None", -1, "-1", -1.0])
def test_what_tools_write_for_no_group_is_none(none):
    assert [lesion for lesion, *_ in lesions(shape(group_id=none), shape(group_id=none))] == [1, 2]


@pytest.mark.parametrize(
    ("bones", "exact"),
    [
        (("spine", "T8"), "thoracic vertebra 8"),
        (("BWS", "T8", "spine"), "thoracic vertebra 8"),
        (("pelvis", "left ilium"), "left ilium"),
        (("left ilium wing", "left hip bone", "pelvis"), "left ilium wing"),
        (("rib 7", "left rib 7"), "left rib 7"),
        (("rib", "left rib 7"), "left rib 7"),
        (("spine", "S1"), "sacrum"),
        (("hot?", "left rib 7"), "left rib 7"),
        (("thoracic spine", "T8-T10"), "thoracic vertebra 8 to 10"),
        (("hot?", "hot?"), "hot?"),
    ],
)
def test_the_more_exact_bone_of_a_group_counts(bones, exact):
    for ordered in (bones, bones[::-1]):
        assert {bone for *_, bone in lesions(*(shape(bone=bone, group_id=1) for bone in ordered))} == {exact}


@pytest.mark.parametrize(
    "bones",
    [
        *(("rib 7", "left rib 8"), ("right rib 7", "left rib 7"), ("rib 7", "left rib"), ("lumbar spine", "T8")),
        *(("right pelvis", "left ilium"), ("spine", "left iliac spine"), ("T7", "T8", "spine")),
    ],
)
def test_bones_that_contradict_each_other_are_a_defect(bones):
    with pytest.raises(Defects, match="expected one bone"):
        lesions(*(shape(bone=bone, group_id=1) for bone in bones))


def test_the_defect_names_the_shapes_and_cuts_the_texts():
    with pytest.raises(Defects) as error:
        lesions(shape(), shape(bone="x" * 500, group_id=1), shape(), shape(bone="y?\n", group_id=1))
    assert str(error.value) == (
        "r1/a.json, shapes 2 and 4: expected one bone of a lesion, whose shapes a group_id joins, "
        f"found '{'x' * 40}...', 'y?'"
    )
