"""Count the readers' votes on each image into labels, subtypes and lesion masks; list their findings and agreement."""

import logging
from pathlib import Path

import numpy as np
import pandas as pd

from bonescan.chance import generator
from bonescan.files import read_table, write_json, write_table, write_whole
from bonescan.ingest.accepted import explain_rejections
from bonescan.label.agreement import agreement
from bonescan.label.masks import lesion_masks
from bonescan.label.votes import (
    DISPUTED_COLUMNS,
    FINDING_COLUMNS,
    find_disputes,
    label_by_sheet,
    label_by_votes,
    read_votes,
)
from bonescan.label.watch import Watch
from bonescan.labels import known_labels
from bonescan.script import logged

log = logging.getLogger("label")


@logged
def main(snakemake):
    scans = pd.read_csv(snakemake.input.scans, sep="\t", dtype=str, keep_default_na=False)
    if scans.empty:
        raise ValueError(explain_rejections(read_table(snakemake.input.rejected)))
    params, output = snakemake.params, snakemake.output
    shape, images = tuple(params.shape), list(scans["image"])
    votes, findings = pd.DataFrame(index=images), pd.DataFrame(columns=FINDING_COLUMNS)
    listed, masks = pd.DataFrame(columns=DISPUTED_COLUMNS), {}
    if folder := getattr(snakemake.input, "annotations", None):
        watch = Watch(params.source, Path())
        known = known_labels(params.labels, params.synonyms)
        votes, findings = read_votes(Path(str(folder)), images, shape, params.readers, known, watch)
        labels, listed = label_by_votes(findings, scans, votes, params.votes), find_disputes(votes, params.votes)
        masks = lesion_masks(findings, images, shape, params.votes)
    else:
        labels = label_by_sheet(scans)
    for name, table in (("labels", labels), ("findings", findings), ("disputed", listed)):
        write_table(getattr(output, name), table)
    with write_whole(output.masks) as temporary:
        np.savez_compressed(temporary, **masks)
    write_json(output.agreement, agreement(votes, scans["patient"], generator(params.seed, "label", "agreement")))
    log.info("%d readers; images: %s", votes.shape[1], labels["subtype"].value_counts().to_dict())
    for kind, number in listed["kind"].value_counts().items():
        log.info("%s: %d images", kind, number)


if __name__ == "__main__":
    main(snakemake)
