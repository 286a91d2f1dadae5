"""A checkout with a tiny cohort, runs in it that can be killed, and what their results are."""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pandas as pd
import yaml

ROOT = Path(__file__).parents[2]
VENV = Path(sys.prefix)


def load(path: Path):
    """Return a module that lies in none of the folders that Python searches."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


resume, workflow_runs = load(ROOT / "workflow" / "resume.py"), load(ROOT / "tests" / "workflow_runs.py")

TINY = {
    **workflow_runs.TINY_COHORT,
    "models": ["V7"],
    "figures": {"classifier": "V7"},
    "split": {"units": ["patient"]},
    "scales": {
        "desk": {"epochs": {"D1": 20, "D2": 10, "D3": 10}, "learning_rate": dict.fromkeys(("D1", "D2", "D3"), 0.005)}
    },
}

MAKE = ["make", "reproduce", "CORES=2"]
BARE = [".venv/bin/snakemake", "--cores", "2"]
"""The README's two ways to run everything."""

MEASURED = {"seconds", "images_per_s", "resumed_from"}
"""What `fit.json` and `history.csv` hold of this very run; all else must be the same."""

LONGEST = 1800  # seconds that a run may take


def make_checkout(folder: Path) -> Path:
    """Copy what a run needs, with a tiny cohort as its default, and a training's state saved after every epoch."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("Snakefile", "config.yaml", "Makefile"):
        shutil.copy2(ROOT / name, folder)
    for name in ("workflow", "envs", "profiles"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    # the environment that runs this script stands in for one that make would install
    (folder / ".venv").mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (folder / ".venv" / name).symlink_to(VENV / name)
    (folder / ".venv" / "runtime").touch()
    (folder / "tiny.yaml").write_text(yaml.safe_dump(TINY), encoding="utf-8")
    profile = folder / "profiles" / "default" / "config.yaml"
    profile.write_text(profile.read_text(encoding="utf-8") + "configfile: [tiny.yaml]\n", encoding="utf-8")
    checkpoint = folder / "workflow" / "scripts" / "bonescan" / "training" / "checkpoint.py"
    text = checkpoint.read_text(encoding="utf-8")
    for setting in ("INTERVAL = 20.0", "WRITING = 0.05"):
        assert setting in text
    text = text.replace("INTERVAL = 20.0", "INTERVAL = 0.0").replace("WRITING = 0.05", "WRITING = 1.0")
    checkpoint.write_text(text, encoding="utf-8")
    return folder


class Run:
    """A run in its own session and process group, as a terminal or a queue starts one.

    Parameters
    ----------
    folder : Path
        A checkout.
    command : list of str
    """

    def __init__(self, folder: Path, command: list[str] = MAKE):
        # beside the folder, which may be full or read-only
        number = len(list(folder.parent.glob(f"{folder.name}.console*")))
        self.folder, self.console = folder, folder.with_name(f"{folder.name}.console{number}.txt")
        with open(self.console, "wb") as stream:
            self.process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, start_new_session=True
            )
        self.begun = time.monotonic()

    def wait(self, seconds: float = LONGEST) -> int | None:
        """Return the exit status; None if the run goes on for longer."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def signal(self, number: int, alone: bool = False) -> None:
        """Send a signal to the group, as a terminal does, or to Snakemake alone; none if the run has ended."""
        if self.process.poll() is not None:
            return
        if not alone:
            os.killpg(self.process.pid, number)
            return
        for process in [process for process, what in self.workers().items() if what == resume.SNAKEMAKE]:
            os.kill(process, number)

    def kill(self, alone: bool = False) -> None:
        """Kill with SIGKILL, and wait until make is gone too."""
        self.signal(signal.SIGKILL, alone)
        if self.wait(30) is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def workers(self) -> dict[int, str]:
        """Return the processes of Snakemake in this folder."""
        return resume.find_workers(self.folder)

    @property
    def text(self) -> str:
        return self.console.read_text(encoding="utf-8", errors="replace")

    def lines(self, pattern: str) -> list[str]:
        """Return the lines of the console in which a pattern is found, each once."""
        return list(dict.fromkeys(line.strip() for line in self.text.splitlines() if re.search(pattern, line)))

    def planned(self) -> int:
        """Return how many jobs this run meant to do; 0 if it did not come so far."""
        total = re.search(r"^total +(\d+)$", self.text, re.MULTILINE)
        return int(total[1]) if total else 0

    def finished(self) -> int:
        return len(re.findall(r"^Finished jobid", self.text, re.MULTILINE))

    def running(self) -> list[str]:
        """Return the rules that have begun and not finished."""
        begun = re.findall(r"^(?:local)?rule (\w+):\n(?: +.*\n)*? +jobid: (\d+)", self.text, re.MULTILINE)
        done = set(re.findall(r"^Finished jobid: (\d+)", self.text, re.MULTILINE))
        return [rule for rule, job in begun if job not in done]


def unbroken(folder: Path, command: list[str] = MAKE) -> tuple[dict[str, str], Run, float]:
    """Run everything in a checkout, and return its results, the run and its seconds; stop if it fails."""
    run = Run(folder, command)
    if run.wait() != 0:
        sys.exit(f"a run failed, see {run.console}:\n{run.text[-3000:]}")
    return results(folder), run, time.monotonic() - run.begun


def results(folder: Path) -> dict[str, str]:
    """Return a digest of each file of the results, by its path, of all in it that no clock decides."""
    found = {}
    for path in sorted((folder / "results").rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            name = path.relative_to(folder).as_posix()
            try:
                found[name] = hashlib.sha256(content(path)).hexdigest()
            except (ValueError, KeyError, zipfile.BadZipFile, pd.errors.EmptyDataError) as error:
                found[name] = f"unreadable: {error}"
    return found


def content(path: Path) -> bytes:
    """Return what must be the same in a file."""
    if path.name == "fit.json":
        record = json.loads(path.read_text(encoding="utf-8"))
        return json.dumps({key: record[key] for key in record if key not in MEASURED}).encode()
    if path.name == "history.csv":
        return pd.read_csv(path).drop(columns="seconds").to_csv().encode()
    if path.suffix == ".keras":  # a zip with the time in it
        with zipfile.ZipFile(path) as archive:
            return archive.read("model.weights.h5")
    return path.read_bytes()


def differences(folder: Path, expected: dict[str, str], whole: bool = True) -> list[str]:
    """Return the files of the results that are not as expected, and of a `whole` run those that are missing.

    Until the cohort is gathered its shards are there as well.
    """
    found = {name: digest for name, digest in results(folder).items() if "/checkpoints/" not in name or whole}
    if not whole:
        found = {name: digest for name, digest in found.items() if "/shards/" not in name}
    names = found.keys() | expected.keys() if whole else found.keys()
    return sorted(name for name in names if found.get(name) != expected.get(name))


def leftovers(folder: Path) -> list[str]:
    """Return the temporary files and folders in the results."""
    hidden = [path for path in (folder / "results").rglob(".*") if path.name != ".snakemake_timestamp"]
    return sorted(path.relative_to(folder / "results").as_posix() for path in hidden)
