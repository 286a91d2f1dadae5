"""The control's table, from rows of `summarise`."""

import pandas as pd
from result_rows import run, summary

from bonescan.tables.control import control_table


def test_the_control_has_a_section_for_each_shuffle_and_a_row_for_each_unit():
    runs = [
        run(unit="patient", dataset="D3") | {"training_accuracy": 1.0},
        run(unit="source", dataset="D3") | {"training_accuracy": 0.98},
        run(unit="image", dataset="D3", status="diverged"),
    ]
    shuffled = [summary(*runs).assign(shuffled=name) for name in ("patient", "image")]
    table = control_table(pd.concat(shuffled), {"cohort": "phantom", "scale": "desk"})
    assert [section.heading for section in table.sections] == [
        "Labels shuffled among patients",
        "Labels shuffled among images",
    ]
    rows = table.sections[0].frame
    assert rows["Split unit"].tolist() == ["image (the paper's)", "source", "patient"]
    assert rows["AUC"].tolist() == ["diverged", "not learned", "0.50 (0.60–0.88)"]
    assert any("an AUC of 0.5" in note for note in table.notes)
