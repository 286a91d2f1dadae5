"""The one place that imports Keras and its backend, after the settings that must precede the import."""

import contextlib
import importlib
import logging
import os
import sys

# The workflow sets it from the config's `compute.backend`.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
# Left to itself TensorFlow keeps oneDNN off on some CPUs, where these networks then train up to four times slower.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# Several small trainings share a GPU: none may take all of its memory at the start.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

import keras
import numpy as np

logger = logging.getLogger(__name__)

BACKEND = keras.backend.backend()
"""tensorflow, jax or torch."""

framework = importlib.import_module(BACKEND)
"""TensorFlow, JAX or PyTorch itself."""

PRECISIONS = ("float32", "tf32", "bfloat16")
"""What `use_precision` accepts."""


def use_threads(threads: int) -> None:
    """Hold the backend to `threads` threads; to be called before its first operation."""
    if BACKEND == "torch":
        framework.set_num_threads(threads)
    elif BACKEND == "jax":
        # XLA takes no number of threads for a CPU: it uses one or as many as there are cores
        if threads == 1:
            _add_to_xla_flags("--xla_cpu_multi_thread_eigen=false")
    else:
        _use_tensorflow_threads(threads)


def _use_tensorflow_threads(threads: int) -> None:
    config = framework.config
    try:
        config.threading.set_intra_op_parallelism_threads(threads)
        config.threading.set_inter_op_parallelism_threads(threads)
    except RuntimeError:
        logger.warning("TensorFlow already runs with its own number of threads, not with %d", threads)
    if not config.list_physical_devices("GPU"):
        # The graph optimiser costs DenseNet-121 seconds of start-up and gains nothing here on a CPU.
        config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


def _add_to_xla_flags(flag: str) -> None:
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {flag}".strip()


def use_deterministic_kernels() -> None:
    """Let a GPU use only kernels that add up in the same order every time; to be called before its first operation.

    CPU kernels do so anyway. Works with TensorFlow and PyTorch. XLA has such a kernel for the gradient of a max pool
    only in some versions; others refuse it or take very long.
    """
    if BACKEND == "tensorflow":
        framework.config.experimental.enable_op_determinism()
    elif BACKEND == "torch":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        framework.use_deterministic_algorithms(True)
    else:
        _add_to_xla_flags("--xla_gpu_deterministic_ops=true")


def use_precision(precision: str) -> None:
    """Choose how products are computed, before a network is built.

    Parameters
    ----------
    precision : {"float32", "tf32", "bfloat16"}
        `tf32` rounds the factors of matrix products to 10 bits on NVIDIA GPUs that have it, and is float32 elsewhere;
        `bfloat16` keeps weights and losses in float32 and computes the layers in bfloat16.

    Raises
    ------
    ValueError
        If the precision is none of these.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"precision: expected one of {', '.join(PRECISIONS)}, got {precision!r}")
    keras.config.set_dtype_policy("mixed_bfloat16" if precision == "bfloat16" else "float32")
    rounded = precision != "float32"
    # TensorFlow and cuDNN round to tf32 unless told otherwise
    if BACKEND == "tensorflow":
        framework.config.experimental.enable_tensor_float_32_execution(rounded)
    elif BACKEND == "torch":
        framework.backends.cuda.matmul.allow_tf32 = framework.backends.cudnn.allow_tf32 = rounded
    else:
        framework.config.update("jax_default_matmul_precision", "tensorfloat32" if rounded else "highest")


def prepare(threads: int, precision: str, deterministic: bool = False) -> dict:
    """Make all settings that precede the first network, and return `describe_backend`'s answer."""
    use_threads(threads)
    use_precision(precision)
    if deterministic:
        use_deterministic_kernels()
    return describe_backend()


def without_gradients():
    """Return a context in which PyTorch keeps nothing for a backward pass; the other backends keep nothing anyway."""
    return framework.no_grad() if BACKEND == "torch" else contextlib.nullcontext()


def device() -> str:
    """Return the name of the first GPU, or CPU."""
    if BACKEND == "tensorflow":
        gpus = framework.config.list_physical_devices("GPU")
        return framework.config.experimental.get_device_details(gpus[0])["device_name"] if gpus else "CPU"
    if BACKEND == "torch":
        return framework.cuda.get_device_name() if framework.cuda.is_available() else "CPU"
    first = framework.devices()[0]
    return "CPU" if first.platform == "cpu" else first.device_kind


def device_memory_mb() -> float | None:
    """Return the most memory of the GPU that was in use at once, MB; None on a CPU."""
    if device() == "CPU":
        return None
    if BACKEND == "tensorflow":
        used = framework.config.experimental.get_memory_info("GPU:0")["peak"]
    elif BACKEND == "torch":
        used = framework.cuda.max_memory_allocated()
    else:
        used = (framework.devices()[0].memory_stats() or {}).get("peak_bytes_in_use", float("nan"))
    return used / 2**20


def threads() -> int:
    """Return the threads that the backend may use; 0 where it decides itself."""
    if BACKEND == "tensorflow":
        return framework.config.threading.get_intra_op_parallelism_threads()
    if BACKEND == "torch":
        return framework.get_num_threads()
    return int("--xla_cpu_multi_thread_eigen=false" in os.environ.get("XLA_FLAGS", ""))


def describe_backend() -> dict:
    """Return what decides the last bits of a result: versions, oneDNN, device, threads, types of numbers."""
    return {
        "python": ".".join(map(str, sys.version_info[:3])),
        "keras": keras.__version__,
        "backend": BACKEND,
        BACKEND: framework.__version__,
        "numpy": np.__version__,
        "onednn": os.environ["TF_ENABLE_ONEDNN_OPTS"] != "0" if BACKEND == "tensorflow" else None,
        "device": device(),
        "threads": threads(),
        "dtype_policy": keras.config.dtype_policy().name,
    }
