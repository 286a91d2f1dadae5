"""Tables 3 to 5: the networks as built, the parameters of their training as configured."""

from itertools import zip_longest

import pandas as pd

from bonescan.tables.formats import SPAN, Section, Table
from bonescan.wording import by_dataset, classifier

_POOLS = {
    "MaxPooling2D": "max pooling",
    "AveragePooling2D": "average pooling",
    "GlobalAveragePooling2D": "global average pooling",
}


def pick_family(networks: dict, family: str) -> dict:
    """Return the descriptions of one family (vgg, resnet or densenet), by model."""
    return {model: network for model, network in networks.items() if network["network"]["family"] == family}


def _input(network: dict) -> str:
    rows, columns = network["input_shape"][:2]
    return f"Input ({rows} × {columns} thoracic image)"


def _window(side: int | list[int]) -> str:
    rows, columns = side if isinstance(side, list) else (side, side)
    return f"{rows} × {columns}"


def _vgg_label(layer: dict) -> str | None:
    """Return a layer's row in Table 3; None for layers without a row of their own."""
    match layer["class"]:
        case "Conv2D":
            return f"Conv{layer['kernel']}-{layer['filters']}"
        case "MaxPooling2D":
            return "Maxpool"
        case "Dense":
            return f"FC-{layer['units']}"
        case "Softmax":
            return "Soft-max"
    return None


def vgg_blocks(network: dict) -> list[list[str]]:
    """Return the rows of a VGG network for Table 3: its convolutions block by block, then the head.

    Returns
    -------
    list of list of str
        One list per block, without its max-pool; the last list is the head.
    """
    blocks: list[list[str]] = [[]]
    for label in filter(None, map(_vgg_label, network["layers"])):
        if label == "Maxpool":
            blocks.append([])
        else:
            blocks[-1].append(label)
    return blocks


def _span(cells: list[str]) -> list[str]:
    """Print one cell across all columns where the networks agree."""
    return [cells[0], *[SPAN] * (len(cells) - 1)] if len(set(cells)) == 1 else cells


def table3(networks: dict, provenance: dict) -> Table:
    """Lay out Table 3 from `networks.json`: the VGG networks side by side."""
    vgg = pick_family(networks, "vgg")
    blocks = [vgg_blocks(network) for network in vgg.values()]
    rows = []
    if vgg:
        rows.append([f"{network['weight_layers']} weight layers" for network in vgg.values()])
        rows.append([_input(network) for network in vgg.values()])
    for number, block in enumerate(zip_longest(*blocks, fillvalue=[])):
        if number:
            rows.append(["Maxpool"] * len(vgg))
        rows += [list(cells) for cells in zip_longest(*block, fillvalue="")]
    names = [classifier(model) for model in vgg]
    # a row of convolutions stays in columns, as in the paper, so that the depths can be compared by eye
    spanned = [cells if cells[0].startswith("Conv") else _span(cells) for cells in rows]
    return Table(
        "Table 3",
        "ConvNet configuration of the VGG networks, as built. The depth increases from the left to the right. "
        "Convolutional layers are written Conv<receptive field>-<channels>.",
        pd.DataFrame(rows, columns=names),
        [Section(pd.DataFrame(spanned, columns=names))],
        provenance,
        [_vgg_note(model, network) for model, network in vgg.items()] or ["No VGG network is configured."],
    )


def _vgg_note(model: str, network: dict) -> str:
    """Return what Table 3 does not show of a network: activation, L2 penalty, parameters."""
    hidden = [layer for layer in network["layers"] if layer["class"] == "Conv2D"]
    activations = ", ".join(
        sorted({str(layer["activation"]).replace("_", " ").replace("relu", "ReLU") for layer in hidden})
    )
    penalties = sorted({layer["l2"] for layer in hidden if layer["l2"]})
    penalty = f", L2 {', '.join(f'{penalty:g}' for penalty in penalties)}" if penalties else ""
    return f"{classifier(model)}: {activations}{penalty}, {network['parameters']:,} parameters."


def densenet_rows(network: dict) -> list[str]:
    """Return the rows of a DenseNet for Table 4.

    Convolutions whose output is concatenated with their input are one layer of a dense block; the layers between two
    poolings are one block.
    """
    shapes = {layer["name"]: layer["output_shape"] for layer in network["layers"]}
    rows: list[str] = []
    pending: list[str] = []
    block: list[tuple[str, ...]] = []
    blocks = 0

    def close_block():
        nonlocal blocks, block
        if block:
            blocks += 1
            kinds = {kind: block.count(kind) for kind in block}
            text = ", ".join(f"[{', '.join(kind)}] × {count}" for kind, count in kinds.items())
            rows.append(f"Dense block ({blocks}): {text}")
            block = []

    for layer in network["layers"]:
        kind = layer["class"]
        if kind == "Conv2D":
            pending.append(f"{_window(layer['kernel'])} conv.")
        elif kind == "Concatenate":
            block.append(tuple(pending))
            pending = []
        elif kind in _POOLS:
            close_block()
            rows += pending
            pending = []
            window = layer["kernel"] or shapes[layer["inbound"][0]][:2]
            rows.append(f"{_window(window)} {_POOLS[kind]}")
        elif kind == "Dense":
            rows.append(f"FC-{layer['units']}")
        elif kind == "Softmax":
            rows.append("Soft-max")
    return [f"{network['weight_layers']} weight layers", _input(network), *rows]


def table4(networks: dict, provenance: dict) -> Table:
    """Lay out Table 4 from `networks.json`: the densely connected network."""
    dense = pick_family(networks, "densenet")
    columns = zip_longest(*(densenet_rows(network) for network in dense.values()), fillvalue="")
    frame = pd.DataFrame([list(cells) for cells in columns], columns=[classifier(model) for model in dense])
    notes = [f"{classifier(model)}: {network['parameters']:,} parameters." for model, network in dense.items()]
    return Table(
        "Table 4",
        "ConvNet configuration of DenseNet, as built.",
        frame,
        [Section(frame)],
        provenance,
        notes or ["No DenseNet is configured."],
    )


def table5(training: dict, provenance: dict) -> Table:
    """Lay out Table 5 from the training settings of a scale.

    Parameters
    ----------
    training : dict
        `learning_rate` and `epochs` (a number per dataset), `own_rate` (by network), `batch_size`, `end_below_loss`
        (may be None), `initial_weights`, `width`, `block`.
    """
    own = [f"{rate:g} ({classifier(model)})" for model, rate in training["own_rate"].items()]
    rows = {
        "Learning rate": ", ".join([by_dataset(training["learning_rate"]), *own]),
        # the paper's "batch gradient descent" with batches of 32
        "Optimizer": "Mini-batch gradient descent (SGD without momentum)",
        "Batch size": str(training["batch_size"]),
        "Epoch": by_dataset(training["epochs"]),
        "Initial weights": training["initial_weights"].replace("_", " ").capitalize(),
        "Channels, share of Tables 3 and 4 of the paper": f"{training['width']:g}",
        "Pixels averaged into one, a side": str(training["block"]),
    }
    if training["end_below_loss"] is not None:
        rows["Epoch"] += f", or fewer: until the training loss is below {training['end_below_loss']:g}"
    frame = pd.DataFrame({"Parameter": list(rows), "Value": list(rows.values())})
    caption = "Parameters setting of the developed deep classifiers."
    return Table("Table 5", caption, frame, [Section(frame)], provenance)
