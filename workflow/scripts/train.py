"""Train one network on one dataset; write its weights, its history, its record and its test probabilities."""

import logging
from pathlib import Path

import numpy as np

from bonescan import models
from bonescan.backend import keras, prepare
from bonescan.files import read_table, write_json, write_table, write_whole
from bonescan.models.description import count_weight_layers
from bonescan.scoring.verdict import judge
from bonescan.script import logged
from bonescan.terms import DIVERGED, RUN
from bonescan.training.checkpoint import Checkpoint
from bonescan.training.fit import fit, identify
from bonescan.training.prediction import predict_logits, probability_of_metastasis
from bonescan.training.progress import tensorboard_writer


@logged
def main(snakemake):
    network, settings, compute = snakemake.params.network, snakemake.params.training, snakemake.params.compute
    backend = prepare(snakemake.threads, compute["precision"], compute["deterministic"])
    logging.info("%s", backend)
    if snakemake.resources.get("gpu") and backend["device"] == "CPU":
        logging.warning("a GPU was asked for, but the backend finds none: this trains on the CPU")
    wildcards = snakemake.wildcards
    # the sweep has one draw, which its folder does not name
    run = {key: getattr(wildcards, key) for key in RUN if hasattr(wildcards, key)} | {"seed": int(wildcards.seed)}
    split = read_table(snakemake.input.split)
    stored = np.load(snakemake.input.images, mmap_mode="r")
    train, test = (split[split["part"] == part] for part in ("train", "test"))
    images = stored[train["row"]].astype(np.float32)
    labels = train["label"].to_numpy()
    keras.utils.set_random_seed(run["seed"])
    model = models.build(network, stored.shape[1], settings["width"], settings["initial_weights"], run["model"])
    basis, how = identify(network, settings, compute, run["seed"], images, labels)
    how["code_sha256"] = snakemake.params.fit_code
    checkpoint = Checkpoint(Path(snakemake.params.checkpoint) / "training.npz", {**basis, **how})
    options = {key: settings[key] for key in ("epochs", "end_below_loss", "batch_size", "learning_rate")}
    options["images_at_once"] = compute["images_at_once"]
    watch = tensorboard_writer(snakemake.params.tensorboard) if compute["tensorboard"] else None
    found = fit(model, images, labels, seed=run["seed"], checkpoint=checkpoint, watch=watch, **options)
    judged = judge(found.logits, labels, found.history)
    logits = predict_logits(model, stored[test["row"]].astype(np.float32))
    probabilities = np.nan if judged["status"] == DIVERGED else probability_of_metastasis(logits)
    with write_whole(snakemake.output.model) as path:
        model.save(path)
    with write_whole(snakemake.output.history) as path:
        found.history.to_csv(path, index=False)
    write_table(snakemake.output.probabilities, test[["image"]].assign(probability=probabilities))
    sizes = {"n_train": len(train), "n_test": len(test), "parameters": model.count_params()}
    sizes["weight_layers"] = count_weight_layers(model)
    write_json(snakemake.output.fit, {**run, **judged, **found.record(), **sizes, **basis, **how, "backend": backend})
    checkpoint.remove()


if __name__ == "__main__":
    main(snakemake)
