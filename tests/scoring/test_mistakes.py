"""The images that a network got wrong, the surest mistakes first."""

import pandas as pd
import pytest

from bonescan.scoring.mistakes import find_mistakes, worst_mistakes


@pytest.fixture
def predictions():
    columns = ["image", "label", "probability"]
    cells = [("a", 0, 0.6), ("b", 0, 0.9), ("c", 0, 0.5), ("d", 1, 0.5), ("e", 1, 0.1), ("f", 1, 0.6), ("g", 1, 0.1)]
    table = pd.DataFrame(cells, columns=columns)
    return table.assign(unit="image", draw="repeat1", dataset="D3", model="V21", seed=1, source=table["image"])


def test_worst_ranks_the_most_confident_mistakes_first(predictions):
    assert worst_mistakes(predictions, 0, 5)["image"].tolist() == ["b", "a"]
    assert worst_mistakes(predictions, 1, 5)["image"].tolist() == ["e", "g", "d"]
    assert worst_mistakes(predictions, 1, 1)["image"].tolist() == ["e"]


def test_mistakes_say_why_there_are_none(predictions):
    columns = ["unit", "dataset", "draw", "model", "seed", "status"]
    metrics = pd.DataFrame(
        [("image", "D3", "repeat1", "V21", 1, "trained"), ("patient", "D3", "repeat1", "V21", 1, "diverged")],
        columns=columns,
    )
    right = predictions[predictions["label"] == (predictions["probability"] > 0.5)]
    found = find_mistakes(right, metrics, "V21", "D3", 4)
    assert found == {
        ("image", 0): "none: no normal taken for metastasis among 1 test images of the class",
        ("image", 1): "none: no metastasis taken for normal among 1 test images of the class",
        ("patient", 0): "SPECS V21: diverged",
        ("patient", 1): "SPECS V21: diverged",
    }
    missing = find_mistakes(predictions, metrics, "V7", "D3", 4)
    assert set(missing.values()) == {"SPECS V7: was not run"}
    assert len(find_mistakes(predictions, metrics, "V21", "D3", 4)["image", 1]) == 3
