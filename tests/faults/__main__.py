"""What a kill, a signal, a second run, a full and a read-only disk do to a run on a tiny cohort.

Not a test, and long: `make faults`, or `python tests/faults --kills 20 --seed 1 --only kills`. It runs the README's
commands in checkouts of its own below a temporary folder, compares every result with that of an unbroken run, prints
Markdown, and ends with status 1 if one differed or something was left behind.
"""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

import disks
import interruptions
import kills
from runs import make_checkout, unbroken

FAULTS = ["kills", "signals", "two_runs", "full_disk", "full_folder", "read_only"]


def tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def tell_rows(title: str, rows: list[dict]) -> int:
    """Print what was found of one kind of fault; return how many rows are not as they should be."""
    tell(f"\n## {title}\n")
    for row in rows:
        facts = {key: value for key, value in row.items() if key not in ("fault", "told")}
        facts |= {"seconds": f"{row['seconds']:.1f}"} if "seconds" in row else {}
        tell(f"- **{row['fault']}**: " + ", ".join(f"{key} {value}" for key, value in facts.items()))
        for line in row["told"]:
            tell(f"  > {line[:300]}")
    last = rows[-1]
    harmed = [row for row in rows if row["different"] or row.get("orphans")]
    return len(harmed) + (last["status"] != 0) + bool(last["left"])


def main(arguments: argparse.Namespace) -> int:
    parent, bad = Path(tempfile.mkdtemp(prefix="bonescan-faults-", dir=arguments.folder)), 0
    begun = time.monotonic()
    # a shell's background job ignores Ctrl-C, and so would its children
    signal.signal(signal.SIGINT, signal.default_int_handler)
    expected, run, seconds = unbroken(whole := make_checkout(parent / "unbroken"))
    tell(f"Folder {parent}. An unbroken run: {run.planned()} jobs, {len(expected)} files, {seconds:.0f} s.")
    if "kills" in arguments.only:
        rows = kills.kill_at_random(parent, arguments.kills, arguments.seed, expected, run.planned())
        tell(f"\n## kill -9, seed {arguments.seed}\n\n{kills.as_table(rows)}")
        bad += sum(not kills.is_good(row) for row in rows)
    if "signals" in arguments.only:
        bad += tell_rows("Ctrl-C and SIGTERM", interruptions.interrupt(parent, expected))
    if "two_runs" in arguments.only:
        bad += tell_rows("Two runs in one folder", interruptions.run_twice(parent, expected))
    on_disks = {
        "full_disk": lambda: disks.fill(parent, expected, disks.sizes(whole)),
        "full_folder": lambda: disks.fill_everything(parent, expected),
        "read_only": lambda: disks.make_read_only(parent, expected),
    }
    for name in on_disks.keys() & set(arguments.only):
        if disks.may_mount(parent):
            bad += tell_rows(name.replace("_", " ").capitalize(), on_disks[name]())
        else:
            tell(f"\n## {name}\n\nnot tried: this user may not mount a disk")
    tell(f"\n{bad} of all these are not as they should be; {(time.monotonic() - begun) / 60:.0f} minutes")
    return bad


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1, help="of the moments of the kills")
    parser.add_argument("--only", nargs="+", choices=FAULTS, default=FAULTS)
    parser.add_argument("--folder", help="where checkouts are made; the system's temporary folder by default")
    sys.exit(min(main(parser.parse_args()), 1))
