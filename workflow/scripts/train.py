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
from bonescan.terms import DIVERGED
from bonescan.training.checkpoint import Checkpoint
from bonescan.training.fit import fingerprint, fit
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
    run = {"unit": wildcards.unit, "dataset": wildcards.dataset, "model": wildcards.model, "seed": int(wildcards.seed)}
    split = read_table(snakemake.input.split)
    stored = np.load(snakemake.input.images, mmap_mode="r")
    train, test = (split[split["part"] == part] for part in ("train", "test"))
    images = stored[train["row"]].astype(np.float32)
    labels = train["label"].to_numpy()

    keras.utils.set_random_seed(run["seed"])
    shape = {key: settings[key] for key in ("width", "initial_weights")}
    model = models.build(network, size=stored.shape[1], name=run["model"], **shape)
    numbers = {key: settings[key] for key in ("width", "initial_weights", "batch_size", "learning_rate")}
    basis = {"network": network, "training": numbers, "seed": run["seed"], "data_sha256": fingerprint(images, labels)}
    how = {key: compute[key] for key in ("backend", "precision", "deterministic", "images_at_once")}
    how["code_sha256"] = snakemake.params.fit_code
    checkpoint = Checkpoint(Path(snakemake.params.checkpoint) / "training.npz", {**basis, **how})
    options = {key: settings[key] for key in ("epochs", "batch_size", "learning_rate")}
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
    depth = {"parameters": model.count_params(), "weight_layers": count_weight_layers(model)}
    sizes = {"n_train": len(train), "n_test": len(test)}
    record = {**run, **judged, **found.record(), **sizes, **depth, **basis, **how, "backend": backend}
    write_json(snakemake.output.fit, record)
    checkpoint.remove()


if __name__ == "__main__":
    main(snakemake)
