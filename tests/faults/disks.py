"""A disk that is full, or read-only: what is said, what is left, and that the same command goes on once it is not."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from interruptions import finish, wait_for_rule
from runs import BARE, Run, differences, leftovers, make_checkout

BLOCK = 4096
STAGES = ["simulate", "ingest", "label", "crop", "augment", "normalise", "split", "train", "evaluate", "networks"]
STAGES += ["tables", "figures"]
TARGETS = {
    "simulate": "results/desk/simulate/sheet.tsv",
    "ingest": "results/desk/ingest/scans.tsv",
    "augment": "results/desk/augment/lineage.tsv",
    "train": "results/desk/evaluate/patient/metrics.tsv",
    "tables": "tables",
    "figures": "figures",
}
"""What a run makes whose disk is to be full in a stage: nothing beside it."""

FULL = r"No space left|Errno 28|Bus error|died with|Error in rule|OSError|WorkflowError|RuleException"
READ_ONLY = r"[Rr]ead-only|Errno 30|may write|WorkflowError|Error in rule|OSError|PermissionError"


@contextlib.contextmanager
def small_disk(folder: Path, size: int) -> Iterator[None]:
    """Mount a disk in memory of `size` bytes on a folder, as root may."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)


def may_mount(parent: Path) -> bool:
    """Tell whether this process may mount a disk."""
    try:
        with small_disk(parent / "mount", BLOCK * 4):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


def sizes(folder: Path) -> dict[str, int]:
    """Return sizes at which a disk is full in one stage after another, from a finished run's results.

    All that stages before it have written fits, and half of what the stage writes.
    """
    total, found = 0, {}
    for stage in STAGES:
        used = usage(folder / "results" / "desk" / stage)
        found[stage] = total + used // 2
        total += used
    return {stage: found[stage] for stage in TARGETS}


def usage(folder: Path) -> int:
    """Return the bytes that a folder takes of a disk in memory."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sum(-(-path.stat().st_size // BLOCK) * BLOCK for path in files)


def fill(parent: Path, expected: dict[str, str], stages: dict[str, int]) -> list[dict]:
    """Run on a disk that is full in one stage after another, with a little more room each time, and then enough."""
    folder, rows = make_checkout(parent / "full"), []
    with small_disk(folder / "results", BLOCK * 100):
        for stage, size in stages.items():
            remount(folder / "results", f"size={size}")
            run = Run(folder, [*BARE, TARGETS[stage]])
            rows.append(fail(run, expected, f"results full at {size / 1e6:.2f} MB, half of what {stage} writes", FULL))
        remount(folder / "results", "size=500M")
        rows.append(finish(Run(folder, BARE), expected, "the same command, with room"))
    return rows


def fill_everything(parent: Path, expected: dict[str, str]) -> list[dict]:
    """Fill the disk on which the whole checkout lies, Snakemake's own records with it, while networks are trained."""
    folder, rows = parent / "full_folder", []
    with small_disk(folder, 500 * 10**6):
        make_checkout(folder)
        for rule in ("simulate", "train"):
            run = Run(folder, BARE)
            wait_for_rule(run, rule)
            with contextlib.suppress(OSError), open(folder / "ballast", "wb", buffering=0) as ballast:
                while ballast.write(bytes(BLOCK)):
                    pass
            rows.append(fail(run, expected, f"the whole folder full while it runs {rule}", FULL))
            rows.append(fail(Run(folder, BARE), expected, "the same command, still full", FULL))
            (folder / "ballast").unlink()
        rows.append(finish(Run(folder, BARE), expected, "the same command, with room"))
    return rows


def make_read_only(parent: Path, expected: dict[str, str]) -> list[dict]:
    """Run where the results, then the whole folder, are read-only, from the start and from a moment on."""
    folder, rows = parent / "read_only", []
    with small_disk(folder, 500 * 10**6):
        make_checkout(folder)
        remount(folder, "ro")
        rows.append(fail(Run(folder, BARE), expected, "the whole folder read-only", READ_ONLY))
        rows.append(fail(Run(folder), expected, "the whole folder read-only, make", READ_ONLY))
        remount(folder, "rw")
        with small_disk(folder / "results", 500 * 10**6):
            remount(folder / "results", "ro")
            rows.append(fail(Run(folder, BARE), expected, "results read-only", READ_ONLY))
            remount(folder / "results", "rw")
            run = Run(folder, BARE)
            wait_for_rule(run, "train")
            for _ in range(100):  # busy while a file is open for writing
                with contextlib.suppress(subprocess.CalledProcessError):
                    remount(folder / "results", "ro")
                    break
                time.sleep(0.1)
            rows.append(fail(run, expected, "results read-only from a training on", READ_ONLY))
            remount(folder / "results", "rw")
            rows.append(finish(Run(folder, BARE), expected, "the same command, writable again"))
    return rows


def fail(run: Run, expected: dict[str, str], name: str, told: str) -> dict:
    """Wait for the end of a run that must fail, and return a row on it."""
    status = run.wait()
    row = {"fault": name, "status": status, "seconds": time.monotonic() - run.begun, "told": run.lines(told)[:8]}
    logs = [path for path in (run.folder / "logs").rglob("*.log") if path.is_file()]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in logs]
    row["logs that say it"] = sum("No space left" in text or "Read-only" in text for text in texts)
    row |= {"different": differences(run.folder, expected, whole=False), "left": leftovers(run.folder)}
    return row | {"lock": (run.folder / ".snakemake" / "locks").exists()}
