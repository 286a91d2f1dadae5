"""Shapes of LabelMe and tools like it: read with the points meant, or refused with the reason."""

import numpy as np
import pytest
from marked import SIZE, SQUARE, mask, png, shape, text

from bonescan.label import masks
from bonescan.label.defects import Defects
from bonescan.label.labelme import read_annotation

KINDS = "polygon, rectangle, circle, point, mask, oriented_rectangle"


def read(*shapes, **more):
    return read_annotation(text(*shapes, **more).encode(), ".json", "a", "r1/a.json", SIZE).findings


def drawn(one):
    return masks.shape_mask(one["shape"], masks.read_points(one["points"]), SIZE)


@pytest.mark.parametrize("kind", ["oriented_rectangle", "rotation"])
def test_a_turned_rectangle_is_a_polygon_of_four_corners(kind):
    corners = ((10, 210), (30, 214), (28, 230), (8, 226))
    (one,) = read(shape(kind=kind, points=corners))
    assert one["shape"] == "polygon" and one["points"] == "210.00,10.00;214.00,30.00;230.00,28.00;226.00,8.00"
    assert np.array_equal(drawn(one), drawn(read(shape(points=corners))[0]))


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 2, 3, 0), (3, 2, 1, 0), (2, 1, 0, 3)])
def test_a_rectangle_of_four_corners_is_one_of_two(order):
    (one,) = read(shape(kind="rectangle", points=[SQUARE[number] for number in order]))
    assert one["shape"] == "rectangle" and one["points"] == "200.00,120.00;215.00,135.00"


@pytest.mark.parametrize(
    ("points", "clipped"),
    [
        (((-0.4, 200), (12, 200), (12, 215)), "200.00,0.00;200.00,12.00;215.00,12.00"),
        (((250, -1), (257, 3), (256.3, 1024.9)), "0.00,250.00;3.00,256.00;1024.00,256.00"),
    ],
)
def test_points_less_than_a_pixel_beyond_the_edge_are_clipped(points, clipped):
    assert read(shape(points=points))[0]["points"] == clipped


def test_a_mask_between_pixels_lies_where_labelme_draws_it():
    whole = read(mask(((100, 200), (102, 201))))
    assert read(mask(((100.6, 200.6), (102.6, 201.6)))) == whole
    assert drawn(whole[0]).sum() == 6 and drawn(whole[0])[200:202, 100:103].all()


def test_a_coloured_mask_covers_what_is_neither_black_nor_clear():
    pixels = np.zeros((2, 3, 4), np.uint8)
    pixels[..., 3] = 255
    pixels[0, 0, 0] = pixels[1, 2, 2] = 200
    pixels[1, 2, 3] = 0
    assert read(mask(pixels=pixels))[0]["points"] == "200.00,100.00;200.00,100.00"


def test_an_outline_that_crosses_itself_has_an_area():
    assert read(shape(points=((100, 200), (110, 210), (110, 200), (100, 210))))[0]["shape"] == "polygon"


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (shape(points=((5, 5), (5, 5), (5, 5))), "expected a polygon with an area, found none"),
        (shape(points=((5, 5), (6, 6), (9, 9))), "expected a polygon with an area"),
        (shape(points=((5, 5), (5.001, 5.003), (5.002, 5))), "expected a polygon with an area"),
        (shape(points=((5, 5), (9, 5), (9, 8), (9, 5))), "expected a polygon with an area"),
        (shape(points=((5, 5), (9, 5))), "3 or more points of a polygon, found 2"),
        (shape(points=()), "3 or more points of a polygon, found 0"),
        (shape(kind="rectangle", points=((5, 5), (5, 9))), "expected a rectangle with an area"),
        (shape(kind="rectangle", points=((5, 5), (5, 5), (5, 5), (5, 5))), "expected a rectangle with an area"),
        (shape(kind="rectangle", points=((5, 5), (9, 6), (8, 9), (4, 8))), "sides along .*: draw it as oriented_rect"),
        (shape(kind="rectangle", points=SQUARE[:3]), "expected 2 points of a rectangle, found 3"),
        (shape(kind="oriented_rectangle", points=SQUARE[:3]), "expected 4 points of an oriented_rectangle, found 3"),
        (shape(kind="oriented_rectangle", points=SQUARE[:2] * 2), "expected a polygon with an area"),
        (shape(points=((5.2, 5.2), (5.8, 5.2), (5.5, 5.8))), "expected a polygon around .* covers no pixel"),
        (shape(kind="rectangle", points=((5.2, 5.2), (9, 5.8))), "expected a rectangle around .* covers no pixel"),
        (shape(points=((255.5, 5), (256, 5), (256, 8))), "covers no pixel"),
        (shape(kind="circle", points=((5, 5), (5, 5))), "expected a circle with an area"),
        (shape(points=((-1.1, 5), (9, 5), (9, 8))), r"row 5, column -1.1 lies outside the picture of 1024 x 256"),
        (shape(points=((1, 5), (9, 1025.5), (9, 8))), r"row 1025.5, column 9 lies outside the picture"),
        (shape(points=((10**400, 5), (9, 5), (9, 8))), "expected points as pairs of column and row"),
        (shape(points=(("inf", 5), (9, 5), (9, 8))), "expected points as pairs of finite numbers"),
        (shape() | {"points": [[[5]], 3]}, "expected points as pairs of column and row"),
        (shape() | {"points": None}, "points"),
        (shape() | {"shape_type": ["polygon"]}, "expected shape_type .* found another"),
        (shape(kind="linestrip"), "expected shape_type .* found linestrip"),
        (shape(kind="mask in another file"), "expected shape_type .* found another"),
        (shape(points=((1, 2, 3), (4, 5, 6))), "expected points as pairs of column and row"),
        (shape(points=((1, 2, 3), (4, 5))), "expected points as pairs of column and row"),
        (shape(bone=["T8"]), "expected a description as text"),
        (mask() | {"mask": ["ä"]}, "expected a mask as a PNG in base 64"),
        (mask() | {"mask": "ä"}, "expected a mask as a PNG in base 64"),
        (shape(group_id=[1]), "expected a group_id as a number or null"),
        (shape(group_id=True), "expected a group_id as a number or null"),
        (mask(((254, 200), (256, 201))), "column 256 lies outside"),
        (mask(((100.2, 200), (103.2, 201))), "expected a mask of the size of its box"),
        (mask(pixels=np.zeros((2, 3), np.uint8)), "expected a mask with at least one pixel"),
        (mask() | {"mask": None}, "expected a mask as a PNG in base 64"),
        (mask() | {"mask": png(np.ones((2, 3), np.uint8)).hex()}, "expected a mask as a PNG in base 64"),
    ],
)
def test_what_cannot_be_a_shape_is_refused(one, message):
    with pytest.raises(Defects, match=rf"^r1/a\.json, shape 2: .*{message}"):
        read(shape(), one)


@pytest.mark.parametrize("written", ["data:image/png;base64,{}", "{}\n", " {}\r\n "])
def test_a_mask_is_read_as_pages_and_mail_write_it(written):
    one = mask()
    half = len(one["mask"]) // 2
    wrapped = written.format(one["mask"][:half] + "\r\n" + one["mask"][half:])
    assert read(one | {"mask": wrapped}) == read(one)


@pytest.mark.parametrize("key", ["Read", "read ", "READ"])
def test_the_flag_is_found_in_every_spelling(key):
    assert not read_annotation(text(shape(), flags={key: False}).encode(), ".json", "a", "r1/a.json", SIZE).read
    with pytest.raises(Defects, match="expected the flag read to be true or false"):
        read(shape(), flags={key: False, "\u200bread": True})


@pytest.mark.parametrize("path", ["A.PNG", "..\\x\\a.dcm.png", "/x/a.nii.gz", "a", " a.png"])
def test_a_picture_s_path_may_be_spelled_otherwise(path):
    assert read(shape(), imagePath=path, imageHeight="1024", imageWidth=" 256 ".strip())


@pytest.mark.parametrize("path", ["ab.png", "b.a.png", "a.2.png", 5, ["a"]])
def test_another_picture_s_path_is_a_defect(path):
    with pytest.raises(Defects, match="found another image's"):
        read(shape(), imagePath=path)


@pytest.mark.parametrize("side", ["1024.0", "x", "512", "9" * 5000])
def test_a_side_that_is_no_number_of_digits_is_a_defect(side):
    with pytest.raises(Defects, match="expected a picture of 1024 x 256"):
        read(shape(), imageHeight=side, imageWidth=256)


def test_a_long_description_is_cut():
    (one,) = read(shape("metastasis: far", bone="very " * 100))
    assert len(one["bone"]) <= 200 and one["bone"].startswith("very very")


@pytest.mark.parametrize("value", ["false", "true", 0, 1, None, []])
def test_a_flag_that_is_neither_true_nor_false_is_refused(value):
    with pytest.raises(
        Defects, match=r"^r1/a\.json: expected the flag read to be true or false, found something else$"
    ):
        read(shape(), flags={"read": value})


def test_a_comment_hides_no_region():
    assert [
        one["bone"]
        for one in read(
            shape("metastasis: spine", bone="not sure"),
            shape("metastasis: spine", bone="T8"),
            shape("metastasis: odd", bone="not sure"),
            shape("metastasis: spine", bone=""),
        )
    ] == ["spine", "thoracic vertebra 8", "not sure odd", "spine"]


@pytest.mark.parametrize(
    ("region", "described", "bone", "doubts"),
    [
        ("spine", "left rib 7", "left rib 7", 1),
        ("left rib 7", "right rib 7", "right rib 7", 1),
        ("spine", "T8", "thoracic vertebra 8", 0),
        ("T8", "spine", "thoracic vertebra 8", 0),
        ("T8", "T8 body", "thoracic vertebra 8 body", 0),
        ("rib 7", "left", "left rib 7", 0),
        ("left", "rib 7", "left rib 7", 0),
        ("T8", "body", "thoracic vertebra 8 body", 0),
        ("T8", "not sure", "thoracic vertebra 8", 0),
        ("hot", "not sure", "not sure hot", 0),
        (":T8", "", "thoracic vertebra 8", 0),
    ],
)
def test_label_and_description_together_name_the_bone(region, described, bone, doubts):
    one = shape(f"metastasis: {region}", bone=described)
    found = read_annotation(text(one).encode(), ".json", "a", "r1/a.json", SIZE)
    assert found.findings[0]["bone"] == bone
    doubt = "r1/a.json, shape 1: label and description name different bones: the description counts"
    assert found.warnings == [doubt] * doubts


def test_values_nested_deep_are_no_traceback():
    deep = 1
    for _ in range(300):
        deep = [deep]
    with pytest.raises(Defects) as error:
        read(shape(points=deep), mask() | {"mask": deep}, shape(bone=deep), imagePath=deep, imageHeight=deep)
    assert len(error.value.lines) == 5


def test_all_defects_of_an_annotation_are_told():
    with pytest.raises(Defects) as error:
        read(shape(kind="line"), shape(), shape(label=""), imagePath="b.png", imageHeight=5, imageWidth=10**50)
    assert error.value.lines == [
        "r1/a.json: expected an annotation of the image that it is named by, found another image's",
        "r1/a.json: expected a picture of 1024 x 256, found 5 x something else",
        f"r1/a.json, shape 1: expected shape_type {KINDS}, found line",
        "r1/a.json, shape 3: expected a label",
    ]
    assert str(error.value).startswith("annotations: 4 defects:\n  r1/a.json: expected an annotation of the image")
