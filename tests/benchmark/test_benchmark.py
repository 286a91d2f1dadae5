"""The benchmark: its count of work, its table, and the plain PyTorch network beside ours. No speed is asserted."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import benchmark_networks
import networks
import numpy as np
import pandas as pd
import pytest
import yaml
from workflow_runs import ROOT

from bonescan import models
from bonescan.backend import keras
from bonescan.benchmark.timing import compare_speeds, gflop_per_image, hours_of_grid, images_of_grid
from bonescan.models.description import describe
from bonescan.tables.benchmark import benchmark_table
from bonescan.training.prediction import predict_logits

NETWORKS = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["networks"]


def described(name, size, width=1):
    return describe(models.outline(NETWORKS[name], size, width, name=name), NETWORKS[name])


def test_work_of_a_narrow_network_by_hand():
    # V7 at 32 x 32 and 1/64: 1, 2, 4, 8 channels on 32, 16, 8, 4 pixels a side; then 1 x 1 x 8 to 64, 64 and 2 units.
    products = 9 * (32**2 * 1 * 1 + 16**2 * 1 * 2 + 8**2 * 2 * 4 + 4**2 * 4 * 8) + 8 * 64 + 64 * 64 + 64 * 2
    assert gflop_per_image(described("V7", 32, 1 / 64)) == pytest.approx(6e-9 * products)


def test_images_of_the_papers_grid_by_hand():
    grid = {"views": 346, "augmented": 2390, "shares": [0.7], "epochs": dict.fromkeys(["D1", "D2", "D3"], 500)}
    assert images_of_grid(**grid, datasets=["D1", "D2", "D3"], seeds=2) == pytest.approx(
        2 * 0.7 * 500 * (346 + 2 * 2390)
    )


@pytest.mark.parametrize(("name", "billions"), [("V16", 15.3), ("V19", 19.5), ("R34", 3.6), ("D121", 2.8)])
def test_work_at_224_is_what_is_published_of_the_networks(name, billions):
    # Multiply-adds of one forward pass (He et al. 2016; Huang et al. 2017), less two input channels of the first layer.
    assert gflop_per_image(described(name, 224)) / 6 == pytest.approx(billions, rel=0.04)


@pytest.mark.parametrize("name", NETWORKS)
def test_plain_network_is_ours(name):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    from bonescan.benchmark.plain_torch import Network, copy_weights

    keras.utils.set_random_seed(1)
    model = models.build(NETWORKS[name], 64, 1 / 16, "he_normal", name)
    plain = Network(describe(model, NETWORKS[name])).eval()
    assert sum(p.numel() for p in plain.parameters()) == sum(v.value.numpy().size for v in model.trainable_variables)
    copy_weights(plain, {layer.name: layer.get_weights() for layer in model.layers})
    images = np.random.default_rng(1).normal(size=(2, 64, 64)).astype(np.float32)
    with torch.no_grad():
        scores = plain(torch.as_tensor(images[:, None])).numpy()
    expected = predict_logits(model, images)
    np.testing.assert_allclose(scores, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())


def test_script_measures_what_is_installed(tmp_path):
    built = SimpleNamespace(networks={"V7": NETWORKS["V7"]}, size=32, width=1 / 64)
    networks.main(SimpleNamespace(params=built, output=[tmp_path / "networks.json"], log=[]))
    job = {
        "size": 32,
        "width": 1 / 64,
        "batch_size": 4,
        "precision": "float32",
        "images_at_once": None,
        "seconds": 0.01,
    }
    table = [tmp_path / f"benchmark.{suffix}" for suffix in ("csv", "md", "tex")]
    benchmark_networks.main(
        SimpleNamespace(
            input=SimpleNamespace(networks=tmp_path / "networks.json"),
            output=SimpleNamespace(raw=tmp_path / "measured.json", table=table),
            params=SimpleNamespace(
                **job, job=job, epochs={}, cohort=None, models=["V7"], provenance={"cohort": "phantom", "scale": "desk"}
            ),
            threads=1,
            log=[],
        )
    )
    (measured,) = json.loads(Path(tmp_path / "measured.json").read_text(encoding="utf-8"))
    assert measured["images_per_s"] > 0 and measured["peak_gflops"] > 0 and measured["memory_mb"] > 0
    assert "SPECS V7" in table[1].read_text(encoding="utf-8")


def test_table_says_where_nothing_stands_beside_ours():
    row = {
        "model": "V16",
        "gflop": 2.0,
        "images_per_s": 20.0,
        "peak_gflops": 80.0,
        "memory_mb": 512.0,
        "input_share": 0.004,
    }
    row |= {"device": "CPU", "software": "Keras", "torch_images_per_s": np.nan, "torch_software": None}
    job = {
        "size": 64,
        "width": 0.125,
        "batch_size": 32,
        "threads": 1,
        "precision": "float32",
    }
    table = benchmark_table(
        compare_speeds(pd.DataFrame([row])),
        job,
        hours_of_grid(pd.DataFrame([row]), 720_000),
        {"cohort": "phantom", "scale": "desk"},
    )
    assert table.sections[0].frame.iloc[0].tolist() == ["SPECS V16", "2.00", "20.0", "50%", "0.40%", "512", "-", "-"]
    assert "PyTorch is not installed for CPU, so nothing stands beside ours." in table.notes
    assert (
        "All trainings of these networks under one split unit take at most 10.0 h, one after the other." in table.notes
    )
    both = compare_speeds(pd.DataFrame([row | {"torch_images_per_s": 25.0, "torch_software": "PyTorch 2"}]))
    beside = benchmark_table(both, job, None, table.provenance)
    assert beside.sections[0].frame.iloc[0].tolist()[-2:] == ["25.0", "0.80"]


def test_gpu_benchmark_runs_without_a_gpu():
    script = ROOT / "tests" / "benchmarks" / "gpu.py"
    size = ["--scale", "desk", "--epochs", "2", "--images", "64", "--seconds", "0.1"]
    command = [sys.executable, script, *size, "--models", "V7", "R34", "--precisions", "bfloat16"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    measured = [json.loads(line) for line in run.stdout.splitlines()[:2]]
    assert [row["model"] for row in measured] == ["V7", "R34"]
    assert all(row["images_per_s"] > 0 and len(row["losses"]) == 2 for row in measured)
    assert "share_of_peak" in run.stdout
