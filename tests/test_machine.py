"""Folders that cannot be written, a HOME that is not there, a login of another encoding."""

import os
import subprocess
from pathlib import Path

import pytest

from bonescan import machine


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    machine.check_folders("results", "logs")
    (tmp_path / "logs").write_text("a file", encoding="utf-8")
    with pytest.raises(ValueError, match=r"logs: expected a folder in which this user may write"):
        machine.check_folders("results", "logs")


def test_caches_move_only_where_there_is_no_home(tmp_path, monkeypatch):
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("MPLCONFIGDIR", "elsewhere")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert machine.caches_without_home("caches") == {}
    for home in (str(tmp_path / "gone"), ""):
        monkeypatch.setenv("HOME", home)
        assert machine.caches_without_home("caches") == dict.fromkeys(
            ["KERAS_HOME", "XDG_CACHE_HOME"], str(Path("caches").resolve())
        )


def test_a_run_needs_no_home_no_utf8_and_no_hard_links(snakemake, tmp_path, monkeypatch):
    """The phantom to its crops and their sheet, which has text, a table and a figure."""
    localedef = subprocess.run(
        ["localedef", "-i", "zh_CN", "-f", "GB18030", str(tmp_path / "zh_CN.GB18030")], capture_output=True, check=False
    )
    if (tmp_path / "zh_CN.GB18030").exists() and localedef.returncode in (0, 1):
        monkeypatch.setenv("LOCPATH", str(tmp_path))
        monkeypatch.setenv("LC_ALL", "zh_CN.GB18030")
    monkeypatch.setenv("PYTHONUTF8", "0")
    monkeypatch.setenv("HOME", "/proc/no-home")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    (tmp_path / "site").mkdir()
    text = "import os\ndef link(*names, **options):\n    raise PermissionError(1, 'no links')\nos.link = link\n"
    (tmp_path / "site" / "sitecustomize.py").write_text(text, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")]))
    overlay = "simulate: {patients: {normal: 2, metastasis: 2}, views: {normal: 2, multiple: 2, spinal: 0,"
    overlay += " outside_spine: 0}, shards: 1}\naugment: {counts: auto}\nsplit: {ratio: [1, 1]}\n"
    (tmp_path / "few.yaml").write_text(overlay, encoding="utf-8")
    targets = ["results/desk/crop_quality/contact_sheet.pdf", "results/desk/tables/table2.md"]
    run = snakemake(*targets, "--configfile", tmp_path / "few.yaml", directory=tmp_path / "run")
    assert run.returncode == 0, run.stdout + run.stderr
    text = (tmp_path / "run" / "results" / "desk" / "tables" / "table2.md").read_text(encoding="utf-8")
    assert "n = 28" in text
    assert (tmp_path / "run" / ".snakemake" / "caches").is_dir()
