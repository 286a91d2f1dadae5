"""The walk of docs/own-scans.md, from a hospital's folder to Table 9, and what is said where labels are missing."""

import re
import shutil

import pandas as pd
import pytest
import yaml
from workflow_runs import ROOT, jobs

FOUR_AND_FOUR = {
    "simulate": {
        "patients": {"normal": 4, "metastasis": 4},
        "views": {"normal": 6, "multiple": 4, "spinal": 1, "outside_spine": 1},
        "shards": 2,
    },
    "augment": {"counts": "auto"},
}
SMALL = {
    "models": ["V7"],
    "figures": {"classifier": "V7"},
    "split": {"units": ["patient"]},
    "scales": {"desk": {"epochs": {"D1": 2, "D2": 2, "D3": 2}}},
}


@pytest.fixture(scope="module")
def hospital(snakemake, tmp_path_factory):
    """A made-up hospital's folder in a layout of its own, with a sheet of two classes, and a folder for the run."""
    phantom, folder = tmp_path_factory.mktemp("phantom"), tmp_path_factory.mktemp("hospital")
    (phantom / "few.yaml").write_text(yaml.safe_dump(FOUR_AND_FOUR), encoding="utf-8")
    simulated = snakemake("results/desk/simulate/sheet.tsv", "--configfile", phantom / "few.yaml", directory=phantom)
    assert simulated.returncode == 0, simulated.stdout + simulated.stderr
    simulated = phantom / "results" / "desk" / "simulate"
    truth = pd.read_table(simulated / "truth_views.tsv").drop_duplicates("patient").set_index("patient")["label"]
    rows = ["Path;Patient;Label;Größe"]
    for number, row in enumerate(pd.read_table(simulated / "sheet.tsv").itertuples(), start=1):
        place = f"export/PAT{number:04}/ST000001/IM000001"
        (folder / "archive" / place).parent.mkdir(parents=True)
        shutil.copy(simulated / row.path, folder / "archive" / place)
        windows = place.replace("/", "\\")
        rows.append(f"{windows};{4700 + number};{('normal', 'metastasis')[truth[row.patient]]};1,7{number}")
    # as Excel saves it on a German Windows
    (folder / "archive" / "scans.csv").write_bytes("\r\n".join([*rows, ""]).encode("cp1252"))
    (folder / "archive" / "export" / "viewer.exe").write_bytes(b"MZ no scan")
    (folder / "mine").mkdir()
    return folder


def settings(hospital, name, **cohort):
    """Write a config of the walk."""
    (hospital / name).write_text(yaml.safe_dump({**SMALL, "cohort": cohort}), encoding="utf-8")
    return "--configfile", hospital / name


def test_without_labels_the_run_goes_as_far_as_the_crop_and_says_so(snakemake, hospital):
    unlabelled = settings(hospital, "folder.yaml", source="folder", path="../archive")
    plan = snakemake("--dry-run", "--quiet", "rules", *unlabelled, directory=hospital / "mine")
    assert plan.returncode == 0, plan.stdout + plan.stderr
    assert (plan.stdout + plan.stderr).count("There are no labels") == 1
    assert set(jobs(plan.stdout + plan.stderr)) == {"all", "ingest", "crop", "contact_sheet", "total"}
    for target in ("tables", "results/desk/train/patient/repeat1/D1/V7/seed1/fit.json"):
        refused = snakemake(target, "--dry-run", *unlabelled, directory=hospital / "mine")
        assert refused.returncode != 0
        assert "expected labels, found none" in refused.stdout + refused.stderr
        assert "Traceback" not in refused.stdout + refused.stderr


def test_a_hospitals_folder_reaches_the_last_table(snakemake, hospital):
    labelled = settings(hospital, "mine.yaml", source="sheet", path="../archive/scans.csv")
    run = snakemake(*labelled, directory=hospital / "mine")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "There are no labels" not in run.stdout + run.stderr
    log = (hospital / "mine" / "logs" / "ingest" / "desk.log").read_text(encoding="utf-8")
    assert "semicolons" in log and "slashes" in log and "metastasis" in log
    results = hospital / "mine" / "results" / "desk"
    cohort = pd.read_table(results / "label" / "cohort.tsv")
    assert cohort["subtype"].value_counts().to_dict() == {"normal": 6, "unspecified": 6}
    for number in range(1, 10):
        assert (results / "tables" / f"table{number}.csv").stat().st_size
    for number in range(1, 12):
        assert (results / "figures" / f"figure{number}.png").stat().st_size
    table1, table2, table9 = (pd.read_csv(results / "tables" / f"table{number}.csv") for number in (1, 2, 9))
    assert table1["subtype"].tolist() == ["normal", "unspecified"] and table1["samples"].tolist() == [6, 6]
    assert table2["samples"].tolist() == [42, 41]
    assert "Metastasis (class not given)" in (results / "tables" / "table1.md").read_text(encoding="utf-8")
    assert "class not given" in (results / "tables" / "comparison.md").read_text(encoding="utf-8")
    assert table9["dataset"].tolist() == ["D1", "D2", "D3"] and set(table9["cohort"]) == {"sheet"}


def test_the_page_of_the_walk_names_the_files_and_settings_of_this_test():
    page = (ROOT / "docs" / "own-scans.md").read_text(encoding="utf-8")
    assert "Path;Patient;Label" in page and "source: sheet" in page
    assert re.search(r"snakemake .*--configfile mine\.yaml", page)
