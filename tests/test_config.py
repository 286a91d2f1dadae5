"""A wrong config stops the run before any job, naming key, value and what is allowed; the pins agree."""

import re

import pytest
import yaml
from workflow_runs import ROOT


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        ("scal=desk", r"top level: .*'scal' was unexpected.* \(allowed: scale, seed"),
        ("scale=lap", r"scale: 'lap' is not one of \['desk', 'paper'\]"),
        ("crop={noisse: 3}", r"crop: .*'noisse' was unexpected.* \(allowed: noise, degree"),
        ("models=[V7, V99]", r"models.1: 'V99' is not one of \['V7'"),
        ("datasets=[D4]", r"datasets.0: 'D4' is not one of \['D1', 'D2', 'D3'\]"),
        ("split={units: [pixel]}", r"split.units.0: 'pixel' is not one of \['image', 'source', 'patient'\]"),
        ("split={ratio: [7]}", r"split.ratio: \[.*\] .*too short.* \(two positive numbers, training to test\)"),
        ("cohort={source: sheet}", r"cohort.path: None is not of type 'string'"),
    ],
)
def test_wrong_config_is_named(snakemake, overlay, message):
    run = snakemake("--dry-run", "--config", overlay)
    assert run.returncode != 0
    assert re.search(message, run.stdout + run.stderr), run.stdout + run.stderr


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        ({"split": {"ratio": [0, 3]}}, r"split.ratio.0: 0 is less than or equal to the minimum of 0"),
        ({"simulate": {"patients": {"normal": 100}}}, r"simulate.views: expected 100 to 200 .*, got 220"),
        ({"augment": {"counts": {"spinal": 200}}}, r"augment.counts.spinal: expected 14 .* to 196 .*, got 200"),
        ({"crop": {"sigma": [15, 5]}}, r"crop.sigma: expected the lesser number first, got \[15, 5\]"),
        ({"scales": {"desk": {"epochs": {"D1": 0}}}}, r"scales.desk.epochs.D1: 0 is less than the minimum of 1"),
        ({"models": ["V7"]}, r"figures.classifier: expected one of models \['V7'\], got V21"),
        ({"label": {"votes": 1}}, r"label.votes: expected 2, the majority of simulate.readers, got 1"),
        ({"crop": {"size": 64}}, r"scales.desk.block: expected at most crop.size / 32, 2, .* got 4"),
        ({"networks": {"V7": {"convolutions": [1, 1]}}}, r"networks.V7.convolutions: .*too short"),
    ],
)
def test_impossible_numbers_are_named(snakemake, tmp_path, overlay, message):
    path = tmp_path / "overlay.yaml"
    path.write_text(yaml.safe_dump(overlay), encoding="utf-8")
    run = snakemake("--dry-run", "--configfile", path)
    assert run.returncode != 0
    assert re.search(message, run.stdout + run.stderr), run.stdout + run.stderr


def test_the_paper_s_numbers_add_up():
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    simulate = config["simulate"]
    assert sum(simulate["patients"].values()) == 251
    assert sum(simulate["views"].values()) == 346
    assert sum(config["augment"]["counts"].values()) == 2390


@pytest.mark.parametrize("environment", ["imaging", "training"])
def test_pins_agree(environment):
    lock = (ROOT / "envs" / "requirements.txt").read_text(encoding="utf-8").lower().replace("_", "-").splitlines()
    (packages,) = (
        entry["pip"]
        for entry in yaml.safe_load((ROOT / "envs" / f"{environment}.yaml").read_text(encoding="utf-8"))["dependencies"]
        if isinstance(entry, dict)
    )
    assert set(packages) <= set(lock)


def test_direct_pins_are_in_the_lock():
    lock = (ROOT / "envs" / "requirements.txt").read_text(encoding="utf-8").lower().replace("_", "-").splitlines()
    direct = (ROOT / "envs" / "requirements.in").read_text(encoding="utf-8").splitlines()
    assert {line for line in direct if line and not line.startswith("#")} <= set(lock)
