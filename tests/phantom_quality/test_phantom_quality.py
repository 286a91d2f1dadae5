"""The target phantom_quality on a small cohort, from the simulation on."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import phantom_difficulty
import pytest
import yaml

BANDS = Path(__file__).parents[2] / "workflow" / "resources" / "real_scans.tsv"
SMALL = {
    "simulate": {
        "patients": {"normal": 6, "metastasis": 6},
        "views": {"normal": 11, "multiple": 8, "spinal": 2, "outside_spine": 1},
    },
    "augment": {"counts": {"normal": 20, "multiple": 14, "spinal": 5, "outside_spine": 3}},
}
FORMATS = ("csv", "md", "tex")


@pytest.fixture(scope="module")
def cohort(snakemake, tmp_path_factory):
    """Folder of a small cohort's results: the bands and the likeness."""
    folder = tmp_path_factory.mktemp("quality")
    (folder / "small.yaml").write_text(yaml.safe_dump(SMALL), encoding="utf-8")
    targets = [f"results/desk/{name}" for name in ("label/cohort.tsv", "phantom_quality/bands.md")]
    targets.append("results/desk/phantom_quality/gallery.png")
    run = snakemake(*targets, "--configfile", folder / "small.yaml", directory=folder)
    assert run.returncode == 0, run.stdout + run.stderr
    return folder / "results" / "desk"


@pytest.mark.parametrize("name", pd.read_csv(BANDS, sep="\t").query("required == 1")["name"])
def test_the_phantom_lies_inside_the_bands_of_real_scans(cohort, name):
    """The median, and two thirds of 22 views: nine tenths of the cohort are asked, and chance takes some of so few."""
    band = pd.read_csv(cohort / "phantom_quality" / "bands.csv").set_index("name").loc[name]
    assert band["low"] <= band["median"] <= band["high"] and band["inside"] >= 2 / 3, band.to_dict()


def test_tables_and_figures(cohort):
    folder = cohort / "phantom_quality"
    for name in ("bands", "likeness"):
        for suffix in FORMATS:
            text = (folder / f"{name}.{suffix}").read_text(encoding="utf-8")
            assert suffix == "csv" or "Phantom cohort, desk scale" in text
    likeness = pd.read_csv(folder / "likeness.csv")
    assert len(likeness) == 4 and (likeness["factor"] >= 1).all() and likeness["worst_place"].str.len().min() > 5
    statistics = pd.read_table(folder / "statistics.tsv")
    assert len(statistics) == 22 and statistics["spine_flank"].notna().all()
    for name in ("comparison", "gallery"):
        assert (folder / f"{name}.pdf").read_bytes().startswith(b"%PDF")
        assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def examine(cohort, folder, truth):
    """Run phantom_difficulty with this truth of the views."""
    truth.to_csv(folder / "truth_views.tsv", sep="\t", index=False)
    given = {"scans": "ingest/scans.tsv", "thorax": "crop/thorax.npy", "crop": "crop/crop.tsv"}
    given["cohort"] = "label/cohort.tsv"
    given = {name: cohort / path for name, path in given.items()} | {"truth": folder / "truth_views.tsv"}
    output = {name: [folder / f"{name}.{suffix}" for suffix in FORMATS] for name in ("difficulty", "shortcuts")}
    phantom_difficulty.main(
        SimpleNamespace(
            input=SimpleNamespace(**given, sheet=cohort / "simulate" / "sheet.tsv"),
            output=SimpleNamespace(**output),
            params=SimpleNamespace(seed=1, provenance={"cohort": "phantom", "scale": "desk"}),
        )
    )
    return tuple(pd.read_csv(folder / f"{name}.csv") for name in output)


def test_difficulty_and_shortcuts(cohort, tmp_path):
    truth = pd.read_table(cohort / "simulate" / "truth_views.tsv")
    lost = truth.drop(columns=["matched_filter", "matched_filter_without"], errors="ignore")
    with pytest.raises(ValueError, match=r"matched_filter and matched_filter_without missing; run simulate again"):
        examine(cohort, tmp_path, lost)
    diseased = lost["label"] == 1
    lost.loc[diseased, "matched_filter"] = np.linspace(4, 9, diseased.sum())
    lost.loc[diseased, "matched_filter_without"] = np.linspace(-1, 3, diseased.sum())
    difficulty, shortcuts = examine(cohort, tmp_path, lost)
    assert len(difficulty) == 13 and difficulty.iloc[-1]["auc"] == 1 and difficulty.iloc[-1]["met"] == "yes"
    assert difficulty["auc"].between(0, 1).all()
    named = set(shortcuts["variable"]) | set(", ".join(shortcuts["also"].dropna()).split(", "))
    wanted = {"count level", "body height", "sex", "age", "view", "file order", "file size", "header: ScanVelocity"}
    assert wanted <= named
    assert not any("UID" in name or "PixelData" in name for name in named)
    text = (tmp_path / "shortcuts.md").read_text(encoding="utf-8") + (tmp_path / "shortcuts.csv").read_text(
        encoding="utf-8"
    )
    assert "PHANTOM0" not in text and "Phantom^" not in text, "a value of the header instead of its name"


def test_other_cohorts_have_no_phantom_to_measure(snakemake, tmp_path):
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "scan.dcm").write_bytes(b"a scan")
    cohort = {"source": "folder", "path": str(tmp_path / "archive")}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump({"cohort": cohort}), encoding="utf-8")
    run = snakemake("phantom_quality", "--dry-run", "--configfile", tmp_path / "own.yaml", directory=tmp_path)
    assert run.returncode != 0
    assert "expected cohort.source: phantom" in run.stdout + run.stderr
    assert "Traceback" not in run.stdout + run.stderr


def test_the_target_is_three_jobs_beside_the_pipeline(snakemake):
    run = snakemake("phantom_quality", "--dry-run", "--quiet", "rules")
    assert run.returncode == 0, run.stdout + run.stderr
    text = run.stdout + run.stderr
    for rule in ("simulate", "ingest", "crop", "phantom_bands", "phantom_difficulty", "phantom_likeness"):
        assert rule in text
    assert "train" not in text and "augment" not in text
