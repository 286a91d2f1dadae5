"""The source files: each read again, and the counts of its frames compared with the digests that ingest took."""

from pathlib import Path

import pandas as pd

from bonescan.ingest.archive import Entry
from bonescan.ingest.views import Settings, read_entry
from bonescan.provenance.arrays import SCAN_TABLE, SCANS, describe, digest_counts, picture_shape
from bonescan.provenance.links import DIFFERS, MISSING, UNCHECKED, VERIFIED, Link
from bonescan.provenance.run import Run


def check_sources(run: Run, cohort: pd.DataFrame) -> Link:
    """Return the link of the source files behind some views; a file is named by its token, never by its path."""
    table = run.table(SCAN_TABLE).set_index("image") if not run.absent(SCAN_TABLE) else pd.DataFrame()
    scans = table.loc[[image for image in cohort["image"] if image in table.index]] if len(table) else table
    files = scans["source_file"].nunique() if len(scans) else 0
    told = f"{len(scans)} frames of {files} files"
    if run.scans is None or not len(scans):
        reason = "nobody said where they lie (--cohort)" if run.scans is None else f"{SCAN_TABLE} names none"
        return Link("source files", "", "", UNCHECKED, told, reason)
    places = range(len(scans))
    picked = scans.iloc[run.pick(places, SCANS, SCAN_TABLE)]
    found = {image: read_again(run, scan) for image, scan in picked.iterrows()}
    told = f"{told}; read again: {describe(picked.index, scans.index)}"
    gone = [image for image, verdict in found.items() if verdict[0] == MISSING]
    other = {image: verdict[1] for image, verdict in found.items() if verdict[0] == DIFFERS}
    if other:
        image, reason = next(iter(other.items()))
        more = f", and {len(other) - 1} more" if len(other) > 1 else ""
        file = scans.at[image, "source_file"]
        return Link("source files", file, "", DIFFERS, told, f"{image}: {reason}{more}")
    if gone:
        return Link("source files", "", "", MISSING, told, f"{len(gone)} of them are not there, such as {gone[0]}'s")
    return Link("source files", "", "", VERIFIED, told)


def read_again(run: Run, scan: pd.Series) -> tuple[str, str]:
    """Return the verdict on one view's source, and why."""
    token = scan["source_file"]
    path = run.names.get(token) if run.names else token
    if path is None or not (run.scans / path).is_file():
        return MISSING, "its file is not there"
    whole_body = run.settings["crop"]["method"] != "none"
    settings = Settings(run.scans, picture_shape(run), b"", open_names=True, whole_body=whole_body)
    entry = Entry(Path(path).as_posix(), patient="X", view=scan["view"], frame=str(int(scan["frame"])))
    views = read_entry(entry, settings).views
    if not views:
        return DIFFERS, f"frame {scan['frame']} of {token} cannot be read any more"
    found = digest_counts(views[0].counts)
    if found == scan["sha256"]:
        return VERIFIED, ""
    return DIFFERS, f"frame {scan['frame']} of {token} has counts {found[:12]}, {SCAN_TABLE} says {scan['sha256'][:12]}"
