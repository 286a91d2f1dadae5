"""What a split that leaks is worth, on predictions whose worth is known."""

import numpy as np
import pandas as pd
import pytest
from result_rows import predict

from bonescan.figures.leak import draw_leak
from bonescan.scoring.leak import ALL_NETWORKS, measure_leaks
from bonescan.tables.leak import leak_table

PHANTOM = {"cohort": "phantom", "scale": "desk"}
ONE = {"draws": 1, "folds": 0, "seeds": 1}


def leaks(*runs):
    metrics, predictions = zip(*runs, strict=True)
    return measure_leaks(pd.concat(predictions), pd.DataFrame(metrics), np.random.default_rng(1))


@pytest.fixture
def known():
    """V7 and R34 on D3 and V7 on D1, with 0, 2 and 5 of 10 wrong by image, source and patient."""
    runs = [
        predict(wrong, unit=unit, dataset="D3", model=model)
        for unit, wrong in (("image", 0), ("source", 2), ("patient", 5))
        for model in ("V7", "R34")
    ]
    return leaks(*runs, *(predict(wrong, unit=unit) for unit, wrong in (("image", 1), ("patient", 4))))


def pick(found, **which):
    return found[(found[list(which)] == pd.Series(which)).all(axis=1)].squeeze()


def test_leaks_are_the_differences_between_units(known):
    for leak, accuracy in (("sibling", (1.0, 0.8)), ("patient", (0.8, 0.5)), ("both", (1.0, 0.5))):
        row = pick(known, dataset="D3", model="V7", leak=leak, metric="accuracy")
        assert (row["leaking"], row["without"]) == pytest.approx(accuracy)
        assert row["difference"] == pytest.approx(accuracy[0] - accuracy[1])
        assert row["difference_low"] < row["difference"] < row["difference_high"]
    assert (known["patients"] == 60).all()


def test_of_originals_only_patients_leak(known):
    of_originals = known[known["dataset"] == "D1"]
    assert set(of_originals["leak"]) == {"patient"} and set(of_originals["leaking_unit"]) == {"image"}
    assert pick(known, dataset="D1", leak="patient", metric="accuracy")["difference"] == pytest.approx(0.3)


def test_the_mean_of_alike_networks_is_theirs(known):
    mean, one = (pick(known, dataset="D3", model=model, leak="both", metric="auc") for model in (ALL_NETWORKS, "V7"))
    for name in ("difference", "difference_low", "difference_high"):
        assert mean[name] == pytest.approx(one[name])


def test_the_same_predictions_leak_nothing_and_surely_so():
    found = leaks(*(predict(3, unit=unit, dataset="D3") for unit in ("image", "source", "patient")))
    assert found[["difference", "difference_low", "difference_high"]].to_numpy() == pytest.approx(0)


def test_a_network_that_failed_under_one_unit_has_no_leak():
    runs = [predict(1, unit="image", dataset="D3"), predict(1, unit="patient", dataset="D3", status="diverged")]
    found = leaks(*runs, predict(1, unit="image", dataset="D3", model="R34"))
    told = set(found["status"])
    assert told == {"by image trained, by patient diverged", "by image trained, by patient not run"}
    table = leak_table(found, ONE, PHANTOM)
    assert table.sections[0].frame.iloc[0].tolist() == ["SPECS V7", *["no result"] * 3]
    assert "SPECS V7 on D3: by image trained, by patient diverged." in table.notes
    draw_leak(found, ONE, PHANTOM)


def test_the_mean_is_over_the_networks_that_have_all():
    runs = [
        predict(wrong, unit=unit, dataset="D3", model=model)
        for unit, wrong in (("image", 0), ("source", 2), ("patient", 5))
        for model in ("V7", "R34")
    ]
    failed = [
        predict(9, unit=unit, dataset="D3", model="V16", status=status)
        for unit, status in (("image", "trained"), ("source", "diverged"), ("patient", "trained"))
    ]
    found = leaks(*runs, *failed)
    mean = pick(found, model=ALL_NETWORKS, leak="sibling", metric="accuracy")
    assert mean["difference"] == pytest.approx(0.2)
    assert pick(found, model=ALL_NETWORKS, leak="both", metric="accuracy")["leaking"] == pytest.approx(1.0)
    cells = leak_table(found, ONE, PHANTOM).sections[0].frame.set_index("Classifier").loc["SPECS V16"]
    assert (cells == "no result").tolist() == [False, True, False, True, True, False]


def test_trainings_that_differ_widen_the_interval():
    def spread(*draws):
        runs = [predict(0, unit="image", dataset="D3", draw=draw) for draw, _ in draws]
        runs += [predict(wrong, unit="patient", dataset="D3", draw=draw) for draw, wrong in draws]
        row = pick(leaks(*runs), leak="both", metric="accuracy")
        return row["difference_high"] - row["difference_low"]

    assert spread(("repeat1", 1), ("repeat2", 6)) > 1.5 * spread(("repeat1", 3), ("repeat2", 3))


def test_table_and_figure_show_every_unit_and_leak(known):
    table = leak_table(known, ONE, PHANTOM)
    assert [section.heading.split(" (")[0] for section in table.sections] == ["D1", "D1", "D3", "D3"]
    frame = table.sections[2].frame
    assert list(frame.columns[1:]) == ["By image", "By source", "By patient", "Sibling leak", "Patient leak", "Both"]
    assert frame["Classifier"].tolist() == ["SPECS V7", "SPECS R34", "Mean"]
    assert "not clinical performance" in table.notes[-1]
    panels = draw_leak(known, ONE, PHANTOM).axes
    assert [label.get_text() for label in panels[0].get_yticklabels()] == ["SPECS V7", "SPECS R34", "mean"]
