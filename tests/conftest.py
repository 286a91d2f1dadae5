import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def snakemake(tmp_path):
    """Run this workflow's Snakemake in a folder of the test's own; returns the finished process."""

    def run(*arguments, directory=tmp_path / "run", timeout=1800):
        command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
        command += ["--directory", str(directory), "--cores", "2", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)

    return run
