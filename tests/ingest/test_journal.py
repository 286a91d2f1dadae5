"""What is kept between runs: the journal of an interrupted one, the salt."""

import stat

import ingest as script
import numpy as np
import pandas as pd
import pytest
from ingest_runs import run

from bonescan.ingest import journal, outcomes, salt, views


def test_a_killed_run_goes_on_where_it_stopped(archive, tmp_path, monkeypatch):
    whole, table, rejected = run("folder", archive, tmp_path / "whole")
    expected = np.array(whole)
    read = []

    def kill_after(outcomes, *arguments):
        for number, outcome in enumerate(outcomes):
            if number == 3:
                raise KeyboardInterrupt
            yield outcome

    with monkeypatch.context() as context:
        context.setattr(script, "progress", kill_after)
        with pytest.raises(SystemExit):
            run("folder", archive, tmp_path / "again")
    with open(tmp_path / "again" / ".journal.part", "a") as log:
        log.write('["torn line')
    before = views.ingest
    monkeypatch.setattr(views, "ingest", lambda entries, *rest: read.append(len(entries)) or before(entries, *rest))
    again, table_again, rejected_again = run("folder", archive, tmp_path / "again")
    assert read == [9 - 3], "three files were not read again"
    assert np.array_equal(again, expected)
    pd.testing.assert_frame_equal(table, table_again)
    pd.testing.assert_frame_equal(rejected, rejected_again)
    assert not list((tmp_path / "again").glob(".*"))


def test_a_journal_of_another_code_or_of_changed_files_is_not_believed(tmp_path):
    found = outcomes.Outcome("file", "", [outcomes.View({"image": "a"}, np.ones((2, 3), np.uint16), "")], {})
    with journal.open_journal(tmp_path, "code 1", (2, 3), b"salt") as written:
        for state in ("a", "b", "c"):
            written.add(state, found)
    with journal.open_journal(tmp_path, "code 1", (2, 3), b"salt") as written:
        assert len(list(written.recall(["a", "B", "c"]))) == 1
        written.add("B", found)
    with journal.open_journal(tmp_path, "code 1", (2, 3), b"salt") as written:
        assert len(list(written.recall(["a", "B", "c"]))) == 2
        written.finish(tmp_path / "all.npy", [True, True])
    assert np.load(tmp_path / "all.npy").shape == (2, 2, 3)
    with journal.open_journal(tmp_path, "code 2", (2, 3), b"salt") as written:
        assert list(written.recall(["a", "B", "c"])) == []


def test_a_salt_is_made_once_and_kept_private(tmp_path, monkeypatch):
    monkeypatch.delenv("BONESCAN_SALT")
    made = salt.read_salt(tmp_path)
    assert made == salt.read_salt(tmp_path) and len(made) == 64
    file = tmp_path / salt.SALT_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    with pytest.raises(ValueError, match="chmod 600"):
        salt.read_salt(tmp_path)
    monkeypatch.setenv("BONESCAN_SALT", "short")
    with pytest.raises(ValueError, match="BONESCAN_SALT: expected a secret of at least 16"):
        salt.read_salt(tmp_path)
