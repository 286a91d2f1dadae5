"""Measure the training of every network, ours and a plain PyTorch loop's, one after the other."""

import importlib.util
import json
import logging
from pathlib import Path

import pandas as pd

from bonescan.benchmark.timing import compare_speeds, gflop_per_image, hours_of_grid, images_of_grid, measure_apart
from bonescan.files import write_json
from bonescan.script import logged
from bonescan.tables.benchmark import benchmark_table
from bonescan.tables.formats import save


@logged
def main(snakemake):
    networks = json.loads(Path(snakemake.input.networks).read_text(encoding="utf-8"))
    params = snakemake.params
    sizes = {key: getattr(params, key) for key in ("size", "width", "batch_size")}
    job = {**params.job, **sizes, "threads": snakemake.threads}
    beside = importlib.util.find_spec("torch") is not None
    if not beside:
        logging.warning("PyTorch is not installed: nothing is measured beside ours")
    rows = []
    for model in params.models:
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
    hours = hours_of_grid(measured, images_of_grid(epochs=params.epochs, **params.cohort)) if params.cohort else None
    save(benchmark_table(compare_speeds(measured), job, hours, params.provenance), snakemake.output.table)


if __name__ == "__main__":
    main(snakemake)
