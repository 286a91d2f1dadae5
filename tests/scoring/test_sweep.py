"""The sweep: its validation part, its table, its figure, its jobs."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import sweep_split
import sweep_summary
import yaml
from workflow_runs import jobs

from bonescan.files import read_table, write_json, write_table
from bonescan.scoring.sweep import choose_best, compare

STARTS, RATES = ("glorot_normal", "he_normal"), ("1e-05", "0.001", "0.1")


@pytest.fixture
def split():
    """Twenty patients of each label with one original and one copy; the last six of each label are for the test."""
    rows = []
    for patient in range(40):
        for copy in range(2):
            source = f"P{patient:02}_1"
            image = f"{source}_m" if copy else source
            part = "test" if patient % 20 >= 14 else "train"
            rows.append([len(rows), image, source, f"P{patient:02}", int(patient >= 20), part])
    return pd.DataFrame(rows, columns=["row", "image", "source", "patient", "label", "part"])


def cut(split, folder):
    """Run the script on the split; return what it writes."""
    write_table(folder / "split.tsv", split)
    sweep_split.main(
        SimpleNamespace(
            input=SimpleNamespace(split=folder / "split.tsv"),
            output=SimpleNamespace(split=folder / "D2.tsv"),
            params=SimpleNamespace(ratio=[7, 3], seed=1),
            wildcards=SimpleNamespace(unit="patient"),
            log=[],
        )
    )
    return read_table(folder / "D2.tsv")


def test_validation_part_comes_from_the_training_patients_alone(split, tmp_path):
    found = cut(split, tmp_path)
    patients = {part: set(rows["patient"]) for part, rows in found.groupby("part")}
    assert not patients["train"] & patients["test"]
    assert patients["train"] | patients["test"] == set(split.loc[split["part"] == "train", "patient"])
    held = found[found["part"] == "test"]
    assert (held["image"] == held["source"]).all()
    assert held["label"].nunique() == 2 and len(held) == round(0.3 * 28 + 0.5)


@pytest.fixture
def summary(split, tmp_path):
    """The summary of a sweep in which the greatest rate diverges and the least does not train."""
    held = cut(split, tmp_path).query("part == 'test'")
    fits, probabilities = [], []
    for start in STARTS:
        for rate in RATES:
            folder = tmp_path / "train" / "patient" / "D2" / "V16" / start / rate / "seed1"
            status = {"1e-05": "did not train", "0.001": "trained", "0.1": "diverged"}[rate]
            numbers = (None, 0.5) if status == "diverged" else (0.4, 0.9)
            record = {"dataset": "D2", "seed": 1, "n_train": 28, "epochs": 24}
            record["training"] = {"initial_weights": start, "learning_rate": float(rate)}
            record |= {"status": status, "reason": "", "training_loss": numbers[0], "training_accuracy": numbers[1]}
            write_json(folder / "fit.json", record)
            # Glorot ranks perfectly, He the other way round.
            chance = held["label"] if start == "glorot_normal" else 1 - held["label"]
            given = held[["image"]].assign(probability=np.nan if status == "diverged" else 0.1 + 0.8 * chance)
            write_table(folder / "probabilities.tsv", given)
            fits.append(folder / "fit.json")
            probabilities.append(folder / "probabilities.tsv")
    out = {
        "table": [tmp_path / f"sweep.{suffix}" for suffix in ("csv", "md", "tex")],
        "figure": [tmp_path / f"sweep.{suffix}" for suffix in ("pdf", "png")],
    }
    params = {"provenance": {"cohort": "phantom", "scale": "desk"}, "unit": "patient", "model": "V16", "seed": 1}
    params["datasets"] = ["D2"]
    sweep_summary.main(
        SimpleNamespace(
            input=SimpleNamespace(splits=[tmp_path / "D2.tsv"], fits=fits, probabilities=probabilities),
            output=SimpleNamespace(**out),
            params=SimpleNamespace(**params),
            log=[],
        )
    )
    return tmp_path


def test_table_holds_every_training_and_names_the_best(summary):
    runs = pd.read_csv(summary / "sweep.csv").set_index(["initial_weights", "learning_rate"])
    assert len(runs) == len(STARTS) * len(RATES)
    assert runs.loc[("glorot_normal", 0.001), "validation_auc"] == 1
    assert runs.loc[("he_normal", 0.001), "validation_auc"] == 0
    assert runs.loc[("he_normal", 0.1), ["training_loss", "validation_auc"]].isna().all()
    text = (summary / "sweep.md").read_text(encoding="utf-8")
    assert "D2 (augmented, normalised) is best at a rate of 0.001 from Glorot normal weights" in text
    assert "| D2 | He normal | 0.1 | diverged |" in text
    assert "†" in text and "not clinical performance" in text


def test_figure_is_drawn(summary):
    assert (summary / "sweep.pdf").read_bytes().startswith(b"%PDF")
    assert (summary / "sweep.png").read_bytes().startswith(b"\x89PNG")


def test_best_leaves_out_what_did_not_train():
    rows = [("D2", 0.1, "did not train", 0.9), ("D2", 0.2, "trained", 0.7), ("D3", 0.1, "diverged", np.nan)]
    runs = pd.DataFrame(rows, columns=["dataset", "learning_rate", "status", "validation_auc"])
    assert choose_best(runs)["learning_rate"].tolist() == [0.2]


def test_datasets_are_compared_on_the_same_images_each_at_its_best():
    held = pd.DataFrame({"image": list("abcdef"), "patient": list("uvwxyz"), "label": [0, 1, 0, 1, 0, 1]})
    perfect = held.assign(probability=held["label"] * 0.8)
    other_way = held.assign(probability=0.8 - 0.8 * held["label"])[::-1]  # in another order
    rows = [("D2", "trained", 0.0), ("D3", "did not train", 1.0), ("D3", "trained", 1.0)]
    runs = pd.DataFrame(rows, columns=["dataset", "status", "validation_auc"])
    found = compare(runs, [other_way, other_way, perfect], np.random.default_rng(1))
    assert found == {"of": "D3", "less": "D2", "auc": 1.0, "low": 1.0, "high": 1.0}
    assert compare(runs[:2], [other_way, other_way], np.random.default_rng(1)) is None


def test_sweep_is_a_target_of_its_own(snakemake, tmp_path):
    overlay = {"sweep": {"initial_weights": list(STARTS), "learning_rates": [1e-5, 0.001, 0.1]}}
    (tmp_path / "overlay.yaml").write_text(yaml.safe_dump(overlay), encoding="utf-8")
    run = snakemake("sweep", "--dry-run", "--quiet", "rules", "--configfile", tmp_path / "overlay.yaml")
    assert run.returncode == 0, run.stdout + run.stderr
    counts = jobs(run.stdout + run.stderr)
    assert (counts["sweep_split"], counts["sweep_train"], counts["sweep_summary"]) == (2, 12, 1)
    assert "train" not in counts
