"""The text's claims: verdicts from the printed numbers, and each turns with a number."""

import pytest

from bonescan.audit.claims import CLAIMS, check_claims, read_tables
from bonescan.audit.findings import explain_rows
from bonescan.audit.printed import read_rows
from bonescan.audit.search import Size

SIZES = {"D1": Size(47, 64), "D2": Size(353, 364), "D3": Size(353, 364)}


def check(published, sizes=SIZES):
    explained = explain_rows(read_rows(published, "published.tsv")[0], sizes, 10)
    return check_claims(*read_tables(published, explained))


def turned(published, changes):
    """The paper's tables with other numbers: {(table, model or class, metric): value}."""
    table = published.copy()
    for (name, of, metric), value in changes.items():
        cell = (table["table"] == name) & (table["metric"] == metric)
        cell &= (table["model"] == of) | (table["subtype"] == of)
        assert cell.sum() == 1
        table.loc[cell, "value"] = value
    return table


@pytest.fixture(scope="module")
def claims(published, explained):
    return check_claims(*read_tables(published, explained))


UNKNOWN = "not in the tables"


def test_verdicts(claims):
    expected = [
        ("It achieves", "false", "false"),
        ("SPECS V21: a value over 0.98", "false", "false"),
        ("SPECS V21 achieves the highest AUC", "holds", "holds"),
        ("All classifiers obtain better", "false", "false"),
        ("Normalization has no contribution", "false", "false"),
        ("Training and test subset of D1", UNKNOWN, "false"),
        ("Training and test subset of D2", UNKNOWN, "holds"),
        ("Training and test subset of D3", UNKNOWN, "holds"),
        ("The scores are averages", UNKNOWN, "false"),
        ("6 metastasized and 8 normal", UNKNOWN, "holds"),
        ("n = 346", "holds", "holds"),
        ("n = 2390", "holds", "holds"),
    ]
    assert len(claims) == len(CLAIMS) == len(expected)
    for (begins, printed, implied), row in zip(expected, claims.itertuples(), strict=True):
        assert row.claim.startswith(begins) and (row.printed, row.implied) == (printed, implied), row.claim


def test_evidence(claims):
    implied, printed = claims["implied_evidence"].tolist(), claims["printed_evidence"].tolist()
    assert "Prec 0.9900 SPECS D121" in printed[0] and "Spe 0.9890 SPECS R34" in printed[0]
    assert "Acc 0.9807 SPECS V21" in printed[0] and "Acc 0.9807 no classifier" in implied[0]
    assert printed[1] == implied[1] == "Prec 0.9775, Spe 0.9780"
    worse = ["SPECS V19 0.8410 on D2", "SPECS V21 0.8800 on D2", "SPECS D121 0.7824 on D3"]
    assert [part.split(",")[0] for part in implied[3].split("; ")] == worse
    assert [part.split()[1] for part in printed[4].split("; ")] == ["V7", "D121"], "V7's accuracy is a misprint"
    assert [part.split()[1] for part in implied[4].split("; ")] == ["D121"]
    assert implied[5:8] == ["111 of 346, 32.1%", "717 of 2390, 30.0%", "717 of 2390, 30.0%"]
    assert implied[8] == "21 of 21 rows are single matrices"


@pytest.mark.parametrize(
    ("number", "changes", "printed"),
    [
        (0, {("Table 8", "V21", "precision"): "0.9900", ("Table 8", "V21", "specificity"): "0.9890"}, "holds"),
        (1, {("Table 8", "V21", "precision"): "0.9801", ("Table 8", "V21", "specificity"): "0.9801"}, "holds"),
        (1, {("Table 8", "V21", "precision"): "0.9801", ("Table 8", "V21", "specificity"): "0.9800"}, "false"),
        (2, {("Table 9", "V7", "auc"): "0.9934"}, None),
        (
            3,
            {("Table 6", "V19", "accuracy"): "0.8409", ("Table 6", "V21", "accuracy"): "0.8799"}
            | {("Table 6", "D121", "accuracy"): "0.7823"},
            "holds",
        ),
        (4, {("Table 8", "V7", "accuracy"): "0.8661", ("Table 8", "D121", "accuracy"): "0.9318"}, "holds"),
        (10, {("Table 1", "spinal", "samples"): "15"}, "false"),
        (10, {("Table 1", "spinal", "ratio"): "4.1%"}, "false"),
        (11, {("Table 2", "normal", "samples"): "1201"}, "false"),
    ],
)
def test_a_number_turns_a_verdict(published, number, changes, printed):
    if printed is None:  # one of Table 9's three rows of V7
        table = published.copy()
        table.loc[(table["table"] == "Table 9") & (table["model"] == "V7") & (table["dataset"] == "D1"), "value"] = (
            "0.9934"
        )
        printed = "false"
    else:
        table = turned(published, changes)
    assert check(table)["printed"][number] == printed


def test_matrices_and_sizes_turn_verdicts(published):
    as_implied = check(published, SIZES | {"D1": Size(42, 62)})["implied"]
    assert as_implied[5] == "holds", "104 of 346 are three tenths to the image"
    changes = {("Table 8", "V21", "recall"): "0.9802", ("Table 8", "V21", "accuracy"): "0.9791"}
    changes |= {("Table 8", "V21", "precision"): "0.9774", ("Table 8", "V21", "f1"): "0.9788"}
    assert check(turned(published, changes))["implied"][9] == "false", "346 of 353: 7 missed"


def test_a_row_that_is_no_single_matrix_may_be_an_average(published):
    table = published.copy()
    row = (table["table"] == "Table 6") & (table["model"] == "V19")
    table.loc[row & ~table["metric"].isin(["accuracy"]), "value"] = ""
    claims = check(table[table["value"] != ""])
    assert claims["implied"][8] == "holds" and claims["implied_evidence"][8] == "20 of 21 rows are single matrices"
