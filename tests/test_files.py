import json

import numpy as np
import pandas as pd
import pytest

from bonescan.chance import generator
from bonescan.files import read_table, write_array, write_json, write_table, write_whole


def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "table.tsv"
    path.write_text("old")
    with pytest.raises(RuntimeError), write_whole(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["table.tsv"]


def test_written_files_read_back(tmp_path):
    write_array(tmp_path / "a" / "x.npy", np.arange(6).reshape(2, 3))
    write_json(tmp_path / "x.json", {"auc": None})
    write_table(tmp_path / "x.tsv", pd.DataFrame({"image": ["a"], "auc": [np.nan]}))
    assert np.load(tmp_path / "a" / "x.npy").tolist() == [[0, 1, 2], [3, 4, 5]]
    assert json.loads((tmp_path / "x.json").read_text()) == {"auc": None}
    assert (tmp_path / "x.tsv").read_text() == "image\tauc\na\t\n"


def test_identifiers_are_text_and_only_an_empty_field_is_missing(tmp_path):
    (tmp_path / "x.tsv").write_text("image\tpatient\tauc\nNA_1_anterior\tNA\t0.5\nx\t007\t\n")
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
