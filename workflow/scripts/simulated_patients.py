"""Simulate and crop one shard of patients beside the cohort."""

import logging

import numpy as np
import pandas as pd

from bonescan.augment import block_mean
from bonescan.chance import generator
from bonescan.crop import crop_thorax
from bonescan.files import write_array, write_table
from bonescan.phantom import patient
from bonescan.phantom.composition import compose
from bonescan.phantom_quality.learning import BLOCK
from bonescan.script import logged, progress

LESION = ["image", "lesion", "region", "row", "col", "half_rows", "half_cols"]
LESION += ["peak_ratio", "detectability", "visible", "in_thorax"]
"""Columns of `truth_lesions.tsv` that are kept; the place is told in the thoracic image."""


@logged
def main(snakemake):
    params, shard = snakemake.params, snakemake.wildcards.shard
    settings = dict(params.simulate)
    sizes = settings["patients"], settings["views"], settings["age"]
    cohort = compose(*sizes, generator(params.seed, "simulated_patients", shard))
    cohort["patient"] = f"S{shard}" + cohort["patient"]
    images, views, lesions = [], [], []
    for row in progress(cohort.to_dict("records"), len(cohort)):
        exam = patient.simulate(row, settings, generator(params.seed, "simulated_patients", row["patient"]))
        for view, frame in zip(exam.views, exam.frames, strict=True):
            image = f"{row['patient']}_{row['exam']}_{view}"
            crop = crop_thorax(frame, generator(params.seed, "crop", image), **params.crop)
            images.append(block_mean(crop.thorax, BLOCK).astype(np.float32))
            views.append({"image": image, "view": view} | {key: row[key] for key in ("patient", "subtype", "label")})
            moved = {"row": crop.paste[0] - crop.box[0], "col": crop.paste[1] - crop.box[2]}
            shown = [lesion for lesion in exam.lesions if lesion["image"] == image]
            lesions += [lesion | {name: lesion[name] + by for name, by in moved.items()} for lesion in shown]
    write_array(snakemake.output.images, np.stack(images))
    write_table(snakemake.output.views, pd.DataFrame(views))
    write_table(snakemake.output.lesions, pd.DataFrame(lesions).reindex(columns=LESION))
    logging.info("%d views of %d patients", len(views), len(cohort))


if __name__ == "__main__":
    main(snakemake)
