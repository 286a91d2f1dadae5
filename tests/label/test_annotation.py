import io
import json
from types import SimpleNamespace

import annotation as script
import numpy as np
import pandas as pd
import pytest
from nm_files import body
from PIL import Image

from bonescan.label.annotation import make_annotation, make_picture
from bonescan.label.folder import read_folder
from bonescan.label.labelme import read_annotation

SIZE = (1024, 256)
IMAGES = ["P1_1_anterior", "P2_1_posterior"]
FINDINGS = [
    {
        "lesion": 1,
        "finding": "metastasis",
        "bone": "left rib 7",
        "shape": "circle",
        "points": "400.00,30.00;400.00,35.00",
    },
    {
        "lesion": 2,
        "finding": "fracture",
        "bone": "",
        "shape": "polygon",
        "points": "0.00,0.00;0.00,255.50;1023.00,255.00",
    },
    {"lesion": 3, "finding": "bladder", "bone": "", "shape": "rectangle", "points": "500.00,100.00;520.50,140.00"},
    {"lesion": 4, "finding": "other", "bone": "sacrum", "shape": "point", "points": "7.00,12.25"},
    {
        "lesion": 4,
        "finding": "other",
        "bone": "sacrum",
        "shape": "mask",
        "points": "5.00,6.00;5.00,8.00;7.00,4.00;7.00,4.00",
    },
]


def test_the_window_is_dark_where_hot():
    counts = np.array([[0, 1, 2, 4], [4, 4, 4, 400]], np.uint16)
    assert make_picture(counts, 50).tolist() == [[255, 191, 128, 0], [0, 0, 0, 0]]
    assert make_picture(np.zeros((2, 2), np.uint16), 99).tolist() == [[255, 255], [255, 255]]


def test_what_is_written_is_read_back():
    start = make_annotation("a", SIZE, FINDINGS)
    assert not read_annotation(json.dumps(start).encode(), ".json", "a", "r1/a.json", SIZE).read
    assert [shape["group_id"] for shape in start["shapes"]] == [None, None, None, 4, 4], "two pieces of one lesion"
    start["flags"]["read"] = True
    assert read_annotation(json.dumps(start).encode(), ".json", "a", "r1/a.json", SIZE).findings == FINDINGS


def run(folder, annotations=()):
    np.save(folder / "scans.npy", np.stack([body(1), body(2)]))
    pd.DataFrame({"image": IMAGES}).to_csv(folder / "scans.tsv", sep="\t", index=False)
    reports = pd.DataFrame({"image": IMAGES[:1], "report": ["Hot spot, left rib 7."]})
    reports.to_csv(folder / "reports.tsv", sep="\t", index=False)
    script.main(
        SimpleNamespace(
            input=SimpleNamespace(
                scans=folder / "scans.npy",
                table=folder / "scans.tsv",
                reports=folder / "reports.tsv",
                annotations=annotations,
            ),
            output=SimpleNamespace(table=folder / "work" / "annotations.tsv"),
            params=SimpleNamespace(
                source="phantom",
                readers=["ann", "bob"],
                labels=["metastasis", "fracture"],
                known=["fracture", "bladder", "other"],
                synonyms={"mets": "metastasis"},
                window=99.5,
            ),
        )
    )
    return pd.read_table(folder / "work" / "annotations.tsv")


def test_a_folder_for_each_reader(tmp_path):
    table = run(tmp_path)
    assert table["annotation"].tolist() == ["new"] * 4 and table["report"].tolist() == [1, 1, 0, 0]
    for reader in ("ann", "bob"):
        folder = tmp_path / "work" / reader
        assert (folder / "labels.txt").read_text(encoding="utf-8") == "metastasis\nfracture\n"
        assert (folder / "P1_1_anterior.txt").read_text(encoding="utf-8") == "Hot spot, left rib 7.\n"
        assert not (folder / "P2_1_posterior.txt").exists()
        with Image.open(io.BytesIO((folder / "P2_1_posterior.png").read_bytes())) as png:
            assert png.mode == "L" and png.size == (256, 1024)
    reading = read_folder(tmp_path / "work", SIZE)
    assert reading.annotated == {"ann": set(), "bob": set()} and reading.findings == []


def test_a_reader_s_work_is_never_written_over(tmp_path):
    run(tmp_path)
    file = tmp_path / "work" / "ann" / "P1_1_anterior.json"
    work = json.loads(file.read_text(encoding="utf-8"))
    work["flags"]["read"] = True
    file.write_text(json.dumps(work), encoding="utf-8")
    table = run(tmp_path)
    assert table["annotation"].tolist() == ["kept"] * 4
    assert json.loads(file.read_text(encoding="utf-8")) == work
    assert read_folder(tmp_path / "work", SIZE).annotated == {"ann": {"P1_1_anterior"}, "bob": set()}


@pytest.fixture
def given(tmp_path):
    folder = tmp_path / "given" / "ann"
    folder.mkdir(parents=True)
    begun = make_annotation("P1_1_anterior", SIZE, FINDINGS) | {"flags": {}}
    (folder / "P1_1_anterior.json").write_text(json.dumps(begun), encoding="utf-8")
    return folder.parent


def test_a_folder_may_begin_from_annotations(tmp_path, given):
    run(tmp_path, str(given))
    begun = json.loads((tmp_path / "work" / "ann" / "P1_1_anterior.json").read_text(encoding="utf-8"))
    assert [shape["label"] for shape in begun["shapes"]] == [finding["finding"] for finding in FINDINGS]
    assert begun["flags"] == {"read": False}
    assert json.loads((tmp_path / "work" / "bob" / "P1_1_anterior.json").read_text(encoding="utf-8"))["shapes"] == []
