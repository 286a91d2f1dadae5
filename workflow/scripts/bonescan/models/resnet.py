"""Residual network (paper: "ResNet based classifier", Figure 6): SPECS R34. Standard stem, the paper's head."""

from bonescan.backend import keras
from bonescan.models.common import channels, classify, convolution, normalise

STAGE_FILTERS = (64, 128, 256, 512)  # He et al. 2016, Table 1


def residual_module(x, filters: int, strides: int, initial_weights: str, name: str):
    """Add one residual module: two 3 x 3 convolutions and one residual connection (Figure 6).

    Where the module changes shape, the connection is a strided 1 x 1 projection (He et al. 2016, option B).
    """
    shortcut = x
    if strides > 1 or x.shape[-1] != filters:
        shortcut = convolution(x, filters, 1, initial_weights, f"{name}_shortcut_conv", strides)
        shortcut = normalise(shortcut, f"{name}_shortcut_bn")
    x = convolution(x, filters, 3, initial_weights, f"{name}_conv1", strides)
    x = normalise(x, f"{name}_bn1")
    x = keras.layers.ReLU(name=f"{name}_relu1")(x)
    x = convolution(x, filters, 3, initial_weights, f"{name}_conv2")
    x = normalise(x, f"{name}_bn2")
    x = keras.layers.Add(name=f"{name}_add")([x, shortcut])
    return keras.layers.ReLU(name=f"{name}_relu2")(x)


def build_resnet(
    modules: list[int], size: int, width: float, initial_weights: str, name: str | None = None
) -> keras.Model:
    """Build a residual network: 7 x 7 stem, 3 x 3 max-pool, four stages of residual modules, FC-2.

    Parameters
    ----------
    modules : list of int
        Residual modules in each of the four stages.
    size, width, initial_weights, name
        As in `bonescan.models.build`.

    Raises
    ------
    ValueError
        If there are not four stages.
    """
    if len(modules) != len(STAGE_FILTERS):
        raise ValueError(f"modules: expected {len(STAGE_FILTERS)} stages, got {modules}")

    images = keras.Input((size, size, 1), name="images")
    x = convolution(images, channels(64, width), 7, initial_weights, "conv1", strides=2)
    x = normalise(x, "conv1_bn")
    x = keras.layers.ReLU(name="conv1_relu")(x)
    x = keras.layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = keras.layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    for stage, (count, filters) in enumerate(zip(modules, STAGE_FILTERS, strict=True), start=1):
        for module in range(1, count + 1):
            strides = 2 if stage > 1 and module == 1 else 1
            x = residual_module(x, channels(filters, width), strides, initial_weights, f"stage{stage}_module{module}")
    # DEVIATION: He et al. pool globally; the paper pools 2 x 2 with stride 1, which leaves a 7 x 7 map at 256 x 256.
    # At 32 x 32 the last map is a single pixel.
    x = keras.layers.AveragePooling2D(min(2, x.shape[1]), strides=1, name="average_pool")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    return keras.Model(images, classify(x, initial_weights, name="fc"), name=name)
