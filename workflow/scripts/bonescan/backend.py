"""The one place that imports Keras and TensorFlow, after the settings that must precede the import."""

import logging
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
# Left to itself TensorFlow keeps oneDNN off on some CPUs, where these networks then train up to four times slower.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

logger = logging.getLogger(__name__)


def use_threads(threads: int) -> None:
    """Hold TensorFlow to `threads` threads; to be called before its first operation."""
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    except RuntimeError:
        logger.warning("TensorFlow already runs with its own number of threads, not with %d", threads)
    if not tf.config.list_physical_devices("GPU"):
        # The graph optimiser costs DenseNet-121 seconds of start-up and gains nothing here on a CPU.
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


def describe_backend() -> dict:
    """Return what decides the last bits of a result: versions, oneDNN, device, threads, precision."""
    gpus = tf.config.list_physical_devices("GPU")
    return {
        "python": ".".join(map(str, sys.version_info[:3])),
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "onednn": os.environ["TF_ENABLE_ONEDNN_OPTS"] != "0",
        "device": tf.config.experimental.get_device_details(gpus[0])["device_name"] if gpus else "CPU",
        "threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "precision": keras.config.floatx(),
    }
