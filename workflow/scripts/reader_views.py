"""Simulate and crop one shard of the standard reader's patients."""

import logging

import numpy as np
import pandas as pd

from bonescan.chance import generator
from bonescan.crop import crop_thorax
from bonescan.files import write_array, write_table
from bonescan.phantom import patient
from bonescan.phantom.composition import compose, enlarge
from bonescan.phantom_quality.learning import prepare
from bonescan.script import logged, progress


@logged
def main(snakemake):
    params = snakemake.params
    settings, seed = dict(params.simulate), params.seed
    sizes = enlarge(settings["patients"], settings["views"], params.views)
    cohort = compose(*sizes, settings["age"], generator(seed, "standard_reader", "cohort"))
    members = np.array_split(np.arange(len(cohort)), params.shards)[int(snakemake.wildcards.shard) - 1]
    rows, thorax = [], []
    for row in progress(cohort.iloc[members].to_dict("records"), len(members)):
        exam = patient.simulate(row, settings, generator(seed, "standard_reader", row["patient"]))
        for view, frame in zip(exam.views, exam.frames, strict=True):
            image = f"{row['patient']}_{row['exam']}_{view}"
            crop = crop_thorax(frame, generator(seed, "standard_reader", image, "crop"), **params.crop)
            thorax.append(crop.thorax)
            rows.append({"image": image, "patient": row["patient"], "label": row["label"]})
    write_array(snakemake.output.images, prepare(np.stack(thorax)).astype(np.float16))
    write_table(snakemake.output.table, pd.DataFrame(rows))
    logging.info("%d views of %d patients", len(rows), len(members))


if __name__ == "__main__":
    main(snakemake)
