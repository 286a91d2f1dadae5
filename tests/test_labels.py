import json
from types import SimpleNamespace

import label as script
import numpy as np
import pandas as pd
import pytest

from bonescan import labels

SIZE = (1024, 256)


def shape(label="metastasis", bone="left rib 7", kind="circle", points=((30, 400), (35, 400))):
    return {"label": label, "description": bone, "shape_type": kind, "points": [list(point) for point in points]}


def findings(*rows):
    return pd.DataFrame(rows, columns=["image", "reader", "finding", "bone"])


def test_shapes_become_findings():
    annotation = {
        "imageHeight": 1024,
        "imageWidth": 256,
        "shapes": [
            shape(),
            shape("Fracture ", None, "polygon", [(0, 0), (256, 0), (256, 1024)]),
            shape("bladder", "", "rectangle", [(100, 500), (140, 520.5)]),
            shape("injection site", "", "point", [(12.25, 7)]),
        ],
    }
    assert labels.read_shapes(annotation, "r1/a.json", SIZE) == [
        {"finding": "metastasis", "bone": "left rib 7", "shape": "circle", "points": "400.00,30.00;400.00,35.00"},
        {"finding": "fracture", "bone": "", "shape": "polygon", "points": "0.00,0.00;0.00,256.00;1024.00,256.00"},
        {"finding": "bladder", "bone": "", "shape": "rectangle", "points": "500.00,100.00;520.50,140.00"},
        {"finding": "injection site", "bone": "", "shape": "point", "points": "7.00,12.25"},
    ]
    assert labels.read_shapes({"shapes": []}, "r1/a.json", SIZE) == []


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        ([], "r1/a.json: expected a LabelMe annotation"),
        ({"shapes": {}}, "r1/a.json: expected a LabelMe annotation"),
        ({"shapes": [], "imageHeight": 512, "imageWidth": 256}, "expected imageHeight x imageWidth 1024 x 256"),
        ({"shapes": ["x"]}, "r1/a.json, shape 1: expected a label"),
        ({"shapes": [shape(), shape(label=" ")]}, "shape 2: expected a label"),
        ({"shapes": [shape(kind="mask")]}, "shape 1: expected shape_type .*found mask"),
        ({"shapes": [shape(points=[(1, 2)])]}, "expected 2 points of a circle, found 1"),
        ({"shapes": [shape(kind="polygon", points=[(1, 2), (3, 4)])]}, "3 or more points of a polygon, found 2"),
        ({"shapes": [shape(points=[(1, 2, 3), (4, 5, 6)])]}, "found 3"),
        ({"shapes": [shape() | {"points": [["a", "b"]]}]}, "pairs of column and row"),
        ({"shapes": [shape(points=[(30, 400), (257, 400)])]}, "row 400, column 257 lies outside the picture"),
        ({"shapes": [shape(points=[(30, float("nan")), (30, 400)])]}, "outside the picture"),
    ],
)
def test_wrong_annotations_are_named(annotation, message):
    with pytest.raises(ValueError, match=message):
        labels.read_shapes(annotation, "r1/a.json", SIZE)


def test_two_of_three_make_an_image_abnormal():
    marks = findings(
        ("a", "r1", "metastasis", ""),
        ("a", "r1", "metastasis", ""),
        ("b", "r1", "metastasis", ""),
        ("b", "r3", "metastasis", ""),
        ("c", "r1", "fracture", ""),
    )
    votes = labels.count_votes(marks, ["c", "b", "a"], ["r1", "r2", "r3"])
    assert votes.loc["a"].tolist() == [1, 0, 0]
    assert votes.loc["b"].tolist() == [1, 0, 1]
    assert votes.loc["c"].tolist() == [0, 0, 0]
    assert labels.majority(votes, 2).to_dict() == {"c": 0, "b": 1, "a": 0}
    assert labels.majority(votes, 1).to_dict() == {"c": 0, "b": 1, "a": 1}
    with pytest.raises(ValueError, match="expected 1 to 3, the number of readers, found 4"):
        labels.majority(votes, 4)


def test_lesions_of_the_majority_by_hand():
    def lesions(*rows):
        return labels.lesions_of_majority(pd.DataFrame(rows, columns=["reader", "bone"]), 2)

    assert lesions(("r1", "rib"), ("r2", "rib"), ("r3", "rib")) == ["rib"]
    assert lesions(("r1", "rib"), ("r1", "rib"), ("r2", "rib"), ("r3", "rib"), ("r3", "rib")) == ["rib", "rib"]
    assert lesions(("r1", "rib"), ("r2", "rib"), ("r2", "sacrum")) == ["rib"]
    assert lesions(("r1", "rib"), ("r2", "sacrum")) == ["rib", "sacrum"]
    assert lesions(("r1", "rib"), ("r1", "rib")) == ["rib", "rib"]


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
    ],
)
def test_subtypes(bones, subtype):
    assert labels.subtype_of_bones(bones) == subtype


def test_kappas_by_hand():
    # 4 images, 3 readers. Fleiss: agreement an image 1, 1, 1/3, 1/3, mean 2/3; shares 5/12 and 7/12,
    # chance (25 + 49)/144 = 37/72; kappa (48/72 - 37/72) / (35/72) = 11/35
    votes = np.array([[1, 1, 1], [0, 0, 0], [1, 0, 0], [0, 0, 1]])
    assert labels.fleiss_kappa(votes) == pytest.approx(11 / 35)
    table = pd.DataFrame(votes, columns=["r1", "r2", "r3"])
    result = labels.agreement(table)
    assert result["images"] == 4
    assert result["abnormal"] == {"r1": 2, "r2": 1, "r3": 2}
    assert result["disagreements"] == 2
    assert result["percent"] == 50
    # r1, r2: 3 of 4 alike; chance (2*1 + 2*3)/16 = 1/2; kappa 1/2. r1, r3: 2 of 4, chance 1/2: 0
    assert [pair["cohen_kappa"] for pair in result["pairs"]] == pytest.approx([0.5, 0, 0.5])
    assert [pair["disagreements"] for pair in result["pairs"]] == [1, 2, 1]
    assert [pair["percent"] for pair in result["pairs"]] == [75, 50, 75]


def test_undefined_kappas_are_none():
    alike = labels.agreement(pd.DataFrame({"r1": [0, 0], "r2": [0, 0]}))
    assert alike["fleiss_kappa"] is None
    assert alike["pairs"][0]["cohen_kappa"] is None
    assert alike["percent"] == 100
    alone = labels.agreement(pd.DataFrame({"r1": [0, 1]}))
    assert alone["pairs"] == []
    assert alone["fleiss_kappa"] is None
    none = labels.agreement(pd.DataFrame(index=range(3)))
    assert none["percent"] is None
    assert none["images"] == 3


def annotate(folder, votes):
    """Write one annotation an image and reader; a vote is the list of bones marked."""
    for reader, images in votes.items():
        (folder / reader).mkdir(parents=True)
        for image, bones in images.items():
            annotation = {"shapes": [shape("injection site", "")] + [shape(bone=bone) for bone in bones]}
            (folder / reader / f"{image}.json").write_text(json.dumps(annotation))


def run(folder, annotations, votes=2, **columns):
    images = ["P1_1_anterior", "P1_1_posterior", "P2_1_anterior"]
    scans = pd.DataFrame({"image": images, "patient": ["P1", "P1", "P2"], "exam": "1", "pixel_spacing": ""} | columns)
    scans.to_csv(folder / "scans.tsv", sep="\t", index=False)
    output = SimpleNamespace(
        labels=folder / "labels.tsv", findings=folder / "findings.tsv", agreement=folder / "agreement.json"
    )
    script.main(
        SimpleNamespace(
            input=SimpleNamespace(scans=folder / "scans.tsv", annotations=annotations),
            output=output,
            params=SimpleNamespace(votes=votes, shape=[1024, 256]),
        )
    )
    return (
        pd.read_csv(output.labels, sep="\t"),
        pd.read_csv(output.findings, sep="\t", keep_default_na=False),
        json.loads(output.agreement.read_text()),
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
    with pytest.raises(ValueError, match=r"expected annotations .*without subtype"):
        run(tmp_path, [], label=[1, 0, 1])
    with pytest.raises(ValueError, match="P1_1_posterior: label: expected 0, 1, found ''"):
        run(tmp_path, [], label=[1, "", 1], subtype="spinal")
    with pytest.raises(ValueError, match="P1_1_posterior: label 0 contradicts subtype spinal"):
        run(tmp_path, [], label=[1, 0, 1], subtype="spinal")


def test_main_names_what_is_wrong_with_the_annotations(marked, tmp_path):
    file = marked / "cid" / "P1_1_anterior.json"
    text = file.read_text()
    file.write_text(text[:-1])
    with pytest.raises(ValueError, match=r"cid/P1_1_anterior\.json: expected JSON"):
        run(tmp_path, marked)
    file.unlink()
    with pytest.raises(ValueError, match="cid: no annotation of 1 images, such as P1_1_anterior"):
        run(tmp_path, marked)
    file.write_text(text)
    (marked / "cid" / "P3_1_anterior.json").write_text(text)
    with pytest.raises(ValueError, match="cid: 1 annotations of unknown images, such as P3_1_anterior"):
        run(tmp_path, marked)
    (tmp_path / "none").mkdir()
    with pytest.raises(ValueError, match="expected one folder a reader"):
        run(tmp_path, tmp_path / "none")
