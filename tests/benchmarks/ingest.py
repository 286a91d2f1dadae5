"""How fast ingest reads, how much of that is decoding, and whether its memory stays flat.

Not a test: `python tests/benchmarks/ingest.py FILES FOLDER [PROCESSES]` writes FILES synthetic whole-body files of two
frames each into FOLDER, reads them, and prints what it measured; compressed ones it reads in one process, a few of
each.
"""

import json
import os
import resource
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT / "workflow" / "scripts"), str(ROOT / "tests")]

import ingest as script  # noqa: E402
from nm_files import body, whole_body  # noqa: E402

from bonescan.ingest import pixels, views  # noqa: E402
from bonescan.ingest.archive import Entry  # noqa: E402

SYNTAXES = {
    "native": ExplicitVRLittleEndian,
    "RLE": RLELossless,
    "JPEG-LS": JPEGLSLossless,
    "JPEG 2000": JPEG2000Lossless,
}


def make(folder: Path, number: int, syntax) -> None:
    """Write `number` files of one transfer syntax; no two views have the same pixels."""
    folder.mkdir(parents=True)
    pixels = np.stack([body(1), body(2)])
    scan = whole_body(2, pixels=pixels)
    for n in range(number):
        pixels[:, 0, :3] = [[n & 255, n >> 8 & 255, 1], [n & 255, n >> 8 & 255, 2]]
        scan.PixelData = pixels.tobytes()
        if syntax != ExplicitVRLittleEndian:
            scan = whole_body(2, pixels=pixels)
            scan.compress(syntax)
        scan.PatientID, scan.StudyInstanceUID = f"hospital-{n // 2}", f"1.2.{n}"
        scan.save_as(folder / f"{n:05d}.dcm", enforce_file_format=True)


def watch(samples: list, stop: threading.Event) -> None:
    """Sample the resident memory of this process and its children, MiB."""
    page = os.sysconf("SC_PAGE_SIZE") / 2**20
    me = os.getpid()
    while not stop.wait(0.5):
        total = 0
        children = Path(f"/proc/{me}/task/{me}/children").read_text(encoding="utf-8").split()
        for process in (me, *children):
            try:
                total += int(Path(f"/proc/{process}/statm").read_text(encoding="utf-8").split()[1]) * page
            except OSError:  # it ended
                continue
        samples.append(total)


def share_of_decoding(files: list[Path]) -> tuple[float, float]:
    """Return the share of one process's CPU time that goes into decoding pixels, and the seconds a file."""
    spent = {"decoding": 0.0}
    decode = pixels.frame_counts

    def timed(*arguments):
        begun = time.process_time()
        try:
            return decode(*arguments)
        finally:
            spent["decoding"] += time.process_time() - begun

    settings = views.Settings(files[0].parent, (1024, 256), b"the benchmark has no secret")
    pixels.frame_counts = timed
    begun = time.process_time()
    for file in files:
        views.read_entry(Entry(file.name), settings)
    total = time.process_time() - begun
    pixels.frame_counts = decode
    return spent["decoding"] / total, total / len(files)


def cpu_seconds() -> float:
    """Return the CPU time of this process and its ended children: on a busy machine, what counts."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main():
    number, folder = int(sys.argv[1]), Path(sys.argv[2]).resolve()
    processes = int(sys.argv[3]) if len(sys.argv) > 3 else os.cpu_count()
    archive = folder / "archive"
    if not archive.exists():
        make(archive, number, ExplicitVRLittleEndian)
    os.chdir(folder)
    names = {"scans": "scans.npy", "table": "scans.tsv", "rejected": "rejected.tsv"}
    names |= {"reports": "reports.tsv", "summary": "summary.tsv"}
    output = SimpleNamespace(**{name: folder / "out" / file for name, file in names.items()})
    (folder / "out").mkdir(exist_ok=True)
    params = SimpleNamespace(source="folder", pseudonyms="salted", shape=[1024, 256], code=str(time.time()))
    samples, stop = [], threading.Event()
    watcher = threading.Thread(target=watch, args=(samples, stop), daemon=True)
    watcher.start()
    begun, used = time.monotonic(), cpu_seconds()
    script.main(
        SimpleNamespace(
            input=SimpleNamespace(cohort=str(archive)), output=output, params=params, threads=processes, log=[]
        )
    )
    seconds, used = time.monotonic() - begun, cpu_seconds() - used
    stop.set()
    watcher.join()
    quarter = max(1, len(samples) // 4)
    result = {
        "files": number,
        "processes": processes,
        "seconds": round(seconds, 1),
        "files_per_second": round(number / seconds, 1),
        "files_per_cpu_second": round(number / used, 1),
        "memory_mib_second_quarter": round(float(np.median(samples[quarter : 2 * quarter] or samples))),
        "memory_mib_last_quarter": round(float(np.median(samples[-quarter:]))),
        "memory_mib_peak_of_one_process": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10),
    }
    for name, syntax in SYNTAXES.items():
        if not (some := folder / name).exists():
            make(some, 20, syntax)
        share, each = share_of_decoding(sorted(some.iterdir()))
        result[name] = {"share_of_decoding": round(share, 3), "cpu_milliseconds_a_file": round(1000 * each, 1)}
    sys.stdout.write(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
