"""The workflow itself: the jobs of the default run, and one wet run of everything on a tiny cohort."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pydicom
import pytest
import yaml
from outputs_page import read_page
from PIL import Image
from workflow_runs import ROOT, TINY_COHORT, jobs

TINY = {
    **TINY_COHORT,
    "models": ["V7", "R34"],
    "figures": {"classifier": "V7"},
    "split": {"units": ["image", "source", "patient"]},
    "scales": {
        "desk": {"epochs": {"D1": 40, "D2": 20, "D3": 20}, "learning_rate": dict.fromkeys(("D1", "D2", "D3"), 0.005)}
    },
}


def test_jobs_of_the_default_run(snakemake):
    run = snakemake("--dry-run", "--quiet", "rules")
    assert run.returncode == 0, run.stdout + run.stderr
    counts = jobs(run.stdout + run.stderr)
    once = ["gather_cohort", "ingest", "label", "crop", "cohort", "augment", "normalise", "networks"]
    once += [
        "cohort_tables",
        "network_tables",
        "result_tables",
        "comparison",
        "claims",
        "kinship_shares",
        "audit_metrics",
    ]
    once += ["digests", "fill_forms"]
    once += [f"figure{number}" for number in range(1, 12)]
    expected = dict.fromkeys([*once, "all"], 1) | {"simulate": 8, "train": 7 * 3 * 2, "split": 2, "evaluate": 2}
    assert counts == {**expected, "total": sum(expected.values())}


def test_another_scale_is_a_path_or_a_key(snakemake):
    by_path = snakemake("results/paper/split/patient/repeat1/D1.tsv", "--dry-run", "--quiet", "rules")
    by_key = snakemake("--dry-run", "--quiet", "rules", "--config", "scale=paper")
    assert by_path.returncode == 0 and jobs(by_path.stdout)["split"] == 1
    assert by_key.returncode == 0 and jobs(by_key.stdout)["train"] == 42


@pytest.mark.parametrize("name", ["gpu", "slurm"])
def test_profiles_plan_the_papers_scale(name, snakemake):
    if name == "slurm":
        pytest.importorskip("snakemake_executor_plugin_slurm", reason="the executor for Slurm is not installed")
    run = snakemake("--dry-run", "--quiet", "rules", "--profile", ROOT / "profiles" / name)
    assert run.returncode == 0, run.stdout + run.stderr
    assert jobs(run.stdout + run.stderr)["train"] == 42
    alone = snakemake(
        "results/paper/train/image/repeat1/D1/V7/seed1/fit.json", "--dry-run", "--profile", ROOT / "profiles" / name
    )
    assert re.search(r"wildcards: scale=paper.*\n.*resources:.*gpu=1", alone.stdout.split("rule train:")[1], re.DOTALL)


def test_ten_thousand_patients_are_planned_in_200_shards(snakemake, tmp_path):
    views = {"normal": 8800, "multiple": 4400, "spinal": 560, "outside_spine": 40}
    patients = {"normal": 6600, "metastasis": 3400}
    overlay = {"simulate": {"patients": patients, "views": views, "shards": 200}, "augment": {"counts": views}}
    (tmp_path / "overlay.yaml").write_text(yaml.safe_dump(overlay), encoding="utf-8")
    arguments = ["--dry-run", "--quiet", "rules", "--configfile", tmp_path / "overlay.yaml"]
    run = snakemake("results/desk/crop/crop.tsv", *arguments)
    assert run.returncode == 0, run.stdout + run.stderr
    assert jobs(run.stdout + run.stderr)["simulate"] == 200


@pytest.fixture(scope="module")
def tiny_run(snakemake, tmp_path_factory):
    """Folder of a finished run of everything, from nothing, on a tiny cohort."""
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "tiny.yaml").write_text(yaml.safe_dump(TINY), encoding="utf-8")
    run = snakemake("--configfile", folder / "tiny.yaml", directory=folder)
    assert run.returncode == 0, run.stdout + run.stderr
    return folder


def test_everything_from_nothing(tiny_run):
    results = tiny_run / "results" / "desk"
    for name in [*(f"table{number}" for number in range(1, 10)), "comparison"]:
        for suffix in ("csv", "md", "tex"):
            text = (results / "tables" / f"{name}.{suffix}").read_text(encoding="utf-8")
            assert text.strip(), f"{name}.{suffix} is empty"
            assert suffix == "csv" or "phantom" in text.lower(), f"{name}.{suffix} does not say whose scans"
    for number in range(1, 12):
        assert (results / "figures" / f"figure{number}.pdf").read_bytes().startswith(b"%PDF")
        assert (results / "figures" / f"figure{number}.png").read_bytes().startswith(b"\x89PNG")
    table1 = pd.read_csv(results / "tables" / "table1.csv")
    assert {9, 6, 2, 1} <= set(table1.select_dtypes("number").to_numpy().ravel())
    for unit in TINY["split"]["units"]:
        metrics = pd.read_table(results / "evaluate" / unit / "metrics.tsv")
        assert len(metrics) == 6 and set(metrics["status"]) <= {"trained", "did not train", "diverged"}
        assert (metrics["status"] == "trained").any(), f"no network trained under {unit}: {metrics['reason'].tolist()}"
        predictions = pd.read_table(results / "evaluate" / unit / "predictions.tsv")
        predicted = predictions.groupby(["dataset", "model"]).size().to_dict()
        assert predicted == metrics.set_index(["dataset", "model"])["n_test"].to_dict()
    left = [path for path in (results / "checkpoints").rglob("*") if path.is_file()]
    assert not left, "checkpoints of finished trainings stay behind"
    assert {path.name for path in results.rglob(".*")} == {".snakemake_timestamp"}, "temporary files stay behind"


TYPES = {"int": r"-?\d+(\.0)?", "float": r"-?(inf|\d+\.?\d*(e[+-]?\d+)?)", "0/1": r"[01](\.0)?", "text": r".*"}


def test_every_file_of_the_run_is_as_docs_outputs_says(tiny_run):
    results = tiny_run / "results" / "desk"
    page, seen = read_page(), set()
    for path in sorted(path for path in results.rglob("*") if path.is_file() and not path.name.startswith(".")):
        name = path.relative_to(results).as_posix()
        described = [file for file in page if file.matches(name)]
        assert len(described) == 1, f"{name}: described {len(described)} times"
        seen.add(described[0].path)
        if columns := described[0].columns:
            check_columns(pd.read_csv(path, sep="," if path.suffix == ".csv" else "\t", dtype=str), columns, name)
        elif path.suffix == ".json" and path.parent.name != "networks" and "annotations" not in name:
            text = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")
            assert all(
                f"`{key}`" in text or key.endswith("_interval") for key in json.loads(path.read_text(encoding="utf-8"))
            )
    apart = {file.path for file in page} - seen
    assert apart == {"annotate/annotations.tsv"}


def check_columns(table, columns, name):
    """Hold a table's header and values to the page; a column `reader*` stands for one of each reader."""
    names = [column for column, _ in columns]
    if "reader*" in names:
        at = names.index("reader*")
        readers = [column for column in table.columns if column.startswith("reader")]
        columns = [*columns[:at], *((reader, columns[at][1]) for reader in readers), *columns[at + 1 :]]
    assert list(table.columns) == [column for column, _ in columns], name
    for column, kind in columns:
        values = table[column].dropna()
        wrong = values[~values.str.fullmatch(TYPES[kind])]
        assert wrong.empty, f"{name}, {column}: expected {kind}, got {wrong.iloc[0]!r}"


def test_finished_shards_are_kept_and_gathered_ones_are_not(snakemake, tiny_run, tmp_path):
    assert not (tiny_run / "results" / "desk" / "simulate" / "shards").exists()
    arguments = ["--configfile", tiny_run / "tiny.yaml"]
    half = snakemake("results/desk/simulate/shards/1", *arguments, directory=tmp_path)
    assert half.returncode == 0, half.stdout + half.stderr
    rest = snakemake("results/desk/crop/crop.tsv", "--dry-run", "--quiet", "rules", *arguments, directory=tmp_path)
    assert jobs(rest.stdout + rest.stderr)["simulate"] == 1


def test_second_call_finds_nothing_to_do(snakemake, tiny_run):
    run = snakemake("--configfile", tiny_run / "tiny.yaml", directory=tiny_run)
    assert run.returncode == 0 and "Nothing to be done" in run.stdout + run.stderr


def test_a_changed_setting_reruns_what_it_touches_and_no_more(snakemake, tiny_run):
    overlay = {**TINY, "scales": {"desk": {**TINY["scales"]["desk"], "batch_size": 16, "threads": 2}}}
    (tiny_run / "changed.yaml").write_text(yaml.safe_dump(overlay), encoding="utf-8")
    run = snakemake("--dry-run", "--quiet", "rules", "--configfile", tiny_run / "changed.yaml", directory=tiny_run)
    counts = jobs(run.stdout + run.stderr)
    assert counts["train"] == 18 and counts["evaluate"] == 3
    assert not {"simulate", "ingest", "crop", "augment", "split", "figure1"} & set(counts)


@pytest.fixture
def planned(snakemake, tiny_run, tmp_path):
    """Plan the finished run again from a fresh copy of the checkout in which one text of one file is another."""
    for name in ("Snakefile", "config.yaml", "workflow", "envs", "profiles"):
        if (ROOT / name).is_dir():
            # with new time stamps, as a fresh clone has them
            shutil.copytree(ROOT / name, tmp_path / name, copy_function=shutil.copy)
        else:
            shutil.copy(ROOT / name, tmp_path / name)

    def plan(file=None, old="", new=""):
        if file:
            text = (tmp_path / "workflow" / "scripts" / file).read_text(encoding="utf-8")
            assert old in text
            (tmp_path / "workflow" / "scripts" / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        arguments = ["--dry-run", "--quiet", "rules", "--configfile", tiny_run / "tiny.yaml"]
        run = snakemake(*arguments, directory=tiny_run, checkout=tmp_path)
        assert run.returncode == 0, run.stdout + run.stderr
        return {rule: n for rule, n in jobs(run.stdout + run.stderr).items() if rule not in ("all", "total")}

    return plan


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (None, "", ""),
        ("bonescan/models/vgg.py", "from bonescan.backend", "# edited\nfrom bonescan.backend"),
        ("bonescan/models/vgg.py", '"""', '"""Edited. '),
        ("train.py", '"""Train', '"""Edited. Train'),
        ("train.py", "a GPU was asked for", "one asked for a GPU"),
        ("bonescan/script.py", "s left", "s to go"),
        ("bonescan/training/progress.py", "images/s", "images a second"),
        ("bonescan/training/checkpoint.py", "INTERVAL = 20.0", "INTERVAL = 30.0"),
    ],
)
def test_a_fresh_clone_and_words_rerun_no_stage(planned, file, old, new):
    # two read the paper's numbers from the checkout itself, which lies elsewhere; digests are taken of all tables
    assert planned(file, old, new) == {"comparison": 1, "audit_metrics": 1, "digests": 1}


@pytest.mark.parametrize(
    ("file", "old", "new", "expected", "without"),
    [
        (
            "bonescan/models/vgg.py",
            "HIDDEN_UNITS = 4096",
            "HIDDEN_UNITS = 2048",
            {"train": 18, "networks": 1},
            "augment",
        ),
        ("bonescan/training/fit.py", "SGD(learning_rate)", "SGD(learning_rate / 2)", {"train": 18}, "networks"),
        ("bonescan/wording.py", "Multiple bone", "Several bone", {"cohort_tables": 1, "comparison": 1}, "train"),
        (
            "bonescan/crop/noise.py",
            "MOST_NOISE = 0.4",
            "MOST_NOISE = 0.5",
            {"crop": 1, "cohort": 1, "train": 18},
            "ingest",
        ),
        ("split.py", "split, unit)", "split, str(unit))", {"split": 3, "train": 18}, "augment"),
    ],
)
def test_a_change_that_decides_a_result_reruns_what_it_feeds_and_no_more(planned, file, old, new, expected, without):
    counts = planned(file, old, new)
    assert {rule: counts.get(rule, 0) for rule in expected} == expected
    assert without not in counts


def test_scans_simulated_anew_are_read_again_though_their_sheet_is_the_same(snakemake, tiny_run, tmp_path):
    shutil.copytree(tiny_run, tmp_path / "run")
    (tmp_path / "reseeded.yaml").write_text(yaml.safe_dump({**TINY, "seed": 7}), encoding="utf-8")
    arguments = ["--configfile", tmp_path / "reseeded.yaml"]
    sheet = "results/desk/simulate/sheet.tsv"
    simulated = snakemake(sheet, *arguments, directory=tmp_path / "run")
    assert simulated.returncode == 0, simulated.stdout + simulated.stderr
    assert (tmp_path / "run" / sheet).read_bytes() == (tiny_run / sheet).read_bytes()
    arguments += ["--dry-run", "--quiet", "rules"]
    after = snakemake("results/desk/ingest/scans.tsv", *arguments, directory=tmp_path / "run")
    assert jobs(after.stdout + after.stderr).get("ingest") == 1


def test_own_scans_with_labels_in_the_sheet(snakemake, tiny_run, tmp_path):
    simulated = tiny_run / "results" / "desk" / "simulate"
    shutil.copytree(simulated / "dicom", tmp_path / "archive" / "dicom")
    sheet = pd.read_table(simulated / "sheet.tsv", dtype=str)
    truth = pd.read_table(simulated / "truth_views.tsv").drop_duplicates("patient")
    sheet = sheet.merge(truth[["patient", "label", "subtype"]], on="patient")
    sheet.to_csv(tmp_path / "archive" / "sheet.csv", index=False)
    cohort = {"source": "sheet", "path": "archive/sheet.csv", "pseudonyms": "given"}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump({**TINY, "cohort": cohort}), encoding="utf-8")
    target = "results/desk/label/labels.tsv"
    run = snakemake(target, "--configfile", tmp_path / "own.yaml", directory=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    own, phantom = (pd.read_table(folder / target).set_index("image") for folder in (tmp_path, tiny_run))
    assert own["subtype"].to_dict() == phantom["subtype"].to_dict()
    scan = next((tmp_path / "archive" / "dicom").iterdir())
    scan.write_bytes(scan.read_bytes()[:1000])
    again = snakemake(
        target, "--dry-run", "--quiet", "rules", "--configfile", tmp_path / "own.yaml", directory=tmp_path
    )
    assert jobs(again.stdout + again.stderr).get("ingest") == 1, "a replaced scan is not read again"


def test_own_scans_from_a_folder_are_cropped(snakemake, tiny_run, tmp_path):
    cohort = {"source": "folder", "path": str(tiny_run / "results" / "desk" / "simulate" / "dicom")}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump({"cohort": cohort}), encoding="utf-8")
    run = snakemake("results/desk/crop/crop.tsv", "--configfile", tmp_path / "own.yaml", directory=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    crops = pd.read_table(tmp_path / "results" / "desk" / "crop" / "crop.tsv")
    assert len(crops) == 18 and crops["patient"].nunique() == 12


def test_thoracic_pictures_enter_after_the_crop(snakemake, tmp_path):
    """8-bit pictures and a sheet, nothing else."""
    archive = tmp_path / "archive"
    archive.mkdir()
    rng = np.random.default_rng(0)
    rows = []
    for number in range(6):
        Image.fromarray(rng.poisson(20, (256, 256)).astype(np.uint8)).save(archive / f"{number}_ant.png")
        label = number % 2
        rows.append(f"{number}_ant.png,patient {number},{label},{'multiple' if label else 'normal'}\n")
    (archive / "sheet.csv").write_text("path,patient,label,subtype\n" + "".join(rows), encoding="utf-8")
    overlay = {**TINY, "cohort": {"source": "sheet", "path": "archive/sheet.csv"}, "crop": {"method": "none"}}
    overlay["augment"] = {"counts": {"normal": 6, "multiple": 6, "spinal": 0, "outside_spine": 0}}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(overlay), encoding="utf-8")
    results = tmp_path / "results" / "desk"
    targets = [
        "results/desk/augment/lineage.tsv",
        "results/desk/figures/figure4.png",
        "results/desk/figures/figure5.png",
    ]
    run = snakemake(*targets, "--configfile", tmp_path / "own.yaml", directory=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    scans, thorax = np.load(results / "ingest" / "scans.npy"), np.load(results / "crop" / "thorax.npy")
    assert np.array_equal(scans, thorax) and scans.shape == (6, 256, 256)
    assert "patient" not in (results / "ingest" / "scans.tsv").read_text(encoding="utf-8").partition("\n")[2]
    dry = snakemake(
        "figures", "--dry-run", "--quiet", "rules", "--configfile", tmp_path / "own.yaml", directory=tmp_path
    )
    assert not {"figure2", "figure3"} & set(jobs(dry.stdout)) and "figure1" in jobs(dry.stdout)


def test_an_untrusted_crop_leaves_the_cohort_everywhere(snakemake, tiny_run, tmp_path):
    simulated, archive = tiny_run / "results" / "desk" / "simulate", tmp_path / "archive"
    shutil.copytree(simulated, archive)
    labels = pd.read_table(tiny_run / "results" / "desk" / "label" / "labels.tsv")
    patient = labels.loc[labels["subtype"] == "normal", "patient"].iloc[0]
    sheet = pd.read_table(archive / "sheet.tsv")
    file = archive / sheet.loc[sheet["patient"] == patient, "path"].iloc[0]
    scan = pydicom.dcmread(file)
    scan.PixelData = scan.pixel_array.reshape(-1, 1024, 256)[:, ::-1].astype("<u2").tobytes()
    scan.save_as(file)
    cohort = {"source": "sheet", "path": str(archive / "sheet.tsv"), "pseudonyms": "given"}
    cohort["annotations"] = str(archive / "annotations")
    overlay = {**TINY, "cohort": cohort, "crop": {"untrusted": "exclude"}}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(overlay), encoding="utf-8")
    targets = ["results/desk/tables/table1.csv", "results/desk/crop_quality/contact_sheet.pdf"]
    targets += ["results/desk/figures/figure1.png"]
    run = snakemake(*targets, "--configfile", tmp_path / "own.yaml", directory=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    results = tmp_path / "results" / "desk"
    crops, excluded = (pd.read_table(results / "crop" / f"{name}.tsv") for name in ("crop", "excluded"))
    turned = labels["patient"] == patient
    assert set(labels.loc[turned, "image"]) <= set(excluded["image"])
    assert set(crops["image"]) == set(labels["image"]) - set(excluded["image"])
    cohort = pd.read_table(results / "label" / "cohort.tsv")
    assert set(cohort["image"]) == set(crops["image"])
    shown = (tmp_path / "logs" / "figure1" / "desk.log").read_text(encoding="utf-8")
    assert "normal: " in shown and not any(image in shown for image in excluded["image"])
    assert len(np.load(results / "crop" / "thorax.npy")) == len(crops)
    lineage = pd.read_table(results / "augment" / "lineage.tsv")
    assert set(lineage["source"]) == set(crops["image"]) and patient not in set(lineage["patient"])
    normal = pd.read_csv(results / "tables" / "table1.csv")
    assert (labels["subtype"] == "normal").sum() - len(excluded) in normal.select_dtypes("number").to_numpy().ravel()


def test_fewer_datasets_and_more_seeds(snakemake, tmp_path):
    overlay = {"datasets": ["D1"], "seeds": [1, 2, 3], "split": {"units": ["patient"]}}
    (tmp_path / "overlay.yaml").write_text(yaml.safe_dump(overlay), encoding="utf-8")
    run = snakemake("--dry-run", "--quiet", "rules", "--configfile", tmp_path / "overlay.yaml")
    assert jobs(run.stdout + run.stderr)["train"] == 7 * 3


def test_own_scans_from_a_sheet(snakemake, tiny_run, tmp_path):
    """The phantom's DICOM files and annotations, brought as a hospital would bring its own."""
    simulated = tiny_run / "results" / "desk" / "simulate"
    shutil.copytree(simulated, tmp_path / "archive")
    (tmp_path / "archive" / "dicom" / "broken.dcm").write_bytes(b"no DICOM file")
    with open(tmp_path / "archive" / "sheet.tsv", "a", encoding="utf-8") as sheet:
        columns = pd.read_table(simulated / "sheet.tsv").columns
        values = {"path": "dicom/broken.dcm", "patient": "P999", "exam": "1"}
        sheet.write("\t".join(values.get(column, "") for column in columns) + "\n")
    archive = tmp_path / "archive"
    cohort = {"source": "sheet", "path": str(archive / "sheet.tsv"), "pseudonyms": "given"}
    cohort["annotations"] = str(archive / "annotations")
    (tmp_path / "own.yaml").write_text(yaml.safe_dump({**TINY, "cohort": cohort}), encoding="utf-8")
    target = "results/desk/augment/lineage.tsv"
    run = snakemake(target, "--configfile", tmp_path / "own.yaml", directory=tmp_path / "own")
    assert run.returncode == 0, run.stdout + run.stderr
    own, phantom = tmp_path / "own" / Path(target), tiny_run / target
    assert pd.read_table(own).equals(pd.read_table(phantom))
    rejected = pd.read_table(tmp_path / "own" / "results" / "desk" / "ingest" / "rejected.tsv")
    assert rejected["reason"].tolist() == ["not a DICOM file"]
    key = pd.read_table(tmp_path / "own" / ".bonescan-files.tsv").set_index("source_file")["path"]
    assert key[rejected["source_file"]].tolist() == ["dicom/broken.dcm"]


def test_a_killed_run_is_unlocked_without_a_word_more(tmp_path):
    """As README says; a rule that asks for the number of cores would refuse."""
    command = [
        sys.executable,
        "-m",
        "snakemake",
        "--snakefile",
        ROOT / "Snakefile",
        "--directory",
        tmp_path,
        "--unlock",
    ]
    unlock = subprocess.run(command, capture_output=True, text=True, check=False)
    assert unlock.returncode == 0, unlock.stdout + unlock.stderr
