import subprocess
import sys

import pytest
from workflow_runs import ROOT


@pytest.fixture(scope="session")
def snakemake(tmp_path_factory):
    """Call this workflow's Snakemake in a folder of the tests' own; returns the finished process."""
    elsewhere = tmp_path_factory.mktemp("snakemake")

    def run(*arguments, directory=elsewhere, checkout=ROOT):
        command = [sys.executable, "-m", "snakemake", "--snakefile", checkout / "Snakefile", "--directory", directory]
        return subprocess.run(
            [*command, "--cores", "2", *arguments], capture_output=True, text=True, timeout=1800, check=False
        )

    return run
