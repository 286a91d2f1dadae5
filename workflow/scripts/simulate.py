"""Rule simulate: the phantom cohort as DICOM files, readers' annotations and truth tables."""

import json
import os
import shutil
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import pandas as pd

from bonescan.chance import generator
from bonescan.cohort import compose
from bonescan.files import write_table
from bonescan.phantom import dicom, patient
from bonescan.script import logged


def examine(task):
    """Simulate one patient, write its files and return its rows of the truth tables."""
    row, settings, seed, folders = task
    exam = patient.simulate(row, settings, generator(seed, "simulate", row["patient"]))
    keys = {key: row[key] for key in ("patient", "number", "exam", "sex", "age")}
    scan = dicom.build(exam.frames, exam.views, pixel=settings["pixel_spacing_mm"], minutes=exam.minutes, **keys)
    scan.save_as(folders["dicom"] / f"phantom{row['number']:03d}.dcm", enforce_file_format=True)
    np.savez_compressed(folders["truth"] / f"phantom{row['number']:03d}.npz", allow_pickle=False, **exam.masks)
    for (reader, image), shapes in exam.annotations.items():
        target = folders["annotations"] / f"reader{reader}" / f"{image}.json"
        target.write_text(json.dumps(shapes, indent=1) + "\n", encoding="utf-8")
    return exam.truth, exam.lesions, exam.foci


@logged
def main(snakemake):
    settings, seed, output = dict(snakemake.params.simulate), snakemake.params.seed, snakemake.output
    cohort = compose(settings["patients"], settings["views"], settings["age"], generator(seed, "simulate", "cohort"))
    folders = {Path(output.dicom): "dicom", Path(output.annotations): "annotations", Path(output.truth): "truth"}
    parts = {name: folder.with_name(folder.name + ".part") for folder, name in folders.items()}
    for part in parts.values():
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
    for reader in range(1, settings["readers"] + 1):
        (parts["annotations"] / f"reader{reader}").mkdir()

    tasks = [(row, settings, seed, parts) for row in cohort.to_dict("records")]
    with Pool(snakemake.threads) as pool:
        results = list(pool.imap(examine, tasks))
    for folder, name in folders.items():
        shutil.rmtree(folder, ignore_errors=True)
        parts[name].rename(folder)
    place = os.path.relpath(output.dicom, Path(output.sheet).parent)
    paths = [f"{place}/phantom{number:03d}.dcm" for number in cohort["number"]]
    write_table(output.sheet, cohort[["patient", "exam"]].assign(path=paths)[["path", "patient", "exam"]])
    for path, rows in zip((output.views, output.lesions, output.foci), zip(*results, strict=True), strict=True):
        write_table(path, pd.DataFrame([row for patient_rows in rows for row in patient_rows]))


if __name__ == "__main__":
    main(snakemake)
