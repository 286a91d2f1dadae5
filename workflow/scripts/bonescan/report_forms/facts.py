"""What the files of a run say of it, gathered once for all forms."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from bonescan.terms import CLASSES, TRAINED


@dataclass(frozen=True)
class Facts:
    """Tables and records of a run.

    Attributes
    ----------
    settings : mapping
        The config without its paths.
    provenance : mapping
        `cohort` and `scale`.
    scans, rejected, crops, excluded, cohort, lineage : DataFrame
        The files of these names.
    agreement : mapping
        `agreement.json`.
    summary : DataFrame
        `summary.tsv` of all split units.
    networks : mapping
        `networks.json`.
    fits : list of mapping
        `fit.json` of every training.
    """

    settings: Mapping
    provenance: Mapping
    scans: pd.DataFrame
    rejected: pd.DataFrame
    crops: pd.DataFrame
    excluded: pd.DataFrame
    cohort: pd.DataFrame
    lineage: pd.DataFrame
    agreement: Mapping
    summary: pd.DataFrame
    networks: Mapping
    fits: list

    @property
    def phantom(self) -> bool:
        return self.provenance["cohort"] == "phantom"

    @property
    def scale(self) -> Mapping:
        return self.settings["scales"][self.provenance["scale"]]

    @property
    def trained(self) -> pd.DataFrame:
        """Rows of the summary with a result."""
        return self.summary[self.summary["status"] == TRAINED]


def count(number: int, noun: str) -> str:
    """Return a number with its noun: `1 view`, `2 views`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def enumerate_words(words) -> str:
    """Return words with commas and a last `and`."""
    words = [str(word) for word in words]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else "none"


def describe_labels(frame: pd.DataFrame) -> str:
    """Return how many images of each label a table has: `9 normal, 9 metastasis`."""
    return ", ".join(f"{(frame['label'] == label).sum()} {name}" for label, name in enumerate(CLASSES))


def list_values(values: pd.Series) -> str:
    """Return the distinct values of a column, each with its number."""
    return ", ".join(f"{value} ({number})" for value, number in values.value_counts().items()) or "unknown"


def span(values: pd.Series, decimals: int = 0) -> str:
    """Return the least and the greatest of some numbers, or the one that all are; `unknown` without any."""
    known = values.dropna()
    if known.empty:
        return "unknown"
    ends = dict.fromkeys(f"{value:.{decimals}f}" for value in (known.min(), known.max()))
    return " to ".join(ends)


def describe_software(facts: Facts) -> str:
    """Return the versions of software and the devices that the trainings record."""
    found = {}
    for fit in facts.fits:
        backend = fit["backend"]
        name = backend["backend"]
        versions = f"Python {backend['python']}, Keras {backend['keras']}, {name} {backend.get(name, '')}"
        found[f"{versions}, NumPy {backend['numpy']}, on {backend['device']}, {fit['precision']}"] = None
    return "; ".join(found) or "no training"


def best_row(facts: Facts, metric: str = "auc"):
    """Return the trained row of the summary with the greatest metric on new patients, else on any test part."""
    rows = facts.trained
    by_patient = rows[rows["unit"] == "patient"]
    rows = (by_patient if len(by_patient) else rows).dropna(subset=[metric])
    return rows.loc[rows[metric].idxmax()] if len(rows) else None
