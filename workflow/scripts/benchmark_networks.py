"""Measure the training of every network, ours and a plain PyTorch loop's, one after the other."""

import importlib.util
import json
import logging
from pathlib import Path

import pandas as pd

from bonescan.benchmark.ours import gflop_per_image, images_of_grid, measure_apart
from bonescan.files import write_json
from bonescan.script import logged
from bonescan.tables.benchmark import benchmark_table
from bonescan.tables.formats import save


@logged
def main(snakemake):
    networks = json.loads(Path(snakemake.input.networks).read_text())
    job, grid = snakemake.params.job | {"threads": snakemake.threads}, snakemake.params.grid
    beside = importlib.util.find_spec("torch") is not None
    if not beside:
        logging.warning("PyTorch is not installed: nothing is measured beside ours")
    rows = []
    for model in snakemake.params.models:
        of_model = job | {"network": networks[model]["network"], "description": networks[model]}
        row = {"model": model, "gflop": gflop_per_image(networks[model]), **measure_apart(of_model, plain=False)}
        nothing = dict.fromkeys(("images_per_s", "peak_gflops", "software", "device"))
        plain = measure_apart(of_model, plain=True) if beside else nothing
        if beside and plain["device"] != row["device"]:
            logging.warning(
                "PyTorch runs on %s, ours on %s: nothing is measured beside", plain["device"], row["device"]
            )
            beside, plain = False, nothing
        rows.append(row | {f"torch_{key}": value for key, value in plain.items()})
        logging.info("%s", {key: value for key, value in rows[-1].items() if key != "software"})
    measured = pd.DataFrame(rows)
    speeds = ["images_per_s", "torch_images_per_s", "peak_gflops", "torch_peak_gflops"]
    measured[speeds] = measured[speeds].astype(float)
    measured["peak_gflops"] = measured[["peak_gflops", "torch_peak_gflops"]].max(axis=None)
    write_json(snakemake.output.raw, rows)
    trained = images_of_grid(**grid) if grid else None
    save(benchmark_table(measured, job, trained, snakemake.params.provenance), snakemake.output.table)


if __name__ == "__main__":
    main(snakemake)
