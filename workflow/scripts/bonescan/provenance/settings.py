"""The settings of a run: what its config said, without what names a place on somebody's disk."""

import copy
from collections.abc import Mapping
from pathlib import Path

from bonescan.config import settle_counts

PRIVATE = (("cohort", "path"), ("cohort", "annotations"), ("audit", "table"))
"""Keys of the config whose values may name a person."""

PRIVATE_OF_PEOPLE = (("label", "readers"), ("figures", "normal"), ("figures", "metastasis"))
"""Likewise where the scans are of people: names of doctors' folders, and of images under given pseudonyms."""


def public_settings(config: Mapping) -> dict:
    """Return a config without its paths and, unless the scans are the phantom's, without readers and chosen images."""
    settings = copy.deepcopy(dict(config))
    people = settings["cohort"]["source"] != "phantom"
    for section, key in (*PRIVATE, *(PRIVATE_OF_PEOPLE if people else ())):
        settings[section][key] = None
    return settings


def overlay(config: Mapping, other: Mapping) -> dict:
    """Return a config with another one over it, as Snakemake's `--configfile` puts it: mappings are merged."""
    merged = dict(config)
    for key, value in other.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = overlay(merged[key], value) if both else value
    return merged


def learning_rate(of_scale: Mapping, dataset: str, model: str) -> float:
    """Return the rate of a training under the settings of a scale: the network's own, or the dataset's."""
    return float(of_scale["own_rate"].get(model, of_scale["learning_rate"][dataset]))


def training_numbers(settings: Mapping, scale: str, dataset: str, model: str) -> dict:
    """Return what `fit.json` must say of a training of the run."""
    of_scale = settings["scales"][scale]
    keys = ("width", "initial_weights", "batch_size", "end_below_loss")
    compute = {key: settings["compute"][key] for key in ("precision", "deterministic", "images_at_once")}
    return {
        "network": dict(settings["networks"][model]),
        "training": {**{key: of_scale[key] for key in keys}, "learning_rate": learning_rate(of_scale, dataset, model)},
        "epochs_allowed": of_scale["epochs"][dataset],
        **compute,
    }


def augmentation(settings: Mapping, paper: Mapping) -> dict:
    """Return the section `augment` with the counts that the run used: numbers, or `auto`."""
    return {**settings["augment"], "counts": settle_counts(settings, paper)}


def sheet_folder(cohort: Path) -> Path:
    """Return the folder that a cohort's files are named from: that of a sheet, or the folder itself."""
    return cohort if cohort.is_dir() else cohort.parent
