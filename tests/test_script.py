import logging
import os
from types import SimpleNamespace

import pytest

from bonescan.script import logged


def test_messages_of_python_and_of_compiled_libraries_go_to_the_log(tmp_path, capfd):
    @logged
    def main(snakemake):
        logging.warning("odd header")
        os.write(2, b"from C\n")

    main(SimpleNamespace(log=[tmp_path / "logs" / "x.log"]))
    os.write(2, b"afterwards\n")
    text = (tmp_path / "logs" / "x.log").read_text()
    assert "WARNING odd header" in text and "from C" in text
    assert capfd.readouterr().err == "afterwards\n"


def test_a_failure_leaves_its_traceback_in_the_log(tmp_path):
    @logged
    def main(snakemake):
        raise KeyError("view")

    with pytest.raises(KeyError):
        main(SimpleNamespace(log=[str(tmp_path / "x.log")]))
    text = (tmp_path / "x.log").read_text()
    assert "ERROR failed" in text and "Traceback" in text and "KeyError: 'view'" in text


def test_without_a_log_messages_go_to_the_error_stream(capfd):
    @logged
    def main(snakemake):
        logging.info("12 views")

    main(SimpleNamespace())
    assert capfd.readouterr().err.endswith("INFO 12 views\n")
