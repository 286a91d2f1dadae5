"""What a split that does not keep patients together is worth: the same networks under two split units, in pairs."""

import numpy as np
import pandas as pd

from bonescan.scoring.resampled import ends
from bonescan.scoring.summary import score_networks
from bonescan.terms import METRICS, TRAINED

LEAKS = {"sibling": ("image", "source"), "patient": ("source", "patient"), "both": ("image", "patient")}
"""By what leaks: the unit that lets it and the unit that does not."""

WITHOUT_SIBLINGS = "D1"
"""The dataset of originals: an image is its own source there, so that only patients leak."""

ALL_NETWORKS = "mean"
"""In place of a network."""


def measure_leaks(predictions: pd.DataFrame, metrics: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return how much better networks score under a unit that leaks than under one that does not.

    Both units are resampled together: patients are drawn with replacement, each with all of their test images under
    either; so are trainings, where there are several.

    Parameters
    ----------
    predictions, metrics : DataFrame
        `predictions.tsv` and `metrics.tsv` of all units.
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        One row per dataset, model, leak and metric: `leaking`, `without` (the metric under the two units) and
        `difference`, each with `_low` and `_high`; `leaking_unit` and `unit` (the one without); `patients`
        (tested under either); `status` (trained, or what failed under which unit). The model `mean` is the mean over
        all networks that trained under both.
    """
    scored = score_networks(predictions, metrics, rng)
    rows = []
    for dataset, of_dataset in metrics.groupby("dataset", sort=True):
        failed = of_dataset.groupby(["unit", "model"])["status"].unique().map("; ".join)
        for leak, units in _pairs(dataset, set(of_dataset["unit"])).items():
            tested = predictions[(predictions["dataset"] == dataset) & predictions["unit"].isin(units)]
            told = dict(zip(("dataset", "leak", "leaking_unit", "unit"), (dataset, leak, *units), strict=True))
            told |= {"patients": tested["patient"].nunique()}
            trained = []
            for model in of_dataset["model"].unique():
                found = [scored.get((unit, dataset, model)) for unit in units]
                if all(found):
                    trained.append(found)
                    rows += [told | {"model": model} | row for row in _differences(*found)]
                else:
                    status = ", ".join(f"by {unit} {failed.get((unit, model), 'not run')}" for unit in units)
                    rows += [told | {"model": model, "metric": metric, "status": status} for metric in METRICS]
            if len(trained) > 1:
                means = [_mean(networks) for networks in zip(*trained, strict=True)]
                rows += [told | {"model": ALL_NETWORKS} | row for row in _differences(*means)]
    return pd.DataFrame(rows)


def _pairs(dataset: str, units: set[str]) -> dict[str, tuple[str, str]]:
    """Return the leaks that the units of a dataset can tell, and between which two."""
    if dataset == WITHOUT_SIBLINGS:
        return {"patient": LEAKS["both"]} if set(LEAKS["both"]) <= units else {}
    return {leak: pair for leak, pair in LEAKS.items() if set(pair) <= units}


def _mean(networks: tuple[dict[str, np.ndarray], ...]) -> dict[str, np.ndarray]:
    return {metric: np.mean([found[metric] for found in networks], axis=0) for metric in METRICS}


def _differences(leaking: dict[str, np.ndarray], without: dict[str, np.ndarray]) -> list[dict]:
    """Return a row for each metric."""
    rows = []
    for metric in METRICS:
        row = {"metric": metric, "status": TRAINED}
        values = (leaking[metric], without[metric], leaking[metric] - without[metric])
        for name, value in zip(("leaking", "without", "difference"), values, strict=True):
            row |= dict(zip((name, f"{name}_low", f"{name}_high"), ends(value), strict=True))
        rows.append(row)
    return rows
