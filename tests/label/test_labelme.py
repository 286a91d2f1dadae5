import json

import numpy as np
import pytest
from marked import SIZE, encoded

from bonescan.label import folder, labelme, masks


def shape(label="metastasis", bone="left rib 7", kind="circle", points=((30, 400), (35, 400)), **more):
    return {"label": label, "description": bone, "shape_type": kind, "points": [list(p) for p in points], **more}


def read(annotation, suffix=".json"):
    data = annotation if isinstance(annotation, bytes) else json.dumps(annotation).encode()
    return labelme.read_annotation(data, suffix, "a", f"r1/a{suffix}", SIZE).findings


def test_shapes_become_findings():
    annotation = {
        "imageHeight": 1024,
        "imageWidth": 256,
        "imagePath": "a.png",
        "shapes": [
            shape(),
            shape("Fracture ", None, "polygon", [(0, 0), (256, 0), (256, 1024)]),
            shape("bladder", "", "rectangle", [(100, 500), (140, 520.5)]),
            shape("injection site", "", "point", [(12.25, 7)]),
            shape("Metastasis: lumbar  Vertebra 2", "", "point", [(12, 7)]),
        ],
    }
    assert read(annotation) == [
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
            "points": "0.00,0.00;0.00,256.00;1024.00,256.00",
        },
        {"lesion": 3, "finding": "bladder", "bone": "", "shape": "rectangle", "points": "500.00,100.00;520.50,140.00"},
        {"lesion": 4, "finding": "injection site", "bone": "", "shape": "point", "points": "7.00,12.25"},
        {"lesion": 5, "finding": "metastasis", "bone": "lumbar vertebra 2", "shape": "point", "points": "7.00,12.00"},
    ]
    assert read({"shapes": []}) == []


@pytest.mark.parametrize("dtype", [np.uint8, bool])
def test_a_mask_comes_back_pixel_by_pixel(dtype):
    mask = np.random.default_rng(0).random((7, 9)) < 0.5
    mask[:, [0, -1]] = True
    found = read({"shapes": [shape(kind="mask", points=[(20, 100), (28, 106)], mask=encoded(mask.astype(dtype)))]})
    drawn = masks.shape_mask("mask", masks.read_points(found[0]["points"]), SIZE)
    expected = np.zeros(SIZE, bool)
    expected[100:107, 20:29] = mask
    assert np.array_equal(drawn, expected)


VERSION_3 = {
    "version": "3.16.7",
    "flags": {},
    "shapes": [{"label": "metastasis", "line_color": None, "fill_color": None, "points": [[1, 2], [3, 2], [3, 5]]}],
    "lineColor": [0, 255, 0, 128],
    "fillColor": [255, 0, 0, 128],
    "imagePath": "..\\pictures\\a.png",
    "imageData": "iVBO",
}
VERSION_4 = {
    "version": "4.5.6",
    "flags": {"metastasis": True},
    "shapes": [shape(kind="rectangle", points=((30, 400), (35, 410)), group_id=None, flags={})],
    "imagePath": "a.png",
    "imageData": None,
    "imageHeight": 1024,
    "imageWidth": 256,
}
VERSION_6 = VERSION_4 | {"version": "6.3.1", "shapes": [shape(mask=None, group_id=1, flags={})]}


@pytest.mark.parametrize(
    ("annotation", "kind"), [(VERSION_3, "polygon"), (VERSION_4, "rectangle"), (VERSION_6, "circle")]
)
def test_versions(annotation, kind):
    (found,) = read(annotation)
    assert found["shape"] == kind and found["finding"] == "metastasis"


XML = """<annotation><filename>a.png</filename><folder>f</folder><source><sourceImage>x</sourceImage></source>
<imagesize><nrows>1024</nrows><ncols>256</ncols></imagesize>
<object><name>metastasis</name><deleted>0</deleted><attributes>Sacrum</attributes><id>0</id>
<polygon><username>ann</username><pt><x>10</x><y>20</y></pt><pt><x>15</x><y>20</y></pt><pt><x>15</x><y>30</y></pt>
</polygon></object>
<object><name>metastasis</name><deleted>1</deleted><polygon><pt><x>-5</x><y>20</y></pt></polygon></object>
<object><name>Fracture</name><deleted>0</deleted><type>bounding_box</type><polygon><pt><x>9</x><y>2</y></pt>
<pt><x>4</x><y>2</y></pt><pt><x>4</x><y>7</y></pt><pt><x>9</x><y>7</y></pt></polygon></object></annotation>"""


def test_xml_of_the_web_tool():
    assert read(XML.encode(), ".xml") == [
        {
            "lesion": 1,
            "finding": "metastasis",
            "bone": "sacrum",
            "shape": "polygon",
            "points": "20.00,10.00;20.00,15.00;30.00,15.00",
        },
        {
            "lesion": 2,
            "finding": "fracture",
            "bone": "",
            "shape": "polygon",
            "points": "2.00,9.00;2.00,4.00;7.00,4.00;7.00,9.00",
        },
    ]
    outside = XML.replace("<deleted>1", "<deleted>0")
    with pytest.raises(ValueError, match=r"r1/a\.xml, shape 2: expected 3 or more points of a polygon, found 1"):
        read(outside.encode(), ".xml")
    with pytest.raises(ValueError, match="expected a picture of 1024 x 256, found 512 x 256"):
        read(XML.replace("1024", "512").encode(), ".xml")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 30))


@pytest.mark.parametrize(
    "text",
    [
        f'<!DOCTYPE annotation [<!ENTITY l0 "ha">{LAUGHS}]><annotation>&l29;</annotation>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation><filename>&x;</filename></annotation>',
        '<!DOCTYPE annotation SYSTEM "http://example.org/a.dtd"><annotation/>',
        "<annotation><object>" * 3,
        "<!--",
        '<?xml version="1.0" encoding="none-such"?><annotation/>',
        "<other/>",
    ],
)
def test_hostile_xml_is_refused(text):
    with pytest.raises(ValueError, match=r"r1/a\.xml: expected (XML without entities|a LabelMe annotation)"):
        read(text.encode(), ".xml")


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        ([], "r1/a.json: expected a LabelMe annotation"),
        ({"shapes": {}}, "r1/a.json: expected a LabelMe annotation"),
        (b"{", "r1/a.json: expected JSON"),
        (b"[" * 100_000, "r1/a.json: expected JSON: nested too deep"),
        (b"\xff\xfe", "r1/a.json: expected JSON"),
        ({"shapes": [], "imageHeight": 512, "imageWidth": 256}, "expected a picture of 1024 x 256, found 512 x 256"),
        (
            {"shapes": [], "imagePath": "b.png"},
            "r1/a.json: expected an annotation of the image that it is named by, found another image's",
        ),
        ({"shapes": ["x"]}, "r1/a.json, shape 1: expected a label"),
        ({"shapes": [shape(), shape(label=" ")]}, "shape 2: expected a label"),
        ({"shapes": [shape(kind="line")]}, "shape 1: expected shape_type .*found line"),
        ({"shapes": [shape(kind="Jane Doe")]}, "shape 1: expected shape_type .*found another"),
        ({"shapes": [shape(points=[(1, 2)])]}, "expected 2 points of a circle, found 1"),
        ({"shapes": [shape(kind="polygon", points=[(1, 2), (3, 4)])]}, "3 or more points of a polygon, found 2"),
        ({"shapes": [shape(kind="polygon", points=[(1, 2, 3), (4, 5, 6)])]}, "pairs of column and row"),
        ({"shapes": [shape() | {"points": [["a", "b"]]}]}, "pairs of column and row"),
        ({"shapes": [shape(points=[(30, 400), (257.5, 400)])]}, "row 400, column 257.5 lies outside the picture"),
        ({"shapes": [shape(points=[(30, float("nan")), (30, 400)])]}, "expected JSON: NaN is no number of JSON"),
        ({"shapes": [shape(kind="mask", points=[(250, 1), (256, 4)], mask="")]}, "column 256 lies outside"),
        ({"shapes": [shape(kind="mask")]}, "shape 1: expected a mask as a PNG"),
        ({"shapes": [shape(kind="mask", mask="%%%")]}, "shape 1: expected a mask as a PNG"),
        ({"shapes": [shape(kind="mask", mask=encoded(np.ones((9, 9), np.uint8)))]}, "a mask of the size of its box"),
        ({"shapes": [shape(kind="mask", mask=encoded(np.zeros((1, 6), np.uint8)))]}, "at least one pixel"),
    ],
)
def test_wrong_annotations_are_named(annotation, message):
    with pytest.raises(ValueError, match=message):
        read(annotation)


def test_a_file_too_large_for_an_annotation_is_not_read(tmp_path):
    (tmp_path / "ann").mkdir()
    with open(tmp_path / "ann" / "a.json", "wb") as stream:
        stream.truncate(folder.MAXIMUM_BYTES + 1)
    with pytest.raises(ValueError, match=r"^ann/a\.json: expected an annotation, a file of at most 8 MiB, found more$"):
        folder.read_folder(tmp_path, SIZE, ["a"])


def test_a_hidden_file_is_no_annotation(tmp_path):
    """What a killed run was writing, or another system's record of a file."""
    (tmp_path / "ann").mkdir()
    for name in (".a.abcdefgh.part.json", "._a.json"):
        (tmp_path / "ann" / name).write_bytes(b"")
    (tmp_path / "ann" / "b.json").write_text('{"shapes": []}', encoding="utf-8")
    assert folder.read_folder(tmp_path, SIZE, ["a"]).annotated == {"ann": {"b"}}
