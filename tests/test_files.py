import errno
import json
import resource
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from workflow_runs import ROOT

from bonescan import files
from bonescan.chance import generator
from bonescan.files import (
    append_rows,
    concatenate_tables,
    link_files,
    read_table,
    write_array,
    write_folder,
    write_json,
    write_table,
    write_whole,
)


def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "table.tsv"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(RuntimeError), write_whole(path) as temporary:
        temporary.write_text("half", encoding="utf-8")
        raise RuntimeError
    assert path.read_text(encoding="utf-8") == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["table.tsv"]


KILLED = """
import os, signal, sys
from bonescan.files import write_folder, write_whole
with write_whole(sys.argv[1] + "/table.tsv") as file, write_folder(sys.argv[1] + "/dicom") as folder:
    file.write_text("half", encoding="utf-8")
    (folder / "half").touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_goes_and_what_another_still_writes_stays(tmp_path):
    killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path], cwd=ROOT / "workflow" / "scripts", check=False)
    assert killed.returncode == -signal.SIGKILL and len(list(tmp_path.iterdir())) == 2
    (tmp_path / ".part").mkdir()
    (tmp_path / ".journal.part").touch()
    with write_whole(tmp_path / "other.tsv") as still_written:
        still_written.write_text("other", encoding="utf-8")
        files.remove_leftovers.cache_clear()
        write_table(tmp_path / "table.tsv", pd.DataFrame({"image": ["a"]}))
        assert still_written.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".journal.part", ".part", "other.tsv", "table.tsv"]


def test_two_that_write_the_same_folder_do_not_mix(tmp_path):
    """A killed run's orphan, and the run that resumes."""
    with write_folder(tmp_path / "dicom") as orphan:
        (orphan / "a").write_text("orphan", encoding="utf-8")
        files.remove_leftovers.cache_clear()
        with write_folder(tmp_path / "dicom") as resumed:
            (resumed / "a").write_text("resumed", encoding="utf-8")
            (orphan / "b").touch()
        assert [path.name for path in (tmp_path / "dicom").iterdir()] == ["a"]
    assert sorted(path.name for path in (tmp_path / "dicom").iterdir()) == ["a", "b"]
    assert [path.name for path in tmp_path.iterdir()] == ["dicom"]


def test_written_files_read_back(tmp_path):
    write_array(tmp_path / "a" / "x.npy", np.arange(6).reshape(2, 3))
    write_json(tmp_path / "x.json", {"auc": None})
    write_table(tmp_path / "x.tsv", pd.DataFrame({"image": ["a"], "auc": [np.nan]}))
    assert np.load(tmp_path / "a" / "x.npy").tolist() == [[0, 1, 2], [3, 4, 5]]
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8")) == {"auc": None}
    assert (tmp_path / "x.tsv").read_text(encoding="utf-8") == "image\tauc\na\t\n"


def test_a_disk_that_takes_no_more_is_named(tmp_path):
    """Here a limit on the size of a file; a full disk is another number of the same error."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, before[1]))
    try:
        with pytest.raises(OSError) as stopped:
            write_array(tmp_path / "x.npy", np.zeros((3, 2**19)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert stopped.value.errno == errno.EFBIG and list(tmp_path.iterdir()) == []


def test_identifiers_are_text_and_only_an_empty_field_is_missing(tmp_path):
    (tmp_path / "x.tsv").write_text("image\tpatient\tauc\nNA_1_anterior\tNA\t0.5\nx\t007\t\n", encoding="utf-8")
    table = read_table(tmp_path / "x.tsv")
    assert table["patient"].tolist() == ["NA", "007"] and table["auc"].isna().tolist() == [False, True]


def test_json_refuses_nan(tmp_path):
    with pytest.raises(ValueError):
        write_json(tmp_path / "x.json", {"auc": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_generator_depends_on_seed_and_name_alone():
    assert generator(1, "crop", "a").integers(10**9) == generator(1, "crop", "a").integers(10**9)
    draws = {generator(seed, "crop", name).integers(10**9) for seed in (1, 2) for name in "ab"}
    assert len(draws) == 4


def test_a_failed_folder_leaves_the_old_one_and_the_next_starts_anew(tmp_path):
    folder = tmp_path / "dicom"
    folder.mkdir()
    (folder / "old").touch()
    with pytest.raises(RuntimeError), write_folder(folder) as temporary:
        (temporary / "half").touch()
        raise RuntimeError
    assert [entry.name for entry in folder.iterdir()] == ["old"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["dicom"], "a full disk would stay full"
    with write_folder(folder) as temporary:
        (temporary / "new").touch()
    assert [entry.name for entry in folder.iterdir()] == ["new"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["dicom"]


@pytest.mark.parametrize("links", [True, False])
def test_files_are_linked_or_copied_with_their_folders(tmp_path, monkeypatch, links):
    if not links:
        monkeypatch.setattr("os.link", lambda *_: (_ for _ in ()).throw(OSError("no hard links here")))
    for reader in (1, 2):
        (tmp_path / "from" / f"reader{reader}").mkdir(parents=True)
        (tmp_path / "from" / f"reader{reader}" / "a.json").write_text(str(reader), encoding="utf-8")
    link_files(tmp_path / "from", tmp_path / "to")
    assert [(tmp_path / "to" / f"reader{reader}" / "a.json").read_text(encoding="utf-8") for reader in (1, 2)] == [
        "1",
        "2",
    ]
    assert ((tmp_path / "to" / "reader1" / "a.json").stat().st_nlink == 2) == links


def test_tables_are_appended_and_concatenated_as_if_written_at_once(tmp_path):
    rows = [{"image": "a", "auc": 0.1, "label": 1}, {"image": "b", "auc": None, "label": 0}]
    parts = [tmp_path / f"{number}.tsv" for number in range(4)]
    for part, chosen in zip(parts, ([], rows[:1], [], rows[1:]), strict=True):
        append_rows(part, chosen)
    append_rows(parts[3], rows[:1])
    concatenate_tables(parts, tmp_path / "whole.tsv")
    write_table(tmp_path / "expected.tsv", pd.DataFrame([*rows, rows[0]]))
    assert (tmp_path / "whole.tsv").read_bytes() == (tmp_path / "expected.tsv").read_bytes()
    append_rows(tmp_path / "other.tsv", [{"image": "c", "auc": 0.3}])
    with pytest.raises(ValueError, match=r"other\.tsv: expected the columns .*'label'"):
        concatenate_tables([*parts, tmp_path / "other.tsv"], tmp_path / "whole.tsv")
