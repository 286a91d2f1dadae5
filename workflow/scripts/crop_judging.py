"""People of a second body model, on which nothing of the crop was fitted, cropped and scored."""

import logging
from multiprocessing import Pool

import pandas as pd

from bonescan.crop_quality.judging import judge, summarise_judging
from bonescan.figures.contact_sheet import draw_sheet, save_pages
from bonescan.files import write_table
from bonescan.script import logged
from bonescan.tables.crop_quality import judging_table
from bonescan.tables.formats import save
from bonescan.terms import VIEW_SHAPE


@logged
def main(snakemake):
    params, provenance = snakemake.params, snakemake.params.provenance
    tasks = [(number, {"crop": params.crop, "seed": params.seed}) for number in range(params.bodies)]
    with Pool(snakemake.threads) as pool:
        results = list(pool.imap(judge, tasks))
    crops, summaries = summarise_judging(pd.DataFrame([row for rows, _ in results for row in rows]))
    write_table(snakemake.output.scores, crops)
    save(judging_table(summaries, provenance), snakemake.output.table)

    pictures = {key: frame for _, own in results for key, frame in own.items()}
    first = crops[[key in pictures for key in zip(crops["patient"], crops["view"], strict=True)]]
    note = "Judging bodies, one person in each posture of the arms; orange: flagged."

    def picture_of(crop):
        return f"{crop.arms}, {crop.build}, {crop.view}", pictures[crop.patient, crop.view]

    save_pages(draw_sheet(first, picture_of, VIEW_SHAPE, provenance, note), snakemake.output.pdf, snakemake.output.png)
    logging.info("%d crops: %s", len(crops), summaries.iloc[0].to_dict())


if __name__ == "__main__":
    main(snakemake)
