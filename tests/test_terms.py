"""The config's schema allows what the vocabularies hold."""

import yaml
from workflow_runs import ROOT

from bonescan import terms

WHOLE = yaml.safe_load((ROOT / "workflow" / "schemas" / "config.schema.yaml").read_text(encoding="utf-8"))
SCHEMA, DEFINITIONS = WHOLE["properties"], WHOLE["$defs"]


def test_the_schema_speaks_the_same_words():
    assert SCHEMA["cohort"]["properties"]["source"]["enum"] == list(terms.SOURCES)
    assert SCHEMA["split"]["properties"]["units"]["items"]["enum"] == list(terms.UNITS)
    assert SCHEMA["sweep"]["properties"]["unit"]["enum"] == list(terms.UNITS)
    for datasets in (SCHEMA["datasets"], SCHEMA["sweep"]["properties"]["datasets"]):
        assert datasets["items"]["enum"] == list(terms.DATASETS)
    assert SCHEMA["models"]["items"]["enum"] == SCHEMA["networks"]["required"] == list(terms.MODELS)
    assert SCHEMA["simulate"]["properties"]["patients"]["required"] == list(terms.CLASSES)
    for name in ("classes", "class_counts"):
        classes = DEFINITIONS[name].get("then", DEFINITIONS[name])
        assert classes["required"] == list(terms.SUBTYPES)
        assert set(classes["properties"]) <= set(terms.SHEET_VALUES["subtype"])


def test_words_of_a_sheet_mean_what_a_sheet_may_say():
    assert set(terms.LABEL_WORDS.values()) == set(terms.SHEET_VALUES["label"])
    assert set(terms.SUBTYPE_WORDS.values()) == set(terms.SUBTYPES)
    assert set(terms.METASTATIC) == set(terms.SUBTYPES) - {terms.NORMAL}
    assert terms.VARIANTS == 14, "Table 2: the smallest class grows from 1 image to 14"
