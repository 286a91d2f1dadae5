import pandas as pd
import pytest
from workflow_runs import ROOT

from bonescan.audit.findings import explain_rows
from bonescan.audit.printed import read_rows

PUBLISHED = ROOT / "workflow" / "resources" / "published.tsv"


@pytest.fixture(scope="session")
def published():
    """The paper's tables, as text."""
    return pd.read_table(PUBLISHED, dtype=str, keep_default_na=False)


@pytest.fixture(scope="session")
def explained(published):
    """The paper's rows explained, with nothing known of the test sets."""
    return explain_rows(read_rows(published, "published.tsv")[0], {}, 1000)
