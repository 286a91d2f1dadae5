import json
from types import SimpleNamespace

import label as script
import numpy as np
import pandas as pd
import pytest

from bonescan.label import votes as labels


def shape(label="metastasis", bone="left rib 7", kind="circle", points=((30, 400), (35, 400))):
    return {"label": label, "description": bone, "shape_type": kind, "points": [list(point) for point in points]}


def findings(*rows):
    return pd.DataFrame(rows, columns=["image", "reader", "finding", "bone"])


def test_two_of_three_make_an_image_abnormal():
    marks = findings(
        ("a", "r1", "metastasis", ""),
        ("a", "r1", "metastasis", ""),
        ("b", "r1", "metastasis", ""),
        ("b", "r3", "metastasis", ""),
        ("c", "r1", "fracture", ""),
    )
    votes = labels.count_votes(marks, ["c", "b", "a"], {reader: {"a", "b", "c"} for reader in ("r1", "r2", "r3")})
    assert votes.loc["a"].tolist() == [1, 0, 0]
    assert votes.loc["b"].tolist() == [1, 0, 1]
    assert votes.loc["c"].tolist() == [0, 0, 0]
    assert labels.majority(votes, 2).to_dict() == {"c": 0, "b": 1, "a": 0}
    assert labels.majority(votes, 1).to_dict() == {"c": 0, "b": 1, "a": 1}
    with pytest.raises(ValueError, match="expected 1 to 3, the number of readers, found 4"):
        labels.majority(votes, 4)


def test_disputed_images_are_listed():
    marks = findings(
        *[
            (image, reader, "metastasis", "")
            for image, reader in [("a", "r1"), ("b", "r1"), ("b", "r2"), ("d", "r1"), ("e", "r1"), ("e", "r2")]
        ]
    )
    seen = {"r1": {*"abcde"}, "r2": {*"abcde"}, "r3": {*"abc"}, "r4": {*"abc"}}
    listed = labels.find_disputes(labels.count_votes(marks, [*"abcde"], seen), least=2)
    assert listed.to_numpy().tolist() == [
        ["a", "disagreement", "r1", "r2, r3, r4", ""],
        ["b", "tie", "r1, r2", "r3, r4", ""],
        ["d", "tie", "r1", "r2", "r3, r4"],
        ["d", "missing reader", "r1", "r2", "r3, r4"],
        ["d", "undecided", "r1", "r2", "r3, r4"],
        ["e", "missing reader", "r1, r2", "", "r3, r4"],
    ]


def test_lesions_of_the_majority_by_hand():
    def lesions(*rows):
        return labels.lesions_of_majority(pd.DataFrame(rows, columns=["reader", "bone"]), 2)

    assert lesions(("r1", "rib"), ("r2", "rib"), ("r3", "rib")) == ["rib"]
    assert lesions(("r1", "rib"), ("r1", "rib"), ("r2", "rib"), ("r3", "rib"), ("r3", "rib")) == ["rib", "rib"]
    assert lesions(("r1", "rib"), ("r2", "rib"), ("r2", "sacrum")) == ["rib"]
    assert lesions(("r1", "rib"), ("r2", "sacrum")) == ["rib", "sacrum"]
    assert lesions(("r1", "rib"), ("r1", "rib")) == ["rib", "rib"]


@pytest.mark.parametrize(
    ("marked", "bones"),
    [
        ((["skull"], [""], []), ["skull"]),
        ((["rib"], [""], [""]), ["rib"]),
        (([""], [""], []), [""]),
        (([""], ["", ""], ["", ""]), ["", ""]),
        ((["skull", "pelvis"], ["skull", ""], []), ["pelvis", "skull"]),
        ((["skull", "pelvis"], [""], []), ["pelvis", "skull"]),  # either: joins none
        ((["skull", "pelvis"], ["skull"], [""]), ["skull"]),  # the one that more named
        ((["skull"], ["rib"], [""]), ["rib", "skull"]),
        ((["skull"], ["rib"], ["", ""]), ["rib", "skull"]),
        ((["rib", "rib"], ["rib", ""], []), ["rib", "rib"]),
        ((["rib", "rib"], [""], []), ["rib"]),
        ((["skull"], ["", ""], ["", ""]), ["", "skull"]),
        ((["rib"], ["sacrum", ""], []), ["rib"]),
    ],
)
def test_lesions_without_a_bone_join_those_of_other_readers(marked, bones):
    rows = [(f"r{number}", bone) for number, own in enumerate(marked) for bone in own]
    assert labels.lesions_of_majority(pd.DataFrame(rows, columns=["reader", "bone"]), 2) == bones


@pytest.mark.parametrize(("bone", "subtype"), [("T8", "spinal"), ("left rib 7", "outside_spine")])
def test_one_lesion_of_which_one_reader_names_the_bone_is_one(bone, subtype):
    marked = pd.DataFrame([("r1", bone), ("r2", "")], columns=["reader", "bone"])
    assert labels.subtype_of_bones(labels.lesions_of_majority(marked, 2)) == subtype


@pytest.mark.parametrize(
    ("bones", "subtype"),
    [
        ([], "normal"),
        (["thoracic vertebra 8"], "spinal"),
        (["cervical vertebra 7", "sacrum", "lumbar vertebra 1"], "spinal"),
        (["left rib 7"], "outside_spine"),
        ([""], "outside_spine"),
        (["left rib 7", "left rib 7"], "multiple"),
        (["left rib 7", "lumbar vertebra 1"], "multiple"),
        (["spine", "t8", "thoracic vertebrae"], "spinal"),
        (["l4"], "spinal"),
        (["talus 10"], "outside_spine"),
    ],
)
def test_subtypes(bones, subtype):
    assert labels.subtype_of_bones(bones) == subtype


def annotate(folder, votes):
    """Write one annotation an image and reader; a vote is the list of bones marked."""
    for reader, images in votes.items():
        (folder / reader).mkdir(parents=True)
        for image, bones in images.items():
            annotation = {"shapes": [shape("injection site", "")] + [shape(bone=bone) for bone in bones]}
            (folder / reader / f"{image}.json").write_text(json.dumps(annotation), encoding="utf-8")


def run(folder, annotations, votes=2, readers=None, **columns):
    images = ["P1_1_anterior", "P1_1_posterior", "P2_1_anterior"]
    scans = pd.DataFrame({"image": images, "patient": ["P1", "P1", "P2"], "exam": "1", "pixel_spacing": ""} | columns)
    scans.to_csv(folder / "scans.tsv", sep="\t", index=False)
    names = ("labels.tsv", "findings.tsv", "disputed.tsv", "masks.npz", "agreement.json")
    output = SimpleNamespace(**{name.partition(".")[0]: folder / name for name in names})
    script.main(
        SimpleNamespace(
            input=SimpleNamespace(scans=folder / "scans.tsv", annotations=annotations),
            output=output,
            params=SimpleNamespace(
                source="phantom",
                votes=votes,
                readers=readers,
                labels=["metastasis", "injection site"],
                synonyms={"转移": "metastasis"},
                seed=1,
                shape=[1024, 256],
            ),
        )
    )
    return (
        pd.read_csv(output.labels, sep="\t"),
        pd.read_csv(output.findings, sep="\t", keep_default_na=False),
        json.loads(output.agreement.read_text(encoding="utf-8")),
    )


@pytest.fixture
def marked(tmp_path):
    folder = tmp_path / "annotations"
    both = ["left rib 7", "sacrum"]
    annotate(
        folder,
        {
            "ann": {"P1_1_anterior": both, "P1_1_posterior": [], "P2_1_anterior": ["sacrum"]},
            "bob": {"P1_1_anterior": ["sacrum"], "P1_1_posterior": ["sacrum"], "P2_1_anterior": ["sacrum"]},
            "cid": {"P1_1_anterior": both, "P1_1_posterior": [], "P2_1_anterior": []},
        },
    )
    return folder


def test_main_with_annotations(marked, tmp_path):
    table, found, agreement = run(tmp_path, str(marked))
    assert table.to_numpy().tolist() == [
        ["P1_1_anterior", "P1", 1, 1, 1, 1, "multiple"],
        ["P1_1_posterior", "P1", 0, 1, 0, 0, "normal"],
        ["P2_1_anterior", "P2", 1, 1, 0, 1, "spinal"],
    ]
    assert list(table.columns) == ["image", "patient", "ann", "bob", "cid", "label", "subtype"]
    assert list(found.columns) == labels.FINDING_COLUMNS
    assert len(found) == 9 + 8
    assert agreement["disagreements"] == 2
    listed = pd.read_csv(tmp_path / "disputed.tsv", sep="\t", keep_default_na=False)
    assert listed.to_numpy().tolist() == [
        ["P1_1_posterior", "disagreement", "bob", "ann, cid", ""],
        ["P2_1_anterior", "disagreement", "ann, bob", "cid", ""],
    ]
    with np.load(tmp_path / "masks.npz") as masks:
        assert sorted(masks) == ["P1_1_anterior", "P2_1_anterior"]
        assert masks["P1_1_anterior"].shape == (1024, 256) and masks["P1_1_anterior"].dtype == bool
        assert masks["P1_1_anterior"][400, 30] and masks["P1_1_anterior"].sum() == 69


def test_main_with_the_sheets_labels(tmp_path):
    given = {"label": [1, 0, 1], "subtype": ["spinal", "normal", "multiple"]}
    table, found, agreement = run(tmp_path, [], **given)
    assert table.to_numpy().tolist() == [
        ["P1_1_anterior", "P1", 1, "spinal"],
        ["P1_1_posterior", "P1", 0, "normal"],
        ["P2_1_anterior", "P2", 1, "multiple"],
    ]
    assert found.empty
    assert agreement["pairs"] == []
    with pytest.raises(ValueError, match=r"expected annotations .* or a column label .*found neither"):
        run(tmp_path, [])
    with pytest.raises(ValueError, match="P1_1_posterior: label: expected 0, 1, found another value"):
        run(tmp_path, [], label=[1, "Wang", 1])
    with pytest.raises(ValueError, match=r"P1_1_posterior: label: expected 0 or 1 .* none for 1 of 3"):
        run(tmp_path, [], label=[1, "", 1], subtype="spinal")
    with pytest.raises(ValueError, match="P1_1_posterior: label 0 contradicts subtype spinal"):
        run(tmp_path, [], label=[1, 0, 1], subtype="spinal")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"label": [1, 0, 1]}, [(1, "unspecified"), (0, "normal"), (1, "unspecified")]),
        ({"label": [1, 0, 1], "subtype": ""}, [(1, "unspecified"), (0, "normal"), (1, "unspecified")]),
        ({"label": [1, 0, 1], "subtype": ["spinal", "", ""]}, [(1, "spinal"), (0, "normal"), (1, "unspecified")]),
        (
            {"label": [1, 0, 1], "subtype": ["", "normal", "unspecified"]},
            [(1, "unspecified"), (0, "normal"), (1, "unspecified")],
        ),
    ],
)
def test_a_sheet_with_labels_is_enough(tmp_path, given, expected):
    table, _, _ = run(tmp_path, [], **given)
    assert list(table[["label", "subtype"]].itertuples(index=False, name=None)) == expected


def test_main_names_what_is_wrong_with_the_annotations(marked, tmp_path):
    file = marked / "cid" / "P1_1_anterior.json"
    text = file.read_text(encoding="utf-8")
    file.write_text(text[:-1], encoding="utf-8")
    with pytest.raises(ValueError, match=r"cid/P1_1_anterior\.json: expected JSON"):
        run(tmp_path, marked)
    file.unlink()
    run(tmp_path, marked)
    listed = pd.read_csv(tmp_path / "disputed.tsv", sep="\t", keep_default_na=False)
    assert listed["kind"].tolist() == ["missing reader", "disagreement", "disagreement"]
    file.write_text(text, encoding="utf-8")
    (marked / "cid" / "P3_1_anterior.json").write_text(text, encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"^cid, annotation 4 by name: an annotation of an image that the cohort does not have$"
    ):
        run(tmp_path, marked)
    with pytest.raises(
        ValueError, match=r"cid: an unknown reader with 4 annotations, expected ann, bob \(label.readers\)"
    ):
        run(tmp_path, marked, readers=["ann", "bob"])
    for reader in ("ann", "bob", "cid"):
        for path in (marked / reader).glob("P1_1_posterior.json"):
            path.unlink()
    (marked / "cid" / "P3_1_anterior.json").unlink()
    with pytest.raises(ValueError, match="no reader's annotation of 1 images: P1_1_posterior"):
        run(tmp_path, marked)
    (marked / "cid" / "P1_1_anterior.xml").write_text("<annotation/>", encoding="utf-8")
    with pytest.raises(ValueError, match=r"cid/P1_1_anterior\.xml: expected one annotation of an image"):
        run(tmp_path, marked)
    (tmp_path / "none").mkdir()
    with pytest.raises(ValueError, match="expected one folder a reader"):
        run(tmp_path, tmp_path / "none")
