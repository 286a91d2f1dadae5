"""How hard the phantom cohort is, and what gives its labels away."""

import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pydicom

from bonescan.chance import generator
from bonescan.files import read_table
from bonescan.phantom_quality.difficulty import judge_observer, judge_scores
from bonescan.phantom_quality.scores import score
from bonescan.phantom_quality.shortcuts import header_values, judge_shortcuts, keep_varying, view_variables
from bonescan.script import logged
from bonescan.tables.formats import save
from bonescan.tables.phantom_quality import difficulty_table, shortcuts_table


@logged
def main(snakemake):
    seed, provenance = snakemake.params.seed, snakemake.params.provenance
    cohort = read_table(snakemake.input.cohort)
    crops, scans, truth = (
        cohort[["image"]].merge(read_table(path), on="image", validate="one_to_one")
        for path in (snakemake.input.crop, snakemake.input.scans, snakemake.input.truth)
    )
    thorax = np.load(snakemake.input.thorax, mmap_mode="r")[cohort["thorax_row"]]
    if not len(thorax) == len(crops) == len(truth) == len(scans):
        raise ValueError(
            f"expected each view of cohort.tsv everywhere, got {len(thorax)} images, {len(crops)} rows of crop.tsv, "
            f"{len(truth)} of truth_views.tsv and {len(scans)} of scans.tsv"
        )
    observer = judge_observer(truth, generator(seed, "phantom_quality", "observer"))
    scores = pd.DataFrame([score(np.asarray(image)) for image in thorax])
    judged = judge_scores(scores, truth, generator(seed, "phantom_quality", "scores"))
    save(difficulty_table(pd.concat([judged, observer]), provenance), snakemake.output.difficulty)

    folder = Path(snakemake.input.sheet).parent
    files = {name: folder / name for name in scans["source_file"].unique()}
    headers = keep_varying([header_values(pydicom.dcmread(path, stop_before_pixels=True)) for path in files.values()])
    headers = headers.set_axis(list(files)).loc[scans["source_file"]].reset_index(drop=True)
    sizes = scans["source_file"].map({name: path.stat().st_size for name, path in files.items()})
    variables = pd.concat([view_variables(scans, crops, truth, sizes), headers], axis=1)
    shortcuts = judge_shortcuts(variables, truth, generator(seed, "phantom_quality", "shortcuts"))
    save(shortcuts_table(shortcuts, provenance), snakemake.output.shortcuts)
    for row in shortcuts[shortcuts["met"] == "no"].itertuples():
        logging.warning("%s tells the label: AUC %.3f", row.variable, row.auc)


if __name__ == "__main__":
    main(snakemake)
