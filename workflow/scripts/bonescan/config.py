"""The config's check: what the schema says of its keys, and numbers that contradict each other."""

from collections.abc import Iterator, Mapping

import jsonschema

from bonescan.terms import VARIANTS

SPANS = ("simulate.age", "simulate.counts", "crop.sigma", "augment.horizontal", "augment.vertical", "augment.degrees")
"""Pairs of a least and a greatest value."""

LEAST_SIDE = 32
"""Pixels of an image that VGG's five poolings leave one of."""


def check(config: Mapping, schema: Mapping) -> None:
    """Stop if the config is wrong.

    Parameters
    ----------
    config : mapping
        `config.yaml` with the user's own over it.
    schema : mapping
        `config.schema.yaml`.

    Raises
    ------
    ValueError
        One line a problem, each with the key, what was expected and what came.
    """
    problems = list(schema_problems(config, schema)) or list(contradictions(config))
    if problems:
        raise ValueError("\n  ".join(["The config is wrong:", *problems]))


def schema_problems(config: Mapping, schema: Mapping) -> Iterator[str]:
    """Yield what the schema does not allow: misspelt keys, values of another kind, numbers out of bounds."""
    for error in jsonschema.Draft202012Validator(schema).iter_errors(config):
        allowed = error.schema.get("description", "")
        if error.validator == "additionalProperties":
            allowed = "allowed: " + ", ".join(error.schema["properties"])
        key = ".".join(map(str, error.absolute_path)) or "top level"
        yield f"{key}: {error.message} ({allowed})" if allowed else f"{key}: {error.message}"


def contradictions(config: Mapping) -> Iterator[str]:
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
    if config["figures"]["classifier"] not in config["models"]:
        yield f"figures.classifier: expected one of models {config['models']}, got {config['figures']['classifier']}"
    if config["cohort"]["source"] == "phantom":
        yield from phantom_contradictions(config)


def phantom_contradictions(config: Mapping) -> Iterator[str]:
    """Yield what cannot be of the simulated cohort."""
    simulate, counts = config["simulate"], config["augment"]["counts"]
    majority = simulate["readers"] // 2 + 1
    if config["label"]["votes"] != majority:
        yield f"label.votes: expected {majority}, the majority of simulate.readers, got {config['label']['votes']}"
    normal = simulate["views"]["normal"]
    views = {"normal": normal, "metastasis": sum(simulate["views"].values()) - normal}
    for group, patients in simulate["patients"].items():
        if not patients <= views[group] <= 2 * patients:
            yield (
                f"simulate.views: expected {patients} to {2 * patients} for {patients} {group} patients, "
                f"got {views[group]}"
            )
    for name, originals in simulate["views"].items():
        if originals and not originals <= counts[name] <= VARIANTS * originals:
            yield (
                f"augment.counts.{name}: expected {originals} (the originals) to {VARIANTS * originals} "
                f"({VARIANTS} of each), got {counts[name]}"
            )
