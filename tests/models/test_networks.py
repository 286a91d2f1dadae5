"""The script `networks`: every network's layers in one file."""

import json
from types import SimpleNamespace

import networks

V7 = {"family": "vgg", "convolutions": [1, 1, 1, 1, 0], "activation": "leaky_relu", "l2": 1e-4}
R34 = {"family": "resnet", "modules": [3, 4, 6, 3]}


def test_describes_every_network(tmp_path):
    path = tmp_path / "networks.json"
    params = SimpleNamespace(networks={"V7": V7, "R34": R34}, size=64, width=0.125)
    networks.main(SimpleNamespace(params=params, output=[str(path)], log=[]))
    described = json.loads(path.read_text(encoding="utf-8"))
    assert list(described) == ["V7", "R34"]
    assert described["V7"]["network"] == V7
    assert described["V7"]["input_shape"] == [64, 64, 1]
    assert [described[name]["weight_layers"] for name in described] == [7, 34]
    convolution = described["V7"]["layers"][1]
    assert (convolution["name"], convolution["filters"]) == ("block1_conv1", 8)
    assert (convolution["activation"], convolution["l2"]) == ("leaky_relu", 1e-4)
