"""The scripts of `clinical_use`, whole: every network and test part in the tables, no number of a failed training."""

import importlib
from types import SimpleNamespace

import pandas as pd
import pytest
from drawn_predictions import draw_part

from bonescan.tables.intervals import print_p, print_scored, print_signed
from bonescan.terms import RUN

MODELS = ("V7", "V16", "V21", "R34")
FORMATS = ("csv", "md", "tex")


@pytest.fixture
def run(tmp_path):
    """Return a function that runs a script on two test parts, and the folder of its outputs."""
    parts = []
    for unit, dataset, failed in (("image", "D1", "V16"), ("patient", "D1", "V21"), ("patient", "D2", "V16")):
        part = draw_part(MODELS, patients=24, failed={failed: "diverged"})
        parts.append(part.assign(unit=unit, dataset=dataset))
    predictions = pd.concat(parts)
    metrics = predictions.drop_duplicates(["unit", "dataset", "model"])[[*RUN, "status"]]
    images = parts[0].drop_duplicates("image")
    subtype = images["label"].map({0: "normal", 1: "multiple"})
    cohort = images[["image", "label"]].assign(subtype=subtype, view=["anterior", "posterior"] * 24)
    lesions = cohort.loc[cohort["label"] == 1, ["image"]].assign(peak_ratio=range(24), visible=1, in_thorax=1)
    tables = {
        "predictions": predictions.drop(columns="status"),
        "metrics": metrics,
        "cohort": cohort,
        "scans": images[["image"]].assign(counts=range(48)),
        "lesions": lesions,
    }
    for name, table in tables.items():
        table.to_csv(tmp_path / f"{name}.tsv", sep="\t", index=False)
    given = {name: tmp_path / f"{name}.tsv" for name in tables}

    def run_script(script, phantom=True, **outputs):
        job = SimpleNamespace(
            input=SimpleNamespace(
                **given
                | {name: [given[name]] for name in ("predictions", "metrics")}
                | {"lesions": given["lesions"] if phantom else []}
            ),
            output=SimpleNamespace(
                **{
                    name: [tmp_path / f"{name}.{end}" for end in ends] if ends else tmp_path / f"{name}.tsv"
                    for name, ends in outputs.items()
                }
            ),
            params=SimpleNamespace(
                provenance={"cohort": "phantom" if phantom else "sheet", "scale": "desk"}, seed=1, classifier="V21"
            ),
            log=[],
        )
        importlib.import_module(script).main(job)
        return tmp_path

    return run_script


def read(folder, name):
    """Return a table's values and its Markdown, which must name scale, cohort and every test part."""
    text = (folder / f"{name}.md").read_text(encoding="utf-8")
    assert "Phantom cohort, desk scale." in text and "not clinical performance" in text
    assert (folder / f"{name}.tex").stat().st_size
    return pd.read_csv(folder / f"{name}.csv"), text


def test_network_tests(run):
    folder = run("network_tests", pairs=FORMATS, effective_sizes=FORMATS, optimism=FORMATS)
    pairs, text = read(folder, "pairs")
    assert len(pairs) == 3 * 6 and (pairs["family"] == 3).all()
    assert pairs["auc_p"].isna().sum() == 9 and "V16 diverged" in text and "### D2, split by patient" in text
    sizes, _ = read(folder, "effective_sizes")
    assert len(sizes) == 3 * 4 and sizes["effective"].notna().sum() == 9
    optimism, text = read(folder, "optimism")
    assert optimism["networks"].tolist() == [3] * 6 and "SPECS" in text


def test_calibration(run):
    folder = run("calibration", table=FORMATS, figure=("pdf", "png"))
    scores, text = read(folder, "table")
    assert len(scores) == 3 * 4 and scores["brier"].notna().sum() == 9 and "| SPECS V16 | diverged |" in text
    assert (folder / "figure.png").stat().st_size


def test_operating_points(run):
    figures = {"decision": ("pdf", "png"), "values": ("pdf", "png")}
    folder = run("operating_points", points=FORMATS, predictive=FORMATS, curves=None, **figures)
    points, text = read(folder, "points")
    assert len(points) == 3 * 4 and "48 images (24 metastatic) of 24 patients" in text
    predictive, _ = read(folder, "predictive")
    assert len(predictive) == 3 * 4 * 20
    curves = pd.read_table(folder / "curves.tsv")
    assert len(curves) == 3 * 3 * 60
    assert (curves["gain"] <= curves["net_benefit"] + 1e-12).all()
    assert all((folder / f"{name}.{end}").stat().st_size for name, ends in figures.items() for end in ends)


def test_subgroups(run):
    folder = run("subgroups", table=FORMATS)
    scores, text = read(folder, "table")
    assert set(scores["kind"]) == {"subtype", "view", "contrast", "counts"} and set(scores["model"]) == set(MODELS)
    assert "Multiple bone metastasis" in text and "fewer than 5 patients" in text


def test_subgroups_of_own_scans_need_no_truth(run):
    folder = run("subgroups", phantom=False, table=FORMATS)
    assert set(pd.read_csv(folder / "table.csv")["kind"]) == {"subtype", "view", "counts"}
    text = (folder / "table.md").read_text(encoding="utf-8")
    assert "simulated" not in text


def test_printed_numbers():
    row = SimpleNamespace(auc=0.8, auc_low=0.75, auc_high=0.851)
    assert print_scored(row, "auc") == "0.80 (0.75–0.85)"
    change = SimpleNamespace(auc=-0.00001, auc_low=-0.02, auc_high=0.011)
    assert print_signed(change, "auc") == "+0.000 (-0.020 to +0.011)"
    assert print_signed(SimpleNamespace(auc=float("nan"), auc_low=0, auc_high=0), "auc") == "undefined"
    assert print_scored(SimpleNamespace(auc=float("nan"), auc_low=0, auc_high=0), "auc") == "undefined"
    assert [print_p(value) for value in (0.0004, 0.0312, float("nan"))] == ["< 0.001", "0.031", "undefined"]
