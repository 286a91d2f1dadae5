"""The lock of a killed run goes, that of a run at work stays."""

import fcntl
import importlib.util
import os
import select
import shutil
import signal
import subprocess
import sys

import pytest
from workflow_runs import ROOT

SCRIPT = ROOT / "workflow" / "resume.py"
SNAKEFILE = 'rule all:\n    output: "done.txt"\n    shell: "touch {output}"\n'


@pytest.fixture
def resume():
    spec = importlib.util.spec_from_file_location("resume", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def locked(tmp_path):
    """Folder of a workflow whose run was killed."""
    (tmp_path / "Snakefile").write_text(SNAKEFILE, encoding="utf-8")
    locks = tmp_path / ".snakemake" / "locks"
    locks.mkdir(parents=True)
    for kind in ("input", "output"):
        (locks / f"0.{kind}.lock").write_text(str(tmp_path / "done.txt") + "\ndone.txt\n", encoding="utf-8")
    return tmp_path


def call(folder, *arguments):
    command = [sys.executable, SCRIPT, "--cores", "1", "--quiet", "all", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def start(folder, *command):
    """Start a process that waits, and return it once it runs."""
    process = subprocess.Popen([sys.executable, *command], cwd=folder, stdout=subprocess.PIPE)
    assert process.stdout.read(1) == b"1"
    return process


def test_the_lock_of_a_killed_run_is_removed_and_the_run_goes_on(locked):
    refused = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1"], cwd=locked, capture_output=True, text=True, check=False
    )
    assert refused.returncode != 0 and "--unlock" in refused.stderr, "Snakemake's locks are others by now"
    run = call(locked)
    assert run.returncode == 0, run.stderr
    assert (locked / "done.txt").exists() and "no process works here any more" in run.stderr
    again = call(locked)
    assert again.returncode == 0 and "lock" not in again.stderr


def test_the_lock_of_another_directory_is_removed(locked, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    run = call(elsewhere, "--snakefile", locked / "Snakefile", "--directory", locked)
    assert run.returncode == 0 and (locked / "done.txt").exists(), run.stderr
    assert "no process works here any more" in run.stderr and not list(elsewhere.iterdir())


@pytest.mark.parametrize(("name", "told"), [("tmpabc.train.py", "killed run have outlived it: "), ("snakemake", "")])
def test_the_lock_of_a_run_at_work_stays(locked, name, told):
    program = locked / ".snakemake" / "scripts" / name
    program.parent.mkdir()
    program.write_text("import time\nprint(1, flush=True)\ntime.sleep(600)\n", encoding="utf-8")
    work = start(locked, program)
    try:
        run = call(locked)
        what = "train.py" if told else "snakemake"
        assert run.returncode == 1 and f"{told}process {work.pid} ({what})" in run.stderr
        assert len(list((locked / ".snakemake" / "locks").iterdir())) == 2
        (locked / "elsewhere").mkdir()
        shutil.copy(locked / "Snakefile", locked / "elsewhere")
        assert call(locked / "elsewhere").returncode == 0
    finally:
        work.kill()
        work.wait()
    assert call(locked).returncode == 0


def test_of_two_that_start_together_one_stops(locked):
    with open(locked / ".snakemake" / "resume.lock", "w", encoding="utf-8") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        run = call(locked)
        assert run.returncode == 1 and "another run is at work here, or has just begun" in run.stderr
    assert len(list((locked / ".snakemake" / "locks").iterdir())) == 2


def test_who_only_reads_of_a_run_is_not_at_work(locked, resume):
    assert resume.describe_work(["tail", "-f", ".snakemake/log/x.snakemake.log"]) is None
    assert resume.describe_work(["make", "reproduce"]) is None
    assert resume.describe_work(["/x/.venv/bin/python", "-m", "snakemake", "--cores", "2"]) == "snakemake"
    assert resume.describe_work(["/x/.venv/bin/python", "/x/.venv/bin/snakemake"]) == "snakemake"


def test_the_lock_of_another_user_stays(locked, resume, monkeypatch):
    monkeypatch.setattr(resume.os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(ValueError, match=r"locked by a run of another user.*snakemake --unlock"):
        resume.remove_stale_locks(locked)
    assert len(list((locked / ".snakemake" / "locks").iterdir())) == 2


def test_a_job_ends_with_the_run_that_started_it(tmp_path):
    """Killed alone, Snakemake cannot end its jobs."""
    job = "import os, time; from bonescan.script import end_with_parent; end_with_parent(0.05)\n"
    job += "print(os.getpid(), flush=True); time.sleep(600)"
    run = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {job!r}])"
    process = subprocess.Popen(
        [sys.executable, "-c", run], stdout=subprocess.PIPE, cwd=ROOT / "workflow" / "scripts", text=True
    )
    number = int(process.stdout.readline())
    os.kill(number, 0)
    process.kill()
    process.wait()
    # the job holds the other end of the pipe while it lives
    assert select.select([process.stdout], [], [], 60)[0] and process.stdout.read() == ""


def test_a_job_that_was_an_orphan_before_its_imports_were_done_ends_too():
    job = "import time; from bonescan.script import end_with_parent; end_with_parent(); time.sleep(600)"
    orphan = subprocess.run(
        [sys.executable, "-c", job], cwd=ROOT / "workflow" / "scripts", start_new_session=True, check=False
    )
    assert orphan.returncode == -signal.SIGKILL
