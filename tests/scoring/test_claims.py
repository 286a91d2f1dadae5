"""The ledger of claims: a result is flipped, and its verdict flips."""

import numpy as np
import pandas as pd
import pytest
from result_rows import predict

from bonescan.scoring.claims import CLAIMS, CONTRADICTED, NOT_TESTABLE, SUPPORTED, UNDECIDED, judge_claims
from bonescan.scoring.summary import summarise
from bonescan.tables.claims import claims_table
from bonescan.terms import MODELS


def ledger(wrong, failed=(), half_way=()):
    """Verdicts by claim; of a dataset and model so many of ten images are called wrongly, 3 if nothing is said."""
    metrics, predictions = [], []
    for dataset in ("D1", "D2", "D3"):
        for model in MODELS:
            status = "diverged" if (dataset, model) in failed else "trained"
            number = wrong.get((dataset, model), wrong.get(dataset, 3))
            which = {"unit": "patient", "dataset": dataset, "model": model, "status": status}
            which["training_accuracy"] = 0.8 if (dataset, model) in half_way else 1.0
            row, images = predict(number, patients=400, **which)
            metrics.append(row)
            predictions.append(images)
    return judge_claims(pd.concat(predictions), pd.DataFrame(metrics), lambda unit: np.random.default_rng(1))


def verdict(found, words):
    (row,) = found[found["text"].str.contains(words)].itertuples()
    return row.verdict


@pytest.mark.parametrize(
    ("words", "yes", "no"),
    [
        ("Acc 0.9807", {"D3": 0.01}, {"D3": 2}),
        ("on the augmented dataset", {"D3": 1, "D1": 4}, {"D3": 4, "D1": 1}),
        ("and normalised one", {"D2": 1, "D1": 4}, {"D2": 4, "D1": 1}),
        ("no contribution", {"D2": 3, "D3": 3.01}, {"D2": 5, "D3": 1}),
        ("V21 is best", {("D3", "V21"): 0}, {("D3", "V7"): 0}),
        ("proper depth", {("D3", "V21"): 1, ("D3", "V7"): 0}, {("D3", "V16"): 0}),
    ],
)
def test_a_flipped_result_flips_its_verdict(words, yes, no):
    assert verdict(ledger(yes), words) == SUPPORTED
    assert verdict(ledger(no), words) == CONTRADICTED


def test_a_number_has_the_interval_of_the_tables():
    row, images = predict(3, patients=400, unit="patient", dataset="D3", model="V7")
    claims = judge_claims(images, pd.DataFrame([row]), lambda unit: np.random.default_rng(5))
    summary = summarise(pd.DataFrame([row]), images, np.random.default_rng(5)).iloc[0]
    (claim,) = claims[claims["text"].str.contains("Rec 0.9830")].itertuples()
    assert (claim.low, claim.high) == (summary["recall_low"], summary["recall_high"])


def test_what_speaks_neither_for_nor_against_is_undecided():
    found = ledger({})
    for words in ("on the augmented dataset", "V21 is best", "proper depth"):
        assert verdict(found, words) == UNDECIDED
    # all alike: intervals without width decide nothing
    assert verdict(ledger({"D2": 0, "D3": 0}), "no contribution") == UNDECIDED


def test_networks_that_stopped_half_way_are_not_compared():
    wrong = {"D3": 1, "D1": 4, ("D3", "V24"): 4, ("D1", "V24"): 1}
    assert verdict(ledger(wrong, half_way={("D3", "V24")}), "on the augmented dataset") == UNDECIDED
    everything = {("D3", model) for model in MODELS}
    assert verdict(ledger(wrong, half_way=everything), "on the augmented dataset") == NOT_TESTABLE


def test_one_network_against_it_is_enough():
    assert (
        verdict(ledger({"D3": 1, "D1": 4, ("D3", "V24"): 4, ("D1", "V24"): 1}), "on the augmented dataset")
        == CONTRADICTED
    )


def test_nothing_is_said_without_a_network():
    everything = {(dataset, model) for dataset in ("D1", "D2", "D3") for model in MODELS}
    assert set(ledger({}, failed=everything)["verdict"]) == {NOT_TESTABLE}


def test_nothing_is_supported_without_every_network():
    best, worst = {("D3", "V21"): 0}, {("D3", "V21"): 5}
    for words, failed in (("V21 is best", "V7"), ("proper depth", "V24")):
        assert verdict(ledger(best), words) == SUPPORTED
        assert verdict(ledger(best, failed={("D3", failed)}), words) == UNDECIDED
        assert verdict(ledger(worst, failed={("D3", failed)}), words) == CONTRADICTED
    assert verdict(ledger({"D3": 1, "D1": 4}, failed={("D1", "V7")}), "on the augmented dataset") == UNDECIDED
    # another network might have reached it
    assert verdict(ledger({"D3": 2}, failed={("D3", "V7")}), "Acc 0.9807") == UNDECIDED


def test_every_claim_stands_in_the_table_with_rule_and_interval():
    table = claims_table(ledger({}), {"cohort": "phantom", "scale": "desk"})
    (section,) = table.sections
    assert section.frame["Claim"].tolist() == [claim.text for claim in CLAIMS]
    assert section.frame["Evidence"].str.contains(r"\d \(\S+(?:–| to )\S+\)").sum() == len(CLAIMS) - 1
    assert "not clinical performance" in table.notes[-1]
