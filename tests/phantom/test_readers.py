import ast

import numpy as np
import pytest
import yaml
from workflow_runs import ROOT

from bonescan.phantom import readers
from bonescan.terms import SIMULATED_FINDINGS

SEEN = {"peak_ratio": 0.6, "detectability": 15.0, "half_rows": 4.0, "half_cols": 4.0, "in_thorax": 1}
LESION = {**SEEN, "kind": "metastasis", "bone": "left rib 7", "region": "ribs", "part": "lateral", "half_cols": 6.0}
LESION |= {"row": 300.0, "col": 150.0}
WORN = {**LESION, "kind": "degenerative", "bone": "lumbar vertebra 4", "region": "spine", "part": "body"}


def labels(annotation):
    return [shape["label"] for shape in annotation["shapes"]]


def called(spots, patients=2000):
    rng = np.random.default_rng(6)
    return readers.read(spots, 3, patients, rng).mean()


def test_readers_call_what_is_hot_what_follows_a_rib_and_what_is_many():
    spot = {**SEEN, "region": "spine", "part": "body"}
    rib = {**spot, "region": "ribs", "part": "lateral", "peak_ratio": 6.0, "half_cols": 6.0}
    flat = {**spot, "peak_ratio": 2.0, "half_cols": 10.0, "half_rows": 1.6}
    assert called([]) == 0
    rising = [called([{**spot, "peak_ratio": peak, "detectability": 30 * peak}]) for peak in (0.2, 0.6, 2.0, 6.0)]
    assert rising == sorted(rising) and rising[0] < 0.05 and rising[-1] > 0.9
    assert called([{**rib, "half_cols": 10.0}]) > called([rib]) > called([{**rib, "part": "anterior"}])
    assert called([{**flat, "half_cols": 4.0, "half_rows": 4.0}]) > called([flat])
    shoulder = {**spot, "region": "shoulder girdle", "peak_ratio": 2.0}
    assert called([{**shoulder, "part": "middle"}]) > called([{**shoulder, "part": "lateral"}]) + 0.1
    assert called([spot] * 5) > called([spot]) + 0.1
    assert called([{**spot, "region": "soft tissue", "peak_ratio": 4.0}]) < 0.05


def test_readers_differ_the_more_the_fainter_a_spot_is():
    """The same odds, seen plainly and faintly; two thresholds away from them, so that only the noise can reach one."""
    plain = {**SEEN, "region": "spine", "part": "body", "peak_ratio": 0.4, "detectability": 100.0}
    assert called([plain]) < called([{**plain, "detectability": 2.0}]) - 0.02


def test_an_even_number_of_readers_is_refused():
    with pytest.raises(ValueError, match=r"simulate\.readers: .*4"):
        readers.read([], 4, 1, np.random.default_rng(0))


def test_the_first_votes_with_the_right_majority_are_kept():
    votes = np.array([(0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 0, 0)])
    assert readers.agree(votes, 1).tolist() == [1, 0, 1]
    assert readers.agree(votes, 0).tolist() == [0, 0, 1]
    assert readers.agree(votes[1:3], 0).tolist() == [0, 0, 0], "where it never is right, all agree"


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
    elsewhere = readers.annotate("P001_1_anterior", 1, [], [WORN | {"in_thorax": 0}], rng)
    assert "metastasis" not in labels(elsewhere) and not elsewhere["flags"]["metastasis"]


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
