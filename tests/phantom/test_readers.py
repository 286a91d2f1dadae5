import ast

import numpy as np
import pytest
import yaml
from workflow_runs import ROOT

from bonescan.phantom import readers
from bonescan.terms import SIMULATED_FINDINGS

LESION = {"kind": "metastasis", "bone": "left rib 7", "row": 300.0, "col": 150.0, "half_rows": 4.0, "half_cols": 6.0}
WORN = LESION | {"kind": "degenerative", "bone": "lumbar vertebra 4"}


def labels(annotation):
    return [shape["label"] for shape in annotation["shapes"]]


@pytest.mark.parametrize("label", [0, 1])
def test_the_majority_votes_for_the_class_and_single_readers_err(label):
    rng = np.random.default_rng(6)
    drawn = np.array([readers.votes(label, 3, 0.05, rng) for _ in range(4000)])
    assert ((drawn.sum(axis=1) >= 2) == bool(label)).all()
    # given at most one error of three: p = 0.05 * 0.95**2 / (0.95**3 + 3 * 0.05 * 0.95**2) for each reader
    assert (drawn != label).mean() == pytest.approx(0.05 / (0.95 + 0.15), abs=0.008)


def test_readers_without_a_majority_are_refused():
    with pytest.raises(ValueError, match=r"simulate\.readers: .*4"):
        readers.votes(1, 4, 0.05, np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"simulate\.reader_error: .*0\.5"):
        readers.votes(1, 3, 0.5, np.random.default_rng(0))


def test_annotations_say_what_was_voted():
    rng = np.random.default_rng(7)
    right = readers.annotate("P001_1_anterior", 1, [LESION], [WORN], rng)
    assert labels(right).count("metastasis") == 1
    shape = right["shapes"][0]
    assert shape["description"] == "left rib 7"
    x, y = np.array(shape["points"]).T
    assert x.mean() == pytest.approx(150, abs=2) and y.mean() == pytest.approx(300, abs=2)
    assert (right["imageHeight"], right["imageWidth"], right["imageData"]) == (1024, 256, None)
    assert "metastasis" not in labels(readers.annotate("P001_1_anterior", 0, [LESION], [WORN], rng))
    assert labels(readers.annotate("P001_1_anterior", 1, [], [WORN], rng)) == ["metastasis"]


def test_every_kind_of_focus_is_a_label_that_is_known():
    """`label` stops at any other."""
    place = {"in_bone": 5, "whole_bone": 3, "_puddle": 0}  # of the kind among the arguments
    kinds = set()
    for name in ("benign", "disease"):
        path = ROOT / "workflow" / "scripts" / "bonescan" / "phantom" / f"{name}.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in place:
                kinds.add(ast.literal_eval(node.args[place[node.func.id]]))
    assert kinds == {"metastasis", *SIMULATED_FINDINGS}
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    assert kinds <= set(config["annotate"]["labels"]), "so that the phantom may be brought as somebody's own scans"
