"""The config's schema allows what the vocabularies hold."""

import yaml
from workflow_runs import ROOT

from bonescan import terms

SCHEMA = yaml.safe_load((ROOT / "workflow" / "schemas" / "config.schema.yaml").read_text(encoding="utf-8"))[
    "properties"
]


def test_the_schema_speaks_the_same_words():
    assert SCHEMA["cohort"]["properties"]["source"]["enum"] == list(terms.SOURCES)
    assert SCHEMA["split"]["properties"]["units"]["items"]["enum"] == list(terms.UNITS)
    assert SCHEMA["sweep"]["properties"]["unit"]["enum"] == list(terms.UNITS)
    for datasets in (SCHEMA["datasets"], SCHEMA["sweep"]["properties"]["datasets"]):
        assert datasets["items"]["enum"] == list(terms.DATASETS)
    assert SCHEMA["models"]["items"]["enum"] == SCHEMA["networks"]["required"] == list(terms.MODELS)
    assert SCHEMA["simulate"]["properties"]["patients"]["required"] == list(terms.CLASSES)


def test_statuses_and_metrics_are_parts_of_each_other():
    assert set(terms.PAPER_METRICS) < set(terms.METRICS)
    assert terms.STATUSES == (terms.TRAINED, terms.DID_NOT_TRAIN, terms.DIVERGED)
    assert terms.VARIANTS == 14 and terms.METASTATIC == ("multiple", "spinal", "outside_spine")
