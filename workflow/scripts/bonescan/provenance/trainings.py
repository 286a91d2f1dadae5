"""From the means of a network back to its trainings and their test parts."""

import os
from collections.abc import Iterator

import numpy as np
import pandas as pd

from bonescan.files import read_json
from bonescan.parts import list_draws
from bonescan.provenance.arrays import IMAGES, LINEAGE, NORMALISED, fingerprint
from bonescan.provenance.links import Link
from bonescan.provenance.remake import choose, first_difference, read_cells, remade
from bonescan.provenance.run import Run
from bonescan.provenance.settings import training_numbers
from bonescan.terms import DATASETS, RUN

TOLERANCE = 1e-4
"""How far a probability may lie from the recorded one when a network reads an image again, on another machine."""


def images_file(dataset: str) -> str:
    """Return the array of a dataset's images."""
    return NORMALISED if dataset == "D2" else IMAGES


def files_of(key: dict) -> dict:
    """Return the files of one training, with its key."""
    folder = "train/{unit}/{draw}/{dataset}/{model}/seed{seed}".format(**key)
    names = {"probabilities": "probabilities.tsv", "weights": "model.keras", "fit": "fit.json"}
    return {
        **key,
        **{name: f"{folder}/{file}" for name, file in names.items()},
        "split": "split/{unit}/{draw}/{dataset}.tsv".format(**key),
        "images": images_file(key["dataset"]),
        "name": "{draw}, seed {seed}".format(**key),
    }


def runs_of(run: Run, keys: dict[str, str]) -> list[dict]:
    """Return the trainings behind a cell, as `metrics.tsv` lists them, each with its files; none without the table."""
    file = f"evaluate/{keys['unit']}/metrics.tsv"
    if run.absent(file):
        return []
    return [files_of(row) for row in choose(read_cells(run.path(file)), keys)[list(RUN)].to_dict("records")]


def check_evaluation(run: Run, keys: dict[str, str], runs: list[dict]) -> Iterator[Link]:
    """Yield the links of summary, metrics and predictions: all of a split unit is scored again, intervals included."""
    unit = keys["unit"]
    numbers = {"summary": "mean and interval", "metrics": "scores", "predictions": "probabilities"}
    files = {name: f"evaluate/{unit}/{name}.tsv" for name in numbers}
    if run.absent(files["metrics"]):
        yield from (run.link(name, file, numbers[name], None) for name, file in files.items())
        return
    every = runs_of(run, {"unit": unit})
    draws, datasets = (dict.fromkeys(key[name] for key in every) for name in ("draw", "dataset"))
    divisions = [[draw, dataset] for draw in draws for dataset in datasets]
    splits = [f"split/{unit}/{draw}/{dataset}.tsv" for draw, dataset in divisions]
    needs = [*splits, *(key[name] for key in every for name in ("probabilities", "fit"))]
    if run.absent(*needs):
        gone = run.absent(*needs)
        for name, file in files.items():
            yield run.link(name, file, numbers[name], None, gone)
        return
    inputs = {"splits": [str(run.path(file)) for file in splits]}
    inputs["probabilities"] = [str(run.path(key["probabilities"])) for key in every]
    inputs["fits"] = [str(run.path(key["fit"])) for key in every]
    params = {"divisions": divisions, "seed": run.settings["seed"]}
    try:
        with remade("evaluate", inputs, {name: f"{name}.tsv" for name in files}, params, unit=unit) as made:
            for name, file in files.items():
                yield compare_rows(run, name, file, made[name], keys, numbers[name])
    except ValueError as error:
        yield from (run.link(name, file, numbers[name], str(error)) for name, file in files.items())


def compare_rows(run: Run, step: str, file: str, made: str, keys: dict[str, str], what: str) -> Link:
    """Return the link of a table whose rows of some keys are compared with those made again."""
    if run.absent(file):
        return run.link(step, file, what, None)
    found, again = (choose(read_cells(path), keys) for path in (run.path(file), made))
    told = f"rows: {len(found)}; {what}, from probabilities, fit.json and split"
    return run.link(step, file, told, first_difference(found, again, "probabilities, fit.json and split"))


def check_training(run: Run, key: dict) -> Iterator[Link]:
    """Yield the links of one training: its probabilities, its weights, its data, its code, its settings."""
    name, fit = key["name"], key["fit"]
    probabilities, weights = check_weights(run, key)
    yield run.link("probabilities", key["probabilities"], f"{name}: {probabilities[0]}", probabilities[1])
    yield run.link("weights", key["weights"], f"{name}: {weights[0]}", weights[1])
    if run.absent(fit):
        yield run.link("training", fit, name, None)
        return
    record = read_json(run.path(fit))
    backend = record["backend"]
    versions = f"Keras {backend['keras']}, {backend['backend']} {backend.get(backend['backend'], '')}"
    told = f"{name}: {versions}, on {backend['device']}, {record['epochs']} epochs, {record['status']}"
    yield run.link("training settings", fit, told, compare_settings(run, key, record))
    code = record["code_sha256"]
    differs = "" if code == run.fit_code else f"the code that decides weights is {run.fit_code[:12]} here by now"
    yield run.link("training code", fit, f"{name}: code {code[:12]}", differs)
    yield run.link("training data", fit, *check_data(run, key, record))


def compare_settings(run: Run, key: dict, record: dict) -> str:
    """Return what `fit.json` says otherwise than the settings of the run; empty where nothing."""
    expected = training_numbers(run.settings, run.scale, key["dataset"], key["model"])
    expected |= {name: type(record.get(name))(key[name]) for name in RUN}
    other = [name for name, value in expected.items() if record.get(name) != value]
    return ", ".join(f"{name} is {record.get(name)}, the settings say {expected[name]}" for name in other)


def check_data(run: Run, key: dict, record: dict) -> tuple[str, str | None]:
    """Return what the digest of the training data says, and why not."""
    told = f"{key['name']}: {record['n_train']} images, data {record['data_sha256'][:12]}"
    if run.absent(key["split"], key["images"]):
        return told, None
    try:
        found = data_digest(run, key)
    except (KeyError, IndexError, ValueError) as error:
        return told, f"{key['split']} does not fit {key['images']}: {error}"
    same = found == record["data_sha256"]
    return told, "" if same else f"images and split give {found[:12]}"


def data_digest(run: Run, key: dict) -> str:
    """Return the digest of a training's images and labels, taken once a split."""
    known, place = run.data_digests, (key["split"], key["images"])
    if place not in known:
        split = run.table(key["split"])
        train = split[split["part"] == "train"]
        known[place] = fingerprint(run.array(key["images"]), train["row"].to_numpy(), train["label"].to_numpy())
    return known[place]


def check_weights(run: Run, key: dict) -> tuple[tuple[str, str | None], tuple[str, str | None]]:
    """Return of the probabilities and of the weights what was looked at, and why they differ.

    If the network reads its test images otherwise than recorded, the predictions, a copy of the probabilities, tell
    which of the two has changed: they agree with the network, or with the probabilities.
    """
    if run.absent(key["probabilities"]):
        return ("", None), ("last epoch", None)
    table = run.table(key["probabilities"])
    told = f"{len(table)} test images"
    needs = ("weights", "fit", "split", "images")
    if not run.predict or run.absent(*(key[name] for name in needs)):
        return (f"{told}; the network did not read them again", None), ("last epoch", None)
    try:
        again = predict_again(run, key)
    except ValueError as error:
        return (told, None), ("last epoch", str(error))
    greatest, reason = compare_probabilities(table, again)
    told += f"; read again, off by {greatest:.1e} at most (tolerance {TOLERANCE:.0e})"
    copy = f"evaluate/{key['unit']}/predictions.tsv"
    if not reason or run.absent(copy):
        return (told, reason), ("last epoch", reason)
    kept = choose(read_cells(run.path(copy)), {name: key[name] for name in RUN})
    kept["probability"] = pd.to_numeric(kept["probability"], errors="coerce")
    if compare_probabilities(kept[["image", "probability"]], again)[1]:
        return (told, None), ("last epoch", reason)
    return (told, reason), ("last epoch", "")


def compare_probabilities(recorded: pd.DataFrame, again: pd.DataFrame) -> tuple[float, str]:
    """Return the greatest difference of probabilities by image, and what is wrong with it; empty where nothing is."""
    both = recorded.merge(again, on="image", suffixes=("", "_again"))
    if len(both) != len(again) or (both["probability"].isna() != both["probability_again"].isna()).any():
        return float("nan"), f"{len(again)} test images read, {len(both)} of them recorded"
    off = (both["probability"] - both["probability_again"]).abs().fillna(0).to_numpy()
    if not len(off) or off.max() <= TOLERANCE:
        return float(off.max(initial=0)), ""
    worst = both.loc[int(np.argmax(off))]
    return float(off.max()), f"{worst['image']}: {worst['probability']:.6f}, read {worst['probability_again']:.6f}"


def predict_again(run: Run, key: dict) -> pd.DataFrame:
    """Let a trained network read its test images again: image, probability. Imports Keras, with the run's backend.

    Raises
    ------
    ValueError
        Keras cannot read the network.
    """
    os.environ.setdefault("KERAS_BACKEND", run.settings["compute"]["backend"])
    from bonescan.backend import keras, prepare
    from bonescan.terms import DIVERGED
    from bonescan.training.prediction import predict_logits, probability_of_metastasis

    record = read_json(run.path(key["fit"]))
    if not run.prepared:
        prepare(run.settings["scales"][run.scale]["threads"], record["precision"], record["deterministic"])
        run.prepared = True
    split = run.table(key["split"])
    test = split[split["part"] == "test"]
    try:
        model = keras.models.load_model(run.path(key["weights"]), compile=False)
    except Exception as error:  # of zip, HDF5, JSON or Keras
        raise ValueError(f"Keras cannot read it ({type(error).__name__})") from error
    logits = predict_logits(model, run.array(key["images"])[test["row"]].astype(np.float32))
    diverged = record["status"] == DIVERGED
    return test[["image"]].assign(probability=np.nan if diverged else probability_of_metastasis(logits))


def check_split(run: Run, key: dict) -> Link:
    """Return the link of a training's split: the draw divided again."""
    settings, file = run.settings, key["split"]
    draws = list_draws(settings["split"]["repeats"], settings["split"]["folds"])
    if run.absent(file, LINEAGE):
        return run.link("split", file, key["draw"], None, [LINEAGE])
    if key["draw"] not in draws:
        return run.link("split", file, key["draw"], f"the settings have the draws {', '.join(draws)}")
    params = {"ratio": settings["split"]["ratio"], "seed": settings["seed"], "draw": draws[key["draw"]]}
    inputs, outputs = {"lineage": str(run.path(LINEAGE))}, {dataset: f"{dataset}.tsv" for dataset in DATASETS}
    parts = run.table(file)["part"].value_counts()
    told = f"{key['draw']}: {parts.get('train', 0)} training and {parts.get('test', 0)} test images, from {LINEAGE}"
    try:
        with remade("split", inputs, outputs, params, unit=key["unit"], draw=key["draw"]) as made:
            reason = first_difference(read_cells(run.path(file)), read_cells(made[key["dataset"]]), LINEAGE)
    except ValueError as error:
        reason = str(error)
    return run.link("split", file, told, reason)
