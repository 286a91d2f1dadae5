"""The script `train`: its files, its record, a network that failed, and a kill in the middle."""

import json
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import train

from bonescan.backend import keras

SCRIPTS = Path(train.__file__).parent
V7 = {"family": "vgg", "convolutions": [1, 1, 1, 1, 0], "activation": "leaky_relu", "l2": 1e-4}
SETTINGS = {"width": 1 / 32, "initial_weights": "glorot_normal", "epochs": 3, "batch_size": 8, "learning_rate": 0.001}
SETTINGS["end_below_loss"] = None


@pytest.fixture
def job(tmp_path):
    """What Snakemake hands the script: 24 noise images of 32 x 32, the metastatic ones brighter, one left out."""
    labels = np.array([0, 1] * 12)
    rng = np.random.default_rng(7)
    np.save(tmp_path / "images.npy", rng.poisson(3 + 3 * labels[:, None, None], (24, 32, 32)).astype(np.uint16))
    rows = np.arange(24)
    split = pd.DataFrame({"row": rows, "image": [f"P{row:03}" for row in rows], "label": labels})
    split["part"] = np.where(rows % 3 == 0, "test", "train")
    split.drop(index=5).to_csv(tmp_path / "split.tsv", sep="\t", index=False)

    def make(name="run", tensorboard=False, **settings):
        out = tmp_path / name
        return SimpleNamespace(
            input=SimpleNamespace(images=str(tmp_path / "images.npy"), split=str(tmp_path / "split.tsv")),
            output=SimpleNamespace(
                model=str(out / "model.keras"),
                history=str(out / "history.csv"),
                fit=str(out / "fit.json"),
                probabilities=str(out / "probabilities.tsv"),
            ),
            params=SimpleNamespace(
                network=V7,
                training={**SETTINGS, **settings},
                compute={
                    "backend": "tensorflow",
                    "precision": "float32",
                    "deterministic": False,
                    "images_at_once": None,
                    "tensorboard": tensorboard,
                },
                checkpoint=str(tmp_path / "checkpoints" / name),
                tensorboard=str(tmp_path / "tensorboard"),
                fit_code="c0de",
            ),
            wildcards=SimpleNamespace(unit="patient", dataset="D1", model="V7", seed="4"),
            threads=1,
            resources={},
            log=[],
        )

    return make


def test_writes_network_history_record_and_test_probabilities(job):
    snakemake = job()
    train.main(snakemake)
    history = pd.read_csv(snakemake.output.history)
    assert list(history.columns) == ["epoch", "loss", "accuracy", "seconds"]
    assert len(history) == 3
    probabilities = pd.read_table(snakemake.output.probabilities)
    assert list(probabilities["image"]) == [f"P{row:03}" for row in range(0, 24, 3)]
    record = json.loads(Path(snakemake.output.fit).read_text(encoding="utf-8"))
    assert record["images_per_epoch"] == 8  # of 15, in whole batches
    assert (record["epochs"], record["epochs_allowed"]) == (3, 3)
    assert record["seed"] == 4
    assert record["weight_layers"] == 7
    assert record["backend"]["keras"] == keras.__version__
    assert {"backend", "device", "dtype_policy", "threads"} <= set(record["backend"])
    assert len(record["data_sha256"]) == 64
    assert record["code_sha256"] == "c0de"
    assert not Path(snakemake.params.checkpoint).exists()

    model = keras.saving.load_model(snakemake.output.model)
    images = np.load(snakemake.input.images)[::3, ..., None].astype(np.float32)
    np.testing.assert_allclose(model(images)[:, 1], probabilities["probability"], rtol=1e-4)


def test_tensorboard_holds_the_history(job, tmp_path):
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator", reason="no tensorboard")
    snakemake = job(tensorboard=True)
    train.main(snakemake)
    events = loader.EventAccumulator(str(tmp_path / "tensorboard"), size_guidance={"tensors": 0}).Reload()
    losses = [event.tensor_proto.float_val[0] for event in events.Tensors("training/loss")]
    np.testing.assert_allclose(losses, pd.read_csv(snakemake.output.history)["loss"], rtol=1e-6)


def test_network_that_did_not_learn_is_called_so_and_still_predicts(job):
    snakemake = job(learning_rate=1e-12, initial_weights="normal_0.0001")
    train.main(snakemake)
    record = json.loads(Path(snakemake.output.fit).read_text(encoding="utf-8"))
    assert record["status"] == "did not train"
    assert "class shares alone" in record["reason"]
    assert pd.read_table(snakemake.output.probabilities)["probability"].notna().all()


def test_a_training_with_nothing_left_to_learn_ends_early(job):
    snakemake = job(end_below_loss=10.0)
    train.main(snakemake)
    record = json.loads(Path(snakemake.output.fit).read_text(encoding="utf-8"))
    assert (record["epochs"], record["epochs_allowed"]) == (1, 3)
    assert record["last_epoch_loss"] < 10 and record["status"] != "diverged"


def test_diverged_network_has_no_probabilities(job):
    snakemake = job(learning_rate=1e30)
    train.main(snakemake)
    record = json.loads(Path(snakemake.output.fit).read_text(encoding="utf-8"))
    assert record["status"] == "diverged"
    assert "not finite" in record["reason"]
    assert record["training_loss"] is None and record["training_accuracy"] is None
    probabilities = pd.read_table(snakemake.output.probabilities)
    assert len(probabilities) == 8
    assert probabilities["probability"].isna().all()


# One thread, as the runs of this test must share it to agree to the bit; a checkpoint after every epoch; epochs that
# last long enough to be killed in.
PROCESS = """
import pickle, sys, time
import train
from bonescan.training import checkpoint, fit as training
checkpoint.INTERVAL, checkpoint.WRITING = 0, float("inf")
run_epoch = training.Training.run_epoch
def slowly(self, order, progress):
    time.sleep(0.1)
    return run_epoch(self, order, progress)
training.Training.run_epoch = slowly
train.main(pickle.load(sys.stdin.buffer))
"""


def start(job):
    """Start the script in a process of its own."""
    process = subprocess.Popen([sys.executable, "-c", PROCESS], stdin=subprocess.PIPE, cwd=SCRIPTS)
    process.stdin.write(pickle.dumps(job))
    process.stdin.close()
    return process


def test_killed_training_goes_on_and_ends_with_the_same_bits(job):
    unbroken, broken = job("unbroken", epochs=20), job("broken", epochs=20)
    whole = start(unbroken)

    killed = start(broken)
    kept = Path(broken.params.checkpoint) / "training.npz"
    deadline = time.monotonic() + 120
    while not kept.exists() and killed.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    killed.kill()
    assert killed.wait() == -signal.SIGKILL
    assert kept.exists()
    assert not Path(broken.output.fit).exists()

    assert start(broken).wait() == 0
    assert whole.wait() == 0
    record = json.loads(Path(broken.output.fit).read_text(encoding="utf-8"))
    assert 0 < record["resumed_from"] < 20
    assert record["epochs"] == 20
    weights = [keras.saving.load_model(run.output.model).get_weights() for run in (unbroken, broken)]
    assert all(map(np.array_equal, *weights))
    assert Path(broken.output.probabilities).read_bytes() == Path(unbroken.output.probabilities).read_bytes()
    assert not kept.exists()
