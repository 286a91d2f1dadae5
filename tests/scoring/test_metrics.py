import json
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from bonescan.scoring.metrics import confusion, score


def cells(tp, fn, fp, tn):
    """Labels and probabilities with the given confusion matrix."""
    label = np.repeat([1, 1, 0, 0], [tp, fn, fp, tn])
    return label, np.repeat([0.9, 0.1, 0.9, 0.1], [tp, fn, fp, tn])


@pytest.mark.parametrize(
    ("matrix", "printed"),
    [  # the confusion matrices behind the paper's rows for V21 on D3 and D121 on D2
        ((347, 6, 8, 356), (0.9805, 0.9775, 0.9830, 0.9780, 0.9802)),
        ((316, 37, 12, 352), (0.9317, 0.9634, 0.8952, 0.9670, 0.9280)),
    ],
)
def test_scores_of_the_paper_s_confusion_matrices(matrix, printed):
    scores = score(*cells(*matrix))
    assert tuple(scores[cell] for cell in ("tp", "fn", "fp", "tn")) == matrix
    names = ("accuracy", "precision", "recall", "specificity", "f1")
    assert [scores[name] for name in names] == pytest.approx(printed, abs=1e-4)
    assert scores["fpr"] == pytest.approx(1 - scores["specificity"])


def test_auc_is_the_chance_of_the_right_order():
    # pairs (metastasis, normal): .8>.7, .8>.2, .4<.7, .4>.2: three of four in the right order
    assert score(np.array([1, 1, 0, 0]), np.array([0.8, 0.4, 0.7, 0.2]))["auc"] == 0.75


def test_zero_over_zero_is_undefined():
    never = score(*cells(0, 3, 0, 5))
    assert math.isnan(never["precision"]) and math.isnan(never["f1"]) and never["recall"] == 0
    wrong = score(*cells(0, 3, 2, 5))
    assert wrong["precision"] == 0 and math.isnan(wrong["f1"])
    single = score(*cells(2, 1, 0, 0))
    assert math.isnan(single["specificity"]) and math.isnan(single["auc"]) and math.isnan(single["fpr"])


def test_one_half_is_normal():
    assert score(np.array([1, 0]), np.array([0.5, 0.5]))["fn"] == 1


def test_a_diverged_network_has_no_scores():
    assert all(math.isnan(value) for value in score(np.array([0, 1]), np.array([0.2, np.nan])).values())


def test_script(tmp_path):
    import evaluate

    split = pd.DataFrame(
        {
            "row": range(5),
            "image": list("abcde"),
            "source": list("abcde"),
            "patient": ["01", "02", "03", "04", "05"],
            "label": [1, 0, 1, 0, 1],
            "part": ["test", "test", "test", "test", "train"],
        }
    )
    split.to_csv(tmp_path / "D3.tsv", sep="\t", index=False)
    inputs = {"probabilities": [], "fits": []}
    for model, chances, status in [("V7", [0.9, 0.2, 0.4, 0.1], "trained"), ("V24", [None] * 4, "diverged")]:
        folder = tmp_path / model
        folder.mkdir()
        run = {"unit": "image", "draw": "repeat1", "dataset": "D3", "model": model, "seed": 1}
        table = pd.DataFrame({"image": list("dcba"), "probability": chances[::-1]})
        table.to_csv(folder / "probabilities.tsv", sep="\t", index=False)
        record = run | {"status": status, "reason": "", "n_train": 1, "epochs": 3, "epochs_allowed": 24}
        record["training_accuracy"] = 1.0 if status == "trained" else None
        (folder / "fit.json").write_text(json.dumps(record), encoding="utf-8")
        inputs["probabilities"].append(str(folder / "probabilities.tsv"))
        inputs["fits"].append(str(folder / "fit.json"))
    job = SimpleNamespace(
        input=SimpleNamespace(splits=[str(tmp_path / "D3.tsv")], **inputs),
        output=SimpleNamespace(**{name: tmp_path / f"{name}.tsv" for name in ("predictions", "metrics", "summary")}),
        params=SimpleNamespace(divisions=[["repeat1", "D3"]], seed=1),
        wildcards=SimpleNamespace(unit="image"),
    )
    evaluate.main(job)
    predictions = pd.read_table(tmp_path / "predictions.tsv", dtype={"patient": str})
    assert predictions.loc[predictions["model"] == "V7", "probability"].tolist() == [0.9, 0.2, 0.4, 0.1]
    assert predictions["patient"].tolist() == ["01", "02", "03", "04"] * 2
    pd.read_table(inputs["probabilities"][0]).head(3).to_csv(inputs["probabilities"][0], sep="\t", index=False)
    with pytest.raises(ValueError, match="expected a row for each of 4 test images, got 3"):
        evaluate.main(job)
    summary = pd.read_table(tmp_path / "summary.tsv").set_index("model")
    assert summary.loc["V7", ["accuracy", "patients", "runs_trained"]].tolist() == [0.75, 4, 1]
    assert summary.loc["V7", "accuracy_low"] < 0.75 < summary.loc["V7", "accuracy_high"]
    assert summary.loc["V24", "status"] == "diverged" and math.isnan(summary.loc["V24", "accuracy_low"])
    metrics = pd.read_table(tmp_path / "metrics.tsv").set_index("model")
    assert metrics.loc["V7", ["tp", "fn", "fp", "tn", "n_train", "n_test"]].tolist() == [1, 1, 0, 2, 1, 4]
    assert metrics.loc["V7", "test_share"] == pytest.approx(4 / 5)
    assert metrics.loc["V7", ["epochs", "epochs_allowed", "training_accuracy"]].tolist() == [3, 24, 1]
    assert math.isnan(metrics.loc["V24", "training_accuracy"])
    assert metrics.loc["V24", "status"] == "diverged" and math.isnan(metrics.loc["V24", "accuracy"])


def test_confusion_has_the_true_class_in_rows():
    images, shares = confusion(SimpleNamespace(tp=4, fn=0, fp=2, tn=2))
    assert images.tolist() == [[2, 2], [0, 4]] and shares.tolist() == [[0.5, 0.5], [0, 1]]
    assert np.isnan(confusion(SimpleNamespace(tp=0, fn=0, fp=2, tn=2))[1][1]).all()
