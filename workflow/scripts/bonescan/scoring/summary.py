"""Summaries of replicate trainings: means over the seeds that trained, or the first seed alone."""

import pandas as pd

from bonescan.terms import PAPER_METRICS, TRAINED

KEYS = ["unit", "dataset", "model"]
"""What identifies a run of a network, together with the seed."""


def summarise(metrics: pd.DataFrame) -> pd.DataFrame:
    """Average the metrics over the seeds that trained.

    Parameters
    ----------
    metrics : DataFrame
        `metrics.tsv` of one or more split units: one row per unit, dataset, model and seed.

    Returns
    -------
    DataFrame
        One row per unit, dataset and model, in the order of `metrics`: `status` (trained, or how all seeds failed),
        `reason` (those of the seeds, often empty), `seeds`, `seeds_trained`, `accuracy`, `precision`,
        `recall`, `specificity`, `f1`, `auc`, `training_accuracy`, `epochs` (trained), `epochs_allowed`, `n_train`,
        `n_test` (images). A metric is NaN where no seed trained, and where it is undefined (0/0) for a seed that
        trained.
    """
    means = [*PAPER_METRICS, "auc", "training_accuracy", "epochs"]
    sizes = ["epochs_allowed", "n_train", "n_test"]
    rows = []
    for keys, runs in metrics.groupby(KEYS, sort=False):
        trained = runs[runs["status"] == TRAINED]
        rows.append(
            {
                **dict(zip(KEYS, keys, strict=True)),
                "status": TRAINED if len(trained) else "; ".join(runs["status"].unique()),
                "reason": "; ".join(runs["reason"].dropna().loc[lambda said: said != ""].unique()),
                "seeds": len(runs),
                "seeds_trained": len(trained),
                **{name: trained[name].astype(float).mean(skipna=False) for name in means},
                **runs[sizes].iloc[0],
            }
        )
    columns = [*KEYS, "status", "reason", "seeds", "seeds_trained", *means, *sizes]
    return pd.DataFrame(rows, columns=columns)


def keep_first_seed(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the first seed of each unit, dataset and model of `metrics.tsv` or `predictions.tsv`."""
    first = table.groupby(KEYS, sort=False)["seed"].transform("first")
    return table[table["seed"] == first]
