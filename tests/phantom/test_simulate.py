import hashlib
import json
import shutil
import subprocess
import zipfile
from types import SimpleNamespace

import gather_cohort
import numpy as np
import pandas as pd
import pydicom
import pytest
import simulate

from bonescan.phantom import truth
from bonescan.phantom.composition import MATCHED
from bonescan.phantom.patient import simulate as examine

SETTINGS = {
    "patients": {"normal": 2, "metastasis": 3},
    "views": {"normal": 3, "multiple": 2, "spinal": 1, "outside_spine": 1},
    "age": [43, 92],
    "pixel_spacing_mm": 2.4,
    "counts": [0.35e6, 3.6e6],
    "readers": 3,
}


def run(folder, shards):
    params = SimpleNamespace(simulate={**SETTINGS, "shards": shards}, seed=7)
    folders = [folder / "shards" / str(number) for number in range(1, shards + 1)]
    for shard in folders:
        job = {"params": params, "wildcards": SimpleNamespace(shard=shard.name), "log": [str(folder / "log")]}
        simulate.main(SimpleNamespace(**job, output=SimpleNamespace(shard=str(shard))))
    names = {"views": "truth_views.tsv", "lesions": "truth_lesions.tsv", "foci": "truth_foci.tsv", "sheet": "sheet.tsv"}
    names |= {"dicom": "dicom", "annotations": "annotations", "truth": "truth"}
    output = SimpleNamespace(**{key: str(folder / name) for key, name in names.items()})
    gathered = SimpleNamespace(shards=[str(shard) for shard in folders])
    gather_cohort.main(SimpleNamespace(input=gathered, output=output, log=[str(folder / "log")]))
    # as Snakemake removes what is temporary
    shutil.rmtree(folder / "shards")
    return folder


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return run(tmp_path_factory.mktemp("one"), 1)


def table(folder, name):
    return pd.read_csv(folder / f"{name}.tsv", sep="\t")


@pytest.mark.parametrize("shards", [3, 6])
def test_shards_do_not_change_a_byte(cohort, tmp_path, shards):
    """Nor does a shard that is left without a patient, the sixth of five."""

    def digests(folder):
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "log")
        return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    found = digests(run(tmp_path, shards))
    assert found == digests(cohort)
    assert len(found) == 5 + 5 + 3 * 7 + 4


def test_the_files_are_nuclear_medicine_images(cohort):
    sheet, truth = table(cohort, "sheet"), table(cohort, "truth_views")
    assert len(sheet) == 5 and len(truth) == 7
    for path, patient in zip(sheet["path"], sheet["patient"], strict=True):
        scan = pydicom.dcmread(cohort / path)
        assert scan.SOPClassUID == "1.2.840.10008.5.1.4.1.1.20"
        assert scan.ImageType[2] == "WHOLE BODY"
        assert scan.PatientID == f"PHANTOM{int(patient[1:]):03d}"
        views = truth[truth["patient"] == patient]
        assert scan.NumberOfFrames == scan.NumberOfDetectors == len(views)
        frames = scan.pixel_array.reshape(-1, 1024, 256)
        assert frames.dtype == np.uint16
        assert list(frames.sum(axis=(1, 2))) == list(views["counts"])
        meanings = [item.ViewCodeSequence[0].CodeMeaning for item in scan.DetectorInformationSequence]
        assert meanings == [f"{view.capitalize()} projection" for view in views["view"]]


def complaints(path):
    """What dciodvfy finds wrong with a DICOM file: its lines but the one that names the object's kind."""
    run = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, timeout=60, check=False)
    kind, *lines = (run.stdout + run.stderr).splitlines()
    assert kind == "NMImage", run.stdout + run.stderr
    return lines


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="needs dciodvfy of Debian's dicom3tools")
def test_a_dicom_validator_has_nothing_to_say(cohort, tmp_path):
    views = table(cohort, "truth_views").groupby("patient")["view"].agg(tuple)
    assert set(views.str.len()) == {1, 2}
    for path in table(cohort, "sheet")["path"]:
        assert complaints(cohort / path) == []
    scan = pydicom.dcmread(cohort / path)
    del scan.DetectorInformationSequence
    scan.save_as(tmp_path / "broken.dcm")
    assert any(line.startswith("Error") for line in complaints(tmp_path / "broken.dcm"))


def test_the_header_holds_nothing_of_the_picture_but_its_counts(cohort):
    """A hot lesion would show in the largest pixel value."""
    for path in table(cohort, "sheet")["path"]:
        scan = pydicom.dcmread(cohort / path, stop_before_pixels=True)
        assert "SmallestImagePixelValue" not in scan and "LargestImagePixelValue" not in scan
        assert scan.CountsAccumulated > 0.3e6


def test_every_metastatic_view_shows_its_subtype_in_the_thorax(cohort):
    lesions, truth = table(cohort, "truth_lesions"), table(cohort, "truth_views")
    assert set(lesions["image"]) == set(truth.loc[truth["label"] == 1, "image"])
    for _, view in truth[truth["label"] == 1].iterrows():
        seen = lesions[(lesions["image"] == view["image"]) & (lesions["visible"] == 1)]
        inside = seen[seen["in_thorax"] == 1]
        assert len(inside) >= 1
        assert inside["row"].between(view["row0"], view["row1"]).all()
        assert inside["col"].between(view["col0"] - 1, view["col1"]).all()
        spinal = (seen["region"] == "spine").all()
        assert view["subtype"] == ("spinal" if spinal else "multiple" if len(seen) > 1 else "outside_spine")


def test_the_annotations_have_a_majority_for_the_label(cohort):
    for _, view in table(cohort, "truth_views").iterrows():
        votes = 0
        for reader in (1, 2, 3):
            shapes = json.loads(
                (cohort / "annotations" / f"reader{reader}" / f"{view['image']}.json").read_text(encoding="utf-8")
            )
            votes += any(shape["label"] == "metastasis" for shape in shapes["shapes"])
        assert (votes >= 2) == bool(view["label"])


def test_the_body_lies_between_its_truth_rows(cohort):
    truth = table(cohort, "truth_views").set_index("image")
    sheet = table(cohort, "sheet").set_index("patient")
    image = truth.index[0]
    row = truth.loc[image]
    frame = pydicom.dcmread(cohort / sheet.loc[row["patient"], "path"]).pixel_array.reshape(-1, 1024, 256)[0]
    # background alone: 0.03 to 0.055 counts a pixel at the usual count level
    assert frame[: row["body_row0"] - 15].mean() < 0.1
    assert frame[row["body_row1"] + 15 :].mean() < 0.1
    assert frame[row["body_row0"] : row["body_row1"]].mean() > 1.0


def masks_of(folder, patient):
    with np.load(folder / "truth" / f"phantom{int(patient[1:]):03d}.npz") as archive:
        return dict(archive)


def test_the_masks_hold_what_the_truth_tables_say(cohort):
    views = table(cohort, "truth_views")
    for name, listed, region in (("lesion", "truth_lesions", "metastasis"), ("focus", "truth_foci", "benign focus")):
        rows = table(cohort, listed)
        for patient, shown in views.groupby("patient"):
            masks = masks_of(cohort, patient)
            numbers = masks["lesions" if name == "lesion" else "foci"]
            assert numbers.shape == masks["regions"].shape == (len(shown), 1024, 256)
            assert numbers.dtype == np.uint8 and masks["regions"].dtype == np.uint16
            for view, image in enumerate(shown["image"]):
                own = rows[rows["image"] == image]
                assert set(np.unique(numbers[view])) <= {0, *own[name]}
                visible = own[own["visible"] == 1]
                covered = truth.mask(masks["regions"][view], region)
                assert covered.any() == (len(visible) > 0)
                for _, focus in visible.iterrows():
                    at = round(focus["row"]), round(np.clip(focus["col"], 0, 255))
                    near = tuple(slice(max(0, centre - 4), centre + 5) for centre in at)
                    assert covered[near].any(), (image, focus["bone"])


def test_the_regions_lie_where_the_anatomy_has_them(cohort):
    for _, row in table(cohort, "truth_views").iterrows():
        views = table(cohort, "truth_views").query("patient == @row.patient")["image"].tolist()
        regions = masks_of(cohort, row["patient"])["regions"][views.index(row["image"])]
        where = {name: np.argwhere(truth.mask(regions, name)) for name in truth.REGIONS[:14]}
        assert all(len(pixels) for pixels in where.values())
        middle = {name: pixels[:, 0].mean() for name, pixels in where.items()}
        order = ("skull", "cervical spine", "thoracic spine", "lumbar spine", "sacrum", "bladder", "legs")
        assert sorted(order, key=middle.get) == list(order)
        cage = np.concatenate([where[name] for name in ("ribs", "sternum", "shoulder girdle")])
        assert cage[:, 0].min() >= row["row0"] and cage[:, 0].max() < row["row1"]
        assert cage[:, 1].min() >= row["col0"] - 1 and cage[:, 1].max() <= row["col1"]
        bones = regions & ((1 << 11) - 1) > 0
        assert (bones & ~truth.mask(regions, "body")).sum() < 0.01 * bones.sum()


def test_masks_carry_no_time_of_writing(cohort):
    with zipfile.ZipFile(next((cohort / "truth").iterdir())) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_overlapping_foci_are_numbered_by_their_counts():
    window = (slice(10, 13), slice(20, 23))
    weak, strong = np.zeros((3, 3)), np.zeros((3, 3))
    weak[:, :2], strong[:, 1:] = 1.0, 5.0
    strong[:, 2] = 2.0
    numbers = truth.number_foci([(weak, window), (strong, window)])
    assert numbers[window].tolist() == [[1, 2, 0]] * 3
    assert np.count_nonzero(numbers) == 6


def test_the_ideal_observer_finds_the_lesions_and_nothing_where_they_are_not(cohort):
    truth = table(cohort, "truth_views")
    filtered = truth[["matched_filter", "matched_filter_without"]]
    assert filtered[truth["label"] == 0].isna().all(axis=None)
    diseased = filtered[truth["label"] == 1]
    # a lesion counts as visible from a signal-to-noise ratio of 5
    assert (diseased["matched_filter"] > 3).all() and (diseased["matched_filter_without"].abs() < 4).all()


def test_a_reader_who_sees_the_lesions_marks_them_and_nothing_else(monkeypatch):
    """Where no benign focus is in sight; the majority of the readers sees the lesions."""
    monkeypatch.setattr("bonescan.phantom.benign.draw", lambda *_: [])
    row = {"patient": "P001", "exam": "1", "subtype": "spinal", "label": 1, "sex": "F", "age": 60}
    row |= {f"{name}_quantile": 0.5 for name in MATCHED}
    for seed in range(3):
        exam = examine({**row, "views": "posterior"}, SETTINGS, np.random.default_rng(seed))
        visible = [lesion["bone"] for lesion in exam.lesions if lesion["visible"]]
        called = [annotation for annotation in exam.annotations.values() if annotation["flags"]["metastasis"]]
        assert len(called) >= 2
        assert all([shape["description"] for shape in annotation["shapes"]] == visible for annotation in called)
        assert 0 < exam.truth[0]["calls"] <= exam.truth[0]["reads"]
