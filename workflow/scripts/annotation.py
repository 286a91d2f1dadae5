"""Make a folder for each reader to annotate with LabelMe: pictures, reports, labels, annotations to start from."""

import logging
from pathlib import Path

import numpy as np
import pandas as pd

from bonescan.files import read_table, write_json, write_table, write_text, write_whole
from bonescan.ingest.accepted import explain_rejections
from bonescan.label.annotation import encode_png, make_annotation, make_picture
from bonescan.label.folder import read_folder
from bonescan.label.watch import Watch
from bonescan.label.words import Words
from bonescan.labels import known_labels
from bonescan.script import logged

log = logging.getLogger("annotation")


@logged
def main(snakemake):
    params, table = snakemake.params, Path(snakemake.output.table)
    scans = np.load(snakemake.input.scans, mmap_mode="r")
    images = list(read_table(snakemake.input.table)["image"])
    if not images:
        raise ValueError(explain_rejections(read_table(snakemake.input.rejected)))
    reports = read_table(snakemake.input.reports).set_index("image")["report"].to_dict()
    begun = {}
    if given := getattr(snakemake.input, "annotations", None):
        words = Words(known_labels(params.known, params.synonyms), Watch(params.source, Path()))
        reading = read_folder(Path(str(given)), scans.shape[1:], set(images), words)
        folders = {reader: folder for folder, reader in reading.names.items()}
        for finding in reading.findings:
            begun.setdefault((folders[finding["reader"]], finding["image"]), []).append(finding)
    rows = []
    for reader in params.readers:
        write_text(table.parent / reader / "labels.txt", "\n".join([*params.labels, ""]))
    for image, counts in zip(images, scans, strict=True):
        png = encode_png(make_picture(np.asarray(counts), params.window))
        for reader in params.readers:
            folder = table.parent / reader
            with write_whole(folder / f"{image}.png") as temporary:
                temporary.write_bytes(png)
            if image in reports:
                write_text(folder / f"{image}.txt", reports[image] + "\n")
            # what a reader may have worked on is never overwritten
            if not (kept := (folder / f"{image}.json").exists()):
                started = make_annotation(image, counts.shape, begun.get((reader, image), ()))
                write_json(folder / f"{image}.json", started)
            rows.append((reader, image, "kept" if kept else "new", int(image in reports)))
    rows = pd.DataFrame(rows, columns=["reader", "image", "annotation", "report"])
    write_table(table, rows)
    log.info("%d images for %d readers", len(images), len(params.readers))
    log.info("%d annotations begun, %d kept", *((rows["annotation"] == name).sum() for name in ("new", "kept")))
    log.info("labelme %s --labels %s", table.parent / "READER", table.parent / "READER" / "labels.txt")


if __name__ == "__main__":
    main(snakemake)
