"""The checkout under test, and what Snakemake prints of a run."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def jobs(text):
    """Jobs of each rule in the table that Snakemake prints before a run."""
    return {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", text, re.MULTILINE)}
