"""Healthy patients simulated anew under each stress, cropped and scored."""

import logging
from multiprocessing import Pool

import pandas as pd

from bonescan.chance import generator
from bonescan.crop_quality.stress import examine, list_postures, summarise_stress
from bonescan.figures.contact_sheet import draw_sheet, save_pages
from bonescan.files import write_table
from bonescan.phantom.composition import compose
from bonescan.script import logged
from bonescan.tables.crop_quality import stress_table
from bonescan.tables.formats import save


@logged
def main(snakemake):
    params = {name: getattr(snakemake.params, name) for name in ("simulate", "crop", "seed")}
    settings, provenance = params["simulate"], snakemake.params.provenance
    rng = generator(params["seed"], "simulate", "cohort")
    cohort = compose(settings["patients"], settings["views"], settings["age"], rng).head(snakemake.params.patients)
    rows = cohort.to_dict("records")
    tasks = [(row, posture, params, at == 0) for at, row in enumerate(rows) for posture in list_postures()]
    with Pool(snakemake.threads) as pool:
        results = list(pool.imap(examine, tasks))
    crops = pd.DataFrame([row for rows, _ in results for row in rows])
    pictures = {key: frame for _, own in results for key, frame in own.items()}
    crops, summaries = summarise_stress(crops)
    write_table(snakemake.output.scores, crops)
    save(stress_table(summaries, provenance), snakemake.output.table)

    first = crops[crops["patient"] == cohort["patient"].iloc[0]]
    note = "One patient under every stress; orange: flagged."

    def picture_of(crop):
        return f"{crop.stress}, {crop.view}", pictures[crop.stress, crop.view]

    size = next(iter(pictures.values())).shape
    save_pages(draw_sheet(first, picture_of, size, provenance, note), snakemake.output.pdf, snakemake.output.png)
    logging.info("%d stresses, %d crops", len(summaries), len(crops))


if __name__ == "__main__":
    main(snakemake)
