"""docs/outputs.md against the rules; its columns are held to a whole run in test_workflow.py."""

import re

import pytest
from outputs_page import read_page
from workflow_runs import ROOT

RULES = {}
for file in sorted((ROOT / "workflow" / "rules").glob("*.smk")):
    for text in re.split(r"^(?:use )?rule ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name = re.match(r"(\w+)(?: as (\w+))?", text)
        blocks = dict(re.findall(r"^    (input|output):\n(.*?)(?=^    \w+:|\Z)", text, re.MULTILINE | re.DOTALL))
        RULES[name[2] or name[1]] = {
            kind: block.replace("{{", "{").replace("}}", "}") for kind, block in blocks.items()
        }


def rules_with(kind, path):
    """Rules whose inputs or outputs name a file."""
    return {rule for rule, blocks in RULES.items() if f'results/{{scale}}/{path}"' in blocks.get(kind, "")}


@pytest.mark.parametrize("file", read_page(), ids=lambda file: file.path)
def test_makers_and_readers_are_those_of_the_rules(file):
    makers, readers = rules_with("output", file.path), rules_with("input", file.path)
    assert makers <= set(file.makers), file.path
    assert set(file.makers) <= set(RULES)
    assert set(file.readers) <= set(RULES)
    named = {reader for reader in readers if not re.fullmatch(r"figure\d+", reader)}
    assert named - {"all", "annotate"} <= set(file.readers), file.path


def test_every_output_of_a_rule_is_described():
    paths = {
        path
        for blocks in RULES.values()
        for path in re.findall(r"results/\{scale\}/([\w/{}.]+)\"", blocks.get("output", ""))
    }
    described = {file.path for file in read_page()}
    assert len(paths & described) >= 29
    apart = (
        "sweep/",
        "benchmark/",
        "crop_quality/",
        "phantom_quality/",
        "standard_reader/",
        "simulated_patients/",
        "clinical_use/",
        "count_scale/",
    )
    left = {path for path in paths - described if not path.startswith(apart)}
    # folders, and the parts of a split, stand there under other names
    parts = {f"split/{{unit}}/{{draw}}/{dataset}.tsv" for dataset in ("D1", "D2", "D3")}
    assert left == parts | {f"simulate/{name}" for name in ("shards/{shard}", "dicom", "annotations", "truth")}
