"""Count the readers' votes on each image into labels and subtypes; list their findings and their agreement."""

import json
import logging
from pathlib import Path

import pandas as pd

from bonescan.files import write_json, write_table
from bonescan.labels import (
    FINDING_COLUMNS,
    agreement,
    check_images,
    label_by_sheet,
    label_by_votes,
    read_shapes,
)
from bonescan.script import logged

log = logging.getLogger("label")


def read_annotations(folder: Path, shape):
    """Return the readers, the images that each annotated, and all findings, from one folder a reader."""
    readers = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not readers:
        raise ValueError(f"{folder}: expected one folder a reader, found none")
    annotated, findings = {reader: set() for reader in readers}, []
    for reader in readers:
        for path in sorted((folder / reader).glob("*.json")):
            place = f"{reader}/{path.name}"
            try:
                annotation = json.loads(path.read_text(encoding="utf-8"))
            except ValueError as error:
                raise ValueError(f"{place}: expected JSON: {error}") from error
            annotated[reader].add(path.stem)
            shapes = read_shapes(annotation, place, tuple(shape))
            findings += [{"image": path.stem, "reader": reader, **shape} for shape in shapes]
    return readers, annotated, pd.DataFrame(findings, columns=FINDING_COLUMNS)


@logged
def main(snakemake):
    scans = pd.read_csv(snakemake.input.scans, sep="\t", dtype={"patient": str, "exam": str}, keep_default_na=False)
    if annotations := getattr(snakemake.input, "annotations", None):
        readers, annotated, findings = read_annotations(Path(str(annotations)), snakemake.params.shape)
        check_images(annotated, list(scans["image"]))
        labels = label_by_votes(findings, scans, readers, snakemake.params.votes)
    else:
        readers, findings = [], pd.DataFrame(columns=FINDING_COLUMNS)
        labels = label_by_sheet(scans)
    write_table(snakemake.output.labels, labels)
    write_table(snakemake.output.findings, findings)
    write_json(snakemake.output.agreement, agreement(labels[readers]))
    log.info("%d readers; images: %s", len(readers), labels["subtype"].value_counts().to_dict())


if __name__ == "__main__":
    main(snakemake)
