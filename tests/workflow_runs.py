"""The checkout under test, and what Snakemake prints of a run."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent

TINY_COHORT = {
    "simulate": {
        "patients": {"normal": 6, "metastasis": 6},
        "views": {"normal": 9, "multiple": 6, "spinal": 2, "outside_spine": 1},
        "shards": 2,
    },
    "augment": {"counts": {"normal": 20, "multiple": 14, "spinal": 5, "outside_spine": 3}},
}
"""Settings of a simulated cohort that runs through the whole workflow in a minute or two."""


def jobs(text):
    """Jobs of each rule in the table that Snakemake prints before a run."""
    return {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", text, re.MULTILINE)}
