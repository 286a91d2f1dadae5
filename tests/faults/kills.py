"""kill -9 at random moments, and again in the run that resumes: what is left, and what comes out in the end."""

import random
import shutil
import time
from pathlib import Path

from runs import MAKE, Run, differences, leftovers, make_checkout

IN_A_ROW = 5  # kills of one folder's run before it may finish
ALONE = 4  # every so many-th kill hits Snakemake alone, whose jobs are orphans then
LATER = 3.0  # seconds at most between the job that a kill waits for and the kill
BAD = ("half", "orphans", "different", "rest", "processes")  # what a kill must not leave


def draw_moments(number: int, jobs: int, seed: int) -> list[list[tuple[int, float]]]:
    """Return moments spread over a run, as several rows of at most `IN_A_ROW` that each go through it.

    A moment is a number of finished jobs and the seconds after it: so the moments reach every stage, however fast the
    machine is and however much a kill has undone. Those before the first job are counted from the run's start.
    """
    rng = random.Random(seed)
    # two jobs earlier: some meet the planning, and none the end
    done = [max(0, int((index + rng.random()) / number * jobs) - 2) for index in range(number)]
    moments = [(jobs, rng.uniform(0.5, LATER)) for jobs in done]
    rows = max(1, -(-number // IN_A_ROW))
    return [moments[row::rows] for row in range(rows)]


def wait_for(run: Run, moment: tuple[int, float], jobs: int) -> None:
    """Wait for a moment of a run, some jobs of which may have been done by runs before it."""
    done, seconds = moment
    while done and run.process.poll() is None:
        planned = run.planned()
        if planned and jobs - planned + run.finished() >= done:
            break
        time.sleep(0.1)
    run.wait(seconds)


def resume_run(folder: Path) -> tuple[Run, int]:
    """Call the README's command until it is not refused because orphans still end; return the run and the refusals."""
    for refused in range(30):
        run = Run(folder, MAKE)
        time.sleep(1)
        if run.wait(0.5) is None or not run.lines("at work here"):
            return run, refused
        time.sleep(1)
    raise RuntimeError(f"{folder}: orphans do not end: {run.text}")


def kill_once(run: Run, alone: bool, expected: dict[str, str]) -> dict:
    """Kill a run and return what it was at and what it has left."""
    row = {"seconds": time.monotonic() - run.begun, "alone": alone, "finished": run.finished()}
    row["running"] = run.running() if run.process.poll() is None else ["had ended"]
    run.kill(alone)
    row |= {"left": leftovers(run.folder), "lock": (run.folder / ".snakemake" / "locks").exists()}
    # whatever bears its final name must be whole at any moment
    row["half"] = differences(run.folder, expected, whole=False)
    if not alone:
        time.sleep(1)  # a kill takes its time
        row["orphans"] = run.workers()
    return row


def kill_at_random(parent: Path, number: int, seed: int, expected: dict[str, str], jobs: int) -> list[dict]:
    """Kill runs at `number` moments and return a row of findings for each.

    Parameters
    ----------
    parent : Path
        Where folders of runs are made; those whose results are as expected go again.
    number : int
        Of kills.
    seed : int
        Of the moments.
    expected : dict
        Results of an unbroken run.
    jobs : int
        Of an unbroken run.
    """
    rows = []
    for index, moments in enumerate(draw_moments(number, jobs, seed), start=1):
        folder = make_checkout(parent / f"killed{index}")
        run, own = Run(folder), []
        for moment in moments:
            wait_for(run, moment, jobs)
            alone = (len(rows) + len(own)) % ALONE == ALONE - 1
            own.append({"folder": index, **kill_once(run, alone, expected)})
            run, own[-1]["refused"] = resume_run(folder)
            own[-1]["resumed"] = run
        found = {"status": run.wait(), "different": differences(folder, expected), "rest": leftovers(folder)}
        found["processes"] = run.workers()
        rows += [row | found | {"planned": row.pop("resumed").planned()} for row in own]
        if found["status"] == 0 and not found["different"]:
            shutil.rmtree(folder)
    return rows


def is_good(row: dict) -> bool:
    """Tell whether a kill did no harm."""
    return row["status"] == 0 and not any(row.get(key) for key in BAD)


def as_table(rows: list[dict]) -> str:
    """Return the kills as Markdown."""
    lines = [
        "| folder | s into the call | killed | rules at work | jobs done in the call | lock left "
        "| temporary files left | half-written results | jobs of the next call | at the end |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        bad = [row[key] for key in BAD if row.get(key)]
        end = "same bytes" if is_good(row) else f"status {row['status']}, {bad}"
        who = "Snakemake alone" if row["alone"] else "group"
        again = f"{row['planned']}" + (f" (refused {row['refused']} times)" if row["refused"] else "")
        rules = ", ".join(row["running"]) or "none: planning"
        cells = [row["folder"], f"{row['seconds']:.1f}", who, rules, row["finished"], "yes" if row["lock"] else "no"]
        cells += [len(row["left"]), len(row["half"]), again, end]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)
