"""Figures 6 and 7: the residual module and the dense block, read from the networks as built and laid out."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from bonescan.figures.style import ACCENT, COLOURS, letter, new_figure, say, styled
from bonescan.wording import classifier

_FILL = {
    "Conv2D": "#D6E6F2",
    "BatchNormalization": "#F2F2F2",
    "ReLU": "#FBE6CC",
    "AveragePooling2D": "#DDEFE7",
}
_ARROW = {
    "arrowstyle": "-|>",
    "mutation_scale": 7,
    "linewidth": 0.8,
    "color": "#404040",
    "shrinkA": 0,
    "shrinkB": 0,
}


@dataclass(frozen=True)
class Merge:
    """Where two branches of a network meet.

    Attributes
    ----------
    layer : dict
        The layer that adds or concatenates.
    start : dict
        The layer whose output both branches take.
    main, bypass : list of dict
        Layers of the longer and of the shorter branch, in the order of the graph; the bypass is often empty.
    """

    layer: dict
    start: dict
    main: list[dict]
    bypass: list[dict]


def find_merges(network: dict, kind: str) -> list[Merge]:
    """Return the places of a network where layers of class `kind` join two branches, in the order of the graph.

    Parameters
    ----------
    network : dict
        One network of `networks.json`.
    kind : {"Add", "Concatenate"}
    """
    by_name = {layer["name"]: layer for layer in network["layers"]}
    found = []
    for layer in network["layers"]:
        if layer["class"] != kind:
            continue
        first, second = (_find_upstream(name, by_name) for name in layer["inbound"])
        start = next(name for name in first if name in second)
        branches = [[by_name[name] for name in names[: names.index(start)]][::-1] for names in (first, second)]
        bypass, main = sorted(branches, key=len)
        found.append(Merge(layer, by_name[start], main, bypass))
    return found


def _find_upstream(name: str, by_name: dict) -> list[str]:
    """Return a layer and the layers before it, back to the nearest one with several inputs or none."""
    names = [name]
    while len(by_name[name]["inbound"]) == 1:
        name = by_name[name]["inbound"][0]
        names.append(name)
    return names


def dense_block(network: dict) -> list[Merge]:
    """Return the layers of the first dense block: each concatenation starts where the one before ended."""
    block: list[Merge] = []
    for merge in find_merges(network, "Concatenate"):
        if block and merge.start["name"] != block[-1].layer["name"]:
            break
        block.append(merge)
    return block


def _find_consumer(network: dict, name: str) -> dict | None:
    """Return the first layer that takes its input from `name`."""
    return next((layer for layer in network["layers"] if name in layer["inbound"]), None)


def layer_label(layer: dict) -> str:
    """Return the words in a layer's box."""
    match layer["class"]:
        case "Conv2D":
            side = layer["kernel"]
            stride = f" / {layer['strides']}" if layer["strides"] != 1 else ""
            return f"{side} × {side} conv{stride}, {layer['filters']}"
        case "BatchNormalization":
            return "Batch normalisation"
        case "AveragePooling2D":
            return f"{layer['kernel']} × {layer['kernel']} average pool"
    return layer["class"]


def _leave_out_padding(layers: list[dict]) -> list[dict]:
    """Leave out explicit padding, which belongs to the convolution that follows."""
    return [layer for layer in layers if layer["class"] != "ZeroPadding2D"]


def _draw_box(
    axes: Axes, x: float, y: float, width: float, height: float, text: str, fill: str, size: float = 7
) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.12",
            facecolor=fill,
            edgecolor="#404040",
            linewidth=0.7,
            zorder=3,
        )
    )
    axes.text(x, y, text, ha="center", va="center", fontsize=size, zorder=4)


def _draw_arrow(axes: Axes, begin: tuple, end: tuple, **keywords) -> None:
    axes.add_patch(FancyArrowPatch(begin, end, **{**_ARROW, "zorder": 2, **keywords}))


@styled
def draw_residual(networks: dict, provenance: dict) -> Figure:
    """Draw the residual modules of the first residual network: one that keeps its input's shape, one that changes it.

    Parameters
    ----------
    networks : dict
        `networks.json`.
    """
    figure = new_figure(112, provenance, "After the comma: channels; / 2: stride 2.", width=140)
    model, network = _find_first(networks, "resnet")
    modules = find_merges(network, "Add") if network else []
    if not modules:
        say(figure.subplots(), "no residual network is configured")
        return figure
    kinds = {
        "identity connection": [module for module in modules if not module.bypass],
        "projection": [module for module in modules if module.bypass],
    }
    kinds = {name: members for name, members in kinds.items() if members}
    panels = figure.subplots(1, len(kinds), squeeze=False)[0]
    for number, (name, members) in enumerate(kinds.items()):
        _draw_module(panels[number], network, members[0])
        letter(panels[number], number, f"{name} ({len(members)} of {len(modules)} modules)")
    figure.suptitle(f"Residual module of {classifier(model)}")
    return figure


def _draw_module(axes: Axes, network: dict, module: Merge) -> None:
    """Draw one residual module from top to bottom, its connection at the right."""
    main, bypass = _leave_out_padding(module.main), _leave_out_padding(module.bypass)
    pitch, side = 1.0, 3.4
    top = 0.0
    axes.text(0, top + 0.25, f"input, {_shape(module.start)}", ha="center", va="bottom", fontsize=7)
    for step, layer in enumerate(main, start=1):
        _draw_arrow(axes, (0, top - pitch * (step - 1) + (0.15 if step == 1 else -0.3)), (0, top - pitch * step + 0.3))
        _draw_box(axes, 0, top - pitch * step, 2.9, 0.6, layer_label(layer), _FILL.get(layer["class"], "white"))
    level = top - pitch * (len(main) + 1)
    _draw_arrow(axes, (0, level + pitch - 0.3), (0, level + 0.26))
    axes.text(0, level, "+", ha="center", va="center", fontsize=10, zorder=4)
    axes.plot(0, level, "o", markersize=11, markerfacecolor="white", markeredgecolor="#404040", zorder=3)
    fork = top - 0.22
    steps = [fork - (fork - level) * (step + 1) / (len(bypass) + 1) for step in range(len(bypass))]
    axes.plot([0, side], [fork, fork], color=ACCENT, linewidth=1, zorder=1)
    axes.plot([side, side], [fork, level], color=ACCENT, linewidth=1, zorder=1)
    _draw_arrow(axes, (side, level), (0.3, level), color=ACCENT)
    for y, layer in zip(steps, bypass, strict=True):
        _draw_box(axes, side, y, 2.9, 0.6, layer_label(layer), _FILL.get(layer["class"], "white"))
    if not bypass:
        axes.text(side - 0.15, (fork + level) / 2, "identity", rotation=90, ha="right", va="center", color=ACCENT)
    out = _find_consumer(network, module.layer["name"])
    end = module.layer
    if out is not None and out["class"] == "ReLU":
        end = out
        _draw_arrow(axes, (0, level - 0.26), (0, level - pitch + 0.3))
        level -= pitch
        _draw_box(axes, 0, level, 2.9, 0.6, layer_label(out), _FILL["ReLU"])
    _draw_arrow(axes, (0, level - 0.3), (0, level - 0.85))
    axes.text(0, level - 0.95, f"output, {_shape(end)}", ha="center", va="top", fontsize=7)
    axes.set(xlim=(-1.9, side + 1.9), ylim=(level - 1.5, top + 0.9))
    axes.set_axis_off()


def _shape(layer: dict) -> str:
    return " × ".join(map(str, layer["output_shape"]))


def _find_first(networks: dict, family: str) -> tuple[str, dict | None]:
    for model, network in networks.items():
        if network["network"]["family"] == family:
            return model, network
    return "", None


@styled
def draw_dense(networks: dict, provenance: dict) -> Figure:
    """Draw the first dense block of the first densely connected network, and what its layers are made of.

    Parameters
    ----------
    networks : dict
        `networks.json`.
    """
    figure = new_figure(90, provenance, "Numbers: channels.")
    model, network = _find_first(networks, "densenet")
    block = dense_block(network) if network else []
    if not block:
        say(figure.subplots(), "no densely connected network is configured")
        return figure
    upper, lower = figure.subplots(2, 1, height_ratios=[2.9, 1])
    _draw_block(upper, block)
    letter(upper, 0, f"first dense block, {len(block)} layers")
    _draw_composition(lower, block[0])
    letter(lower, 1, "one layer $H_i$")
    figure.suptitle(f"Dense block of {classifier(model)}")
    return figure


def _draw_block(axes: Axes, block: list[Merge]) -> None:
    """Draw the feature maps and layers of a block in a row, with an arc from every map to every layer that takes it."""
    pitch, size = 2.0, 0.6
    maps = [block[0].start, *(merge.main[-1] for merge in block)]
    end = pitch * len(block)
    for number, layer in enumerate(maps):
        colour = COLOURS[1:][number % (len(COLOURS) - 1)] if number < len(block) else "#404040"
        x = pitch * number
        _draw_box(axes, x, 0, size, 1.5, f"$X_{{{number}}}$\n{layer['output_shape'][-1]}", "white")
        axes.plot([x - size / 2, x + size / 2], [-0.84, -0.84], color=colour, linewidth=2.5, solid_capstyle="butt")
        if number < len(block):
            _draw_arrow(axes, (x + size / 2, 0), (x + (pitch - size) / 2, 0), color=colour)
        # side by side, the longest starting at the left and ending at the right, so that arcs of a map do not cross
        for target in range(number + 2, len(maps)):
            middle, step = pitch * target - pitch / 2, size / len(block)
            landing = middle + step * (target - 2 - number - (target - 2) / 2)
            leaving = x - step * (target - number - 2 - (len(block) - number - 2) / 2)
            span = landing - leaving
            _draw_arc(axes, (leaving, 0.75), (landing, 0.55), 0.75 + 0.2 * span, colour)
    for number in range(1, len(maps)):
        x = pitch * number - pitch / 2
        _draw_box(axes, x, 0, size, 1.1, f"$H_{{{number}}}$", _FILL["Conv2D"])
        _draw_arrow(axes, (x + size / 2, 0), (pitch * number - size / 2, 0))
    _draw_arrow(axes, (end + size / 2, 0), (end + 1.0, 0))
    joined = f"[$X_0$ … $X_{{{len(block)}}}$]\n{block[-1].layer['output_shape'][-1]}"
    axes.text(end + 1.1, 0, joined, ha="left", va="center", fontsize=7)
    axes.set(xlim=(-0.6, end + 2.6), ylim=(-1.1, 1.1 + 0.2 * pitch * len(block)))
    axes.set_axis_off()


def _draw_arc(axes: Axes, begin: tuple, end: tuple, top: float, colour: str) -> None:
    """Draw an arrow that rises from `begin` to the height `top` and falls to `end`."""
    control = (4 * top - begin[1] - end[1]) / 2  # point of a quadratic curve, which rises half-way to it
    path = Path([begin, ((begin[0] + end[0]) / 2, control), end], [Path.MOVETO, Path.CURVE3, Path.CURVE3])
    axes.add_patch(FancyArrowPatch(path=path, **{**_ARROW, "color": colour, "zorder": 2, "mutation_scale": 5}))


def _draw_composition(axes: Axes, merge: Merge) -> None:
    """Draw the layers of one H from left to right."""
    layers = _leave_out_padding(merge.main)
    pitch, width = 2.3, 1.9
    axes.text(-0.1, 0, "all maps\nbefore", ha="right", va="center", fontsize=7)
    for step, layer in enumerate(layers):
        x = pitch * step + width / 2 + 0.4
        _draw_arrow(axes, (x - width / 2 - 0.4, 0), (x - width / 2, 0))
        label = layer_label(layer).replace("Batch normalisation", "Batch\nnormalisation")
        _draw_box(axes, x, 0, width, 0.9, label, _FILL.get(layer["class"], "white"))
    end = pitch * (len(layers) - 1) + width + 0.4
    _draw_arrow(axes, (end, 0), (end + 0.4, 0))
    axes.text(end + 0.5, 0, "$X_i$", ha="left", va="center")
    axes.set(xlim=(-1.4, end + 1.0), ylim=(-0.7, 0.7))
    axes.set_axis_off()
