"""How the paper's tables and figures name things, and the line that says whose scans and which scale made them."""

from collections.abc import Iterable

from bonescan.terms import UNITS, UNSPECIFIED

SUBTYPE_NAMES = {
    "normal": "Normal",
    "multiple": "Multiple bone metastasis",
    "spinal": "Spinal metastasis",
    "outside_spine": "Metastasis outside spinal",
    UNSPECIFIED: "Metastasis (class not given)",
}
"""Classes of Tables 1 and 2, in their order, and what stands for a class that a sheet does not give."""

METRIC_NAMES = {
    "accuracy": "Acc",
    "precision": "Prec",
    "recall": "Rec",
    "specificity": "Spe",
    "f1": "F-1 score",
}
"""Columns of Tables 6 to 8, in their order."""

SCORE_NAMES = METRIC_NAMES | {"auc": "AUC"}
"""Columns of Tables 6 to 8, and the scores of Table 9."""

DATASET_NAMES = {"D1": "original", "D2": "augmented, normalised", "D3": "augmented"}
"""The three datasets (paper: Thoracic image augmentation)."""

_COHORTS = {
    "phantom": "Phantom cohort",
    "sheet": "Cohort from a sheet",
    "folder": "Cohort from a folder",
    "both": "Cohort from a sheet and a folder",
}


def classifier(model: str) -> str:
    """Return the paper's name of a network's classifier: `V21` is `SPECS V21`."""
    return f"SPECS {model}"


def origin(provenance: dict) -> str:
    """Return whose scans and which scale made a result, such as `Phantom cohort, desk scale`.

    Parameters
    ----------
    provenance : dict
        `cohort` (phantom, sheet or folder) and `scale`.
    """
    cohort = provenance["cohort"]
    return f"{_COHORTS.get(cohort, f'Cohort {cohort}')}, {provenance['scale']} scale"


def caveats(provenance: dict) -> list[str]:
    """Return the sentences that must accompany scores on simulated scans; none for a real cohort."""
    if provenance["cohort"] != "phantom":
        return []
    return ["The scans are simulated: these numbers are not clinical performance."]


def replicates(draws: int, folds: int, seeds: int) -> str:
    """Return what a network was trained over: `3 draws of the parts, 1 seed`, `5 folds, 2 seeds`.

    Parameters
    ----------
    draws, folds : int
        One of the two counts; folds are 0 where there is no cross-validation.
    seeds : int
    """
    parts = f"{folds} folds" if folds else f"{draws} draw{'s' * (draws > 1)} of the parts"
    return f"{parts}, {seeds} seed{'s' * (seeds > 1)}"


def scatter(draws: int, folds: int, seeds: int) -> str:
    """Return what intervals hold of the scatter between trainings, as the end of a sentence about them."""
    many = [name for name, number in (("draws", 1 if folds else draws), ("seeds", seeds)) if number > 1]
    if many:
        return f"what differs between {' or '.join(many)} is in them"
    return "what another draw or seed changes is not in them"


def first_run(runs: int) -> list[str]:
    """Return the sentence that must accompany results of the first of several trainings; none for one."""
    return [f"First of {runs} trainings a network."] if runs > 1 else []


def part_name(unit: str, dataset: str) -> str:
    """Return the name of a test part: `D1, split by patient`."""
    return f"{dataset}, split by {split_unit(unit)}"


def split_unit(unit: str) -> str:
    """Return the name of a split unit; the paper's is marked as such."""
    return "image (the paper's)" if unit == "image" else unit


def sort_units(units: Iterable[str]) -> list[str]:
    """Return the distinct split units in the order of `bonescan.terms.UNITS`."""
    return sorted(set(units), key=UNITS.index)


def by_dataset(numbers: dict) -> str:
    """Return a number per dataset as text: `150 (D1), 60 (D2)`, or `500` where all are alike."""
    if len(set(numbers.values())) == 1:
        return f"{next(iter(numbers.values())):g}"
    return ", ".join(f"{number:g} ({dataset})" for dataset, number in numbers.items())
