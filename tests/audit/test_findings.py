"""What the audit finds in the paper: all of it, and no more."""

import pandas as pd
import pytest

from bonescan.audit.findings import (
    count_readings,
    explain_rows,
    tabulate_auc,
    tabulate_cells,
    tabulate_matrices,
    tabulate_sizes,
)
from bonescan.audit.printed import read_rows
from bonescan.audit.search import Size

MATRICES = {
    "D1": "44,3,20,44 29,18,1,63 41,6,7,57 39,8,1,63 35,12,17,47 33,14,6,58 32,15,7,57",
    "D2": "276,77,30,334 293,60,40,324 299,54,60,304 282,71,15,349 265,88,27,337 298,55,32,332 316,37,12,352",
    "D3": "280,73,23,341 336,17,6,358 344,9,6,358 347,6,8,356 326,27,5,359 274,79,4,360 199,154,2,362",
}
"""TP, FN, FP, TN of V7, V16, V19, V21, V24, R34, D121, worked out apart from this search."""

MISPRINTS = [
    ("D1", "V21", "accuracy", "0.9190", "0.9189", "slip of the last digit"),
    ("D1", "D121", "precision", "0.8209", "0.8205", "slip of the last digit"),
    ("D2", "V7", "recall", "0.7817", "0.7819", "slip of the last digit"),
    ("D2", "V24", "accuracy", "0.8397", "0.8396", "slip of the last digit"),
    ("D3", "V7", "accuracy", "0.8059", "0.8661", "cannot be"),
    ("D3", "V7", "specificity", "0.9366", "0.9368", "slip of the last digit"),
    ("D3", "V21", "accuracy", "0.9807", "0.9805", "slip of the last digit"),
    ("D3", "V24", "recall", "0.2350", "0.9235", "cannot be"),
    ("D3", "V24", "f1", "0.5320", "0.9532", "cannot be"),
]


def test_the_test_sets_are_found_blind(explained):
    sizes = tabulate_sizes(explained)
    assert sizes[["dataset", "images", "positive", "negative", "settled"]].to_numpy().tolist() == [
        ["D1", 111, 47, 64, 1],
        ["D2", 717, 353, 364, 1],
        ["D3", 717, 353, 364, 1],
    ]


def test_every_row_is_one_matrix(explained):
    found = tabulate_matrices(explained)
    assert (found["equally_good"] == 1).all() and len(found) == 21
    for dataset, rows in found.groupby("dataset"):
        matrices = rows[["tp", "fn", "fp", "tn"]].astype(str).agg(",".join, axis=1)
        assert " ".join(matrices) == MATRICES[dataset]


def test_nine_of_105_cells_do_not_follow(explained, published):
    cells = tabulate_cells(explained)
    wrong = cells[cells["verdict"] != "follows"]
    assert len(cells) == 105
    columns = ["dataset", "model", "metric", "printed", "implied", "verdict"]
    assert list(wrong[columns].itertuples(index=False, name=None)) == MISPRINTS
    noted = published[published["implied"] != ""]
    assert (
        noted[["dataset", "model", "metric", "value", "implied"]].to_numpy().tolist()
        == wrong[columns[:5]].to_numpy().tolist()
    ), "published.tsv says the same"
    assert (cells["implied"] != "").sum() == 9
    # only this one could be of another matrix of the test set
    assert wrong[wrong["possible"] == 1]["exact"].tolist() == ["652/684"]


def test_cells_are_rounded_or_cut_off(explained):
    cells = tabulate_cells(explained).set_index(["dataset", "model", "metric"])
    assert cells["reading"].value_counts().to_dict() == {"rounded": 85, "truncated": 11, "": 9}
    assert cells.loc[("D1", "V16", "specificity"), ["printed", "exact", "reading"]].tolist() == [
        *("0.9843", "63/64", "truncated")
    ]
    assert count_readings(explained)["rounded"] == 85


def test_no_auc_contradicts_its_operating_point(explained):
    auc = tabulate_auc(explained).set_index(["dataset", "model"])
    assert len(auc) == 21 and (auc["within"] == 1).all()
    assert auc[auc["within_concave"] == 0].index.tolist() == [("D1", "V21")]


@pytest.mark.parametrize(("value", "seen"), [("0.9613", []), ("0.9612", [["D3", "V21"]])])
def test_an_auc_that_cannot_be_is_seen(published, value, seen):
    """At least .96139, which is 0.9613 cut off."""
    table = published.copy()
    cell = (table["dataset"] == "D3") & (table["model"] == "V21") & (table["metric"] == "auc")
    table.loc[cell, "value"] = value
    auc = tabulate_auc(explain_rows(read_rows(table, "x")[0], {"D1": 111, "D2": Size(353, 364), "D3": 717}, 2))
    assert auc[auc["within"] == 0][["dataset", "model"]].to_numpy().tolist() == seen


@pytest.mark.parametrize("metric", ["accuracy", "precision", "recall", "specificity", "f1"])
def test_a_new_misprint_is_found_and_named(published, metric):
    table = published.copy()
    cell = (table["dataset"] == "D1") & (table["model"] == "V19") & (table["metric"] == metric)
    true = table.loc[cell, "value"].item()
    table.loc[cell, "value"] = "0.5000"
    cells = tabulate_cells(explain_rows(read_rows(table, "x")[0], {}, 300))
    wrong = cells[(cells["model"] == "V19") & (cells["dataset"] == "D1") & (cells["verdict"] != "follows")]
    assert wrong[["metric", "implied", "verdict"]].to_numpy().tolist() == [[metric, true, "cannot be"]]


def test_a_wide_table_in_percent():
    table = pd.DataFrame(
        [["a", "88.29%", "85.42%", "87.23%", "89.06%"], ["b", "81.98%", "84.62%", "70.21%", "90.63%"]],
        columns=["method", "acc", "ppv", "sensitivity", "specificity"],
    )
    rows, _ = read_rows(table, "x.csv")
    explained = explain_rows(rows, {}, 150)
    found = tabulate_matrices(explained)
    assert found[["tp", "fn", "fp", "tn"]].to_numpy().tolist() == [[41, 6, 7, 57], [33, 14, 6, 58]]
    rows, _ = read_rows(table.replace("84.62%", "82.62%"), "x.csv")
    cells = tabulate_cells(explain_rows(rows, {"all": Size(47, 64)}, 150))
    assert cells[cells["verdict"] != "follows"]["implied"].tolist() == ["84.62%"]


def test_matrices_that_tie_leave_a_cell_undecided():
    """3 of 4 positive, and one of two cells on the negative ones is wrong: either may be."""
    table = pd.DataFrame([["a", "0.75", "0.60", "0.90"]], columns=["model", "recall", "precision", "specificity"])
    cells = tabulate_cells(explain_rows(read_rows(table, "x")[0], {"all": Size(4, 10)}, 10)).set_index("metric")
    assert cells["verdict"].to_dict() == {
        "recall": "follows",
        "precision": "undecided",
        "specificity": "undecided",
    }
    assert cells.loc["specificity", "implied"] == "0.80; 0.90"


def test_an_open_size_decides_nothing_against_a_cell():
    table = pd.DataFrame([["a", "0.75", "0.90", "0.11"]], columns=["model", "recall", "specificity", "accuracy"])
    rows, _ = read_rows(table, "x")
    explained = explain_rows(rows, {}, 40)
    sizes, cells = tabulate_sizes(explained), tabulate_cells(explained)
    assert len(sizes) > 1 and not sizes["settled"].any()
    assert set(cells["verdict"]) <= {"follows", "undecided"} and cells["possible"].isna().all()


def test_a_size_for_a_dataset_that_is_not_there_is_named(published):
    with pytest.raises(ValueError, match="sizes: expected one of D1, D2, D3, got D4"):
        explain_rows(read_rows(published, "x")[0], {"D4": 10}, 10)
