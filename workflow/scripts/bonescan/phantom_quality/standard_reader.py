"""A small network that reads thoracic images, as a yardstick of how hard a cohort is: how much it learns from how many.

Its recipe stays as it is, so that cohorts compare; it is no part of the paper.
"""

import numpy as np

from bonescan.backend import keras

EPOCHS, BATCH, LEAST_STEPS = 20, 32, 600
FILTERS = (16, 32, 64, 96)
RATE, DECAY = 2e-3, 1e-3
SHIFT, NOISE = 6, 0.1
"""Augmentation: greatest shift of an image, in its pixels, and the deviation of added noise."""


def build(shape: tuple[int, int, int]) -> keras.Model:
    """Return the network, with one output: the logit of metastasis."""
    images = features = keras.Input(shape)
    for filters in FILTERS:
        for _ in range(2):
            features = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)(features)
            features = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(features))
        features = keras.layers.MaxPooling2D(2)(features)
    pooled = [keras.layers.GlobalAveragePooling2D()(features), keras.layers.GlobalMaxPooling2D()(features)]
    return keras.Model(images, keras.layers.Dense(1)(keras.layers.Dropout(0.3)(keras.layers.Concatenate()(pooled))))


def train(images: np.ndarray, labels: np.ndarray, seed: int) -> keras.Model:
    """Train the network on images that are mirrored, shifted and blurred by noise at every step.

    Parameters
    ----------
    images : ndarray, shape (n, rows, columns, 1), float32
    labels : ndarray, shape (n,), int
    seed : int
        Of the weights and of all draws.
    """
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    steps = max(LEAST_STEPS, EPOCHS * len(labels) // BATCH)
    model = build(images.shape[1:])
    rate = keras.optimizers.schedules.CosineDecay(RATE, steps)
    model.compile(keras.optimizers.AdamW(rate, weight_decay=DECAY), keras.losses.BinaryCrossentropy(from_logits=True))
    waiting: list[int] = []
    for _ in range(steps):
        if len(waiting) < BATCH:
            waiting += list(rng.permutation(len(labels)))
        rows, waiting = waiting[:BATCH], waiting[BATCH:]
        model.train_on_batch(vary(images[rows], rng), labels[rows].astype(np.float32)[:, None])
    return model


def vary(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return images mirrored by chance, shifted together, and with noise."""
    mirrored = rng.random(len(images)) < 0.5
    images = np.where(mirrored[:, None, None, None], images[:, :, ::-1], images)
    images = np.roll(images, tuple(rng.integers(-SHIFT, SHIFT + 1, 2)), axis=(1, 2))
    return images + NOISE * rng.standard_normal(images.shape).astype(np.float32)


def read(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the score of each image: the sum of the logits of the image and its mirror."""
    return sum(model.predict(seen, verbose=0, batch_size=64)[:, 0] for seen in (images, images[:, :, ::-1]))
