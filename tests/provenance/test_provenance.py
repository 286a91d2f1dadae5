"""From a cell to the pixels: an untouched run holds, and an altered link is named."""

import json
import re
import shutil

import numpy as np
import pandas as pd
import pydicom
import pytest

from bonescan.files import read_table, write_table
from bonescan.provenance import arrays, trainings
from bonescan.provenance.cells import Cell
from bonescan.provenance.chain import keys_of
from bonescan.provenance.links import Link, find_culprits
from bonescan.provenance.run import Run
from bonescan.provenance.settings import learning_rate
from bonescan.terms import RUN

CELL = ("--classifier", "V16", "--unit", "patient", "--metric", "accuracy")


def test_an_untouched_run_holds(finished, trace):
    results = finished / "results" / "desk"
    status, told = trace(results / "tables" / "table7.csv", *CELL, "--json")
    assert status == 0 and told["holds"] and not told["breaks_at"]
    assert {link["verdict"] for link in told["links"]} == {"verified"}
    assert [link["step"] for link in told["links"] if link["step"] != "table"] == [
        *("cell", "summary", "metrics", "predictions"),
        *2 * ["probabilities", "weights", "training settings", "training code", "training data"],
        *("split", "split", "normalised images", "images", "lineage", "cohort", "labels", "thoracic images", "crops"),
        *("scans", "source files"),
    ]
    summary = read_table(results / "evaluate" / "patient" / "summary.tsv").set_index(["dataset", "model"])
    assert float(told["value"]) == summary.at[("D2", "V16"), "accuracy"]
    status, text = trace(results / "tables" / "table7.csv", *CELL)
    assert status == 0 and text.endswith(f"The chain holds: {len(told['links'])} verified.\n")


@pytest.mark.parametrize(
    ("table", "cell"),
    [
        ("tables/table1", ("--subtype", "normal", "--metric", "samples")),
        ("tables/table2", ("--where", "row=2", "--column", "ratio")),
        ("tables/table9", ("--where", "dataset=D3", "model=SPECS V7", "--metric", "auc_low")),
        ("tables/comparison", ("--where", "table=Table 8", "classifier=V7", "--unit", "patient", "--metric", "Rec")),
        (
            "tables/comparison",
            ("--where", "table=Table 2", "subtype=normal", "--unit", "patient", "--metric", "samples"),
        ),
        ("tables/comparison", ("--where", "row=100", "--column", "paper")),
        ("tables/claims", ("--where", "row=1", "--column", "value")),
        ("leak/kinship", ("--where", "row=1", "--column", "sibling")),
    ],
)
def test_every_table_has_its_chain(finished, trace, table, cell):
    status, text = trace(finished / "results" / "desk" / f"{table}.csv", *cell)
    assert status == 0 and "The chain holds" in text and "not made again" not in text
    assert ("source files" in text) == ("paper" not in cell)


def test_kin_are_followed_to_their_split_and_no_network(finished, trace):
    told = trace(
        finished / "results" / "desk" / "leak" / "kinship.csv", "--where", "row=1", "--column", "sibling", "--json"
    )
    steps = [link["step"] for link in told[1]["links"]]
    assert "split" in steps and "images" in steps and not {"weights", "predictions", "summary"} & set(steps)


def test_a_leak_is_followed_under_both_units():
    facts = {"unit": "patient", "leaking_unit": "image", "dataset": "D3", "model": "mean"}
    both = keys_of(Cell(0, "difference", "0.1", facts))
    assert both == [{"unit": "image", "dataset": "D3"}, {"unit": "patient", "dataset": "D3"}]


def test_a_table_that_is_not_followed_is_refused(copied, command):
    (copied / "control").mkdir()
    shutil.copy(copied / "tables" / "table8.csv", copied / "control" / "control.csv")
    with pytest.raises(ValueError, match=r"control/control.csv: expected a table of tables/ or clinical_use/"):
        command.main([str(copied / "control" / "control.csv"), "--where", "row=1", "--metric", "accuracy"])


def alter_text(file, old, new):
    def alter(results):
        path = results / file
        text = path.read_text(encoding="utf-8")
        assert re.search(old, text)
        path.write_text(re.sub(old, new, text, count=1), encoding="utf-8")

    return alter


def alter_cell(file, column, change, where=None):
    def alter(results):
        table = read_table(results / file)
        row = table.index[-1] if where is None else table.query(where).index[0]
        table[column] = table[column].astype(object)
        table.at[row, column] = change(table.at[row, column])
        write_table(results / file, table)

    return alter


def alter_array(file, row):
    def alter(results):
        array = np.load(results / file)
        array[row, array.shape[1] // 2, array.shape[2] // 2] += 1
        np.save(results / file, array)

    return alter


def alter_csv(results):
    path = results / "tables" / "table7.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.loc[table["model"] == "V16", "accuracy"] = "0.99"
    table.to_csv(path, index=False)


def alter_dicom(results):
    path = results / "simulate" / "dicom" / "P8.dcm"
    data = pydicom.dcmread(path)
    pixels = bytearray(data.PixelData)
    pixels[2 * (400 * 256 + 120)] ^= 1
    data.PixelData = bytes(pixels)
    data.save_as(path)


V16 = "train/patient/repeat2/D2/V16/seed1"
LINKS = {
    "cell": (alter_csv, "tables/table7.csv"),
    "printed": (alter_text("tables/table7.md", r"SPECS V16 \| 0\.\d", "SPECS V16 | 0.9"), "tables/table7.md"),
    "summary": (
        alter_cell("evaluate/patient/summary.tsv", "accuracy", lambda was: 0.99, "dataset == 'D2' and model == 'V16'"),
        "evaluate/patient/summary.tsv",
    ),
    "interval": (
        alter_cell("evaluate/patient/summary.tsv", "auc_low", lambda was: 0.01, "dataset == 'D2' and model == 'V16'"),
        "evaluate/patient/summary.tsv",
    ),
    "metrics": (
        alter_cell("evaluate/patient/metrics.tsv", "tp", lambda was: was + 1, "dataset == 'D2' and model == 'V16'"),
        "evaluate/patient/metrics.tsv",
    ),
    "prediction": (
        alter_cell(
            "evaluate/patient/predictions.tsv", "probability", lambda was: 0.123, "dataset == 'D2' and model == 'V16'"
        ),
        "evaluate/patient/predictions.tsv",
    ),
    "probability": (alter_cell(f"{V16}/probabilities.tsv", "probability", lambda was: 0.123), None),
    "training code": (
        alter_text(f"{V16}/fit.json", '"code_sha256": "....', '"code_sha256": "0000'),
        f"{V16}/fit.json",
    ),
    "training settings": (
        alter_text(f"{V16}/fit.json", '"learning_rate": 0.03', '"learning_rate": 0.02'),
        f"{V16}/fit.json",
    ),
    "split": (
        alter_cell("split/patient/repeat2/D2.tsv", "label", lambda was: 1 - was, "part == 'train'"),
        "split/patient/repeat2/D2.tsv",
    ),
    "normalised image": (alter_array("normalise/images.npy", 0), "normalise/images.npy"),
    "image": (alter_array("augment/images.npy", 0), "augment/images.npy"),
    "lineage": (alter_cell("augment/lineage.tsv", "amount", lambda was: was + 1), "augment/lineage.tsv"),
    "cohort": (alter_cell("label/cohort.tsv", "subtype", lambda was: "spinal"), "label/cohort.tsv"),
    "label": (alter_cell("label/labels.tsv", "label", lambda was: 1 - was), "label/labels.tsv"),
    "thorax": (alter_array("crop/thorax.npy", 3), "crop/thorax.npy"),
    "crop": (alter_cell("crop/crop.tsv", "row1", lambda was: was + 1), "crop/crop.tsv"),
    "scan": (alter_array("ingest/scans.npy", 3), "ingest/scans.npy"),
    "DICOM file": (alter_dicom, "dicom/P8.dcm"),
}


def trace_altered(copied, trace, link):
    """Alter a link of the run; return its file and those that are named."""
    alter, file = LINKS[link]
    alter(copied)
    whole = ("--all",) if link == "label" else ("--sample", "2")
    status, told = trace(copied / "tables" / "table7.csv", *CELL, *whole, "--json")
    assert status == 1 and not told["holds"]
    return file, [place["file"] for place in told["breaks_at"]]


@pytest.mark.parametrize("link", LINKS)
def test_an_altered_link_is_named_where_it_does_not_follow_from_the_pixels(copied, trace, link):
    (copied / "provenance" / "digests.tsv").unlink()
    file, named = trace_altered(copied, trace, link)
    # which of a probability and its copy is right, only the network can tell: --predict
    assert named == [file or "evaluate/patient/predictions.tsv"]


@pytest.mark.parametrize("link", ["cell", "prediction", "probability", "image", "scan"])
def test_an_altered_link_is_named_by_the_digests_of_the_run(copied, trace, link):
    file, named = trace_altered(copied, trace, link)
    assert named == [file or f"{V16}/probabilities.tsv"]


@pytest.mark.parametrize("file", [f"{V16}/model.keras", "ingest/scans.tsv", "ingest/rejected.tsv", "tables/table1.tex"])
def test_a_single_byte_is_found_by_the_digests(copied, trace, file):
    data = bytearray((copied / file).read_bytes())
    data[-2] ^= 1
    (copied / file).write_bytes(data)
    status, told = trace(copied / "tables" / "table7.csv", *CELL, "--sample", "2", "--json")
    assert status == 1 and [place["file"] for place in told["breaks_at"]] == [file]


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        ("split/patient/repeat2/D2.tsv", "cut"),
        ("split/patient/repeat2/D2.tsv", "gone"),
        ("augment/images.npy", "cut"),
        (f"{V16}/fit.json", "cut"),
        (f"{V16}/fit.json", "gone"),
        ("label/cohort.tsv", "gone"),
    ],
)
def test_a_file_cut_short_or_gone_is_named_and_stops_nothing(copied, trace, file, damage):
    path = copied / file
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:50])
    status, told = trace(copied / "tables" / "table7.csv", *CELL, "--sample", "2", "--json")
    assert status == 1 and file in {place["file"] for place in told["breaks_at"]}
    assert told["links"][-1]["step"] == "source files" or file == "label/cohort.tsv"


def test_a_sample_is_told_and_an_altered_file_is_looked_at_whole(copied, trace):
    status, text = trace(copied / "tables" / "table8.csv", *CELL, "--sample", "1")
    assert status == 0 and re.search(r"10 of \d+ images, from crop/thorax.npy", text)
    alter_array("augment/images.npy", 1)(copied)
    status, text = trace(copied / "tables" / "table8.csv", *CELL, "--sample", "1")
    assert status == 1 and "pixels that differ: 1, the first at row 32, column 32" in text


def test_own_scans_are_traced_by_pseudonyms(own, trace):
    home, scans = own
    table = home / "results" / "desk" / "tables" / "table8.csv"
    status, told = trace(table, *CELL, "--cohort", scans / "sheet.tsv", "--json")
    assert status == 0 and told["links"][-1]["verdict"] == "verified" and "all 8" in told["links"][-1]["what"]
    text = json.dumps(told)
    assert "Doe" not in text and "P1" not in text and str(scans) not in text and "dicom/" not in text
    status, told = trace(table, *CELL, "--json")
    assert status == 0 and told["links"][-1]["verdict"] == "not checked"


def test_own_scans_that_are_gone_are_missing(own, trace, tmp_path):
    home, _ = own
    status, told = trace(home / "results" / "desk" / "tables" / "table8.csv", *CELL, "--cohort", tmp_path, "--json")
    assert status == 1 and [place["verdict"] for place in told["breaks_at"]] == ["missing"]
    assert told["breaks_at"][0]["step"] == "source files"


def test_the_settings_keep_no_path(own):
    text = (own[0] / "results" / "desk" / "provenance" / "settings.json").read_text(encoding="utf-8")
    assert "Jane" not in text and json.loads(text)["cohort"]["source"] == "sheet"


def test_a_config_file_goes_before_the_recorded_settings(finished, trace, tmp_path):
    (tmp_path / "other.yaml").write_text("seed: 7\n", encoding="utf-8")
    table = finished / "results" / "desk" / "tables" / "table8.csv"
    status, text = trace(table, *CELL, "--configfile", tmp_path / "other.yaml")
    assert status == 1 and "differs      lineage" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--unit", "patient", "--metric", "accuracy"),
            "found 2 of 2 with unit=patient; give more with --where (model: V7",
        ),
        (("--classifier", "V99", "--metric", "accuracy"), "found 0 of 2"),
        (("--classifier", "V7", "--metric", "wisdom"), "column: expected one of dataset, unit"),
        (("--where", "planet=Mars", "--metric", "accuracy"), "planet: expected one of the columns"),
        (("--where", "Mars", "--metric", "accuracy"), "expected COLUMN=VALUE"),
    ],
)
def test_a_cell_that_is_none_is_refused_with_what_there_is(finished, command, arguments, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        command.main([str(finished / "results" / "desk" / "tables" / "table8.csv"), *arguments])


def test_the_digest_of_training_data_is_that_of_the_training(finished):
    training = pytest.importorskip("bonescan.training.fit")
    images, rows, labels = np.arange(24, dtype=np.float32).reshape(6, 2, 2), np.array([4, 1]), np.array([1, 0])
    assert arrays.fingerprint(images, rows, labels) == training.fingerprint(images[rows], labels)


def link(step, verdict, changed=False):
    return Link(step, f"{step}.tsv", "", verdict, "", "", changed)


def test_the_culprit_is_next_to_the_pixels_or_what_has_changed():
    chain = [link("cell", "differs"), link("images", "differs"), link("scans", "verified"), link("files", "missing")]
    assert [found.step for found in find_culprits(chain)] == ["images"]
    chain[0] = link("cell", "differs", changed=True)
    assert [found.step for found in find_culprits(chain)] == ["cell"]
    assert [found.step for found in find_culprits(chain[2:])] == ["files"]
    assert find_culprits(chain[2:3]) == []


def table_of(*probabilities):
    return pd.DataFrame({"image": ["a", "b"], "probability": probabilities})


@pytest.mark.parametrize(
    ("recorded", "kept", "read", "differs"),
    [
        ((0.2, 0.7), (0.2, 0.7), (0.2, 0.70001), []),
        ((0.2, 0.9), (0.2, 0.7), (0.2, 0.7), ["probabilities"]),
        ((0.2, 0.7), (0.2, 0.7), (0.2, 0.9), ["weights"]),
    ],
)
def test_a_network_reading_again_tells_probabilities_from_weights(copied, monkeypatch, recorded, kept, read, differs):
    key = trainings.files_of({"unit": "patient", "draw": "repeat2", "dataset": "D2", "model": "V16", "seed": "1"})
    write_table(copied / key["probabilities"], table_of(*recorded))
    rows = table_of(*kept).assign(**{name: key[name] for name in RUN})
    write_table(copied / "evaluate" / "patient" / "predictions.tsv", rows)
    monkeypatch.setattr(trainings, "predict_again", lambda run, key: table_of(*read))
    run = Run(copied, "desk", "phantom", {}, {}, copied, "", predict=True)
    found = dict(zip(("probabilities", "weights"), trainings.check_weights(run, key), strict=True))
    assert [name for name, (_, reason) in found.items() if reason] == differs
    assert "tolerance 1e-04" in found["probabilities"][0]


def test_a_rate_is_the_networks_own_or_the_datasets():
    scale = {"learning_rate": {"D1": 0.1, "D2": 0.2, "D3": 0.3}, "own_rate": {"R34": 0.4}}
    assert [learning_rate(scale, dataset, "V7") for dataset in ("D1", "D2", "D3")] == [0.1, 0.2, 0.3]
    assert learning_rate(scale, "D2", "R34") == 0.4
