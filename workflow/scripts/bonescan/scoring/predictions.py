"""The test parts of a run, each with the predictions of all its networks."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from bonescan.chance import generator
from bonescan.scoring.summary import KEYS, REPLICATE, keep_first_run
from bonescan.terms import TRAINED

TEST_PART = [key for key in KEYS if key != "model"]
"""What identifies a test part: its networks saw the same images."""


def join_status(predictions: pd.DataFrame, metrics: pd.DataFrame) -> pd.DataFrame:
    """Return the predictions of the first run with the status of their training.

    Parameters
    ----------
    predictions, metrics : DataFrame
        `predictions.tsv` and `metrics.tsv` of all units.

    Returns
    -------
    DataFrame
        The columns of `predictions` and `status`; `probability` is NaN wherever the network did not train or diverged.
    """
    status = keep_first_run(metrics)[[*KEYS, *REPLICATE, "status"]]
    joined = keep_first_run(predictions).merge(status, on=[*KEYS, *REPLICATE], validate="many_to_one")
    joined["probability"] = joined["probability"].where(joined["status"] == TRAINED)
    return joined


def each_part(
    predictions: pd.DataFrame, seed: int, name: str
) -> Iterator[tuple[dict, pd.DataFrame, np.random.Generator]]:
    """Yield each test part: its keys, its predictions, and a random generator of its own for what `name` names."""
    for keys, part in predictions.groupby(TEST_PART, sort=False):
        yield dict(zip(TEST_PART, keys, strict=True)), part, generator(seed, name, *map(str, keys))


def score_parts(predictions: pd.DataFrame, seed: int, name: str, score: Callable) -> list[pd.DataFrame]:
    """Return what `score(part, rng)` finds in every test part, one table for each that it returns.

    The columns `TEST_PART` come first. Parameters as in `each_part`.
    """
    found = []
    for keys, part, rng in each_part(predictions, seed, name):
        scored = score(part, rng)
        tables = scored if isinstance(scored, tuple) else (scored,)
        found.append([pd.DataFrame(keys, index=table.index).join(table) for table in tables])
    return [pd.concat(tables, ignore_index=True) for tables in zip(*found, strict=True)]


def networks(part: pd.DataFrame) -> Iterator[tuple[dict, pd.DataFrame]]:
    """Yield each network of a test part: `model` and `status`, and its predictions, the images in the same order."""
    order = part["image"].drop_duplicates()
    for (model, status), rows in part.groupby(["model", "status"], sort=False):
        yield {"model": model, "status": status}, rows.set_index("image").loc[order].reset_index()


def side_by_side(part: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the images of a test part, and the probabilities of its networks that trained.

    Parameters
    ----------
    part : DataFrame
        Rows of `join_status`: one per network and image.

    Returns
    -------
    images : DataFrame
        One row per image: image, patient, label.
    probability : DataFrame, shape (images, networks), float
        A column for each network that trained, in the order of `part`.
    """
    images = part.drop_duplicates("image")[["image", "patient", "label"]].reset_index(drop=True)
    trained = part[part["status"] == TRAINED]
    wide = trained.pivot(index="image", columns="model", values="probability")
    return images, wide.reindex(index=images["image"], columns=list(trained["model"].unique()))


def sizes(part: pd.DataFrame) -> dict[str, int]:
    """Return how many images, patients and metastatic images a set of images has: `n`, `patients`, `metastatic`."""
    images = part.drop_duplicates("image")
    metastatic = int((images["label"] == 1).sum())
    return {"n": len(images), "patients": images["patient"].nunique(), "metastatic": metastatic}
