"""Start Snakemake, also where a killed run has left its lock: the arguments are Snakemake's.

Snakemake cannot tell the lock of a killed run (`kill -9`, a power failure) from that of a run at work, and asks for
`--unlock`. Here the processes of this machine tell: a run, and a job that outlived its run, work in the run's folder.
Where there is none, the lock is removed; where there is one, it is named, and nothing is touched.
"""

import argparse
import fcntl
import os
import sys
from pathlib import Path

LOCKS = Path(".snakemake/locks")
OWN_LOCK = Path(".snakemake/resume.lock")
JOBS = "/.snakemake/scripts/"
"""Where Snakemake keeps the copies of the scripts that it starts: `tmpabc.train.py` of `train.py`."""

SNAKEMAKE = "snakemake"


def describe_work(arguments: list[str]) -> str | None:
    """Return which part of a run a command line is, Snakemake or the script of a job; None for any other."""
    for argument in arguments[:3]:  # the interpreter, its options, what it runs
        if JOBS in argument and argument.endswith(".py"):
            return argument.rpartition("/")[2].partition(".")[2]
        if Path(argument).name == "snakemake":
            return SNAKEMAKE
    return None


def find_workers(folder: Path) -> dict[int, str]:
    """Return the processes of Snakemake that work in a folder, by number: what each is.

    Those of other users are not seen, unless root asks.
    """
    here, found = folder.stat(), {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            there = (process / "cwd").stat()
        except OSError:  # it ended, or is another user's
            continue
        work = describe_work(arguments)
        if work and (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino):
            found[int(process.name)] = work
    return found


def remove_stale_locks(folder: Path) -> None:
    """Remove the locks that a killed run has left in a folder.

    Raises
    ------
    ValueError
        A process works there, or the locks are another user's, whose processes are not seen.
    """
    # listed before the processes: of a run that starts meanwhile no lock is removed
    locks = list((folder / LOCKS).glob("*.lock"))
    if workers := find_workers(folder):
        runs = [f"process {number} ({what})" for number, what in workers.items() if what == SNAKEMAKE]
        jobs = [f"process {number} ({what})" for number, what in sorted(workers.items()) if what != SNAKEMAKE]
        at_work = ", ".join(runs) or f"jobs of a killed run have outlived it: {', '.join(jobs)}"
        raise ValueError(f"{folder}: another run is at work here: {at_work}. Let it end, or stop it with kill.")
    if not locks:
        return
    if os.geteuid() != 0 and any(lock.stat().st_uid != os.geteuid() for lock in locks):
        raise ValueError(
            f"{folder}: locked by a run of another user. If it is sure that none works here, call snakemake --unlock."
        )
    for lock in locks:
        lock.unlink(missing_ok=True)
    sys.stderr.write(
        f"A killed run has left its lock in {folder}; no process works here any more, so the lock is removed.\n"
    )


def main(arguments: list[str]) -> None:
    """Remove stale locks, then become Snakemake; of two that start together, one stops."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--directory", "-d", type=Path, default=Path())
    folder = parser.parse_known_args(arguments)[0].directory.resolve()
    (folder / OWN_LOCK).parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / OWN_LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ValueError(f"{folder}: another run is at work here, or has just begun. Let it end.") from None
    os.set_inheritable(lock, True)  # held until Snakemake ends, however it ends
    remove_stale_locks(folder)
    os.execv(sys.executable, [sys.executable, "-m", "snakemake", *arguments])


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except ValueError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"{error.filename}: expected a folder in which this user may write: {error.strerror}")
