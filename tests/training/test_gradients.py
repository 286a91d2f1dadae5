"""The step of the training against the slope of its objective, measured by moving the weights; in float64."""

from contextlib import nullcontext

import numpy as np
import pytest

from bonescan import models
from bonescan.backend import BACKEND, keras
from bonescan.backend import framework as tf
from bonescan.models.common import BATCH_NORMALISATION
from bonescan.scoring.verdict import cross_entropy
from bonescan.training import fit as training
from bonescan.training import prediction
from bonescan.training.steps import fused_batch_normalisation

NETWORKS = {
    "vgg": {"family": "vgg", "convolutions": [1, 1, 1, 1, 0], "activation": "leaky_relu", "l2": 0.01},
    "resnet": {"family": "resnet", "modules": [1, 1, 1, 1]},
    "densenet": {"family": "densenet", "layers": [2, 1, 1, 1], "growth": 32, "compression": 0.5},
}
RATE = 1e-3
MOVE = 1e-6


@pytest.fixture
def double():
    """Layers of float64."""
    before = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    # a training that ran before this test has chosen a policy, which no longer follows floatx
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx(before[0])
    keras.config.set_dtype_policy(before[1])


def objective(network, images, labels):
    """Cross-entropy of a batch plus the penalty of Eq. 3."""
    logits = np.asarray(network([images[..., None]], training=True), np.float64)
    penalty = sum(
        float(layer.kernel_regularizer.l2) * np.sum(np.square(np.asarray(layer.kernel)))
        for layer in network.layers
        if getattr(layer, "kernel_regularizer", None)
    )
    return cross_entropy(logits, labels) + penalty


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("name", NETWORKS)
def test_step_goes_down_the_slope_of_the_objective(name):
    keras.utils.set_random_seed(2)
    model = models.build(NETWORKS[name], 64, 1 / 32, "he_normal")
    labels = np.array([0, 1, 1, 0])
    rng = np.random.default_rng(1)
    images = rng.normal(size=(4, 64, 64)).astype(np.float32)
    network = prediction.cut_softmax(model)
    before = [np.copy(keras.ops.convert_to_numpy(variable)) for variable in model.trainable_variables]
    training.Training(model, images, labels, 4, RATE).run_epoch(np.arange(4))
    gradients = [
        (old - keras.ops.convert_to_numpy(variable)) / RATE
        for old, variable in zip(before, model.trainable_variables, strict=True)
    ]
    for variable, value in zip(model.trainable_variables, before, strict=True):
        variable.assign(value)
    for variable, value, gradient in zip(model.trainable_variables, before, gradients, strict=True):
        direction = rng.normal(size=value.shape)
        ends = []
        for sign in (1, -1):
            variable.assign(value + sign * MOVE * direction)
            ends.append(objective(network, images, labels))
        variable.assign(value)
        slope = (ends[0] - ends[1]) / (2 * MOVE)
        assert np.sum(gradient * direction) == pytest.approx(slope, rel=1e-4, abs=1e-7), variable.path


@pytest.mark.skipif(BACKEND != "tensorflow", reason="the others need no kernel of their own")
@pytest.mark.parametrize("shape", [(8, 6, 6, 3), (2, 1, 1, 4)])
def test_fused_batch_normalisation_is_keras_s(shape):
    rng = np.random.default_rng(1)
    images, slopes = (tf.constant(rng.normal(2, 3, shape).astype(np.float32)) for _ in range(2))
    found = []
    for kernel in (nullcontext, fused_batch_normalisation):
        layer = keras.layers.BatchNormalization(**BATCH_NORMALISATION)
        layer.build(shape)
        layer.set_weights([np.linspace(0.5, 2, shape[-1]), *np.ones((3, shape[-1]))])
        with tf.GradientTape() as tape, kernel():
            tape.watch(images)
            outputs = layer(images, training=True)
            objective = tf.reduce_sum(slopes * outputs)
        gradients = tape.gradient(objective, [images, layer.gamma.value, layer.beta.value])
        found.append([outputs, *gradients, layer.moving_mean.value, layer.moving_variance.value])
        traced = tf.function(lambda: layer(images, training=True))  # noqa: B023
        with kernel():
            kinds = {operation.type for operation in traced.get_concrete_function().graph.get_operations()}
        assert ("FusedBatchNormV3" in kinds) == (kernel is fused_batch_normalisation)
    for plain, fused in zip(*found, strict=True):
        np.testing.assert_allclose(fused, plain, rtol=1e-4, atol=1e-4)
    assert not np.array_equal(found[0][4], np.ones(shape[-1]))  # the moving mean moved
