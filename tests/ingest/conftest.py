import pytest
from ingest_runs import SALT


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """The private files lie in the working directory, which must not be the checkout."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BONESCAN_SALT", SALT)
