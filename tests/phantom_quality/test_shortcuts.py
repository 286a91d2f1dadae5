import numpy as np
import pandas as pd
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from bonescan.phantom_quality.shortcuts import (
    JOINT,
    VIEWS,
    as_numbers,
    candidates,
    header_values,
    judge_shortcuts,
    keep_varying,
)


def header(duration, manufacturer, number):
    item = Dataset()
    item.StartAngle, item.ViewCodeSequence = 0, Sequence([])
    scan = Dataset()
    scan.SOPInstanceUID = f"1.2.{number}"
    scan.Manufacturer = manufacturer
    scan.ActualFrameDuration = duration
    scan.PixelSpacing = [2.4, 2.4]
    scan.DetectorInformationSequence = Sequence([item] * number)
    return scan


def test_header_values_that_vary():
    values = header_values(header(900, "a", 1))
    assert values == {
        "Manufacturer": "a",
        "ActualFrameDuration": "900",
        "PixelSpacing": "[2.4, 2.4]",
        "DetectorInformationSequence[1].StartAngle": "0.0",
    }
    found = keep_varying([values, header_values(header(800, "a", 2))])
    assert list(found) == ["header: ActualFrameDuration", "header: DetectorInformationSequence[2].StartAngle"]


def test_words_and_numbers():
    assert as_numbers(pd.Series(["076Y", "9Y", None])).tolist() == [76, 9, -np.inf]
    assert as_numbers(pd.Series(["F", "M", "F"])) is None
    assert as_numbers(pd.Series([f"name {letter}" for letter in "bacdefghijklm"])).tolist()[:3] == [2, 1, 3]
    assert [one.tolist() for one in candidates(pd.Series(["F", "M", "F"]))] == [[0, 1, 0]]
    assert len(candidates(pd.Series(["a", "b", "c"]))) == 3


@pytest.fixture
def views():
    """300 patients; metastatic ones have two views more often, as in the paper's cohort."""
    rng = np.random.default_rng(1)
    rows = []
    for number in range(300):
        label = int(rng.random() < 0.4)
        for view in ["anterior", "posterior"][: 1 + int(rng.random() < (0.9 if label else 0.2))]:
            rows.append((f"P{number:03d}", label, view))
    return pd.DataFrame(rows, columns=["patient", "label", "view"])


def test_a_leak_is_found_and_what_the_paper_gives_is_told_apart(views):
    rng = np.random.default_rng(2)
    number = views["patient"].map(views["patient"].value_counts())
    variables = pd.DataFrame(
        {
            "leak": -views["label"] + rng.normal(size=len(views)),
            "file size": 1000 * number,
            "header: NumberOfFrames": number.astype(str),
            "blind": np.arange(len(views)) % 2,
            "word": np.where(views["label"] & (rng.random(len(views)) < 0.5), "x", rng.choice(["y", "z"], len(views))),
        }
    )
    judged = judge_shortcuts(variables, views, np.random.default_rng(0)).set_index("variable")
    assert judged.loc["leak", "auc"] > 0.7 and judged.loc["leak", "met"] == "no"
    assert judged.loc["word", "auc"] > 0.7
    assert judged.loc[VIEWS, "met"] == "the paper's own" and judged.loc[VIEWS, "same_views"] == 0.5
    assert judged.loc[VIEWS, "auc"] > 0.6
    assert judged.loc[VIEWS, "also"] == "file size, header: NumberOfFrames"
    assert judged.loc["blind", "met"] == "yes"
    assert judged.loc[JOINT, "auc"] > 0.7
    # all views of a patient have one number of views: chance counts patients, and is wider
    assert judged.loc[VIEWS, "chance"] > judged.loc["leak", "chance"]


def test_what_follows_the_number_of_views_and_tells_more_is_no_excuse(views):
    number = views["patient"].map(views["patient"].value_counts())
    judged = judge_shortcuts(pd.DataFrame({"size": number + 0.5 * views["label"]}), views, np.random.default_rng(0))
    row = judged.set_index("variable").loc["size"]
    assert row["same_views"] == 1 and row["met"] == "no"
