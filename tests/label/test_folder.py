"""Readers' folders as they come: what is no annotation is passed over or named, and nothing waits or leads out."""

import json
import os
import socket

import numpy as np
import pytest
from marked import SIZE, png, shape, text, write

from bonescan.label import folder
from bonescan.label.defects import Defects
from bonescan.label.words import Words
from bonescan.labels import known_labels

IMAGE = "P1_1_anterior"


def read(root, synonyms=None):
    words = Words(known_labels(["metastasis", "fracture"], synonyms or {}))
    return folder.read_folder(root, SIZE, {IMAGE, "P2_1_anterior", "P3_1_anterior"}, words)


def defects(root, **more):
    with pytest.raises(Defects) as error:
        read(root, **more)
    return error.value.lines


def test_what_systems_leave_behind_is_passed_over(tmp_path):
    write(tmp_path / "ann", IMAGE, shape())
    for name in ("._P1_1_anterior.json", ".P2_1_anterior.json", "Thumbs.db", "notes.txt"):
        (tmp_path / "ann" / name).write_bytes(b"\0\5\26\7")
    for name in ("__MACOSX", ".git"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "._P1_1_anterior.json").write_bytes(b"\0\5\26\7")
    assert read(tmp_path).annotated == {"ann": {IMAGE}}


def test_a_capital_suffix_is_one(tmp_path):
    write(tmp_path / "ann", IMAGE, shape(), suffix=".JSON")
    assert read(tmp_path).annotated == {"ann": {IMAGE}}
    write(tmp_path / "ann", IMAGE, shape())
    assert len(defects(tmp_path)) == 2


@pytest.mark.parametrize("kind", ["pipe", "socket", "folder", "empty", "dangling", "loop", "outside", "device"])
def test_what_is_no_file_of_the_folder_is_named_at_once(tmp_path, kind, monkeypatch):
    root = tmp_path / "readers"
    path = root / "ann" / f"{IMAGE}.json"
    write(root / "ann", "P2_1_anterior", shape())
    write(tmp_path / "elsewhere", IMAGE, shape())
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        monkeypatch.chdir(path.parent)  # a socket's path is short
        bound = socket.socket(socket.AF_UNIX)
        bound.bind(path.name)
        bound.close()
    elif kind == "folder":
        path.mkdir()
    elif kind == "empty":
        path.touch()
    else:
        to = {"dangling": "nowhere", "loop": path.name, "device": "/dev/zero"}
        path.symlink_to(to.get(kind, tmp_path / "elsewhere" / f"{IMAGE}.json"))
    (line,) = defects(root)
    found = {"outside": "a link that leads out", "device": "a link that leads out", "empty": "expected JSON"}
    cannot = "one that cannot be read" if kind in ("dangling", "loop") else "something that is no file"
    assert line.startswith(f"ann/{IMAGE}.json: expected") and found.get(kind, cannot) in line
    assert "nowhere" not in line and "elsewhere" not in line


def test_links_are_followed_inside_and_the_folder_itself_may_be_one(tmp_path):
    write(tmp_path / "real" / "store", IMAGE, shape())
    (tmp_path / "real" / "ann").mkdir()
    (tmp_path / "real" / "ann" / f"{IMAGE}.json").symlink_to(f"../store/{IMAGE}.json")
    (tmp_path / "link").symlink_to("real")
    assert read(tmp_path / "link").annotated == {"ann": {IMAGE}, "store": {IMAGE}}
    write(tmp_path / "far", IMAGE, shape())
    (tmp_path / "real" / "bob").symlink_to(tmp_path / "far")
    assert defects(tmp_path / "link") == ["bob: expected a folder, found a link that leads out of the readers' folders"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "twice", "utf-16", "gbk", "gb18030", "big5"])
def test_text_is_read_in_the_encodings_of_editors(tmp_path, encoding):
    words = "左侧第七肋骨转移瘤考虑" if encoding != "big5" else "左側第七肋骨轉移瘤考慮"
    twice = encoding == "twice"
    write(
        tmp_path / "ann",
        IMAGE,
        shape("转移" if encoding != "big5" else "轉移", bone=words),
        encoding="utf-8-sig" if twice else encoding,
    )
    if twice:  # an editor that adds a mark to one
        path = tmp_path / "ann" / f"{IMAGE}.json"
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    (one,) = read(tmp_path, synonyms={"转移": "metastasis", "轉移": "metastasis"}).findings
    assert (one["finding"], one["bone"]) == ("metastasis", words)


def test_a_short_label_of_a_code_page_is_told_by_the_known_ones(tmp_path):
    write(tmp_path / "ann", IMAGE, shape("转移"), encoding="gbk")
    assert read(tmp_path, synonyms={"转移": "metastasis"}).findings[0]["finding"] == "metastasis"
    (line,) = defects(tmp_path)
    assert "1 annotation with the unknown label" in line


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "expected JSON: not JSON at line 1, column 1"),
        (b"\x80\x81\xff", "expected JSON"),
        (text(shape()).encode("utf-8").replace(b"metastasis", b"\xe8\xbd\xac\n\xd7\xaa\n\xd2\xc6"), "expected JSON"),
        (b'{"shapes": [] x', "expected JSON: not JSON at line 1, column 15"),
        (b'{"shapes": [], "shapes": []}', "expected JSON: a key stands twice"),
        (b'{"shapes": [], "imageWidth": Infinity}', "expected JSON: Infinity is no number of JSON"),
        (b'{"shapes": [], "imageWidth": -NaN}', "expected JSON"),
        (b'{"shapes": ' + b"[" * 200_000, "expected JSON: nested too deep"),
        (
            b'{"shapes": [], "imageWidth": ' + b"-" + b"9" * 5000 + b"}",
            "expected JSON: a whole number of 5000 digits, more",
        ),
        (
            b'{"shapes": [], "imageWidth": 1e999, "imageHeight": 1024}',
            "expected a picture of 1024 x 256, found 1024 x ",
        ),
        (b"\0" * 100, "expected JSON"),
    ],
)
def test_what_is_no_annotation_is_named(tmp_path, data, message):
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / f"{IMAGE}.json").write_bytes(data)
    (line,) = defects(tmp_path)
    assert line.startswith(f"ann/{IMAGE}.json: {message}") and len(line) < 200


def test_all_defects_of_a_folder_are_told_in_one_run(tmp_path, caplog):
    write(tmp_path / "ann", IMAGE, shape("metastatis"), shape(kind="line"), shape("tumour"))
    write(tmp_path / "ann", "Roe_Jane", shape(points=((1, 1), (2, 2))))
    write(tmp_path / "bob", IMAGE, shape("metastatis"), shape("metastatis"))
    (tmp_path / "bob" / "P2_1_anterior.xml").write_text("<annotation>", encoding="utf-8")
    write(tmp_path / "bob", "P3_1_anterior", *[shape(kind="points") for _ in range(9)])
    lines = defects(tmp_path)
    assert len(lines) == 1 + 1 + 1 + 9 + 2
    assert lines[1].startswith("ann, annotation 2 by name, shape 1: expected 3 or more points")
    assert lines[-2].startswith(
        f"2 annotations with the unknown label 'metastatis', such as ann/{IMAGE}.json: expected "
    )
    assert lines[-1].startswith("1 annotation with the unknown label 'tumour'")
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == lines
    told = str(Defects(lines)).splitlines()
    assert told[0] == "annotations: 14 defects:" and len(told) == 12 and told[-1] == "  and 4 more, all in the log"
    assert "Roe" not in str(lines)


XML = """<annotation><filename>{image}.png</filename><imagesize><nrows>1024</nrows><ncols>256</ncols></imagesize>
<object><name>{label}</name><deleted>0</deleted><attributes>Th8</attributes><segm><username>ann</username>
<box><xmin>10</xmin><ymin>20</ymin><xmax>12</xmax><ymax>20</ymax></box><mask>{mask}</mask>
<scribbles><scribble_name>s.png</scribble_name></scribbles></segm></object></annotation>"""


def scribble(root, mask="a_mask_1.png", at="a_mask_1.png", pixels=None, label="metastasis", encoding="utf-8"):
    (root / "ann" / "Masks").mkdir(parents=True, exist_ok=True)
    if pixels is None:
        pixels = np.zeros((*SIZE, 3), np.uint8)
        pixels[20, 10:13] = pixels[22, 11] = (0, 0, 200)
    if at:
        (root / "ann" / at).write_bytes(png(pixels))
    written = XML.format(image=IMAGE, mask=mask, label=label)
    (root / "ann" / f"{IMAGE}.xml").write_bytes(written.encode(encoding))


@pytest.mark.parametrize("at", ["a_mask_1.png", "Masks/a_mask_1.png"])
def test_scribbles_of_the_web_tool_are_read_with_their_masks(tmp_path, at):
    scribble(tmp_path, at=at)
    (one,) = read(tmp_path).findings
    assert one["shape"] == "mask" and one["bone"] == "thoracic vertebra 8"
    assert one["points"] == "20.00,10.00;20.00,12.00;22.00,11.00;22.00,11.00"


def test_xml_of_a_chinese_system_is_read(tmp_path):
    scribble(tmp_path, label="骨转移", encoding="gbk")
    assert len(read(tmp_path, synonyms={"骨转移": "metastasis"}).findings) == 1
    path = tmp_path / "ann" / f"{IMAGE}.xml"
    path.write_bytes(b'<?xml version="1.0" encoding="GBK"?>' + path.read_bytes())
    assert len(read(tmp_path, synonyms={"骨转移": "metastasis"}).findings) == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"at": None}, "in Masks, found none"),
        ({"mask": "../x/a.png"}, "in Masks, found a name that is no file's"),
        ({"mask": "/etc/hostname"}, "found a name that is no file's"),
        ({"mask": "..\\a.png"}, "found a name that is no file's"),
        ({"mask": ".."}, "found a name that is no file's"),
        ({"mask": ""}, "found a name that is no file's"),
        ({"mask": "Masks"}, "found something that is no file"),
        ({"pixels": np.ones((20, 20), np.uint8)}, "expected a mask of the size of the picture"),
        ({"pixels": np.zeros(SIZE, np.uint8)}, "expected a mask with at least one pixel"),
    ],
)
def test_masks_that_cannot_be_are_named(tmp_path, given, message):
    scribble(tmp_path, **given)
    (line,) = defects(tmp_path)
    assert line.startswith(f"ann/{IMAGE}.xml, shape 1: expected ") and message in line


def test_a_mask_never_lies_out_of_the_folder(tmp_path):
    scribble(tmp_path / "readers", at=None)
    (tmp_path / "secret.png").write_bytes(png(np.ones(SIZE, np.uint8)))
    (tmp_path / "readers" / "ann" / "a_mask_1.png").symlink_to(tmp_path / "secret.png")
    (line,) = defects(tmp_path / "readers")
    assert line.endswith("found a link that leads out of the readers' folders")
    (tmp_path / "readers" / "ann" / "a_mask_1.png").unlink()
    (tmp_path / "readers" / "ann" / "a_mask_1.png").write_text("no picture", encoding="utf-8")
    assert defects(tmp_path / "readers")[0].endswith("expected the mask of a scribble as a PNG")


def test_an_unread_annotation_is_not_counted(tmp_path):
    write(tmp_path / "ann", IMAGE, flags={"read": False})
    write(tmp_path / "ann", "P2_1_anterior", flags={"read": True})
    assert read(tmp_path).annotated == {"ann": {"P2_1_anterior"}}


def test_annotations_beside_the_folders_are_told(tmp_path, caplog):
    write(tmp_path / "ann", IMAGE)
    (tmp_path / "P2_1_anterior.json").write_text(json.dumps({"shapes": []}), encoding="utf-8")
    read(tmp_path)
    assert "1 annotations beside the readers' folders are not read" in caplog.text
