"""Rule simulate: one shard of the phantom cohort as DICOM files, readers' annotations, truth masks and tables."""

import json

import numpy as np

from bonescan.chance import generator
from bonescan.files import append_rows, write_folder
from bonescan.phantom import dicom, patient
from bonescan.phantom.composition import compose
from bonescan.script import logged

TABLES = ("truth_views", "truth_lesions", "truth_foci")


def examine(row, settings, seed, shard):
    """Simulate one patient, write its files into the folder `shard` and append its rows to the tables there."""
    exam = patient.simulate(row, settings, generator(seed, "simulate", row["patient"]))
    keys = {key: row[key] for key in ("patient", "number", "exam", "sex", "age")}
    scan = dicom.build(exam.frames, exam.views, pixel=settings["pixel_spacing_mm"], minutes=exam.minutes, **keys)
    name = f"phantom{row['number']:03d}"
    scan.save_as(shard / "dicom" / f"{name}.dcm", enforce_file_format=True)
    np.savez_compressed(shard / "truth" / f"{name}.npz", allow_pickle=False, **exam.masks)
    for (reader, image), shapes in exam.annotations.items():
        target = shard / "annotations" / f"reader{reader}" / f"{image}.json"
        target.write_text(json.dumps(shapes, indent=1) + "\n", encoding="utf-8")
    append_rows(shard / "sheet.tsv", [{"path": f"dicom/{name}.dcm", "patient": row["patient"], "exam": row["exam"]}])
    for table, rows in zip(TABLES, (exam.truth, exam.lesions, exam.foci), strict=True):
        append_rows(shard / f"{table}.tsv", rows)


@logged
def main(snakemake):
    settings, seed = dict(snakemake.params.simulate), snakemake.params.seed
    cohort = compose(settings["patients"], settings["views"], settings["age"], generator(seed, "simulate", "cohort"))
    members = np.array_split(np.arange(len(cohort)), settings["shards"])[int(snakemake.wildcards.shard) - 1]
    with write_folder(snakemake.output.shard) as shard:
        for folder in ("dicom", "truth", *(f"annotations/reader{i + 1}" for i in range(settings["readers"]))):
            (shard / folder).mkdir(parents=True)
        for table in ("sheet", *TABLES):
            append_rows(shard / f"{table}.tsv", [])
        for row in cohort.iloc[members].to_dict("records"):
            examine(row, settings, seed, shard)


if __name__ == "__main__":
    main(snakemake)
