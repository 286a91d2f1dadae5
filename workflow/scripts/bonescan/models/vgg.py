"""VGG networks (paper: Table 3, "VGGNet based classifiers"): SPECS V7, V16, V19, V21, V24."""

from bonescan.backend import keras
from bonescan.models.common import channels, classify, initialiser

BLOCK_FILTERS = (64, 128, 256, 512, 512)  # Table 3
HIDDEN_UNITS = 4096  # Table 3, FC-4096


def build_vgg(
    convolutions: list[int],
    activation: str,
    l2: float,
    size: int,
    width: float,
    initial_weights: str,
    name: str | None = None,
) -> keras.Model:
    """Build a VGG network: five blocks of 3 x 3 convolutions, each ending in a 2 x 2 max-pool, then three FC layers.

    Parameters
    ----------
    convolutions : list of int
        Convolutions in each of the five blocks. A block of 0 is its max-pool alone.
    activation : str
        Of the hidden layers, by its Keras name.
    l2 : float
        Lambda of Eq. 3, on every kernel; 0 for none.
    size, width, initial_weights, name
        As in `bonescan.models.build`.

    Raises
    ------
    ValueError
        If there are not five blocks.
    """
    if len(convolutions) != len(BLOCK_FILTERS):
        raise ValueError(f"convolutions: expected {len(BLOCK_FILTERS)} blocks, got {convolutions}")
    kernel = {"kernel_regularizer": keras.regularizers.L2(l2) if l2 else None}

    images = keras.Input((size, size, 1), name="images")
    x = images
    for block, (count, filters) in enumerate(zip(convolutions, BLOCK_FILTERS, strict=True), start=1):
        for convolution in range(1, count + 1):
            x = keras.layers.Conv2D(
                channels(filters, width),
                3,
                padding="same",
                activation=activation,
                kernel_initializer=initialiser(initial_weights),
                name=f"block{block}_conv{convolution}",
                **kernel,
            )(x)
        x = keras.layers.MaxPooling2D(2, strides=2, name=f"block{block}_pool")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    for fc in (1, 2):
        x = keras.layers.Dense(
            channels(HIDDEN_UNITS, width),
            activation=activation,
            kernel_initializer=initialiser(initial_weights),
            name=f"fc{fc}",
            **kernel,
        )(x)
    return keras.Model(images, classify(x, initial_weights, name="fc3", **kernel), name=name)
