"""Measure the training of every network, ours and a plain PyTorch loop's, one after the other."""

import importlib.util
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd

import bonescan
from bonescan.benchmark import gflop_per_image
from bonescan.files import write_json
from bonescan.script import logged
from bonescan.tables.benchmark import benchmark_table
from bonescan.tables.formats import save


def measure(job: dict, plain: bool) -> dict:
    """Measure in a process of its own, so that memory and threads are its own too."""
    environment = os.environ | {"PYTHONPATH": str(Path(bonescan.__file__).parents[1])}
    command = [sys.executable, "-m", "bonescan.benchmark"]
    asked = json.dumps(job | {"plain": plain})
    run = subprocess.run(command, input=asked, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"{job['description']['name']}, {'PyTorch' if plain else 'ours'}: {run.stderr}")
    return json.loads(run.stdout)


@logged
def main(snakemake):
    networks = json.loads(Path(snakemake.input.networks).read_text())
    job = snakemake.params.job | {"threads": snakemake.threads}
    beside = importlib.util.find_spec("torch") is not None
    if not beside:
        logging.warning("PyTorch is not installed: nothing is measured beside ours")
    rows = []
    for model in snakemake.params.models:
        of_model = job | {"network": networks[model]["network"], "description": networks[model]}
        row = {"model": model, "gflop": gflop_per_image(networks[model]), **measure(of_model, plain=False)}
        nothing = dict.fromkeys(("images_per_s", "peak_gflops", "software", "device"))
        plain = measure(of_model, plain=True) if beside else nothing
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
    save(benchmark_table(measured, job, snakemake.params.provenance), snakemake.output.table)


if __name__ == "__main__":
    main(snakemake)
