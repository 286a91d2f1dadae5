"""The images that a network got wrong."""

import pandas as pd

from bonescan.scoring.metrics import predict_class
from bonescan.scoring.summary import keep_first_run
from bonescan.terms import TRAINED
from bonescan.wording import classifier, sort_units

KINDS = {0: "normal taken for metastasis", 1: "metastasis taken for normal"}
"""By the true label."""


def worst_mistakes(predictions: pd.DataFrame, label: int, number: int) -> pd.DataFrame:
    """Return the misclassified images of one class, the most confident mistakes first.

    Parameters
    ----------
    predictions : DataFrame
        Rows of `predictions.tsv` of one network: image, label, probability (of metastasis).
    label : int
        True class, 1 metastasis.
    number : int
        Images to return at most.
    """
    wrong = predictions[(predictions["label"] == label) & (predict_class(predictions["probability"]) != label)]
    ranked = wrong.sort_values(["probability", "image"], ascending=[label == 1, True], kind="stable")
    return ranked.head(number)


def find_mistakes(
    predictions: pd.DataFrame, metrics: pd.DataFrame, model: str, dataset: str, number: int
) -> dict[tuple[str, int], pd.DataFrame | str]:
    """Find the misclassified images of one network on one dataset, or say why there are none to show.

    Parameters
    ----------
    predictions, metrics : DataFrame
        `predictions.tsv` and `metrics.tsv` of all units; the first seed is taken.
    number : int
        Images of each kind at most.

    Returns
    -------
    dict of (unit, label) to DataFrame or str
    """
    predictions = keep_first_run(predictions[(predictions["model"] == model) & (predictions["dataset"] == dataset)])
    runs = keep_first_run(metrics[(metrics["model"] == model) & (metrics["dataset"] == dataset)])
    status = dict(zip(runs["unit"], runs["status"], strict=True))
    found: dict[tuple[str, int], pd.DataFrame | str] = {}
    for unit in sort_units(metrics["unit"]):
        of_unit = predictions[predictions["unit"] == unit]
        for label, kind in KINDS.items():
            if status.get(unit, "was not run") != TRAINED:
                found[unit, label] = f"{classifier(model)}: {status.get(unit, 'was not run')}"
                continue
            chosen = worst_mistakes(of_unit, label, number)
            images = int((of_unit["label"] == label).sum())
            found[unit, label] = chosen if len(chosen) else f"none: no {kind} among {images} test images of the class"
    return found
