"""Who counts as a reader and which annotations count; the log names what does not, without anybody's name."""

import pandas as pd
import pytest
from marked import SIZE, shape, write

from bonescan.chance import generator
from bonescan.ingest import privacy
from bonescan.ingest.identities import identities
from bonescan.label.agreement import agreement
from bonescan.label.folder import read_folder
from bonescan.label.votes import find_disputes, label_by_votes, majority, read_votes
from bonescan.label.watch import Watch
from bonescan.label.words import Words
from bonescan.labels import known_labels

IMAGE, OTHER = IMAGES = ["P0_1_anterior", "P1_1_anterior"]
SCANS = pd.DataFrame({"image": IMAGES, "patient": ["P0", "P1"]})
UNREAD = {"flags": {"read": False}}


@pytest.fixture
def watch():
    """One that knows an operator's and a patient's name, as ingest's digests do."""
    made = Watch("phantom", None)
    known = privacy.digests(
        identities({"OperatorsName": ["Schulze^Otto"], "PatientName": ["Doe^Jane"]}, ["OperatorsName"]), b"salt"
    )
    made.index = privacy.index_of_digests(known, b"salt")
    return made


def read(root, readers=None, watch=None):
    known = known_labels(["metastasis", "fracture"], {})
    return read_votes(root, IMAGES, SIZE, readers, known, watch or Watch("phantom", root))


def test_a_configured_reader_without_a_folder_annotated_nothing(tmp_path, caplog):
    for reader in ("r1", "r2"):
        write(tmp_path / reader, IMAGE, *([shape(bone="T8")] if reader == "r1" else []))
        write(tmp_path / reader, OTHER)
    votes, findings = read(tmp_path, ["r3", "r1", "r2"])
    assert list(votes.columns) == ["r1", "r2", "r3"] and votes["r3"].isna().all()
    assert caplog.messages == [
        "r3: a reader of label.readers without a folder, who counts as one who annotated none of the images"
    ]
    disputed = find_disputes(votes, 2)
    assert disputed[["image", "kind", "missing"]].to_numpy().tolist() == [
        [IMAGE, "tie", "r3"],
        [IMAGE, "missing reader", "r3"],
        [IMAGE, "undecided", "r3"],
        [OTHER, "missing reader", "r3"],
    ]
    assert label_by_votes(findings, SCANS, votes, 2)["label"].tolist() == [0, 0]
    assert majority(votes, 3).tolist() == [0, 0], "three are configured"
    agreed = agreement(votes, SCANS["patient"], generator(1))
    assert agreed["complete"] == 0 and agreed["abnormal"] == {"r1": 1, "r2": 0, "r3": 0}


def test_annotations_that_nobody_ticked_are_told(tmp_path, caplog):
    write(tmp_path / "r1", IMAGE, shape(), **UNREAD)
    write(tmp_path / "r1", OTHER, **UNREAD)
    write(tmp_path / "r2", IMAGE)
    with pytest.raises(ValueError, match=rf"^no annotation that a reader ticked as read of 1 images: {OTHER}$"):
        read(tmp_path)
    assert f"r1: 1 annotations with shapes are not ticked as read, such as r1/{IMAGE}.json" in caplog.messages
    write(tmp_path / "r2", OTHER)
    votes, _ = read(tmp_path)
    assert votes["r1"].isna().all() and votes["r2"].tolist() == [0, 0]


def test_defects_of_an_unread_annotation_are_warnings(tmp_path, caplog):
    flat, label = shape(points=((5, 5), (6, 6), (9, 9))), shape("metastatis")
    write(tmp_path / "r1", IMAGE, flat, label, shape("tumour"), imageHeight=5, imageWidth=5, **UNREAD)
    for image in IMAGES:
        write(tmp_path / "r2", image)
    votes, findings = read(tmp_path)
    assert findings.empty and votes["r1"].isna().all()
    assert {record.levelname for record in caplog.records} == {"WARNING"} and len(caplog.messages) == 5
    assert f"r1/{IMAGE}.json: the unknown label 'metastatis'" in caplog.messages
    write(tmp_path / "r2", OTHER, label)
    with pytest.raises(ValueError, match=rf"^1 annotation with the unknown label 'metastatis', such as r2/{OTHER}"):
        read(tmp_path)


def test_a_name_is_in_no_message(tmp_path, caplog, watch):
    for reader in ("Doe_Jane", "Schulze"):
        write(tmp_path / reader, IMAGE, shape(kind="line"), **(UNREAD if reader == "Schulze" else {}))
        write(tmp_path / reader / "more", IMAGE)
    (tmp_path / "of Otto Schulze").mkdir()
    with pytest.raises(ValueError, match="annotations: 3 defects:") as error:
        read(tmp_path, ["r1", "Schulze"], watch)
    for said in (str(error.value), caplog.text):
        assert f"reader1/{IMAGE}.json, shape 1: expected shape_type" in said
        assert "reader1: an unknown reader with 0 annotations, expected r1, reader2 (label.readers)" in said
        assert "Doe" not in said and "Schulze" not in said
    assert "1 folders without any annotation are no readers': (it holds an identity)" in caplog.text
    assert "2 readers' folders are called by a name in a header: they are numbered" in caplog.text


def test_a_folder_without_annotations_is_no_reader(tmp_path, caplog):
    for reader in ("r1", "r2"):
        for image in IMAGES:
            write(tmp_path / reader, image)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "read me.txt").write_text("x", encoding="utf-8")
    assert list(read(tmp_path)[0].columns) == ["r1", "r2"]
    assert caplog.messages == ["1 folders without any annotation are no readers': 'notes'"]
    assert list(read(tmp_path, ["notes", "r1", "r2"])[0].columns) == ["notes", "r1", "r2"], "but a configured one is"


def test_copies_are_told(tmp_path, caplog):
    for reader in ("r1", "r2", "r3"):
        write(tmp_path / reader, IMAGE, shape(), **({"x": 1} if reader == "r3" else {}))
        write(tmp_path / reader, OTHER)
    read(tmp_path)
    assert caplog.messages == ["r1 and r2 have the same annotations to the byte: are they copies?"]
    caplog.clear()
    for reader in ("r1", "r2", "r3"):
        write(tmp_path / reader, IMAGE)
    read(tmp_path)
    assert caplog.messages == [], "without a shape all are alike"


def test_annotations_that_lie_deeper_or_end_in_a_blank_are_told(tmp_path, caplog):
    write(tmp_path / "r1", IMAGE)
    write(tmp_path / "r1" / "monday" / "late", OTHER)
    write(tmp_path / "r1" / ".hidden", OTHER)
    write(tmp_path / "r1", OTHER, suffix=".json ")
    write(tmp_path / "r2" / "monday", OTHER)
    (tmp_path / "r1" / "up").symlink_to("..")
    reading = read_folder(tmp_path, SIZE, IMAGES)
    assert reading.annotated == {"r1": {IMAGE}, "r2": set()}
    assert caplog.messages == [
        "r1: 1 annotations in folders inside are not read",
        "r1: 1 annotations whose names end in a blank are not read",
        "r2: 1 annotations in folders inside are not read",
    ]


def test_descriptions_of_unread_annotations_are_not_counted_as_hidden(tmp_path, watch):
    write(tmp_path / "r1", IMAGE, shape(bone="Jane Doe"), **UNREAD)
    write(tmp_path / "r1", OTHER, shape(bone="Jane Doe"))
    words = Words(known_labels(["metastasis"], {}), watch)
    read_folder(tmp_path, SIZE, IMAGES, words)
    assert words.hidden == 1


def test_an_annotation_of_no_image_claims_no_shapes(tmp_path):
    for image in (*IMAGES, "P9_1_anterior"):
        write(tmp_path / "r1", image, shape("metastatis") if image not in IMAGES else shape())
    with pytest.raises(ValueError, match=r"r1, annotation 3 by name: an annotation of an image that .* not have$"):
        read(tmp_path)


def test_findings_are_under_the_reader_s_number(tmp_path, watch):
    write(tmp_path / "Schulze", IMAGE, shape())
    reading = read_folder(tmp_path, SIZE, IMAGES, Words(None, watch))
    assert reading.names == {"Schulze": "reader1"} and reading.findings[0]["reader"] == "reader1"
