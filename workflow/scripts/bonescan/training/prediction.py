"""What a trained network says about images: scores before the soft-max, and probabilities."""

import numpy as np

from bonescan.backend import keras, without_gradients

PIXELS_AT_ONCE = 2**19
"""Pixels of one forward pass without gradients: 128 images at 64 x 64, 8 at 256 x 256."""


def cut_softmax(model: keras.Model) -> keras.Model:
    """Return the network without its soft-max: its cross-entropy stays exact where the soft-max saturates."""
    return keras.Model(model.inputs, model.get_layer("softmax").input)


def predict_logits(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the scores before the soft-max.

    The network runs layer by layer, not as a compiled graph: one pass over few images is quicker than compiling.

    Parameters
    ----------
    images : ndarray, shape (n, size, size), float32

    Returns
    -------
    ndarray, shape (n, 2), float64
    """
    network = cut_softmax(model)
    at_once = max(1, PIXELS_AT_ONCE // images[0].size)
    parts = [images[start : start + at_once, ..., None] for start in range(0, len(images), at_once)]
    with without_gradients():
        scores = [network(keras.ops.convert_to_tensor(part, "float32"), training=False) for part in parts]
    return np.concatenate([keras.ops.convert_to_numpy(part) for part in scores]).astype(np.float64)


def probability_of_metastasis(logits: np.ndarray) -> np.ndarray:
    """Return the soft-max's second output, in float64, so that probabilities near 1 keep their ranks.

    Parameters
    ----------
    logits : ndarray, shape (n, 2), float64

    Returns
    -------
    ndarray, shape (n,), float64
        NaN where a score is not finite.
    """
    margin = np.where(np.isfinite(logits).all(axis=1), logits[:, 1] - logits[:, 0], np.nan)
    with np.errstate(invalid="ignore"):
        return np.exp(-np.logaddexp(0, -margin))
