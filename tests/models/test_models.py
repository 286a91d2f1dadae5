"""The networks against the paper's names, counts worked out by hand, and Keras's own VGG and DenseNet."""

import numpy as np
import pytest
import reference_networks as reference
import yaml
from workflow_runs import ROOT

from bonescan import models
from bonescan.backend import keras
from bonescan.models.common import channels, initialiser
from bonescan.models.description import count_weight_layers, describe
from bonescan.training.prediction import predict_logits

NETWORKS = {
    "V7": {"family": "vgg", "convolutions": [1, 1, 1, 1, 0], "activation": "leaky_relu", "l2": 1e-4},
    "V16": {"family": "vgg", "convolutions": [2, 2, 3, 3, 3], "activation": "relu", "l2": 0},
    "V19": {"family": "vgg", "convolutions": [2, 2, 4, 4, 4], "activation": "relu", "l2": 0},
    "V21": {"family": "vgg", "convolutions": [2, 2, 4, 5, 5], "activation": "relu", "l2": 0},
    "V24": {"family": "vgg", "convolutions": [2, 2, 5, 6, 6], "activation": "relu", "l2": 0},
    "R34": {"family": "resnet", "modules": [3, 4, 6, 3]},
    "D121": {"family": "densenet", "layers": [6, 12, 24, 16], "growth": 32, "compression": 0.5},
}

# A 3 x 3 convolution from m to n channels has 9 m n weights and n biases.
CONV = {
    (1, 64): 640,
    (64, 64): 36_928,
    (64, 128): 73_856,
    (128, 128): 147_584,
    (128, 256): 295_168,
    (256, 256): 590_080,
    (256, 512): 1_180_160,
    (512, 512): 2_359_808,
}
# Five halvings of 256 leave 8 x 8 x 512 = 32,768: 32,768 x 4096 + 4096, then 4096 x 4096 + 4096, then 4096 x 2 + 2.
VGG_HEAD = 134_221_824 + 16_781_312 + 8_194
# The first convolution of each block, which every VGG network but V7 shares, and what V16 adds to it.
FIRST = CONV[1, 64] + CONV[64, 128] + CONV[128, 256] + CONV[256, 512]
V16 = FIRST + CONV[64, 64] + CONV[128, 128] + 2 * CONV[256, 256] + 2 * CONV[512, 512] + 3 * CONV[512, 512] + VGG_HEAD
V19 = V16 + CONV[256, 256] + 2 * CONV[512, 512]
V21 = V19 + 2 * CONV[512, 512]
V24 = V21 + CONV[256, 256] + 2 * CONV[512, 512]

# ResNet-34 has 21,797,672 trainable parameters with three input channels and FC-1000 (torchvision's model table): the
# FC takes 513,000 away, two input channels of the 7 x 7 stem 6,272; FC-2 on 7 x 7 x 512 adds 50,178. Keras also counts
# a moving mean and variance for each of the 8,512 normalised channels: the stem's 64; 6 x 64; 8 x 128, 12 x 256 and
# 6 x 512, each with its projection's 128, 256 and 512.
R34 = 21_797_672 - 513_000 - 6_272 + 50_178 + 2 * (64 + 6 * 64 + 9 * 128 + 13 * 256 + 7 * 512)


def densenet_parameters():
    """DenseNet-121 by Table 4: no biases before the FC, four numbers for each normalised channel."""
    total, wide = 7 * 7 * 64 + 4 * 64, 64
    for block, layers in enumerate((6, 12, 24, 16)):
        if block:
            total, wide = total + 4 * wide + wide * wide // 2, wide // 2
        for _ in range(layers):
            total += 4 * wide + wide * 128 + 4 * 128 + 9 * 128 * 32
            wide += 32
    return total + 4 * wide + wide * 2 + 2


EXACT = {
    "V7": (7, FIRST + VGG_HEAD),
    "V16": (16, V16),
    "V19": (19, V19),
    "V21": (21, V21),
    "V24": (24, V24),
    "R34": (34, R34),
    "D121": (121, densenet_parameters()),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_full_size(name):
    model = models.outline(NETWORKS[name], 256, name=name)
    assert model.input_shape == (None, 256, 256, 1)
    assert model.output_shape == (None, 2)
    assert (count_weight_layers(model), model.count_params()) == EXACT[name]


def test_counts_in_figures():
    assert {name: parameters for name, (_, parameters) in EXACT.items()} == {
        "V7": 152_561_154,
        "V16": 165_724_866,
        "V19": 171_034_562,
        "V21": 175_754_178,
        "V24": 181_063_874,
        "R34": 21_345_602,
        "D121": 7_033_282,
    }


@pytest.mark.parametrize("name", NETWORKS)
def test_config_builds_these_networks(name):
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    assert config["networks"][name] == NETWORKS[name]


REFERENCES = {
    "V16": keras.applications.VGG16,
    "V19": keras.applications.VGG19,
    "D121": keras.applications.DenseNet121,
}


def by_layer(model):
    """Return the shapes of weights and output of each layer that has weights."""
    return [
        ([tuple(weight.shape) for weight in layer.weights], tuple(layer.output.shape))
        for layer in model.layers
        if layer.weights
    ]


@pytest.mark.parametrize("name", REFERENCES)
def test_layer_by_layer_as_in_keras_applications(name):
    with keras.StatelessScope(initialize_variables=False):
        theirs = REFERENCES[name](weights=None, input_shape=(256, 256, 1), classes=2)
    assert by_layer(models.outline(NETWORKS[name], 256)) == by_layer(theirs)


@pytest.mark.parametrize("name", REFERENCES)
def test_same_output_as_keras_applications_with_the_same_weights(name):
    keras.utils.set_random_seed(3)
    theirs = REFERENCES[name](weights=None, input_shape=(32, 32, 1), classes=2)
    model = models.build(NETWORKS[name], 32)
    model.set_weights(theirs.get_weights())
    images = np.random.default_rng(0).poisson(4, (2, 32, 32, 1)).astype(np.float32)
    np.testing.assert_allclose(model(images), theirs(images), rtol=2e-3)


@pytest.mark.parametrize("name", ["V7", "V16", "V19", "V21", "V24", "R34"])
def test_same_scores_as_the_network_in_numpy(name):
    network = NETWORKS[name]
    keras.utils.set_random_seed(5)
    model = models.build(network, 64, 1 / 32, "he_normal")
    rng = np.random.default_rng(5)
    # Biases and moving statistics too; variances, like the scales, lie around 1.
    for variable in model.variables:
        if len(variable.shape) == 1:
            level = 1 if variable.path.endswith(("gamma", "moving_variance")) else 0
            variable.assign(level + rng.uniform(-0.3, 0.3, variable.shape))
    images = rng.normal(size=(2, 64, 64))
    if network["family"] == "vgg":
        activation = getattr(reference, network["activation"])
        expected = reference.vgg(images[..., None], model.get_weights(), network["convolutions"], activation)
    else:
        expected = reference.resnet(
            images[..., None], lambda layer: model.get_layer(layer).get_weights(), network["modules"]
        )
    scores = predict_logits(model, images.astype(np.float32))
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())


def test_residual_network_head_is_the_papers():
    shapes = {layer.name: layer.output.shape[1:] for layer in models.outline(NETWORKS["R34"], 256).layers}
    assert shapes["stage4_module3_relu2"] == (8, 8, 512)
    assert shapes["average_pool"] == (7, 7, 512)
    assert shapes["flatten"] == (25_088,)


def test_residual_network_at_desk_size_pools_to_one_pixel():
    shapes = {layer.name: layer.output.shape[1:] for layer in models.outline(NETWORKS["R34"], 64, 0.125).layers}
    assert shapes["stage4_module3_relu2"] == (2, 2, 64)
    assert shapes["average_pool"] == (1, 1, 64)


def test_block_without_convolution_keeps_its_pool():
    names = [layer.name for layer in models.outline(NETWORKS["V7"], 256).layers]
    assert names[names.index("block4_pool") + 1] == "block5_pool"
    assert "block5_conv1" not in names


def test_dense_layer_normalises_before_it_convolves():
    names = [layer.name for layer in models.outline(NETWORKS["D121"], 256).layers]
    start = names.index("block2_layer3_bn1")
    assert [name.rpartition("_")[2] for name in names[start : start + 7]] == [
        *("bn1", "relu1", "conv1"),
        *("bn2", "relu2", "conv2", "concat"),
    ]


def test_width_scales_every_channel_but_the_classes():
    full = describe(models.outline(NETWORKS["D121"], 256), NETWORKS["D121"])
    half = describe(models.outline(NETWORKS["D121"], 256, 0.5), NETWORKS["D121"])
    for before, after in zip(full["layers"], half["layers"], strict=True):
        if before["filters"]:
            assert after["filters"] == before["filters"] / 2
    assert channels(64, 1 / 128) == 1
    assert half["output_shape"] == [2]


def test_penalty_is_lambda_times_the_sum_of_squares():
    model = models.build(NETWORKS["V7"], 32, 1 / 64)
    kernels = [layer.kernel for layer in model.layers if hasattr(layer, "kernel")]
    assert len(kernels) == 7
    squares = sum(float(np.sum(np.square(kernel))) for kernel in kernels)
    assert float(sum(model.losses)) == pytest.approx(1e-4 * squares, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "sigma"),
    [("glorot_normal", np.sqrt(2 / (300 + 200))), ("he_normal", np.sqrt(2 / 300)), ("normal_0.01", 0.01)],
)
def test_initial_weights_are_gaussian_of_their_width(name, sigma):
    keras.utils.set_random_seed(0)
    weights = np.asarray(initialiser(name)((300, 200)))
    assert weights.std() == pytest.approx(sigma, rel=0.02)
    assert not np.array_equal(weights, initialiser(name)((300, 200)))


def test_same_seed_same_weights():
    def weights(seed):
        keras.utils.set_random_seed(seed)
        return models.build(NETWORKS["V7"], 32, 1 / 64).get_weights()

    assert all(map(np.array_equal, weights(1), weights(1)))
    assert not all(map(np.array_equal, weights(1), weights(2)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"family": "alexnet"}, "expected one of"),
        ({"family": "vgg", "convolutions": [1, 1], "activation": "relu", "l2": 0}, "expected 5 blocks, got"),
        ({"family": "resnet", "modules": [3, 4, 6]}, "expected 4 stages, got"),
    ],
)
def test_impossible_networks_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        models.outline(change, 64)


def test_description_is_the_graph():
    network = describe(models.outline(NETWORKS["R34"], 256, name="R34"), NETWORKS["R34"])
    layers = {layer["name"]: layer for layer in network["layers"]}
    assert network["name"] == "R34"
    assert network["parameters"] == sum(layer["parameters"] for layer in network["layers"])
    assert network["trainable_parameters"] == 21_328_578
    assert layers["images"]["inbound"] == []
    assert layers["conv1"] == {
        "name": "conv1",
        "class": "Conv2D",
        "kernel": 7,
        "strides": 2,
        "padding": "valid",
        "filters": 64,
        "units": None,
        "activation": "linear",
        "l2": None,
        "output_shape": [128, 128, 64],
        "parameters": 49 * 64,
        "weight_layer": True,
        "inbound": ["conv1_pad"],
    }
    assert layers["stage2_module1_add"]["inbound"] == ["stage2_module1_bn2", "stage2_module1_shortcut_bn"]
    assert layers["stage2_module2_add"]["inbound"] == ["stage2_module2_bn2", "stage2_module1_relu2"]
    assert not layers["stage2_module1_shortcut_conv"]["weight_layer"]
    assert layers["average_pool"]["kernel"] == 2
