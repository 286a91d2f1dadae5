"""How fast this workflow trains a network."""

from collections.abc import Callable

import numpy as np

from bonescan import models
from bonescan.backend import BACKEND, device_memory_mb, keras, prepare
from bonescan.benchmark.timing import PRODUCTS, example, memory_mb, peak, rate
from bonescan.training.fit import Training, epoch_order


def make_input(images: np.ndarray) -> Callable[[], int]:
    """Return a function that shuffles the images of an epoch on the device, as a training's steps do."""
    held = keras.ops.convert_to_tensor(images[..., None])

    def bring() -> int:
        batch = keras.ops.take(held, epoch_order(len(images), 1, 1), axis=0)
        float(batch[0, 0, 0, 0])  # waits for the images
        return len(images)

    return bring


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
        images_per_s, peak_gflops, memory_mb (of the GPU where there is one), input_share (share of the time that goes
        into collecting the images of a batch), device, software.
    """
    described = prepare(job["threads"], job["precision"])
    keras.utils.set_random_seed(1)
    model = models.build(job["network"], job["size"], job["width"])
    gpu = described["device"] != "CPU"
    images, labels = example(job, gpu)
    # A rate too small for weights to overflow: numbers that overflow are slower on some machines.
    trained = Training(model, images, labels, job["batch_size"], 1e-6, job["images_at_once"])

    def epoch() -> int:
        trained.run_epoch(np.arange(len(labels)))
        return trained.count

    found = {"images_per_s": rate(epoch, job["seconds"]), "memory_mb": device_memory_mb() or memory_mb()}
    found["input_share"] = found["images_per_s"] / rate(make_input(images), job["seconds"] / 10)
    side, count = PRODUCTS[gpu]
    matrix = keras.random.normal((side, side), stddev=side**-0.5)
    matrix = keras.ops.cast(matrix, keras.config.dtype_policy().compute_dtype)
    found["peak_gflops"] = peak(keras.ops.matmul, matrix, count, lambda product: float(product[0, 0]))
    software = f"Keras {described['keras']} on {BACKEND} {described[BACKEND]}"
    return found | {"device": described["device"], "software": software}
