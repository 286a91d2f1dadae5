"""Views a second through the crop on one core, reading and writing not counted.

python tests/benchmarks/crop.py results/desk/ingest/scans.npy
"""

import os
import sys
import time
from pathlib import Path

# one core: the polynomial's solver would start a thread a core and wait in each
os.environ["OPENBLAS_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[2] / "workflow" / "scripts"))

import numpy as np

from bonescan.chance import generator
from bonescan.crop import crop_row, crop_thorax


def main(path, most=400):
    views = [np.array(view) for view in np.load(path, mmap_mode="r")[:most]]
    crop_row(crop_thorax(views[0], generator(1)))
    started = time.process_time()
    for number, view in enumerate(views):
        crop_row(crop_thorax(view, generator(1, "crop", str(number))))
    seconds = time.process_time() - started
    sys.stdout.write(f"{len(views)} views, {len(views) / seconds:.0f} views a second of processor time\n")


if __name__ == "__main__":
    main(sys.argv[1])
