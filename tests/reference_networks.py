"""The VGG and residual networks once more, in NumPy and float64: what the Keras networks are held against."""

import numpy as np


def pad(x, around, value=0.0):
    """Add `around` rows and columns on all four sides; x : (images, rows, columns, channels)."""
    return np.pad(x, ((0, 0), (around, around), (around, around), (0, 0)), constant_values=value)


def windows(x, side, stride):
    """Return all windows of `side` x `side`, (images, rows, columns, channels, side, side)."""
    return np.lib.stride_tricks.sliding_window_view(x, (side, side), axis=(1, 2))[:, ::stride, ::stride]


def convolve(x, kernel, stride=1):
    """Cross-correlate with `kernel`, (side, side, in, out), after padding `side // 2` zeros on all four sides."""
    side = len(kernel)
    return np.einsum("nrcixy,xyio->nrco", windows(pad(x, side // 2), side, stride), kernel, optimize=True)


def max_pool(x, side, stride):
    """Return the greatest of each window."""
    return windows(x, side, stride).max((-2, -1))


def batch_normalise(x, scale, shift, mean, variance):
    """Normalise by the moving statistics."""
    return scale * (x - mean) / np.sqrt(variance + 1e-5) + shift


def relu(x):
    return np.maximum(x, 0)


def leaky_relu(x):
    """Keras's slope of 0.2 below zero."""
    return np.where(x > 0, x, 0.2 * x)


def vgg(x, weights, convolutions, activation):
    """Scores before the soft-max of a VGG network, whose `weights` come in the order of its layers."""
    weights = iter(weights)
    for count in convolutions:
        for _ in range(count):
            kernel, bias = next(weights), next(weights)
            x = activation(convolve(x, kernel) + bias)
        x = max_pool(x, 2, 2)
    x = x.reshape(len(x), -1)
    for _ in range(2):
        kernel, bias = next(weights), next(weights)
        x = activation(x @ kernel + bias)
    kernel, bias = next(weights), next(weights)
    assert next(weights, None) is None
    return x @ kernel + bias


def resnet(x, layer, modules):
    """Scores before the soft-max of a residual network; `layer(name)` gives a layer's weights."""

    def convolution(x, name, bn, stride=1):
        return batch_normalise(convolve(x, *layer(name), stride), *layer(bn))

    x = relu(convolution(x, "conv1", "conv1_bn", 2))
    x = max_pool(pad(x, 1), 3, 2)  # zeros are the least after a ReLU
    for stage, count in enumerate(modules, start=1):
        for module in range(1, count + 1):
            name, first = f"stage{stage}_module{module}", stage > 1 and module == 1
            stride = 2 if first else 1
            short = convolution(x, f"{name}_shortcut_conv", f"{name}_shortcut_bn", 2) if first else x
            y = relu(convolution(x, f"{name}_conv1", f"{name}_bn1", stride))
            x = relu(convolution(y, f"{name}_conv2", f"{name}_bn2") + short)
    x = windows(x, 2, 1).mean((-2, -1)).reshape(len(x), -1)
    kernel, bias = layer("fc")
    return x @ kernel + bias
