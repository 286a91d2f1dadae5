"""Ctrl-C, SIGTERM, and a second run in the same folder: what each says, and that the README's command goes on."""

import signal
import time
from pathlib import Path

from runs import BARE, MAKE, Run, differences, leftovers, make_checkout

TOLD = r"[Tt]erminat|Interrupt|Exiting|Will exit|WorkflowError|LockException|at work|rror:|cannot be locked|[Kk]illed"


def wait_for_rule(run: Run, rule: str, seconds: float = 600) -> None:
    """Wait until a rule's job is at work in a run, or the run has ended."""
    until = time.monotonic() + seconds
    while rule not in run.running() and run.process.poll() is None and time.monotonic() < until:
        time.sleep(0.2)


def finish(run: Run, expected: dict[str, str], name: str) -> dict:
    """Wait for a run's end and return the row that says how it ended."""
    row = {"fault": name, "status": run.wait(), "different": differences(run.folder, expected)}
    return row | {"left": leftovers(run.folder), "told": []}


def interrupt(parent: Path, expected: dict[str, str]) -> list[dict]:
    """Interrupt one folder's run by every signal in turn, each time as it trains or plans, and let it finish."""
    folder, rows = make_checkout(parent / "interrupted"), []
    cases = [
        ("Ctrl-C while it simulates", "simulate", signal.SIGINT, False, MAKE),
        ("SIGTERM to Snakemake alone while it trains", "train", signal.SIGTERM, True, MAKE),
        ("SIGTERM to the group while it trains", "train", signal.SIGTERM, False, MAKE),
        ("Ctrl-C while it trains, bare snakemake", "train", signal.SIGINT, False, BARE),
        ("Ctrl-C while it plans, bare snakemake", "", signal.SIGINT, False, BARE),
    ]
    for name, rule, number, alone, command in cases:
        run = Run(folder, command)
        if rule:
            wait_for_rule(run, rule)
            time.sleep(6 if rule == "train" else 3)  # TensorFlow is there, epochs go by
        else:
            time.sleep(2)
        working = run.running()
        sent = time.monotonic()
        run.signal(number, alone)
        status = run.wait(120)
        row = {"fault": name, "rules": working, "status": status, "seconds": time.monotonic() - sent}
        row["different"] = differences(folder, expected, whole=False)
        row |= {"left": leftovers(folder), "lock": (folder / ".snakemake" / "locks").exists()}
        time.sleep(0.5)
        rows.append(row | {"orphans": run.workers(), "told": run.lines(TOLD)[:6]})
        if status is None:
            run.kill()
    rows.append(finish(Run(folder, BARE), expected, "bare snakemake after all of these"))
    return rows


def run_twice(parent: Path, expected: dict[str, str]) -> list[dict]:
    """Start second runs in the folder of one at work, by make and bare; the first is once make's and once bare."""
    folder, rows = make_checkout(parent / "twice"), []
    for first, rule in ((MAKE, "simulate"), (BARE, "train")):
        run = Run(folder, first)
        wait_for_rule(run, rule)
        for second in (MAKE, BARE):
            other = Run(folder, second)
            status = other.wait(120)
            name = f"{second[0].rpartition('/')[2]} beside {first[0].rpartition('/')[2]}, which runs {rule}"
            row = {"fault": name, "status": status, "told": other.lines(TOLD + "|another run")[:4]}
            rows.append(row | {"first ended": run.process.poll(), "different": [], "left": []})
        if first is MAKE:
            run.signal(signal.SIGINT)
            run.wait(120)
    rows.append(finish(run, expected, "the first run, bare, in the end"))
    return rows
