"""A built network as plain data, from which its tables and figures are drawn without Keras."""

import math

from bonescan.backend import keras


def _side(value) -> int | list[int] | None:
    """Return one number for a square window, both for an oblong one, None for none."""
    if value is None:
        return None
    sides = [int(side) for side in value]
    return sides[0] if len(set(sides)) == 1 else sides


def _inbound(layer: keras.Layer) -> list[str]:
    """Return the names of the layers whose outputs enter `layer`, in their order."""
    if isinstance(layer, keras.layers.InputLayer):
        return []
    return [tensor._keras_history.operation.name for tensor in keras.tree.flatten(layer.input)]


def is_weight_layer(layer: keras.Layer) -> bool:
    """Say whether the paper's depth counts `layer`: convolutions and FC, but no projection shortcut (He et al.)."""
    return isinstance(layer, keras.layers.Conv2D | keras.layers.Dense) and "shortcut" not in layer.name


def count_weight_layers(model: keras.Model) -> int:
    """Return the depth that the paper's names give."""
    return sum(is_weight_layer(layer) for layer in model.layers)


def describe_layer(layer: keras.Layer) -> dict:
    """Return one layer as plain data; see `describe` for the keys."""
    activation = getattr(layer, "activation", None)
    regulariser = getattr(layer, "kernel_regularizer", None)
    return {
        "name": layer.name,
        "class": type(layer).__name__,
        "kernel": _side(getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)),
        "strides": _side(getattr(layer, "strides", None)),
        "padding": getattr(layer, "padding", None) if isinstance(layer, keras.layers.Conv2D) else None,
        "filters": getattr(layer, "filters", None),
        "units": getattr(layer, "units", None),
        "activation": None if activation is None else keras.activations.serialize(activation),
        "l2": None if regulariser is None else float(regulariser.l2),
        "output_shape": list(layer.output.shape[1:]),
        "parameters": layer.count_params(),
        "weight_layer": is_weight_layer(layer),
        "inbound": _inbound(layer),
    }


def describe(model: keras.Model, network: dict) -> dict:
    """Return the graph of a built network as plain data.

    Parameters
    ----------
    model : keras.Model
        A functional model, as `bonescan.models.build` or `outline` makes it.
    network : dict
        The config's section it was built from; kept beside it.

    Returns
    -------
    dict
        `name`, `network`, `input_shape` and `output_shape` (without the batch), `weight_layers` (convolutions and
        FC, without projection shortcuts), `parameters`, `trainable_parameters`, and `layers`: one dict each, in the
        order of the graph, with `name`, `class` (of Keras), `kernel` (of a convolution or a pool) and `strides` (one
        number where square), `padding`, `filters`, `units`, `activation`, `l2`, `output_shape`, `parameters`,
        `weight_layer` and `inbound` (names of the layers it takes its input from); None where a layer has no such
        thing.
    """
    return {
        "name": model.name,
        "network": network,
        "input_shape": list(model.input_shape[1:]),
        "output_shape": list(model.output_shape[1:]),
        "weight_layers": count_weight_layers(model),
        "parameters": model.count_params(),
        "trainable_parameters": sum(math.prod(weight.shape) for weight in model.trainable_variables),
        "layers": [describe_layer(layer) for layer in model.layers],
    }
