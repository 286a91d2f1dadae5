import numpy as np
import pandas as pd
import pytest

from bonescan.label import masks


def test_read_points():
    assert masks.read_points("1,2;3.5,4").tolist() == [[1, 2], [3.5, 4]]


@pytest.mark.parametrize(
    ("shape", "points", "pixels"),
    [
        ("rectangle", "3,4;1,2", 9),  # rows 1-3, columns 2-4
        ("polygon", "1,2;1,4;3,4;3,2", 9),
        ("circle", "5,5;5,7", 9),  # strictly inside radius 2: a square of 3
        ("point", "5,5", 25),  # strictly inside radius 3
    ],
)
def test_shape_mask(shape, points, pixels):
    mask = masks.shape_mask(shape, masks.read_points(points), (12, 12))
    assert mask.shape == (12, 12) and mask.dtype == bool
    assert mask.sum() == pixels


def test_shape_mask_refuses_another_shape():
    with pytest.raises(ValueError, match="got 'line'"):
        masks.shape_mask("line", np.zeros((2, 2)), (4, 4))


def test_view_mask_counts_the_readers():
    columns = ["image", "reader", "finding", "shape", "points"]
    table = pd.DataFrame(
        [
            ("a", "r1", "metastasis", "rectangle", "0,0;0,2"),
            ("a", "r1", "metastasis", "rectangle", "0,1;0,2"),  # twice by one reader is one vote
            ("a", "r2", "metastasis", "rectangle", "0,2;0,3"),
            ("a", "r3", "fracture", "rectangle", "0,0;0,3"),
            ("b", "r2", "metastasis", "rectangle", "0,0;0,3"),
        ],
        columns=columns,
    )
    assert masks.view_mask(table, "a", (1, 4), votes=2).tolist() == [[False, False, True, False]]
    assert masks.view_mask(table, "a", (1, 4), votes=1).all()
    assert not masks.view_mask(table, "c", (1, 4), votes=1).any()
    alone = table[table["reader"] == "r1"]
    assert not masks.view_mask(alone, "a", (1, 4), votes=2).any(), "one reader's marks make no image abnormal"
    assert masks.view_mask(alone, "a", (1, 4), votes=1).sum() == 3
    assert not masks.view_mask(table.head(0), "a", (1, 4), votes=2).any()
