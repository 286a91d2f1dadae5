import hashlib
import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pydicom
import pytest
import simulate

from bonescan.cohort import MATCHED
from bonescan.phantom.patient import simulate as examine

SETTINGS = {
    "patients": {"normal": 2, "metastasis": 3},
    "views": {"normal": 3, "multiple": 2, "spinal": 1, "outside_spine": 1},
    "age": [43, 92],
    "pixel_spacing_mm": 2.4,
    "counts": [0.35e6, 3.6e6],
    "readers": 3,
    "reader_error": 0.05,
}


def run(folder, threads):
    names = {"views": "truth_views.tsv", "lesions": "truth_lesions.tsv", "foci": "truth_foci.tsv", "sheet": "sheet.tsv"}
    names |= {"dicom": "dicom", "annotations": "annotations"}
    output = SimpleNamespace(**{key: str(folder / name) for key, name in names.items()})
    params = SimpleNamespace(simulate=SETTINGS, seed=7)
    simulate.main(SimpleNamespace(params=params, output=output, threads=threads, log=[str(folder / "log")]))
    return folder


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return run(tmp_path_factory.mktemp("one"), 1)


def table(folder, name):
    return pd.read_csv(folder / f"{name}.tsv", sep="\t")


def test_workers_do_not_change_a_byte(cohort, tmp_path):
    def digests(folder):
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "log")
        return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    assert digests(run(tmp_path, 2)) == digests(cohort)


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
            shapes = json.loads((cohort / "annotations" / f"reader{reader}" / f"{view['image']}.json").read_text())
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


def test_a_reader_who_sees_the_lesions_marks_them_and_nothing_else(monkeypatch):
    """Also where no benign focus is in sight, at whose place an erring reader would mark some rib."""
    monkeypatch.setattr("bonescan.phantom.benign.draw", lambda *_: [])
    row = {"patient": "P001", "exam": "1", "subtype": "spinal", "label": 1, "sex": "F", "age": 60}
    row |= {f"{name}_quantile": 0.5 for name in MATCHED}
    for seed in range(3):
        settings = {**SETTINGS, "reader_error": 0.0}
        exam = examine({**row, "views": "posterior"}, settings, np.random.default_rng(seed))
        visible = [lesion["bone"] for lesion in exam.lesions if lesion["visible"]]
        for annotation in exam.annotations.values():
            marked = [shape["description"] for shape in annotation["shapes"] if shape["label"] == "metastasis"]
            assert marked == visible
