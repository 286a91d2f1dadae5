"""Every script of the paper's tables and figures, run on cohorts small enough to be odd."""

import importlib
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml
from workflow_runs import ROOT

from bonescan.chance import generator
from bonescan.crop import crop_row, crop_thorax
from bonescan.scoring.summary import summarise

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
CROP = {key: value for key, value in CONFIG["crop"].items() if key not in ("method", "untrusted")}
PUBLISHED = ROOT / "workflow" / "resources" / "published.tsv"
PHANTOM = {"cohort": "phantom", "scale": "desk"}
FORMATS = ["csv", "md", "tex"]


class Parameters(SimpleNamespace):
    """Parameters by attribute and by key, as Snakemake has them."""

    __getitem__ = SimpleNamespace.__getattribute__


def body(rng):
    """A whole-body view, roughly: head, trunk with a hot spine, legs."""
    expected = np.full((1024, 256), 0.02)
    for (top, bottom), half, counts in (((150, 240), 28, 5), ((240, 520), 65, 5), ((520, 850), 45, 3)):
        expected[top:bottom, 128 - half : 128 + half] = counts
    expected[240:500, 122:134] = 15
    return rng.poisson(expected).astype(np.uint16)


def residual_and_dense():
    """The smallest networks that have a residual module, a projection and a dense block."""
    empty = dict.fromkeys(("kernel", "strides", "filters", "units", "activation", "l2"))

    def layer(name, kind, *inbound, **values):
        common = {"name": name, "class": kind, "inbound": list(inbound), "output_shape": [4, 4, 2], "parameters": 1}
        return empty | common | values

    def conv(name, *inbound):
        return layer(name, "Conv2D", *inbound, kernel=3, strides=1, filters=2, activation="relu")

    head = [layer("fc", "Dense", units=2), layer("softmax", "Softmax")]
    layers = {
        "resnet": [
            layer("in", "InputLayer"),
            *(conv("a", "in"), layer("add1", "Add", "a", "in"), layer("out1", "ReLU", "add1")),
            *(conv("b", "out1"), layer("bn", "BatchNormalization", "b"), conv("s", "out1")),
            layer("add2", "Add", "bn", "s"),
        ],
        "densenet": [
            layer("in", "InputLayer"),
            *(conv("h1", "in"), layer("c1", "Concatenate", "in", "h1")),
            *(conv("h2", "c1"), layer("c2", "Concatenate", "c1", "h2")),
            layer("gap", "GlobalAveragePooling2D", "c2"),
        ],
        "vgg": [conv("a"), layer("pool", "MaxPooling2D", kernel=2)],
    }
    return {
        family[0].upper(): {
            "network": {"family": family},
            "input_shape": [8, 8, 1],
            "weight_layers": 3,
            "parameters": 10,
            "layers": [*own, *head],
        }
        for family, own in layers.items()
    }


def write(frame, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, sep="\t", index=False)
    return str(path)


class Cohort:
    """Inputs of the scripts on disk, and a way to run one of them."""

    def __init__(self, folder, labels, runs, findings):
        self.folder = folder
        rng = np.random.default_rng(5)
        names = [f"P{number}_1_posterior" for number in range(len(labels))]
        subtypes = ["spinal" if label else "normal" for label in labels]
        scans = pd.DataFrame({"image": names, "patient": names, "view": "posterior"})
        views = [body(rng) for _ in names]
        crops = [crop_thorax(view, generator(1, "crop", name), **CROP) for name, view in zip(names, views, strict=True)]
        crop = scans.join(pd.DataFrame(map(crop_row, crops))).assign(flag=0)
        rows = range(len(names))
        table = pd.DataFrame({"image": names, "patient": names, "label": labels, "subtype": subtypes})
        lineage = table.assign(source=names, mirrored=0, operation="rotate_left", amount=3, row=rows)
        np.save(folder / "scans.npy", np.stack(views))
        np.save(folder / "thorax.npy", rng.poisson(5, (len(names), 256, 256)).astype(np.uint16))
        (folder / "networks.json").write_text(json.dumps(residual_and_dense()), encoding="utf-8")
        columns = ["image", "reader", "finding", "bone", "shape", "points"]
        marked = [(names[0], reader, "metastasis", "", "circle", "300,128;300,134") for reader in findings]
        self.paths = {
            "scans": str(folder / "scans.npy"),
            "thorax": str(folder / "thorax.npy"),
            "networks": str(folder / "networks.json"),
            "cohort": write(
                table.assign(exam="1", view="posterior", scan_row=rows, thorax_row=rows), folder / "cohort.tsv"
            ),
            "crop": write(crop, folder / "crop.tsv"),
            "labels": write(table, folder / "labels.tsv"),
            "lineage": write(lineage, folder / "lineage.tsv"),
            "reports": write(pd.DataFrame({"image": names[:1], "report": "Hot spot."}), folder / "reports.tsv"),
            "findings": write(pd.DataFrame(marked, columns=columns), folder / "findings.tsv"),
        }
        self.evaluate(runs, table)

    def evaluate(self, runs, table):
        """Write metrics, predictions and histories for (unit, dataset, model, status, probabilities)."""
        metrics, predictions, histories, fits = {}, {}, [], []
        for unit, dataset, model, status, probability in runs:
            scored = status == "trained"
            row = {
                "unit": unit,
                "draw": "repeat1",
                "dataset": dataset,
                "model": model,
                "seed": 1,
                "status": status,
                "reason": "",
            }
            row |= {"tp": 1, "fn": 1, "fp": 1, "tn": 1} if scored else dict.fromkeys(("tp", "fn", "fp", "tn"))
            row |= dict.fromkeys(
                ("accuracy", "precision", "recall", "specificity", "f1", "auc"), 0.5 if scored else None
            )
            row |= {"training_accuracy": 0.9 if scored else None, "epochs": 1, "epochs_allowed": 2}
            metrics.setdefault(unit, []).append(row | {"n_train": 8, "n_test": len(table), "test_share": 0.5})
            run = {
                "unit": unit,
                "draw": "repeat1",
                "dataset": dataset,
                "model": model,
                "seed": 1,
                "source": table["image"],
            }
            predictions.setdefault(unit, []).append(table.assign(**run, probability=probability))
            history = self.folder / unit / dataset / model / "seed1" / "history.csv"
            history.parent.mkdir(parents=True)
            pd.DataFrame({"epoch": [1], "loss": [0.7], "accuracy": [0.5]}).to_csv(history, index=False)
            histories.append(str(history))
            fits.append(str(history.with_name("fit.json")))
            Path(fits[-1]).write_text(
                json.dumps({"unit": unit, "draw": "repeat1", "dataset": dataset, "model": model, "seed": 1}),
                encoding="utf-8",
            )
        self.paths |= {"histories": histories, "fits": fits}
        self.paths["metrics"] = [
            write(pd.DataFrame(rows), self.folder / unit / "metrics.tsv") for unit, rows in metrics.items()
        ]
        self.paths["summaries"] = [
            write(
                summarise(pd.DataFrame(rows), pd.concat(predictions[unit]), np.random.default_rng(1)),
                self.folder / unit / "summary.tsv",
            )
            for unit, rows in metrics.items()
        ]
        self.paths["predictions"] = [
            write(pd.concat(rows), self.folder / unit / "predictions.tsv") for unit, rows in predictions.items()
        ]

    def run(self, script, outputs, **changes):
        """Run a script; returns the files it wrote, by output name."""
        paths = self.paths | {"published": str(PUBLISHED)}
        parameters = {
            "provenance": PHANTOM,
            "normal": None,
            "metastasis": None,
            "image": None,
            "votes": 2,
            "classifier": "V21",
            "seed": 1,
            "crop": CROP,
            "vertical": 8,
            "degrees": 5,
            "shape": [1024, 256],
            "training": CONFIG["scales"]["desk"],
        }
        written = {name: [self.folder / f"{name}.{suffix}" for suffix in kinds] for name, kinds in outputs.items()}
        snakemake = SimpleNamespace(
            input=SimpleNamespace(**paths),
            output=SimpleNamespace(**{name: list(map(str, files)) for name, files in written.items()}),
            params=Parameters(**(parameters | changes)),
        )
        importlib.import_module(script).main(snakemake)
        return written


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Two normal views, one unit, one network that diverged; no lesion anywhere."""
    nothing = [np.nan, np.nan]
    return Cohort(tmp_path_factory.mktemp("tiny"), [0, 0], [("patient", "D1", "V7", "diverged", nothing)], [])


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """Four views of both classes, two units, networks that trained and one that did not."""
    probability = [0.2, 0.9, 0.8, 0.1]
    runs = [
        (unit, dataset, model, "did not train" if (unit, model) == ("image", "R34") else "trained", probability)
        for unit in ("image", "patient")
        for dataset in ("D1", "D2", "D3")
        for model in ("V21", "R34")
    ]
    return Cohort(tmp_path_factory.mktemp("usual"), [1, 1, 0, 0], runs, ["r1", "r2", "r3"])


TABLES = {
    "cohort_tables": ["table1", "table2"],
    "network_tables": ["table3", "table4", "table5"],
    "result_tables": ["table6", "table7", "table8", "table9"],
    "comparison": ["comparison"],
}
FIGURES = [f"figure{number}" for number in range(1, 12)]


@pytest.mark.parametrize("cohort", ["tiny", "usual"])
@pytest.mark.parametrize("script", TABLES)
def test_table_scripts(script, cohort, request):
    written = request.getfixturevalue(cohort).run(script, dict.fromkeys(TABLES[script], FORMATS))
    for csv, markdown, latex in written.values():
        assert set(pd.read_csv(csv)["scale"]) <= {"desk"}
        assert "Phantom cohort, desk scale." in markdown.read_text(encoding="utf-8")
        assert r"\begin{table}" in latex.read_text(encoding="utf-8") and r"\bottomrule" in latex.read_text(
            encoding="utf-8"
        )


@pytest.mark.parametrize("cohort", ["tiny", "usual"])
@pytest.mark.parametrize("script", FIGURES)
def test_figure_scripts(script, cohort, request):
    (pdf, png), *_ = request.getfixturevalue(cohort).run(script, {"figure": ["pdf", "png"]}).values()
    assert pdf.read_bytes().startswith(b"%PDF") and pdf.stat().st_size < 2e6
    assert png.read_bytes().startswith(b"\x89PNG") and png.stat().st_size > 5000


@pytest.mark.parametrize("script", ["figure4", "figure11"])
def test_marks_stand_on_pictures_that_need_no_crop(script, tmp_path):
    side, runs = 512, [("image", "D3", "V21", "trained", [0.2, 0.9, 0.8, 0.1])]
    cohort = Cohort(tmp_path, [1, 1, 0, 0], runs, [])
    np.save(cohort.paths["thorax"], np.random.default_rng(5).poisson(5, (4, side, side)).astype(np.uint16))
    crop = pd.read_table(cohort.paths["crop"])
    box = {"row0": 0, "row1": side, "col0": 0, "col1": side, "paste_row": 0, "paste_col": 0}
    crop.assign(**box).to_csv(cohort.paths["crop"], sep="\t", index=False)

    def drawn(image):
        marks = [(image, reader, "metastasis", "", "circle", "300,400;300,420") for reader in ("r1", "r2")]
        columns = ["image", "reader", "finding", "bone", "shape", "points"]
        write(pd.DataFrame(marks, columns=columns), tmp_path / "findings.tsv")
        ((_, png),) = cohort.run(script, {"figure": ["pdf", "png"]}, shape=[side, side]).values()
        return png.read_bytes()

    assert drawn("P0_1_posterior") != drawn("nobody")


def test_result_tables_show_a_status_where_there_is_no_result(usual, tiny):
    names = dict.fromkeys(TABLES["result_tables"], FORMATS)
    markdown = usual.run("result_tables", names)["table8"][1].read_text(encoding="utf-8")
    assert "| image (the paper's) | SPECS R34 | did not train |" in markdown
    assert "| patient | SPECS R34 | 0.5 (0.0–1.0) |" in markdown
    written = tiny.run("result_tables", names)
    assert "| patient | SPECS V7 | diverged |" in written["table6"][1].read_text(encoding="utf-8")
    assert "D2 is not part of this run." in written["table7"][1].read_text(encoding="utf-8")
    assert "| D1 | patient | AUC | diverged |" in written["table9"][1].read_text(encoding="utf-8")


def test_an_image_that_is_not_there_is_named(usual):
    with pytest.raises(ValueError, match="such as 'P2_1_posterior', got 'nobody'"):
        usual.run("figure1", {"figure": ["png"]}, normal="nobody")


def test_published_tables_hold_every_cell_of_the_paper():
    published = pd.read_table(PUBLISHED, dtype=str, keep_default_na=False)
    assert published["table"].value_counts().to_dict() == {
        "Table 1": 8,
        "Table 2": 8,
        **dict.fromkeys(("Table 6", "Table 7", "Table 8"), 35),
        "Table 9": 21,
    }
    keys = ["table", "dataset", "model", "subtype", "metric"]
    assert not published.duplicated(keys).any()
    cells = published.set_index(keys)["value"]
    assert cells["Table 1", "D1", "", "normal", "ratio"] == "63.6%"
    assert cells["Table 8", "D3", "V21", "", "accuracy"] == "0.9807"
    assert cells["Table 9", "D2", "D121", "", "auc"] == "0.9745"


def test_implied_values_follow_from_the_confusion_matrices_behind_the_rows():
    published = pd.read_table(PUBLISHED, dtype=str, keep_default_na=False)
    implied = published[published["implied"] != ""].set_index(["table", "model", "metric"])["implied"].astype(float)
    matrices = {  # tp, fn, fp, tn: the only integers that give the rest of the row
        ("Table 6", "V21"): (39, 8, 1, 63),
        ("Table 6", "D121"): (32, 15, 7, 57),
        ("Table 7", "V7"): (276, 77, 30, 334),
        ("Table 7", "V24"): (265, 88, 27, 337),
        ("Table 8", "V7"): (280, 73, 23, 341),
        ("Table 8", "V21"): (347, 6, 8, 356),
        ("Table 8", "V24"): (326, 27, 5, 359),
    }
    assert {key[:2] for key in implied.index} == set(matrices)
    for (table, model, metric), value in implied.items():
        tp, fn, fp, tn = matrices[table, model]
        exact = {
            "accuracy": (tp + tn) / (tp + fn + fp + tn),
            "precision": tp / (tp + fp),
            "recall": tp / (tp + fn),
            "specificity": tn / (tn + fp),
            "f1": 2 * tp / (2 * tp + fp + fn),
        }[metric]
        assert value == pytest.approx(exact, abs=5.1e-5), (table, model, metric)
