"""Collect the test probabilities of every network under one split unit and score them."""

import json
from pathlib import Path

import pandas as pd

from bonescan.files import read_table, write_table
from bonescan.scoring.metrics import score
from bonescan.script import logged


@logged
def main(snakemake):
    unit = snakemake.wildcards.unit
    splits = {Path(path).stem: read_table(path) for path in snakemake.input.splits}
    predictions, metrics = [], []
    for probabilities, fit in zip(snakemake.input.probabilities, snakemake.input.fits, strict=True):
        dataset, model, seed = Path(fit).parts[-4:-1]
        run = {"unit": unit, "dataset": dataset, "model": model, "seed": int(seed.removeprefix("seed"))}
        record = json.loads(Path(fit).read_text())
        split = splits[dataset]
        test = split.loc[split["part"] == "test", ["image", "source", "patient", "label"]]
        # DEVIATION: one test of each network, not the mean of ten, which a trained network repeats to the digit
        given = read_table(probabilities)
        if len(given) != len(test) or set(given["image"]) != set(test["image"]):
            raise ValueError(f"{probabilities}: expected a row for each of {len(test)} test images, got {len(given)}")
        test = test.merge(given, on="image")
        predictions.append(pd.DataFrame(run, index=test.index).join(test))
        scores = score(test["label"].to_numpy(), test["probability"].to_numpy())
        sizes = {"n_train": int((split["part"] == "train").sum()), "n_test": len(test)}
        metrics.append({**run, "status": record["status"], "reason": record["reason"], **scores, **sizes})
    write_table(snakemake.output.predictions, pd.concat(predictions, ignore_index=True))
    counts = dict.fromkeys(("tp", "fn", "fp", "tn"), "Int64")
    write_table(snakemake.output.metrics, pd.DataFrame(metrics).astype(counts))


if __name__ == "__main__":
    main(snakemake)
