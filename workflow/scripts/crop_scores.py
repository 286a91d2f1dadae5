"""Every crop of the phantom cohort against its truth, and the same under each of the crop's open choices."""

import logging
from pathlib import Path

import numpy as np
import pandas as pd

from bonescan.crop_quality.ablation import crop_variants
from bonescan.crop_quality.scores import score_lesions, score_view, summarise, summarise_groups, true_boxes, worst
from bonescan.files import read_table, write_table
from bonescan.script import logged
from bonescan.tables.crop_quality import ablation_table, scores_table
from bonescan.tables.formats import save

BOX = ("row0", "row1", "col0", "col1")


@logged
def main(snakemake):
    files, params = snakemake.input, snakemake.params
    scans, table = np.load(files.scans, mmap_mode="r"), read_table(files.table)
    crops = pd.concat([read_table(files.crop), read_table(files.excluded)]).set_index("image")
    views = read_table(files.views).set_index("image")
    lesions = read_table(files.lesions)
    if unknown := set(table["image"]) ^ set(crops.index) or set(table["image"]) - set(views.index):
        raise ValueError(
            f"crop_scores: expected the phantom's views, each with a crop, one is missing of {min(unknown)}"
        )

    variants, scored = {}, []
    for view, scan in zip(scans, table.itertuples(), strict=True):
        truth, own = views.loc[scan.image], lesions[lesions["image"] == scan.image]
        with np.load(Path(files.truth) / f"{Path(scan.source_file).stem}.npz", allow_pickle=False) as masks:
            regions = masks["regions"][scan.frame - 1]
        known = {"image": scan.image, "view": scan.view, "label": truth["label"]}

        def score(box, known=known, regions=regions, truth=truth, own=own):
            return known | score_view(box, regions, truth["waist_row"]) | score_lesions(box, own)

        crop = crops.loc[scan.image]
        box = tuple(crop[list(BOX)])
        true = {
            f"true_{name}": at for name, at in zip(BOX, true_boxes(regions, truth["waist_row"])["trunk"], strict=True)
        }
        scored.append(score(box) | dict(zip(BOX, box, strict=True)) | true | {"flag": crop.flag, "reason": crop.reason})
        for variant, row in crop_variants(np.asarray(view), scan.image, params.crop, params.seed):
            variants.setdefault(variant, []).append(score(tuple(row[name] for name in BOX)) | {"flag": row["flag"]})
    scored = pd.DataFrame(scored)
    ablation = pd.DataFrame([{"variant": name, **summarise(pd.DataFrame(rows))} for name, rows in variants.items()])
    write_table(snakemake.output.scores, scored)
    save(scores_table(summarise_groups(scored), worst(scored), params.provenance), snakemake.output.table)
    save(ablation_table(ablation, params.provenance), snakemake.output.ablation)
    logging.info("%d views scored: %s", len(scored), summarise(scored))


if __name__ == "__main__":
    main(snakemake)
