"""The script of rule ingest, called as the rule calls it."""

from types import SimpleNamespace

import ingest as script
import numpy as np
import pandas as pd
from nm_files import body, whole_body

from bonescan.ingest import salt

SALT = "a salt that only the tests know"
TABLES = {"table": "scans", "rejected": "rejected", "reports": "reports", "summary": "summary"}


def run(source, cohort, folder, pseudonyms="given", shape=(1024, 256), code="1", threads=1):
    output = SimpleNamespace(
        scans=folder / "scans.npy", **{name: folder / f"{file}.tsv" for name, file in TABLES.items()}
    )
    script.main(
        SimpleNamespace(
            input=SimpleNamespace(cohort=str(cohort)),
            output=output,
            params=SimpleNamespace(
                source=source, pseudonyms=pseudonyms, shape=list(shape), whole_body=shape == (1024, 256), code=code
            ),
            threads=threads,
            log=[folder / "ingest.log"],
        )
    )
    table = pd.read_csv(output.table, sep="\t", dtype={"patient": str, "exam": str})
    rejected = pd.read_csv(output.rejected, sep="\t", dtype=str, keep_default_na=False)
    return np.load(output.scans, mmap_mode="r"), table, rejected


def paths(rejected):
    """Reasons by the path that the private key file has for a token."""
    key = pd.read_csv(salt.KEY_FILE, sep="\t").set_index("source_file")["path"]
    return dict(zip(rejected["source_file"].map(key), rejected["reason"], strict=True))


def written(folder):
    """All that a run wrote for others to see."""
    return "".join((folder / name).read_text() for name in (*(f"{f}.tsv" for f in TABLES.values()), "ingest.log"))


def scan(seed, **changes):
    """A whole-body file with pixels of its own."""
    return whole_body(pixels=body(seed)[None], **changes)
