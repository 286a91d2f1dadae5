import logging
import os
import pty
import subprocess
import sys
from types import SimpleNamespace

import pytest
from workflow_runs import ROOT

from bonescan.script import logged


def test_messages_of_python_and_of_compiled_libraries_go_to_the_log(tmp_path, capfd):
    @logged
    def main(snakemake):
        logging.warning("odd header")
        os.write(2, b"from C\n")

    main(SimpleNamespace(log=[tmp_path / "logs" / "x.log"]))
    os.write(2, b"afterwards\n")
    text = (tmp_path / "logs" / "x.log").read_text(encoding="utf-8")
    assert "WARNING odd header" in text and "from C" in text
    assert capfd.readouterr().err == "afterwards\n"


def test_a_failure_leaves_its_traceback_in_the_log(tmp_path):
    @logged
    def main(snakemake):
        raise KeyError("view")

    with pytest.raises(KeyError):
        main(SimpleNamespace(log=[str(tmp_path / "x.log")]))
    text = (tmp_path / "x.log").read_text(encoding="utf-8")
    assert "ERROR failed" in text and "Traceback" in text and "KeyError: 'view'" in text


def test_ctrl_c_ends_a_job_without_a_traceback(tmp_path, capfd):
    """Every job at work has it, and Snakemake says so itself."""

    @logged
    def main(snakemake):
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as ended:
        main(SimpleNamespace(log=[str(tmp_path / "x.log")]))
    assert ended.value.code == 130 and capfd.readouterr().err == ""
    text = (tmp_path / "x.log").read_text(encoding="utf-8")
    assert "INFO interrupted" in text and "Traceback" not in text


def test_without_a_log_messages_go_to_the_error_stream(capfd):
    @logged
    def main(snakemake):
        logging.info("12 views")

    main(SimpleNamespace())
    assert capfd.readouterr().err.endswith("INFO 12 views\n")


WATCHED = """
import sys, time
from types import SimpleNamespace
from bonescan.script import logged, progress

@logged
def main(snakemake):
    for _ in progress(range(3), total=3):
        time.sleep(0.25)

main(SimpleNamespace(log=[sys.argv[1]]))
"""


@pytest.mark.parametrize("watched", [True, False])
def test_progress_is_a_bar_where_a_person_watches_and_lines_in_the_log(tmp_path, watched):
    reader, writer = pty.openpty() if watched else os.pipe()
    command = [sys.executable, "-c", WATCHED, tmp_path / "x.log"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow" / "scripts")}
    subprocess.run(command, stderr=writer, env=environment, check=True)
    os.write(writer, b".")
    shown = os.read(reader, 4096).decode()
    assert ("[========                ] 1 of 3" in shown) == watched
    assert "3 of 3" in (tmp_path / "x.log").read_text(encoding="utf-8") and "[==" not in (tmp_path / "x.log").read_text(
        encoding="utf-8"
    )
    assert watched or shown == "."
