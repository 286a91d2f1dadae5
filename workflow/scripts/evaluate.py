"""Collect the test probabilities of every network under one split unit and score them."""

import json
from pathlib import Path

import pandas as pd

from bonescan.files import write_table
from bonescan.metrics import score
from bonescan.script import logged


@logged
def main(snakemake):
    unit = snakemake.wildcards.unit
    splits = {Path(path).stem: pd.read_table(path, dtype={"patient": str}) for path in snakemake.input.splits}
    predictions, metrics = [], []
    for probabilities, fit in zip(snakemake.input.probabilities, snakemake.input.fits, strict=True):
        dataset, model, seed = Path(fit).parts[-4:-1]
        run = {"unit": unit, "dataset": dataset, "model": model, "seed": int(seed.removeprefix("seed"))}
        record = json.loads(Path(fit).read_text())
        split = splits[dataset]
        test = split.loc[split["part"] == "test", ["image", "source", "patient", "label"]]
        test = test.merge(pd.read_table(probabilities), on="image", how="left", validate="one_to_one")
        predictions.append(pd.DataFrame(run, index=test.index).join(test))
        scores = score(test["label"].to_numpy(), test["probability"].to_numpy())
        sizes = {"n_train": int((split["part"] == "train").sum()), "n_test": len(test)}
        metrics.append({**run, "status": record["status"], "reason": record["reason"], **scores, **sizes})
    write_table(snakemake.output.predictions, pd.concat(predictions, ignore_index=True))
    counts = dict.fromkeys(("tp", "fn", "fp", "tn"), "Int64")
    write_table(snakemake.output.metrics, pd.DataFrame(metrics).astype(counts))


if __name__ == "__main__":
    main(snakemake)
