"""The config's check: what the schema says of its keys, and numbers that contradict each other."""

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import jsonschema

from bonescan.labels import wrong_labels
from bonescan.parts import least_units, smallest_classes
from bonescan.terms import CLASSES, NORMAL, VARIANTS, VIEW_SHAPE

SPANS = ("simulate.age", "simulate.counts", "crop.sigma", "augment.horizontal", "augment.vertical", "augment.degrees")
"""Pairs of a least and a greatest value."""

LEAST_SIDE = 32
"""Pixels of an image that VGG's five poolings leave one of."""

MOST_DEGREES = 180
"""Of a rotation."""

VALIDATOR = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)
"""To JSON Schema 3.0 is an integer, to Python it is none: `range` and slices refuse it."""


def check(config: Mapping, schema: Mapping, paper: Mapping) -> None:
    """Stop if the config is wrong.

    Parameters
    ----------
    config : mapping
        `config.yaml` with the user's own over it.
    schema : mapping
        `config.schema.yaml`.
    paper : mapping
        `config.yaml` as the workflow has it.

    Raises
    ------
    ValueError
        One line a problem, each with the key, what was expected and what came.
    """
    problems = [*infinite_numbers(config), *schema_problems(config, schema)] or list(contradictions(config, paper))
    if problems:
        raise ValueError("\n  ".join(["The config is wrong:", *problems]))


def infinite_numbers(value, key: str = "") -> Iterator[str]:
    """Yield the numbers anywhere in a config that are none: a schema's bounds let NaN pass, some also infinity."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from infinite_numbers(inner, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from infinite_numbers(inner, f"{key}.{place}")
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{key}: expected a finite number, got {value}"


def schema_problems(config: Mapping, schema: Mapping) -> Iterator[str]:
    """Yield what the schema does not allow: misspelt keys, values of another kind, numbers out of bounds."""
    for error in VALIDATOR(schema).iter_errors(config):
        allowed = error.schema.get("description", "")
        if error.validator == "additionalProperties":
            allowed = "allowed: " + ", ".join(error.schema["properties"])
        key = ".".join(map(str, error.absolute_path)) or "top level"
        yield f"{key}: {error.message} ({allowed})" if allowed else f"{key}: {error.message}"


def settle_counts(config: Mapping, paper: Mapping) -> str | Mapping[str, int]:
    """Return `augment.counts`: `auto` where nobody asked for numbers that fit the cohort.

    Table 2's numbers are the phantom's. A cohort of the user's own whose config does not say otherwise, and a run of D1
    alone, which shows no augmented image to a network, need none.

    Parameters
    ----------
    config : mapping
    paper : mapping
        `config.yaml` as the workflow has it, with Table 2.
    """
    counts, phantom = config["augment"]["counts"], config["cohort"]["source"] == "phantom"
    return "auto" if counts == paper["augment"]["counts"] and (not phantom or config["datasets"] == ["D1"]) else counts


def contradictions(config: Mapping, paper: Mapping) -> Iterator[str]:
    """Yield what a schema cannot say of a config that it allows."""
    for path in SPANS:
        section, key = path.split(".")
        if isinstance(span := config[section][key], int):
            continue
        least, greatest = span
        if least > greatest:
            yield f"{path}: expected the lesser number first, got [{least}, {greatest}]"
    size = config["crop"]["size"]
    for name, scale in config["scales"].items():
        if size // scale["block"] < LEAST_SIDE:
            yield (
                f"scales.{name}.block: expected at most crop.size / {LEAST_SIDE}, {size // LEAST_SIDE}, "
                f"because VGG halves an image five times, got {scale['block']}"
            )
        for model in scale["own_rate"]:
            if model not in config["networks"]:
                yield f"scales.{name}.own_rate: expected names of networks {list(config['networks'])}, got {model}"
    yield from impossible_pictures(config)
    for name, network in config["networks"].items():
        if network["family"] == "vgg" and not any(network["convolutions"]):
            yield f"networks.{name}.convolutions: expected at least one in a block, got {network['convolutions']}"
    if config["figures"]["classifier"] not in config["models"]:
        yield f"figures.classifier: expected one of models {config['models']}, got {config['figures']['classifier']}"
    shown = [config["figures"][name] for name in CLASSES]
    if shown[0] and shown[0] == shown[1]:
        yield f"figures.metastasis: expected another image than figures.normal, got {shown[1]} for both"
    readers = config["label"]["readers"]
    if readers and config["label"]["votes"] > len(readers):
        yield (
            f"label.votes: expected 1 to {len(readers)}, the number of label.readers, got {config['label']['votes']}"
        )
    yield from wrong_labels(config["annotate"]["labels"], config["label"]["synonyms"])
    if "D2" in config["count_scale"]["datasets"] and config["normalise"]["over"] != "image":
        yield (
            "count_scale.datasets: expected no D2 with normalise.over dataset, because changed images are normalised "
            f"one by one, got {config['count_scale']['datasets']}"
        )
    train, test = config["split"]["ratio"]
    if not 0 < test / (train + test) < 1:
        yield f"split.ratio: expected two numbers that both count in their sum, got [{train}, {test}]"
    if config["audit"]["table"] and Path(config["audit"]["table"]).stem == "published":
        yield "audit.table: expected another file name than published, which is the paper's in results/audit/"
    if bool(config["split"]["repeats"]) == bool(config["split"]["folds"]):
        yield (
            "split.repeats: expected 0 where split.folds asks for a cross-validation, else 1 or more, got "
            f"{config['split']['repeats']} repeats and {config['split']['folds']} folds"
        )
    if config["cohort"]["source"] == "phantom":
        yield from phantom_contradictions(config, settle_counts(config, paper))


def impossible_pictures(config: Mapping) -> Iterator[str]:
    """Yield what a crop or an augmentation would make no picture of."""
    crop, augment = config["crop"], config["augment"]
    if crop["method"] != "none":
        if crop["size"] > VIEW_SHAPE[0]:
            yield f"crop.size: expected at most {VIEW_SHAPE[0]}, the rows of a view, got {crop['size']}"
        greatest = crop["sigma"] if isinstance(crop["sigma"], int) else crop["sigma"][1]
        if greatest >= crop["size"]:
            yield f"crop.sigma: expected fewer rows than crop.size, {crop['size']}, got {greatest}"
    for key in ("horizontal", "vertical"):
        if augment[key][1] >= crop["size"]:
            yield (
                f"augment.{key}: expected shifts below crop.size, {crop['size']} pixels, because a longer one leaves "
                f"nothing of the picture, got {augment[key][1]}"
            )
    if augment["degrees"][1] > MOST_DEGREES:
        yield f"augment.degrees: expected at most {MOST_DEGREES}, half a turn, got {augment['degrees'][1]}"
    for key in ("horizontal", "vertical", "degrees"):
        if augment[key][1] == 0:
            yield f"augment.{key}: expected a greatest amount of at least 1, because 0 makes copies, got {augment[key]}"


def unsplittable(config: Mapping) -> Iterator[str]:
    """Yield why the simulated cohort of a config that is right otherwise cannot be split.

    That matters to what is made after the crop alone: a single simulated patient may be looked at.
    """
    if config["cohort"]["source"] != "phantom":
        return
    simulate, ratio, folds = config["simulate"], config["split"]["ratio"], config["split"]["folds"]
    least = least_units(folds)
    few = {group: patients for group, patients in simulate["patients"].items() if patients < least}
    for group, patients in few.items():
        yield f"simulate.patients.{group}: expected at least {least}, one for each part of a split, got {patients}"
    if few or folds:
        return
    normal = simulate["views"][NORMAL]
    numbers = {"image": [normal, sum(simulate["views"].values()) - normal], "patient": [*simulate["patients"].values()]}
    numbers["source"] = numbers["image"]
    for unit in config["split"]["units"]:
        if empty := [part for part, least in smallest_classes(numbers[unit], ratio).items() if not least]:
            yield (
                f"split.ratio: expected normal ones and metastases in both parts of {sum(numbers[unit])} "
                f"{'patients' if unit == 'patient' else 'images'} (split.units: {unit}), "
                f"got {list(ratio)}, which leaves a label out of the {' and the '.join(empty)} part"
            )


def phantom_contradictions(config: Mapping, counts: str | Mapping[str, int]) -> Iterator[str]:
    """Yield what cannot be of the simulated cohort."""
    simulate = config["simulate"]
    majority = simulate["readers"] // 2 + 1
    if config["label"]["votes"] != majority:
        yield f"label.votes: expected {majority}, the majority of simulate.readers, got {config['label']['votes']}"
    if config["crop"]["method"] == "none":
        yield "crop.method: expected a crop of the simulated whole-body views, got none"
    normal = simulate["views"][NORMAL]
    views = {"normal": normal, "metastasis": sum(simulate["views"].values()) - normal}
    for group, patients in simulate["patients"].items():
        if not patients <= views[group] <= 2 * patients:
            yield (
                f"simulate.views: expected {patients} to {2 * patients} for {patients} {group} patients, "
                f"got {views[group]}"
            )
    for key in CLASSES:
        if (image := config["figures"][key]) and not _is_of_phantom(image, sum(simulate["patients"].values())):
            yield (
                f"figures.{key}: expected an image of one of the {sum(simulate['patients'].values())} simulated "
                f"patients, such as P001_1_posterior, got {image}"
            )
    if counts == "auto":
        return
    for name, originals in simulate["views"].items():
        if originals and not originals <= counts[name] <= VARIANTS * originals:
            yield (
                f"augment.counts.{name}: expected {originals} (the originals) to {VARIANTS * originals} "
                f"({VARIANTS} of each), or augment.counts: auto, got {counts[name]}"
            )


def _is_of_phantom(image: str, patients: int) -> bool:
    """Tell whether an image's name is that of a simulated view."""
    name = re.fullmatch(r"P(\d{3,})_1_(anterior|posterior)", image)
    return bool(name) and 1 <= int(name[1]) <= patients
