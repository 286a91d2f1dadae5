"""The CLAIM checklist and the model card: filled from files, and open where no file says anything."""

from types import SimpleNamespace

import pandas as pd
import pytest
import yaml
from result_rows import run, summary
from workflow_runs import ROOT

from bonescan.files import write_json, write_table
from bonescan.provenance.settings import public_settings
from bonescan.report_forms.claim import ITEMS, fill_checklist
from bonescan.report_forms.facts import Facts, best_row, count, enumerate_words, span
from bonescan.report_forms.layout import card_text, checklist_table
from bonescan.report_forms.model_card import fill_card
from bonescan.tables.formats import as_markdown

SETTINGS = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
VIEWS = pd.DataFrame(
    {
        "image": ["A_1_anterior", "A_1_posterior", "B_1_anterior"],
        "patient": ["A", "A", "B"],
        "view": ["anterior", "posterior", "anterior"],
        "label": [1, 1, 0],
        "subtype": ["multiple", "multiple", "normal"],
    }
)
SCANS = VIEWS[["image", "patient", "view"]].assign(
    matrix="1024 x 256", pixel_spacing=[2.4, 2.4, 2.26], counts=[5, 7, 9], format="DICOM", deidentified="yes"
)
READERS = {"images": 3, "complete": 2, "abnormal": {"a": 1, "b": 2}, "disagreements": 1, "fleiss_kappa": 0.5}
SHEET = {"images": 3, "complete": 3, "abnormal": {}, "disagreements": 0, "fleiss_kappa": None}
BACKEND = {"python": "3.11", "keras": "3.15", "backend": "jax", "jax": "0.6", "numpy": "2.4", "device": "CPU"}
NETWORK = {"network": {"family": "vgg"}, "input_shape": [64, 64, 1], "weight_layers": 7, "parameters": 10}


def facts(source="phantom", agreement=READERS, **changes):
    settings = public_settings(SETTINGS | {"models": ["V7"], "cohort": SETTINGS["cohort"] | {"source": source}})
    runs = summary(run(unit="image", dataset="D3"), run(unit="patient", dataset="D3"), run(unit="patient"))
    found = {
        "settings": settings,
        "provenance": {"cohort": source, "scale": "desk"},
        "scans": SCANS,
        "rejected": pd.DataFrame({"source_file": ["x"], "reason": ["an empty file"]}),
        "crops": VIEWS,
        "excluded": VIEWS[:0],
        "cohort": VIEWS,
        "lineage": pd.concat([VIEWS, VIEWS]),
        "agreement": agreement,
        "summary": runs,
        "networks": {"V7": NETWORK},
        "fits": [{"backend": BACKEND, "precision": "float32"}],
    }
    return Facts(**found | changes)


def test_there_are_44_items_in_their_order():
    checklist = fill_checklist(facts())
    assert checklist["number"].tolist() == list(range(1, 45))
    topics = checklist.set_index("number")["topic"]
    assert topics[[1, 7, 14, 19, 21, 22, 28, 33, 35, 37, 40, 44]].tolist() == [
        *("AI named in the title", "Sources of the data", "Definition", "How assigned", "Intended sample size"),
        *("Architecture", "Metrics", "External testing", "Numbers included and excluded", "Performance on each part"),
        *("Limitations", "Funding"),
    ]
    assert sum(len(topics) for _, topics in ITEMS) == 44


@pytest.mark.parametrize("source", ["phantom", "sheet"])
@pytest.mark.parametrize("agreement", [READERS, SHEET], ids=["readers", "sheet"])
def test_every_item_is_answered_or_open(source, agreement):
    checklist = fill_checklist(facts(source, agreement))
    assert ((checklist["answer"] != "") | (checklist["open"] != "")).all()
    unsourced = checklist[(checklist["answer"] != "") & (checklist["file"] == "")]
    assert set(unsourced["topic"]) <= {"Explainability", "External testing"}


def test_answers_come_from_the_files():
    answers = fill_checklist(facts()).set_index("number")["answer"]
    assert answers[7] == "Simulated whole-body bone scans, written as DICOM: 3 views of 2 patients."
    assert answers[8].startswith("Left out with a reason: files or frames that could not be used: 1; crops: 0")
    assert "pixels of 2.26 to 2.40 mm; 5 to 9 counts a view" in answers[13]
    assert answers[14] == "Metastasis where at least 2 of 2 readers regard the view as abnormal."
    assert answers[18].startswith("Fleiss' kappa 0.50, 1 of 2 views in dispute")
    assert answers[23] == "Python 3.11, Keras 3.15, jax 0.6, NumPy 2.4, on CPU, float32."
    assert "3 in the cohort (1 normal, 2 metastasis) of 2 patients" in answers[35]


def test_simulated_scans_are_called_so_and_own_ones_leave_ethics_open():
    simulated, own = (fill_checklist(facts(source)).set_index("number") for source in ("phantom", "sheet"))
    assert "simulated" in simulated.at[1, "answer"] and "no clinical performance" in simulated.at[38, "answer"]
    assert not own["answer"].str.contains("imulated").any()
    assert "ethics approval" in own.at[11, "open"] and "inclusion dates" in own.at[8, "open"]
    assert "scanner" in own.at[13, "open"] and own.at[5, "open"] == "prospective or retrospective"
    assert set(simulated.index[simulated["open"] != ""]) < set(own.index[own["open"] != ""])


def test_the_printed_checklist_marks_what_is_open():
    made = facts("sheet")
    text = as_markdown(checklist_table(fill_checklist(made), made))
    assert "| 44 | Funding |  |  | open: funding and the funders' part |" in text
    assert "Cohort from a sheet, desk scale." in text and "10.1" not in text


def test_the_card_has_the_headings_of_mitchell_and_every_row():
    card = fill_card(facts())
    assert list(card) == [
        *("Model details", "Intended use", "Factors", "Metrics", "Evaluation data", "Training data"),
        *("Quantitative analyses", "Ethical considerations", "Caveats and recommendations"),
    ]
    assert len(card["Quantitative analyses"]) == 3 and card["Quantitative analyses"][0].startswith(
        "D3, split by image (the paper's), SPECS V7: Acc 0.5"
    )
    text = card_text(card, facts())
    assert "not clinical performance" in text and "No person's data" in text
    own = card_text(fill_card(facts("sheet")), facts("sheet"))
    assert "- open: ethics approval" in own and "imulated" not in own


def test_without_a_result_nothing_is_boasted():
    failed = facts(summary=summary(run(status="did not train", reason="flat")))
    assert best_row(failed) is None
    assert fill_checklist(failed).set_index("number").at[38, "answer"].startswith("No network trained.")
    assert fill_card(failed)["Quantitative analyses"] == ["D1, split by image (the paper's), SPECS V7: did not train."]


def test_the_script_writes_both_forms(tmp_path):
    made, frames = facts(), ("scans", "rejected", "crops", "excluded", "cohort", "lineage")
    for name in frames:
        write_table(tmp_path / f"{name}.tsv", getattr(made, name))
    write_table(tmp_path / "summary.tsv", made.summary)
    for name, value in {"agreement": READERS, "networks": {"V7": NETWORK}, "fit": made.fits[0]}.items():
        write_json(tmp_path / f"{name}.json", value)
    import fill_forms

    outputs = [str(tmp_path / f"claim_checklist.{suffix}") for suffix in ("csv", "md", "tex")]
    inputs = {name: str(tmp_path / f"{name}.tsv") for name in frames}
    inputs |= {name: str(tmp_path / f"{name}.json") for name in ("agreement", "networks")}
    inputs |= {"summaries": [str(tmp_path / "summary.tsv")], "fits": [str(tmp_path / "fit.json")]}
    fill_forms.main(
        SimpleNamespace(
            input=SimpleNamespace(**inputs),
            output=SimpleNamespace(checklist=outputs, card=str(tmp_path / "model_card.md")),
            params=SimpleNamespace(settings=made.settings, provenance=made.provenance),
            log=[],
        )
    )
    table = pd.read_csv(outputs[0])
    assert list(table.columns) == ["number", "section", "topic", "answer", "file", "open", "cohort", "scale"]
    assert (tmp_path / "model_card.md").read_text(encoding="utf-8").startswith("# Model card\n")


def test_words():
    assert count(1, "view") == "1 view" and count(0, "view") == "0 views"
    assert enumerate_words(["a"]) == "a" and enumerate_words("abc") == "a, b and c" and enumerate_words([]) == "none"
    assert span(pd.Series([1.0, 1.0])) == "1" and span(pd.Series([None], dtype=float)) == "unknown"
