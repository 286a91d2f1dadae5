"""What the three families share: channel counts, initial weights, batch normalisation, the soft-max head."""

from bonescan.backend import keras

CLASS_COUNT = 2  # Tables 3 and 4, FC-2: normal and metastasis
BATCH_NORMALISATION = {"momentum": 0.9, "epsilon": 1e-5}
"""Batch normalisation as in He et al. 2016 and Huang et al. 2017 (their released code)."""


def channels(paper: int, width: float) -> int:
    """Return the channel count `paper` (as the paper prints it) at `width`, at least 1."""
    return max(1, round(paper * width))


def initialiser(initial_weights: str) -> keras.initializers.Initializer:
    """Return a new initialiser. Each layer needs its own, because an initialiser repeats its draw.

    Parameters
    ----------
    initial_weights : str
        A Keras name such as `glorot_normal`, or `normal_<sigma>`.
    """
    if initial_weights.startswith("normal_"):
        return keras.initializers.RandomNormal(stddev=float(initial_weights.removeprefix("normal_")))
    return keras.initializers.get(initial_weights)


def convolution(x, filters: int, kernel: int, initial_weights: str, name: str, strides: int = 1):
    """Convolve without bias, as before a batch normalisation, with `kernel // 2` rows and columns of padding.

    A strided convolution is padded explicitly on all four sides, as in the networks' original code; Keras's "same"
    would pad an even image at one end only and so shift the grid.
    """
    if strides > 1 and kernel > 1:
        x = keras.layers.ZeroPadding2D(kernel // 2, name=f"{name}_pad")(x)
    return keras.layers.Conv2D(
        filters,
        kernel,
        strides=strides,
        padding="valid" if strides > 1 else "same",
        use_bias=False,
        kernel_initializer=initialiser(initial_weights),
        name=name,
    )(x)


def normalise(x, name: str):
    """Normalise a batch."""
    return keras.layers.BatchNormalization(name=name, **BATCH_NORMALISATION)(x)


def classify(x, initial_weights: str, name: str, **kernel):
    """Add the last FC-2 under `name` and the soft-max under its own; `kernel` goes to the FC layer."""
    exact = keras.config.dtype_policy().variable_dtype  # in half precision the scores would tie
    weights = initialiser(initial_weights)
    x = keras.layers.Dense(CLASS_COUNT, kernel_initializer=weights, name=name, dtype=exact, **kernel)(x)
    return keras.layers.Softmax(name="softmax", dtype="float32")(x)
