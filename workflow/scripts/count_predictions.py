"""Predict the test images of one split unit at other counts, with every network; a table."""

import numpy as np
import pandas as pd

from bonescan.backend import keras, prepare
from bonescan.files import read_json, read_table, write_table
from bonescan.normalise import min_max
from bonescan.scoring.count_scale import UNCHANGED, alter
from bonescan.script import logged
from bonescan.terms import TRAINED
from bonescan.training.prediction import predict_logits, probability_of_metastasis

PIXELS_AT_ONCE = 2**24
"""Pixels of the test images that are altered at once: 4096 images at 64 x 64, 256 at 256 x 256."""


@logged
def main(snakemake):
    given, params = snakemake.input, snakemake.params
    prepare(snakemake.threads, params.compute["precision"], params.compute["deterministic"])
    images, thorax = (np.load(path, mmap_mode="r") for path in (given.images, given.thorax))
    views = read_table(given.cohort)[["image", "thorax_row"]].rename(columns={"image": "source"})
    lineage = read_table(given.lineage)[["row", "mirrored", "operation", "amount"]]
    fits = [(read_json(fit), model) for fit, model in zip(given.fits, given.models, strict=True)]
    found = []
    for dataset, path in zip(params.datasets, given.splits, strict=True):
        split = read_table(path)
        test = split[split["part"] == "test"].merge(lineage, on="row").merge(views, on="source")
        of_dataset = [(fit, model) for fit, model in fits if fit["dataset"] == dataset]
        networks = {fit["model"]: keras.models.load_model(at) for fit, at in of_dataset if fit["status"] == TRAINED}
        predicted = _predict(networks, images, thorax, test, dataset, params)
        for fit, _ in of_dataset:
            if fit["status"] != TRAINED:
                nothing = test[["image", "patient", "label"]].assign(change=UNCHANGED, factor=1.0, draw=0)
                predicted[fit["model"]] = nothing.assign(probability=np.nan)
            told = {"unit": snakemake.wildcards.unit, **{key: fit[key] for key in ("dataset", "model", "status")}}
            table = predicted[fit["model"]]
            found.append(pd.DataFrame(told, index=table.index).join(table))
    write_table(snakemake.output.predictions, pd.concat(found, ignore_index=True))


def _predict(networks: dict, images, thorax, test: pd.DataFrame, dataset: str, params) -> dict[str, pd.DataFrame]:
    """Return the predictions of each network: change, factor, draw, image, patient, label, probability."""
    at_once = max(1, PIXELS_AT_ONCE // images[0].size)
    found = {model: [] for model in networks}
    for first in range(0, len(test), at_once) if networks else ():
        part = test.iloc[first : first + at_once]
        known = part[["image", "patient", "label"]]
        for altered in alter(images[part["row"]], thorax, part, params.block, params.settings, params.seed):
            seen = min_max(altered.images) if dataset == "D2" else altered.images
            named = {"change": altered.change, "factor": altered.factor, "draw": altered.draw}
            for model, network in networks.items():
                probability = probability_of_metastasis(predict_logits(network, seen))
                found[model].append(known.assign(**named, probability=probability))
    return {model: pd.concat(tables, ignore_index=True) for model, tables in found.items()}


if __name__ == "__main__":
    main(snakemake)
