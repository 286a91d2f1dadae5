"""Collect the test probabilities of every network under one split unit and score them."""

import pandas as pd

from bonescan.chance import generator
from bonescan.files import read_json, read_table, write_table
from bonescan.scoring.metrics import score
from bonescan.scoring.summary import summarise
from bonescan.script import logged
from bonescan.split import share_tested
from bonescan.terms import CELLS, RUN


@logged
def main(snakemake):
    splits = dict(zip(map(tuple, snakemake.params.divisions), map(read_table, snakemake.input.splits), strict=True))
    predictions, metrics = [], []
    for probabilities, fit in zip(snakemake.input.probabilities, snakemake.input.fits, strict=True):
        record = read_json(fit)
        run = {key: record[key] for key in RUN}
        split = splits[run["draw"], run["dataset"]]
        test = split.loc[split["part"] == "test", ["image", "source", "patient", "label"]]
        # DEVIATION: each network is tested once; ten tests and their mean, as in the paper, would give the same digits
        given = read_table(probabilities)
        if len(given) != len(test) or set(given["image"]) != set(test["image"]):
            raise ValueError(f"{probabilities}: expected a row for each of {len(test)} test images, got {len(given)}")
        test = test.merge(given, on="image")
        predictions.append(pd.DataFrame(run, index=test.index).join(test))
        scores = score(test["label"].to_numpy(), test["probability"].to_numpy())
        told = {key: record[key] for key in ("status", "reason")}
        regime = {key: record[key] for key in ("epochs", "epochs_allowed", "training_accuracy")}
        sizes = {"n_train": record["n_train"], "n_test": len(test), "test_share": share_tested(split, record["unit"])}
        metrics.append({**run, **told, **scores, **regime, **sizes})
    predictions, metrics = pd.concat(predictions, ignore_index=True), pd.DataFrame(metrics)
    write_table(snakemake.output.predictions, predictions)
    write_table(snakemake.output.metrics, metrics.astype(dict.fromkeys(CELLS, "Int64")))
    rng = generator(snakemake.params.seed, "evaluate", snakemake.wildcards.unit)
    write_table(snakemake.output.summary, summarise(metrics, predictions, rng))


if __name__ == "__main__":
    main(snakemake)
