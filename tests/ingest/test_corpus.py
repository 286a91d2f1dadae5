"""pydicom's own collection of test files, whole: each is accepted or left out with a reason, and none stops the run."""

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pydicom
from ingest_runs import paths, run, written
from pydicom.data import get_testdata_files

from bonescan.ingest import datasets, pixels
from bonescan.ingest.refusal import Refusal
from bonescan.ingest.tables import kind_of


def test_every_file_of_the_collection_has_an_outcome(tmp_path):
    installed = Path(pydicom.__file__).parent / "data"
    shutil.copytree(installed, tmp_path / "data", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    files = [
        path.relative_to(tmp_path / "data").as_posix() for path in (tmp_path / "data").rglob("*") if path.is_file()
    ]
    assert len(files) > 150 and any("JPGExtended" in file for file in get_testdata_files())
    # the real whole-body scan and its compressed copies do not say which view they show
    views = [file for file in files if Path(file).name.startswith(("JPGExtended", "JPEG2000", "JPEG-lossy"))]
    rows = "".join(f"{file}\tpatient {number}\tanterior\n" for number, file in enumerate(views))
    (tmp_path / "data" / "sheet.tsv").write_text(f"path\tpatient\tview\n{rows}")
    _, table, rejected = run("both", tmp_path / "data" / "sheet.tsv", tmp_path, pseudonyms="salted", threads=2)
    assert len(table) + len(rejected) == len(files)
    assert list(table["format"]) == ["DICOM, JPEG Extended (Process 2 and 4), 16 bits"]
    kinds = Counter(map(kind_of, rejected["reason"]))
    assert kinds["Modality"] > 100
    assert not any(kind.startswith("unreadable") for kind in kinds), kinds
    named = paths(rejected)
    assert named["test_files/JPEG2000.dcm"] == "pixels from -30 to 245, expected counts from 0 to 65535"
    assert named["test_files/dicomdirtests/DICOMDIR"] == "a DICOMDIR"
    for identity in ("CompressedSamples", "8NM1", "Lestrade", "Citizen"):
        assert identity.lower() not in written(tmp_path).lower()


def test_no_picture_of_the_collection_makes_a_decoder_fall():
    """Whatever modality: counts, or a reason; and copies in several transfer syntaxes hold the same values."""
    installed = Path(pydicom.__file__).parent / "data" / "test_files"
    outcomes, copies = Counter(), {}
    for path in sorted(installed.rglob("*")):
        if not path.is_file():
            continue
        try:
            with datasets.silence_pydicom():
                dataset = datasets.read_dataset(path.read_bytes())
                if "PixelData" not in dataset or "BitsAllocated" not in dataset:
                    continue
                pixels.check_complete(dataset)
                counts = pixels.frame_counts(dataset, 0)
        except Refusal as reason:
            outcomes[kind_of(str(reason))] += 1
            continue
        outcomes["decoded"] += 1
        if path.name.startswith("MR_small") and counts.shape == (64, 64):
            copies[str(dataset.file_meta.TransferSyntaxUID)] = counts
    assert outcomes["decoded"] > 30, outcomes
    assert len(copies) >= 6, list(copies)
    first, *others = copies.values()
    assert all(np.array_equal(first, other) for other in others)
