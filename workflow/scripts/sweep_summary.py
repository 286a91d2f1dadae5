"""Score every training of the sweep on its validation part; a table and a figure."""

import json
from pathlib import Path

import pandas as pd

from bonescan.chance import generator
from bonescan.figures.style import save as save_figure
from bonescan.figures.sweep import draw_sweep
from bonescan.files import read_table
from bonescan.scoring.intervals import interval
from bonescan.scoring.metrics import score
from bonescan.script import logged
from bonescan.tables.formats import save as save_table
from bonescan.tables.sweep import compare, sweep_table


@logged
def main(snakemake):
    params = snakemake.params
    splits = {Path(path).stem: read_table(path) for path in snakemake.input.splits}
    rows, validations = [], []
    for fit, probabilities in zip(snakemake.input.fits, snakemake.input.probabilities, strict=True):
        dataset, _, initial_weights, learning_rate, seed = Path(fit).parts[-6:-1]
        record = json.loads(Path(fit).read_text())
        split = splits[dataset]
        held = split[split["part"] == "test"].merge(read_table(probabilities), on="image", validate="one_to_one")
        label, probability = held["label"].to_numpy(), held["probability"].to_numpy()
        found, ends = score(label, probability), (float("nan"), float("nan"))
        if held["probability"].notna().all():
            ends = interval(label, probability, held["patient"].to_numpy(), generator(params.seed, "sweep", dataset))
        validations.append(held)
        rows.append(
            {
                "dataset": dataset,
                "initial_weights": initial_weights,
                "learning_rate": float(learning_rate),
                "seed": int(seed.removeprefix("seed")),
                **{key: record[key] for key in ("status", "reason", "training_loss", "training_accuracy")},
                "validation_accuracy": found["accuracy"],
                "validation_auc": found["auc"],
                "auc_low": ends[0],
                "auc_high": ends[1],
                "n_train": int((split["part"] == "train").sum()),
                "n_validation": len(held),
            }
        )
    runs = pd.DataFrame(rows)
    compared = compare(runs, validations, generator(params.seed, "sweep", "difference"))
    table = sweep_table(runs, params.model, params.unit, params.provenance, compared)
    save_table(table, snakemake.output.table)
    save_figure(draw_sweep(runs, params.model, params.unit, params.provenance), snakemake.output.figure)


if __name__ == "__main__":
    main(snakemake)
