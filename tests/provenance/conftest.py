"""A run of eight patients, made by the workflow's own scripts; of a training, only the network is not there."""

import importlib.util
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml
from drawn_body import draw_body
from marked import shape, write
from nm_files import save, whole_body
from workflow_runs import ROOT

from bonescan.code import Library
from bonescan.files import read_table, write_json, write_table
from bonescan.parts import list_draws
from bonescan.provenance.arrays import fingerprint
from bonescan.provenance.remake import Named
from bonescan.provenance.settings import overlay, public_settings, training_numbers
from bonescan.provenance.trainings import files_of

SCRIPTS = ROOT / "workflow" / "scripts"
PAPER = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
TINY = {
    "models": ["V7", "V16"],
    "datasets": ["D2", "D3"],
    "split": {"units": ["patient"], "repeats": 2},
    "augment": {"counts": {"normal": 12, "multiple": 12, "spinal": 0, "outside_spine": 0}},
}
SECOND = ((60, 400), (75, 400), (75, 415), (60, 415))
DRAWS = list_draws(2, 0)


def load(path):
    spec = importlib.util.spec_from_file_location(f"tested_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def command():
    return load(ROOT / "workflow" / "provenance.py")


def call(script, inputs, outputs, params, threads=1, **wildcards):
    """Call a script as its rule does."""
    load(SCRIPTS / f"{script}.py").main(
        SimpleNamespace(
            input=Named({name: files if isinstance(files, list) else str(files) for name, files in inputs.items()}),
            output=Named({name: files if isinstance(files, list) else str(files) for name, files in outputs.items()}),
            params=Named(params),
            wildcards=SimpleNamespace(**wildcards),
            threads=threads,
            log=[str(Path(next(iter(outputs.values()))).parent / f".{script}.log")]
            if not isinstance(next(iter(outputs.values())), list)
            else [],
        )
    )


def scan_patients(folder):
    """Write DICOM files, a sheet and two readers' annotations."""
    rows = []
    (folder / "dicom").mkdir(parents=True)
    for number in range(1, 9):
        patient = f"P{number}"
        pixels = np.stack([draw_body(seed=number)])
        file = whole_body(
            pixels=pixels, StudyInstanceUID=f"1.{number}", PatientID=patient, PatientName=f"Doe^{patient}"
        )
        save(file, folder / "dicom" / f"{patient}.dcm")
        rows.append({"path": f"dicom/{patient}.dcm", "patient": patient, "exam": "1", "view": "anterior"})
        marks = [] if number % 2 else [shape(), shape(points=SECOND)]
        for reader in ("reader1", "reader2", "reader3"):
            write(folder / "annotations" / reader, f"{patient}_1_anterior", *marks)
    table = pd.DataFrame(rows)
    table.to_csv(folder / "sheet.tsv", sep="\t", index=False)
    return table


def make_run(home, source, cohort):
    """Make a run in a folder; return the folder of its scale."""
    results = home / "results" / "desk"
    shown, phantom = {"cohort": source, "scale": "desk"}, source == "phantom"
    settings = overlay(PAPER, overlay(TINY, {"cohort": {"source": source, "path": "/data/Doe Jane/scans.tsv"}}))
    settings["augment"] = settings["augment"] if phantom else PAPER["augment"]

    def at(**files):
        return {name: results / file for name, file in files.items()}

    scans = at(scans="ingest/scans.npy", table="ingest/scans.tsv")
    listed = at(rejected="ingest/rejected.tsv")
    kept = at(thorax="crop/thorax.npy", table="crop/crop.tsv", excluded="crop/excluded.tsv")
    call(
        "ingest",
        {"cohort": cohort},
        {**scans, **listed, **at(reports="ingest/reports.tsv", summary="ingest/summary.tsv")},
        {"source": source, "pseudonyms": "salted", "shape": [1024, 256], "whole_body": True, "code": "1"},
    )
    votes = {"votes": 2, "readers": None, "synonyms": {}, "source": source, "seed": settings["seed"]}
    votes |= {"labels": settings["annotate"]["labels"], "shape": [1024, 256]}
    annotations = {"annotations": results / "simulate" / "annotations"} if phantom else {}
    found = at(labels="label/labels.tsv", findings="label/findings.tsv", disputed="label/disputed.tsv")
    found |= at(masks="label/masks.npz", agreement="label/agreement.json")
    call("label", {"scans": scans["table"], **listed, **annotations}, found, votes)
    crop = {key: value for key, value in settings["crop"].items() if key not in ("method", "untrusted")}
    call("crop", {**scans, **listed}, kept, {"crop": crop, "untrusted": "keep", "seed": settings["seed"]})
    cohort_file, lineage = at(cohort="label/cohort.tsv"), at(lineage="augment/lineage.tsv")
    call(
        "cohort",
        {"labels": found["labels"], "scans": scans["table"], "crop": kept["table"], "excluded": kept["excluded"]},
        cohort_file,
        {"units": ["patient"], "ratio": [7, 3], "folds": 0},
    )
    counts = settings["augment"]["counts"] if phantom else "auto"
    grown = {"augment": {**settings["augment"], "counts": counts}, "block": 4, "seed": settings["seed"]}
    grown["paper"] = [PAPER["simulate"]["views"], PAPER["augment"]["counts"]]
    call("augment", {"thorax": kept["thorax"], **cohort_file}, {**at(images="augment/images.npy"), **lineage}, grown)
    call("normalise", at(images="augment/images.npy"), at(images="normalise/images.npy"), {"over": "image"})
    for draw, what in DRAWS.items():
        parts = at(**{name: f"split/patient/{draw}/{name}.tsv" for name in ("D1", "D2", "D3")})
        how = {"ratio": [7, 3], "seed": settings["seed"], "draw": what}
        call("split", lineage, parts, how, unit="patient", draw=draw)
    keys = [
        files_of({"unit": "patient", "draw": draw, "dataset": dataset, "model": model, "seed": "1"})
        for draw in DRAWS
        for dataset in ("D2", "D3")
        for model in ("V7", "V16")
    ]
    for number, key in enumerate(keys):
        pretend_training(results, settings, key, number)
    score(results, settings, keys)
    lay_out(results, shown)
    digests = at(digests="provenance/digests.tsv", settings="provenance/settings.json")
    files = [path for path in results.rglob("*") if path.is_file() and "simulate" not in path.parts]
    files = [str(path) for path in files if not path.name.startswith(".")]
    job = SimpleNamespace(output=Named(digests), params=Named(settings=public_settings(settings)), log=[], input=files)
    load(SCRIPTS / "digests.py").main(job)
    return results


def pretend_training(results, settings, key, number):
    """Write what a training writes, with probabilities drawn at random."""
    split = read_table(results / key["split"])
    train, test = (split[split["part"] == part] for part in ("train", "test"))
    chance = np.random.default_rng(number).uniform(size=len(test))
    write_table(results / key["probabilities"], test[["image"]].assign(probability=chance))
    (results / key["weights"]).write_bytes(b"weights of no network " + bytes([number]))
    images = np.load(results / key["images"], mmap_mode="r")
    numbers = training_numbers(settings, "desk", key["dataset"], key["model"])
    run = {name: key[name] for name in ("unit", "draw", "dataset", "model")} | {"seed": 1}
    record = {**run, **numbers, "status": "trained", "reason": "", "epochs": 3, "training_accuracy": 0.75}
    record |= {"data_sha256": fingerprint(images, train["row"].to_numpy(), train["label"].to_numpy())}
    code = ("bonescan.models.build", "bonescan.training.fit.fit", "bonescan.backend.prepare")
    record |= {"code_sha256": Library(SCRIPTS).digest(*code), "n_train": len(train), "n_test": len(test)}
    backend = {
        "python": "3.11",
        "keras": "3",
        "backend": "tensorflow",
        "tensorflow": "2",
        "numpy": "2",
        "device": "CPU",
    }
    write_json(results / key["fit"], record | {"backend": backend})


def score(results, settings, keys):
    """Call the script of rule evaluate."""
    divisions = [[draw, dataset] for draw in DRAWS for dataset in ("D2", "D3")]
    inputs = {
        "splits": [str(results / f"split/patient/{draw}/{dataset}.tsv") for draw, dataset in divisions],
        "probabilities": [str(results / key["probabilities"]) for key in keys],
        "fits": [str(results / key["fit"]) for key in keys],
    }
    outputs = {name: results / f"evaluate/patient/{name}.tsv" for name in ("predictions", "metrics", "summary")}
    call("evaluate", inputs, outputs, {"divisions": divisions, "seed": settings["seed"]}, unit="patient")


def lay_out(results, shown):
    """Call the scripts of Tables 1, 2, 6 to 9, the comparison, the claims and the kinship."""

    def tables(*names):
        suffixes = ("csv", "md", "tex")
        return {name: [str(results / "tables" / f"{name}.{suffix}") for suffix in suffixes] for name in names}

    counted = {"cohort": results / "label/cohort.tsv", "lineage": results / "augment/lineage.tsv"}
    summaries = {"summaries": [str(results / "evaluate/patient/summary.tsv")]}
    call("cohort_tables", counted, tables("table1", "table2"), {"provenance": shown})
    call("result_tables", summaries, tables("table6", "table7", "table8", "table9"), {"provenance": shown})
    published = {"published": ROOT / "workflow" / "resources" / "published.tsv"}
    call("comparison", {**published, **counted, **summaries}, tables("comparison"), {"provenance": shown})
    scored = {name: [str(results / f"evaluate/patient/{name}.tsv")] for name in ("predictions", "metrics")}
    call("claims", scored, tables("claims"), {"provenance": shown, "seed": PAPER["seed"]})
    parts = [["patient", dataset] for dataset in ("D2", "D3")]
    images = {"counts": results / "augment/images.npy", "normalised": results / "normalise/images.npy"}
    images["splits"] = [str(results / f"split/patient/repeat1/{dataset}.tsv") for _, dataset in parts]
    kinship = {"table": "csv md tex", "figure": "pdf png"}
    kinship = {name: [str(results / f"leak/kinship.{end}") for end in ends.split()] for name, ends in kinship.items()}
    call("kinship_shares", images, kinship, {"provenance": shown, "parts": parts, "draws": len(DRAWS)})


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """The folder of a finished run on simulated patients."""
    home = tmp_path_factory.mktemp("phantom")
    simulated = home / "results" / "desk" / "simulate"
    scan_patients(simulated)
    make_run(home, "phantom", simulated / "sheet.tsv")
    return home


@pytest.fixture(scope="session")
def own(tmp_path_factory):
    """Folders of a finished run on somebody's own scans, and of the scans, whose sheet has the labels."""
    home, scans = tmp_path_factory.mktemp("mine"), tmp_path_factory.mktemp("archive")
    table = scan_patients(scans)
    shutil.rmtree(scans / "annotations")
    table["label"] = ["normal", "metastasis"] * 4
    table.to_csv(scans / "sheet.tsv", sep="\t", index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        patch.setenv("BONESCAN_SALT", "a salt that only the tests know")
        make_run(home, "sheet", scans / "sheet.tsv")
    return home, scans


@pytest.fixture
def copied(finished, tmp_path):
    """A copy of the finished run, to alter."""
    shutil.copytree(finished, tmp_path / "run")
    return tmp_path / "run" / "results" / "desk"


@pytest.fixture
def trace(command, capsys):
    """Call the command; return its exit status and what it prints, as data if it is JSON."""

    def run(*arguments):
        status = command.main([*map(str, arguments)])
        text = capsys.readouterr().out
        return status, json.loads(text) if "--json" in arguments else text

    return run
