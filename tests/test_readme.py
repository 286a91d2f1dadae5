"""The README's result table: the paper's numbers, and ours as another run is held against them."""

import pandas as pd
import pytest
import result_rows
from recompute.readme import METRICS, UNITS, compare, print_rows, read_rows
from workflow_runs import ROOT

from bonescan.terms import MODELS

README = (ROOT / "README.md").read_text(encoding="utf-8")
PUBLISHED = pd.read_csv(ROOT / "workflow" / "resources" / "published.tsv", sep="\t", dtype=str).fillna("")


@pytest.fixture
def summaries():
    runs = [result_rows.run(dataset="D3", model=model, accuracy=0.75, auc=0.75) for model in MODELS]
    return dict.fromkeys(UNITS, result_rows.summary(*runs))


def test_the_readme_has_every_network_beside_the_papers_numbers(summaries):
    printed = read_rows(README)
    assert len(printed) == len(MODELS) * len(METRICS) * len(UNITS) and printed["value"].between(0, 1).all()
    paper = [[row.split("|")[column] for column in (1, 2, 5)] for row in print_rows(summaries, PUBLISHED)]
    found = [line.split("|") for line in README.splitlines() if line.startswith("| SPECS")]
    assert [[line[column] for column in (1, 2, 5)] for line in found] == paper


def test_rows_are_printed_as_they_are_read(summaries):
    read = read_rows("\n".join(print_rows(summaries, PUBLISHED)))
    assert read["model"].unique().tolist() == list(MODELS) and (read["value"] == 0.75).all()
    assert (read["low"] < 0.75).all() and (read["high"] > 0.75).all()


def test_a_number_outside_the_interval_is_found():
    printed = read_rows(README)
    assert compare(printed, printed)["holds"].all()
    for wrong in (0.0, float("nan")):
        fresh = printed.copy()
        fresh.loc[3, "value"] = wrong
        assert compare(printed, fresh)["holds"].tolist() == [number != 3 for number in range(len(printed))]
    assert not compare(printed, printed[printed["model"] != "V7"])["holds"].all()
