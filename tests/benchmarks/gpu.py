"""The paper's scale on this machine's first GPU: speed, memory, share of the peak, what a precision does to the losses.

KERAS_BACKEND=jax python tests/benchmarks/gpu.py --models V16 D121 --precisions float32 tf32 bfloat16

Needs Keras and its backend, NumPy, pandas and PyYAML, no Snakemake. With all seven networks, the default, comes an
estimate of the hours of the paper's whole grid.
"""

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "workflow" / "scripts"))

from bonescan.benchmark.timing import gflop_per_image, hours_of_grid, images_of_grid  # noqa: E402


def examples(count, size):
    """Return images of noise, every other one with a faint disc of label 1: something to learn."""
    rng = np.random.default_rng(1)
    labels = np.arange(count) % 2
    rows, columns = np.ogrid[:size, :size]
    centres = rng.integers(size // 4, 3 * size // 4, (count, 2))
    images = rng.normal(size=(count, size, size)).astype(np.float32)
    for image, (row, column), label in zip(images, centres, labels, strict=True):
        image += label * (np.hypot(rows - row, columns - column) < size / 16)
    return images, labels


def measure(network, job, epochs, count):
    """Measure the step on one batch, then train for some epochs; in a process of its own."""
    from bonescan import models
    from bonescan.backend import keras
    from bonescan.benchmark import ours
    from bonescan.models.description import describe
    from bonescan.training.fit import fit

    found = ours.measure(job | {"network": network})
    model = models.build(network, job["size"], job["width"], job["initial_weights"])
    found["gflop"] = gflop_per_image(describe(model, network))
    keras.utils.set_random_seed(1)
    options = {key: job[key] for key in ("batch_size", "learning_rate", "images_at_once")}
    history = fit(model, *examples(count, job["size"]), epochs=epochs, seed=1, **options).history
    return found | {"seconds": history["seconds"].tolist(), "losses": history["loss"].tolist()}


def main(config, arguments):
    settings = config["scales"][arguments.scale]
    job = {key: settings[key] for key in ("width", "batch_size", "initial_weights", "threads")}
    job["learning_rate"] = settings["learning_rate"]["D3"]
    job |= {"size": config["crop"]["size"] // settings["block"], "images_at_once": arguments.images_at_once}
    job |= {"seconds": arguments.seconds}
    rows = []
    for precision in arguments.precisions:
        for model in arguments.models:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
                asked = (config["networks"][model], job | {"precision": precision}, arguments.epochs, arguments.images)
                row, future = {"model": model, "precision": precision}, process.submit(measure, *asked)
                if error := future.exception():
                    row["error"] = f"{type(error).__name__}: {error}"
                else:
                    rows.append(row := row | future.result())
            sys.stdout.write(json.dumps(row) + "\n")
            sys.stdout.flush()
    if not rows:
        sys.exit("no network could be trained")
    grid = {
        "views": sum(config["simulate"]["views"].values()),
        "augmented": sum(config["augment"]["counts"].values()),
        "ratio": config["split"]["ratio"],
        "datasets": config["datasets"],
        "epochs": settings["epochs"],
        "seeds": len(config["seeds"]),
    }
    found = pd.DataFrame(rows)
    found["share_of_peak"] = found["images_per_s"] * found["gflop"] / found["peak_gflops"]
    found["last_loss"] = [losses[-1] for losses in found["losses"]]
    shown = ["model", "precision", "images_per_s", "peak_gflops", "share_of_peak", "memory_mb", "last_loss"]
    sys.stdout.write(
        f"\n{found.iloc[0]['software']}, {found.iloc[0]['device']}\n{found[shown].to_string(index=False)}\n"
    )
    for precision, of_precision in found.groupby("precision", sort=False):
        if set(of_precision["model"]) == set(config["models"]):
            hours = hours_of_grid(of_precision, images_of_grid(**grid))
            sys.stdout.write(f"{arguments.scale} grid, {precision}: {hours:.2f} h under one split unit\n")


if __name__ == "__main__":
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", default=config["models"], choices=config["models"])
    parser.add_argument("--precisions", nargs="+", default=["tf32"], choices=["float32", "tf32", "bfloat16"])
    parser.add_argument("--scale", default="paper", choices=config["scales"])
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--images", type=int, default=320)
    parser.add_argument("--images-at-once", type=int)
    parser.add_argument("--seconds", type=float, default=5, help="that a step is measured for")
    main(config, parser.parse_args())
