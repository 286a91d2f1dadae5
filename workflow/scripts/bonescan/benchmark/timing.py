"""Measures of a training, ours or the plain loop: work, images a second, the machine's peak, memory."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

PRODUCTS = {False: (2048, 1), True: (8192, 20)}
"""For the peak, without and with a GPU: rows and columns of the matrices, products between two waits."""

BATCHES = {False: 1, True: 10}
"""Batches of an epoch, without and with a GPU. A GPU must not wait after every step."""


def gflop_per_image(description: dict) -> float:
    """Return the work of training on one image, GFLOP: forward, and once more for each of the two gradients.

    Counted are the products and sums of convolutions and FC layers; the rest is some per cent at most.

    Parameters
    ----------
    description : dict
        As `bonescan.models.description.describe` makes it.
    """
    shapes = {layer["name"]: layer["output_shape"] for layer in description["layers"]}
    products = 0
    for layer in description["layers"]:
        if layer["weight_layer"] or "shortcut_conv" in layer["name"]:
            entering = shapes[layer["inbound"][0]][-1]
            window = layer["kernel"] ** 2 if layer["kernel"] else 1
            products += window * entering * int(np.prod(layer["output_shape"]))
    return 3 * 2 * products / 1e9


def images_of_grid(
    views: int, augmented: int, shares: list[float], datasets: list[str], epochs: dict[str, int], seeds: int
) -> float:
    """Return the images that all trainings of one network under one split unit go through.

    Parameters
    ----------
    views, augmented : int
        Images of D1, and of D2 and D3.
    shares : list of float
        Of the images that are trained on, one for each draw of the parts or fold.
    datasets : list of str
        The datasets that are trained on.
    epochs : dict of str to int
        Of each dataset.
    seeds : int
    """
    images = sum({"D1": views}.get(dataset, augmented) * epochs[dataset] for dataset in datasets)
    return seeds * images * sum(shares)


def rate(run: Callable[[], int], seconds: float) -> float:
    """Return the images a second of `run`, which returns how many images it took. Its first call is not counted."""
    run()
    images, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < seconds:
        images += run()
    return images / elapsed


def peak(multiply: Callable, matrix, count: int, wait: Callable) -> float:
    """Return the GFLOP/s of the fastest of ten stretches of `count` matrix products.

    Parameters
    ----------
    multiply : function
        Multiplies two matrices.
    matrix : square matrix of the framework, on the device
        Scaled so that its powers keep their size: zeros and infinities are multiplied faster.
    wait : function
        Waits until a matrix is there.
    """
    wait(multiply(matrix, matrix))
    times = []
    for _ in range(10):
        start, product = time.perf_counter(), matrix
        for _ in range(count):
            product = multiply(product, matrix)
        wait(product)
        times.append(time.perf_counter() - start)
    return count * 2 * matrix.shape[0] ** 3 / min(times) / 1e9


def memory_mb() -> float:
    """Return the most memory that this process has held, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def example(job: dict, gpu: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return images and labels of an epoch of noise."""
    rng = np.random.default_rng(1)
    count = BATCHES[gpu] * job["batch_size"]
    return rng.normal(size=(count, job["size"], job["size"])).astype(np.float32), rng.integers(0, 2, count)


def measure_apart(job: dict, plain: bool) -> dict:
    """Measure in a separate process with memory and threads of its own; `plain`: the PyTorch loop."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "bonescan.benchmark"]
    asked = json.dumps(job | {"plain": plain})
    run = subprocess.run(command, input=asked, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"{job['description']['name']}, {'PyTorch' if plain else 'ours'}: {run.stderr}")
    return json.loads(run.stdout)


def compare_speeds(measured: pd.DataFrame) -> pd.DataFrame:
    """Add to each network its share of the machine's peak and its speed over the plain loop's.

    Parameters
    ----------
    measured : DataFrame
        As in `bonescan.tables.benchmark.benchmark_table`.

    Returns
    -------
    DataFrame
        With the columns `share_of_peak` and `ratio` (NaN where the plain loop was not measured).
    """
    share = measured["images_per_s"] * measured["gflop"] / measured["peak_gflops"]
    return measured.assign(share_of_peak=share, ratio=measured["images_per_s"] / measured["torch_images_per_s"])


def hours_of_grid(measured: pd.DataFrame, images: float) -> float:
    """Return the hours in which all networks go through `images` training images each, one after the other."""
    return float((images / measured["images_per_s"]).sum() / 3600)
