"""The same tiny training on every installed backend, each in a process of its own."""

import importlib.util
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from workflow_runs import ROOT

from bonescan.backend import BACKEND, framework, use_precision

BACKENDS = ("tensorflow", "jax", "torch")
NETWORKS = {
    "vgg": {"family": "vgg", "convolutions": [1, 1, 1, 1, 0], "activation": "leaky_relu", "l2": 0.01},
    "resnet": {"family": "resnet", "modules": [1, 1, 1, 1]},
    "densenet": {"family": "densenet", "layers": [1, 1, 1, 1], "growth": 32, "compression": 0.5},
}

# Every backend draws other numbers from the same seed, so the initial weights come from NumPy. An eighth of the
# channels: with fewer than 8 in the stem, TensorFlow's oneDNN writes beyond its memory on some AMD processors.
PROCESS = """
import json, pathlib, sys
import numpy as np
from bonescan.backend import keras, prepare
backend = prepare(1, sys.argv[2], sys.argv[4] == "deterministic")
from bonescan import models
from bonescan.training import checkpoint, fit as training, prediction
checkpoint.INTERVAL, checkpoint.WRITING = 0, float("inf")
at_once = int(sys.argv[3])
labels = np.tile([0, 1], 8)
rng = np.random.default_rng(1)
images = (rng.normal(size=(16, 32, 32)) + labels[:, None, None]).astype(np.float32)
settings = dict(batch_size=8, learning_rate=0.002, seed=1, images_at_once=at_once)
found = {"backend": backend}
for name, network in json.loads(sys.stdin.read()).items():
    def build():
        model = models.build(network, 32, 1 / 8)
        draw = np.random.default_rng(2)
        for weight in model.trainable_variables:
            if len(weight.shape) > 1:
                weight.assign(draw.normal(0, np.sqrt(2 / np.prod(weight.shape[:-1])), weight.shape))
        return model
    model = build()
    fit = training.fit(model, images, labels, epochs=3, **settings)
    place = pathlib.Path(sys.argv[1]) / f"{name}.npz"
    training.fit(build(), images, labels, epochs=1, checkpoint=checkpoint.Checkpoint(place, {}), **settings)
    resumed = build()
    training.fit(resumed, images, labels, epochs=3, checkpoint=checkpoint.Checkpoint(place, {}), **settings)
    ended = training.fit(build(), images, labels, epochs=3, end_below_loss=1e3, **settings)
    logits = prediction.predict_logits(model, images)
    found[name] = {
        "losses": fit.history["loss"].tolist(),
        "logits": logits.tolist(),
        "ended": len(ended.history),
        "resumed": bool(np.array_equal(logits, prediction.predict_logits(resumed, images))),
    }
json.dump(found, sys.stdout)
"""


def train_on(backend, folder, precision="float32", at_once=8, kernels="any", networks=NETWORKS):
    """Train the tiny networks on one backend; skip where it is not installed."""
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    environment = os.environ | {"KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT / "workflow" / "scripts")}
    arguments = [sys.executable, "-c", PROCESS, str(folder), precision, str(at_once), kernels]
    run = subprocess.run(
        arguments, input=json.dumps(networks), env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def on_tensorflow(tmp_path_factory):
    return train_on("tensorflow", tmp_path_factory.mktemp("tensorflow"))


@pytest.mark.parametrize("backend", BACKENDS)
def test_same_training_on_every_backend(backend, on_tensorflow, tmp_path):
    found = on_tensorflow if backend == "tensorflow" else train_on(backend, tmp_path)
    assert found["backend"]["backend"] == backend
    assert found["backend"][backend]  # its version
    assert found["backend"]["device"]
    for name in NETWORKS:
        np.testing.assert_allclose(found[name]["losses"], on_tensorflow[name]["losses"], rtol=1e-4, err_msg=name)
        scale = np.abs(on_tensorflow[name]["logits"]).max()
        np.testing.assert_allclose(
            found[name]["logits"], on_tensorflow[name]["logits"], atol=1e-3 * scale, err_msg=name
        )
        assert found[name]["ended"] == 1, name
        assert found[name]["resumed"], f"{name} resumed otherwise than it would have gone on"


@pytest.mark.parametrize("backend", BACKENDS)
def test_gradients_summed_over_parts_of_a_batch_are_the_batchs(backend, on_tensorflow, tmp_path):
    # Without batch normalisation, which sees the parts.
    vgg = {"vgg": NETWORKS["vgg"]}
    found = train_on(backend, tmp_path, at_once=3, networks=vgg)
    np.testing.assert_allclose(found["vgg"]["losses"], on_tensorflow["vgg"]["losses"], rtol=1e-3)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="each backend has another switch")
def test_products_are_rounded_only_when_asked():
    is_rounded = framework.config.experimental.tensor_float_32_execution_enabled
    use_precision("tf32")
    assert is_rounded()
    use_precision("float32")
    assert not is_rounded()
    with pytest.raises(ValueError, match="expected one of float32, tf32, bfloat16, got 'float16'"):
        use_precision("float16")


@pytest.mark.parametrize("backend", BACKENDS)
def test_half_precision_trains_much_the_same(backend, on_tensorflow, tmp_path):
    found = train_on(backend, tmp_path, precision="bfloat16", networks={"resnet": NETWORKS["resnet"]})
    assert found["backend"]["dtype_policy"] == "mixed_bfloat16"
    losses, exact = found["resnet"]["losses"], on_tensorflow["resnet"]["losses"]
    np.testing.assert_allclose(losses, exact, rtol=0.1)
    assert losses != exact


@pytest.mark.parametrize("backend", BACKENDS)
def test_training_repeats_to_the_bit_on_a_cpu(backend, on_tensorflow, tmp_path):
    first = on_tensorflow if backend == "tensorflow" else train_on(backend, tmp_path)
    assert train_on(backend, tmp_path / "again") == first
    found = train_on(backend, tmp_path / "deterministic", kernels="deterministic")
    for name in NETWORKS:
        np.testing.assert_allclose(found[name]["losses"], first[name]["losses"], rtol=1e-4, err_msg=name)
