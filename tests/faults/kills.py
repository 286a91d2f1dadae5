"""kill -9 at random moments, and again in the run that resumes: what is left, and what comes out in the end."""

import random
import shutil
import time
from pathlib import Path

from runs import MAKE, Run, differences, leftovers, make_checkout

IN_A_ROW = 5  # kills of one folder's run before it may finish
BAD = ("half", "orphans", "different", "rest", "processes")  # what a kill must not leave
ALONE = 5  # every so many-th kill hits Snakemake alone, whose jobs are orphans then


def draw_moments(number: int, seconds: float, seed: int) -> list[list[float]]:
    """Return moments spread over a run's duration, as several rows of at most `IN_A_ROW` that each go through it."""
    rng = random.Random(seed)
    moments = [(index + rng.random()) / number * seconds for index in range(number)]
    rows = max(1, -(-number // IN_A_ROW))
    return [moments[row::rows] for row in range(rows)]


def resume_run(folder: Path) -> tuple[Run, int]:
    """Call the README's command until it is not refused because orphans still end; return the run and the refusals."""
    for refused in range(30):
        run = Run(folder, MAKE)
        time.sleep(1)
        if run.wait(0.5) is None or not run.lines("at work here"):
            return run, refused
        time.sleep(1)
    raise RuntimeError(f"{folder}: orphans do not end: {run.text}")


def kill_at_random(parent: Path, number: int, seed: int, expected: dict[str, str], seconds: float) -> list[dict]:
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
    seconds : float
        That it took.
    """
    rng, rows = random.Random(seed + 1), []
    for index, moments in enumerate(draw_moments(number, seconds, seed), start=1):
        folder = make_checkout(parent / f"killed{index}")
        run, before, own = Run(folder), 0.0, []
        for moment in moments:
            # a run that resumes plans anew: without some seconds more, no kill would meet its jobs
            pause = moment - before + (rng.uniform(0, 5) if before else 0)
            ended = run.wait(max(0, run.begun + pause - time.monotonic()))
            row = {"folder": index, "moment": moment, "seconds": time.monotonic() - run.begun}
            row["alone"] = (len(rows) + len(own)) % ALONE == ALONE - 1
            if ended is None:
                row |= {"running": run.running(), "finished": run.finished()}
                run.kill(row["alone"])
            else:
                row |= {"running": ["(had ended)"], "finished": run.finished()}
            row["left"] = leftovers(folder)
            # whatever bears its final name must be whole at any moment
            row["half"] = differences(folder, expected, whole=False)
            row["lock"] = (folder / ".snakemake" / "locks").exists()
            if not row["alone"] and (orphans := run.workers()):
                row["orphans"] = orphans
            run, row["refused"] = resume_run(folder)
            own.append(row)
            before = moment
            row["resumed"] = run
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
