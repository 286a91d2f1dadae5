import numpy as np
import pytest
from ingest_runs import SALT, scan
from nm_files import save, whole_body


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """The private files lie in the working directory, which must not be the checkout."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BONESCAN_SALT", SALT)


@pytest.fixture
def archive(tmp_path):
    """A folder with sound files, twins, torn ones, no scans at all, and links that lead out."""
    folder = tmp_path / "archive"
    (folder / "sub").mkdir(parents=True)
    save(whole_body(2), folder / "a.dcm")
    save(scan(1, StudyInstanceUID="1.5"), folder / "b_post.dcm")
    save(scan(2), folder / "c_post.dcm")
    save(scan(3, PatientID="hospital-9"), folder / "sub" / "d.dcm")
    (folder / "sub" / "notes.txt").write_text("no scan")
    save(whole_body(pixels=np.ones((1, 300, 256), np.uint16)), folder / "sub" / "small_ant.dcm")
    broken = (folder / "a.dcm").read_bytes()
    (folder / "sub" / "torn_ant.dcm").write_bytes(broken[: len(broken) // 2])
    (tmp_path / "outside_ant.dcm").write_bytes((folder / "c_post.dcm").read_bytes())
    (folder / "link_ant.dcm").symlink_to(tmp_path / "outside_ant.dcm")
    (folder / "linked").symlink_to(tmp_path)
    return folder
