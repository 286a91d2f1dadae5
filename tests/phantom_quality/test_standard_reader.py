"""The standard reader: what it sees, whom it is trained and tested on, that it learns, its curve."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import reader_curve
import reader_training
import simulated_patients
import yaml
from workflow_runs import ROOT, jobs

from bonescan.phantom_quality import learning, standard_reader
from bonescan.scoring.roc import auc

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
PROVENANCE = {"cohort": "phantom", "scale": "desk"}


def test_images_as_it_sees_them():
    images = np.zeros((2, 128, 128), np.float32)
    images[:, 16:18, 22:24] = [[3.5, 5.5], [11.5, 13.5]]
    images[1] *= 3
    seen = learning.prepare(images)
    assert seen.shape == (2, 96, 84, 1) and seen.dtype == np.float32
    logs = np.log1p([[14, 22], [46, 54]])
    filled = (logs - logs.mean()) / logs.std()
    assert seen[0, :2, :2, 0] == pytest.approx(filled, abs=1e-5)
    assert np.ptp(seen[0, 10:]) == 0, "without counts all is alike"


def test_patients_are_trained_on_or_tested():
    views = pd.DataFrame({"patient": list("aabccddde"), "label": 0})
    train, test = learning.split_patients(views, 3)
    assert views["patient"][test].tolist() == list("ddde"), "all views of the patient with whom the last three begin"
    assert (train != test).all()
    with pytest.raises(ValueError, match="expected more than 9 views, got 9"):
        learning.split_patients(views, 9)


def test_patients_come_with_all_their_views():
    patients = np.array(list("aabccddde"))
    for seed in range(20):
        chosen = learning.choose(patients, 4, np.random.default_rng(seed))
        inside = set(patients[chosen])
        assert chosen.tolist() == np.isin(patients, list(inside)).tolist()
        assert 4 <= chosen.sum() <= 6
    assert learning.choose(patients, 9, np.random.default_rng(0)).all()
    with pytest.raises(ValueError, match="expected at most 9, the views made, got 10"):
        learning.choose(patients, 10, np.random.default_rng(0))


def images_of(labels, rng):
    """Noise, with a bright spot somewhere where the label is 1."""
    images = rng.standard_normal((len(labels), 32, 32, 1)).astype(np.float32)
    for image, label in zip(images, labels, strict=True):
        row, column = rng.integers(8, 22, 2)
        image[row : row + 4, column : column + 4] += 4 * label
    return images


def test_it_learns(monkeypatch):
    monkeypatch.setattr(standard_reader, "LEAST_STEPS", 60)
    monkeypatch.setattr(standard_reader, "EPOCHS", 1)
    rng = np.random.default_rng(0)
    labels = np.arange(96) % 2
    images = images_of(labels, rng)
    score = standard_reader.read(standard_reader.train(images[:64], labels[:64], 3), images[64:])
    assert auc(labels[64:], score) > 0.9


def test_scripts(tmp_path, monkeypatch):
    """Two shards of four patients to a table and a figure, of one short training."""
    small = CONFIG["simulate"] | {
        "patients": {"normal": 2, "metastasis": 2},
        "views": {"normal": 3, "multiple": 3, "spinal": 0, "outside_spine": 0},
    }
    crop = {key: value for key, value in CONFIG["crop"].items() if key not in ("method", "untrusted")}
    files = {suffix: [tmp_path / f"{shard}{suffix}" for shard in (1, 2)] for suffix in (".npy", ".tsv", "-lesions.tsv")}
    for number, paths in enumerate(zip(*files.values(), strict=True), start=1):
        simulated_patients.main(
            SimpleNamespace(
                output=SimpleNamespace(**dict(zip(("images", "views", "lesions"), paths, strict=True))),
                params=SimpleNamespace(simulate=small, crop=crop, seed=1),
                wildcards=SimpleNamespace(shard=str(number)),
                log=[],
            )
        )
    views, lesions = (pd.concat(map(pd.read_table, files[suffix])) for suffix in (".tsv", "-lesions.tsv"))
    images = np.concatenate([np.load(path) for path in files[".npy"]])
    assert len(views) == len(images) == 12 and views["image"].is_unique and set(views["label"]) == {0, 1}
    assert set(lesions["image"]) == set(views.loc[views["label"] == 1, "image"])
    # the strongest lesion of each view lies where the image is bright
    strongest = (
        lesions[lesions["in_thorax"] == 1]
        .sort_values("peak_ratio")
        .drop_duplicates("image", keep="last")
        .set_index("image")
    )
    for image, name in zip(images, views["image"], strict=True):
        if name in strongest.index:
            row, col = (int(strongest.loc[name, at]) // 2 for at in ("row", "col"))
            around = image[max(0, row - 1) : row + 2, max(0, col - 1) : col + 2]
            assert around.max() > np.quantile(image[image > 0], 0.9)
    monkeypatch.setattr(standard_reader, "LEAST_STEPS", 2)
    monkeypatch.setattr(standard_reader, "EPOCHS", 1)
    reader_training.main(
        SimpleNamespace(
            input=SimpleNamespace(images=files[".npy"], tables=files[".tsv"]),
            output=SimpleNamespace(result=tmp_path / "1.json"),
            params=SimpleNamespace(test_views=6, seed=1),
            wildcards=SimpleNamespace(views="2", seed="1"),
            threads=1,
            log=[],
        )
    )
    output = [tmp_path / f"curve.{suffix}" for suffix in ("csv", "md", "tex")]
    drawn = [tmp_path / "curve.pdf", tmp_path / "curve.png"]
    reader_curve.main(
        SimpleNamespace(
            input=SimpleNamespace(
                results=[tmp_path / "1.json"],
                published=ROOT / "workflow" / "resources" / "published_readers.tsv",
            ),
            output=SimpleNamespace(table=output, figure=drawn),
            params=SimpleNamespace(provenance=PROVENANCE),
            log=[],
        )
    )
    text = output[1].read_text(encoding="utf-8")
    assert "Phantom cohort" in text and "Published" in text and "12222" in text
    assert drawn[0].read_bytes().startswith(b"%PDF")


def test_the_curve_by_hand():
    runs = pd.DataFrame(
        {
            "views": [250, 125, 125, 125],
            "seed": [1, 1, 2, 3],
            "n_train": [251, 125, 126, 125],
            "metastatic": [0.4, 0.3, 0.4, 0.5],
            "n_test": 1000,
            "auc": [0.9, 0.6, 0.8, 0.7],
        }
    )
    curve = learning.summarise_trainings(runs)
    assert curve["views"].tolist() == [125, 250] and curve["seeds"].tolist() == [3, 1]
    assert curve.loc[0, ["auc", "low", "high"]].tolist() == [0.7, 0.6, 0.8]


def test_the_target_is_planned(snakemake, tmp_path):
    run = snakemake("standard_reader", "--dry-run", "--quiet", "rules", directory=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    planned = jobs(run.stdout + run.stderr)
    assert planned["simulated_patients"] == 15 and planned["reader_training"] == 30 and planned["reader_curve"] == 1
