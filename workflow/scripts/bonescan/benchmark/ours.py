"""How fast a network trains: images a second, beside what the machine's matrix products allow.

`python -m bonescan.benchmark.ours` reads a job (JSON) from the standard input and writes what it measured to the output;
where the job asks for it, of a plain PyTorch loop.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

PRODUCTS = {False: (2048, 1), True: (8192, 20)}
"""Of the peak, without and with a GPU: rows and columns of the matrices, products between two waits."""

BATCHES = {False: 1, True: 10}
"""Batches of an epoch, without and with a GPU, which must not wait for its work after every step."""


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


def images_of_grid(views: int, augmented: int, ratio: list[int], epochs: dict[str, int], seeds: int) -> float:
    """Return the images that all trainings of one network under one split unit go through.

    Parameters
    ----------
    views, augmented : int
        Images of D1, and of D2 and D3.
    ratio : list of int
        Training to test.
    epochs : dict of str to int
        Of each dataset that is trained on.
    seeds : int
    """
    images = sum({"D1": views}.get(dataset, augmented) * count for dataset, count in epochs.items())
    return seeds * images * ratio[0] / sum(ratio)


def rate(run: Callable[[], int], seconds: float) -> float:
    """Return how many images a second `run` takes; it returns how many it took. Its first call is not counted."""
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
        Of two matrices.
    matrix : square matrix of the framework, on the device
        Of a spread that its powers keep: zeros and infinities are multiplied faster.
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


def input_of(images: np.ndarray) -> Callable[[], int]:
    """Return a function that shuffles the images of an epoch as its steps do, on the device."""
    from bonescan.backend import keras
    from bonescan.training.fit import epoch_order

    held = keras.ops.convert_to_tensor(images[..., None])

    def bring() -> int:
        batch = keras.ops.take(held, epoch_order(len(images), 1, 1), axis=0)
        float(batch[0, 0, 0, 0])  # until it is there
        return len(images)

    return bring


def measure_apart(job: dict, plain: bool) -> dict:
    """Measure in a process of its own, so that memory and threads are its own too; `plain`: the PyTorch loop."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-m", "bonescan.benchmark.ours"]
    asked = json.dumps(job | {"plain": plain})
    run = subprocess.run(command, input=asked, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"{job['description']['name']}, {'PyTorch' if plain else 'ours'}: {run.stderr}")
    return json.loads(run.stdout)


def measure(job: dict) -> dict:
    """Measure this workflow's training of one network.

    Parameters
    ----------
    job : dict
        network (its configuration), size, width, batch_size, threads, seconds, precision, images_at_once;
        description (of the network) for the plain loop.

    Returns
    -------
    dict
        images_per_s, peak_gflops, memory_mb (of the GPU where there is one), input_share (of the time, for bringing the
        images of a batch together), device, software.
    """
    from bonescan import models
    from bonescan.backend import BACKEND, device_memory_mb, keras, prepare
    from bonescan.training import fit as training

    described = prepare(job["threads"], job["precision"])
    keras.utils.set_random_seed(1)
    model = models.build(job["network"], job["size"], job["width"])
    gpu = described["device"] != "CPU"
    images, labels = example(job, gpu)
    # A rate at which nothing grows: numbers that overflow are slower on some machines.
    trained = training.Training(model, images, labels, job["batch_size"], 1e-6, job["images_at_once"])

    def epoch() -> int:
        trained.run_epoch(np.arange(len(labels)))
        return trained.count

    found = {"images_per_s": rate(epoch, job["seconds"]), "memory_mb": device_memory_mb() or memory_mb()}
    found["input_share"] = found["images_per_s"] / rate(input_of(images), job["seconds"] / 10)
    side, count = PRODUCTS[gpu]
    matrix = keras.random.normal((side, side), stddev=side**-0.5)
    matrix = keras.ops.cast(matrix, keras.config.dtype_policy().compute_dtype)
    found["peak_gflops"] = peak(keras.ops.matmul, matrix, count, lambda product: float(product[0, 0]))
    software = f"Keras {described['keras']} on {BACKEND} {described[BACKEND]}"
    return found | {"device": described["device"], "software": software}


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    if asked["plain"]:
        from bonescan.benchmark.plain_torch import measure
    json.dump(measure(asked), sys.stdout)
