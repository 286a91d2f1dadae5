"""Densely connected network (paper: Table 4, "DenseNet based classifier", Figure 7): SPECS D121."""

from bonescan.backend import keras
from bonescan.models.common import channels, classify, convolution, normalise

STEM_FILTERS = 64  # Huang et al. 2017: twice the growth
BOTTLENECK = 4  # Huang et al. 2017, DenseNet-B: the 1 x 1 convolution has 4 times the growth rate of channels


def dense_layer(x, growth: int, initial_weights: str, name: str):
    """Add one layer of a dense block: BN-ReLU-conv 1 x 1, BN-ReLU-conv 3 x 3, joined to all that came before."""
    y = normalise(x, f"{name}_bn1")
    y = keras.layers.ReLU(name=f"{name}_relu1")(y)
    y = convolution(y, BOTTLENECK * growth, 1, initial_weights, f"{name}_conv1")
    y = normalise(y, f"{name}_bn2")
    y = keras.layers.ReLU(name=f"{name}_relu2")(y)
    y = convolution(y, growth, 3, initial_weights, f"{name}_conv2")
    return keras.layers.Concatenate(name=f"{name}_concat")([x, y])


def transition(x, compression: float, initial_weights: str, name: str):
    """Join two dense blocks: BN-ReLU-conv 1 x 1 and a 2 x 2 average pool (Table 4)."""
    x = normalise(x, f"{name}_bn")
    x = keras.layers.ReLU(name=f"{name}_relu")(x)
    x = convolution(x, max(1, int(x.shape[-1] * compression)), 1, initial_weights, f"{name}_conv")
    return keras.layers.AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


def build_densenet(
    layers: list[int],
    growth: int,
    compression: float,
    size: int,
    width: float,
    initial_weights: str,
    name: str | None = None,
) -> keras.Model:
    """Build a densely connected network: 7 x 7 stem, dense blocks joined by transitions, global average pool, FC-2.

    Parameters
    ----------
    layers : list of int
        Layers in each dense block, two convolutions each.
    growth : int
        Channels that each layer adds, at width 1.
    compression : float
        Share of the channels that a transition keeps.
    size, width, initial_weights, name
        As in `bonescan.models.build`.
    """
    images = keras.Input((size, size, 1), name="images")
    x = convolution(images, channels(STEM_FILTERS, width), 7, initial_weights, "conv1", strides=2)
    x = normalise(x, "conv1_bn")
    x = keras.layers.ReLU(name="conv1_relu")(x)
    x = keras.layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = keras.layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    for block, count in enumerate(layers, start=1):
        if block > 1:
            x = transition(x, compression, initial_weights, f"transition{block - 1}")
        for layer in range(1, count + 1):
            x = dense_layer(x, channels(growth, width), initial_weights, f"block{block}_layer{layer}")
    x = normalise(x, "bn")
    x = keras.layers.ReLU(name="relu")(x)
    # DEVIATION: the paper's "7 x 7 global average pooling" belongs to a 224 x 224 input; at 256 x 256 it is 8 x 8.
    x = keras.layers.GlobalAveragePooling2D(name="global_average_pool")(x)
    return keras.Model(images, classify(x, initial_weights, name="fc"), name=name)
