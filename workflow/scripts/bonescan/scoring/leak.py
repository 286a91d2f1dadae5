"""What a split that does not keep patients together is worth: the same networks under two split units, in pairs."""

from dataclasses import replace

import numpy as np
import pandas as pd

from bonescan.scoring.resampled import as_columns, ends_over_runs
from bonescan.scoring.summary import Scores, over_trainings, score_networks
from bonescan.terms import METRICS, TRAINED, UNITS

LEAKS = {"sibling": ("image", "source"), "patient": ("source", "patient"), "both": ("image", "patient")}
"""By what leaks: the unit that lets it and the unit that does not."""

WITHOUT_SIBLINGS = "D1"
"""The dataset of originals: an image is its own source there, so that only patients leak."""

ALL_NETWORKS = "mean"
"""In place of a network."""


def measure_leaks(predictions: pd.DataFrame, metrics: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return how much better networks score under a unit that leaks than under one that does not.

    All units are compared on originals, as the split by patient is tested: copies count a view as often as it was
    augmented, and augmentation makes half of the images metastatic. Patients are resampled under both units together.

    Parameters
    ----------
    predictions, metrics : DataFrame
        `predictions.tsv` and `metrics.tsv` of all units.
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        One row per dataset, model, leak and metric: `leaking`, `without` (the metric under the two units) and
        `difference`, each with `_low` and `_high`; `leaking_unit` and `unit` (the one without); `patients` (tested
        under either); `status` (trained, or what failed under which unit). The model `mean` is the mean over all
        networks that trained under all units that are compared.
    """
    originals = predictions[predictions["image"] == predictions["source"]]
    scored = score_networks(originals, metrics, rng)
    rows = []
    for dataset, of_dataset in metrics.groupby("dataset", sort=True):
        failed = of_dataset.groupby(["unit", "model"])["status"].unique().map("; ".join)
        pairs, models = _pairs(dataset, set(of_dataset["unit"])), of_dataset["model"].unique()
        of_units = {unit: {model: scored.get((unit, dataset, model)) for model in models} for unit in UNITS}
        compared = {unit for pair in pairs.values() for unit in pair}
        everywhere = [model for model in models if _share_a_run([of_units[unit][model] for unit in compared])]
        for leak, units in pairs.items():
            tested = originals[(originals["dataset"] == dataset) & originals["unit"].isin(units)]
            told = dict(zip(("dataset", "leak", "leaking_unit", "unit"), (dataset, leak, *units), strict=True))
            told |= {"patients": tested["patient"].nunique()}
            for model in models:
                found = [of_units[unit][model] for unit in units]
                if _share_a_run(found):
                    rows += [told | {"model": model} | row for row in _differences(*found)]
                else:
                    status = ", ".join(f"by {unit} {failed.get((unit, model), 'not run')}" for unit in units)
                    rows += [told | {"model": model, "metric": metric, "status": status} for metric in METRICS]
            if len(everywhere) > 1:
                means = [_mean([of_units[unit][model] for model in everywhere]) for unit in units]
                rows += [told | {"model": ALL_NETWORKS} | row for row in _differences(*means)]
    return pd.DataFrame(rows)


def _pairs(dataset: str, units: set[str]) -> dict[str, tuple[str, str]]:
    """Return the leaks that the units of a dataset can tell, and between which two."""
    if dataset == WITHOUT_SIBLINGS:
        return {"patient": LEAKS["both"]} if set(LEAKS["both"]) <= units else {}
    return {leak: pair for leak, pair in LEAKS.items() if set(pair) <= units}


def _share_a_run(networks: list[Scores | None]) -> bool:
    """Whether there is a training of the same draw and seed under every unit."""
    return all(networks) and bool(set.intersection(*(set(scores.runs) for scores in networks)))


def _mean(networks: list[Scores]) -> Scores:
    """Return the mean over networks of each training that all of them have."""
    common = [run for run in networks[0].runs if all(run in scores.runs for scores in networks)]
    means = {
        run: {metric: np.mean([scores.runs[run][metric] for scores in networks], axis=0) for metric in METRICS}
        for run in common
    }
    return replace(networks[0], runs=means)


def _differences(leaking: Scores, without: Scores) -> list[dict]:
    """Return a row for each metric."""
    rows = []
    for metric in METRICS:
        row = {"metric": metric, "status": TRAINED}
        for name, values, bounds in (
            ("leaking", over_trainings(leaking, metric), (0, 1)),
            ("without", over_trainings(without, metric), (0, 1)),
            ("difference", over_trainings(leaking, metric, without), (-1, 1)),
        ):
            found = ends_over_runs(values, bounds) if values else (np.nan,) * 3
            row |= as_columns(name, found)
        rows.append(row)
    return rows
