"""The tables of the crop's quality: scores, ablation, stress."""

import pandas as pd

from bonescan.crop_quality.worth import LEAST_IOU
from bonescan.tables.formats import Section, Table
from bonescan.wording import caveats

MEASURES = {
    "views": ("Views", "{:.0f}", ""),
    "iou_trunk_median": ("IoU with ribs and shoulders down to the waist, median", "{:.3f}", "at least 0.85"),
    "iou_trunk_p5": ("the same, 5th percentile", "{:.3f}", "at least 0.70"),
    "iou_trunk_min": ("the same, worst", "{:.3f}", ""),
    "iou_ribs_median": ("IoU with ribs and shoulders alone, median", "{:.3f}", ""),
    "iou_ribs_p5": ("the same, 5th percentile", "{:.3f}", ""),
    "iou_ribs_min": ("the same, worst", "{:.3f}", ""),
    "ribs_kept": ("Pixels of the ribs kept", "{:.1%}", ""),
    "thoracic_spine_kept": ("Pixels of the thoracic spine kept", "{:.1%}", ""),
    "head_kept": ("Pixels of the head kept, wrongly", "{:.1%}", ""),
    "pelvis_kept": ("Pixels of the pelvis kept, wrongly", "{:.1%}", ""),
    "bladder_kept": ("Pixels of the bladder kept, wrongly", "{:.1%}", ""),
    "bladder_crops": ("Crops with bladder in them", "{:.1%}", "below 3 %"),
    "lesions_lost": ("Visible lesions of the thorax lost", "{:.1%}", "below 2 %"),
    "label_lost": ("Label lost: abnormal views whose crop shows no lesion", "{:.1%}", ""),
    "class_changed": ("Abnormal views whose crop shows another class of Table 1", "{:.1%}", ""),
    "flagged": ("Crops flagged", "{:.1%}", ""),
}
"""Every measure of `bonescan.crop_quality.scores.summarise`: its name, how it is printed, the target."""

SHORT = {
    "iou_trunk_median": "IoU median",
    "iou_trunk_p5": "5th percentile",
    "iou_trunk_min": "worst",
    "iou_ribs_median": "IoU ribs",
    "ribs_kept": "Ribs kept",
    "bladder_crops": "Bladder in",
    "lesions_lost": "Lesions lost",
    "label_lost": "Label lost",
    "flagged": "Flagged",
}
"""Columns of the ablation and the stress table."""

BOXES = (
    "IoU: intersection over union with the true box. Ribs and shoulders: the smallest box round ribs, sternum and "
    "shoulder girdle. The paper cuts where spine and pelvis stand 3 : 2, which is the waist, below the last rib, "
    "and adds sigma; so the box down to the waist is what its stages aim at."
)


def _print(name: str, value: float) -> str:
    return "-" if pd.isna(value) else MEASURES[name][1].format(value)


def scores_table(values: pd.DataFrame, last: pd.DataFrame, provenance: dict) -> Table:
    """Lay out the scores of a cohort and its worst crops.

    Parameters
    ----------
    values : DataFrame
        From `bonescan.crop_quality.scores.summarise_groups`.
    last : DataFrame
        From `bonescan.crop_quality.scores.worst`.
    provenance : dict
    """
    printed = pd.DataFrame(
        [
            {"Measure": title, **{row["group"]: _print(name, row[name]) for _, row in values.iterrows()}, "Target": aim}
            for name, (title, _, aim) in MEASURES.items()
        ]
    )
    listed = pd.DataFrame(
        {
            "Image": last["image"],
            "IoU to the waist": last["iou_trunk"].map("{:.3f}".format),
            "IoU ribs": last["iou_ribs"].map("{:.3f}".format),
            "Rows": [f"{row.row0}-{row.row1} (true {row.true_row0}-{row.true_row1})" for row in last.itertuples()],
            "Columns": [f"{row.col0}-{row.col1} (true {row.true_col0}-{row.true_col1})" for row in last.itertuples()],
            "Flag": last["reason"].fillna("").replace("", "none"),
        }
    )
    sections = [Section(printed, "All crops"), Section(listed, "The worst five")]
    caption = "The crop against the phantom's true anatomy."
    return Table("Crop scores", caption, values, sections, provenance, [BOXES, *caveats(provenance)])


def ablation_table(summaries: pd.DataFrame, provenance: dict) -> Table:
    """Lay out what each open choice of the crop does to its scores.

    Parameters
    ----------
    summaries : DataFrame
        One row per variant: `variant`, then the columns of `summarise`.
    """
    names = [name for name in SHORT if name != "ribs_kept"]
    printed = pd.DataFrame(
        [{"Variant": row["variant"], **{SHORT[n]: _print(n, row[n]) for n in names}} for _, row in summaries.iterrows()]
    )
    caption = "The crop with one choice turned at a time; the first row is the configured one."
    notes = [BOXES, *caveats(provenance)]
    return Table("Crop ablation", caption, summaries, [Section(printed)], provenance, notes)


def stress_table(summaries: pd.DataFrame, provenance: dict) -> Table:
    """Lay out how well the crop copes with hard patients and pictures.

    Parameters
    ----------
    summaries : DataFrame
        One row per stress: `stress`, the columns of `summarise`, `reason` (the commonest flag).
    """
    names = ["iou_trunk_median", "iou_trunk_p5", "iou_trunk_min", "ribs_kept", "bladder_crops", "flagged"]
    rows = [
        {"Stress": row["stress"], **{SHORT[n]: _print(n, row[n]) for n in names}, "Commonest flag": row["reason"]}
        for _, row in summaries.iterrows()
    ]
    views = int(summaries["views"].iloc[0])
    caption = f"The crop under stress: {views} views of the same healthy patients, simulated anew under each."
    return Table(
        "Crop stress", caption, summaries, [Section(pd.DataFrame(rows))], provenance, [BOXES, *caveats(provenance)]
    )


def judging_table(summaries: pd.DataFrame, provenance: dict) -> Table:
    """Lay out how good the crop is on the judging bodies.

    Parameters
    ----------
    summaries : DataFrame
        One row per group: `group`, the columns of `summarise`.
    provenance : dict
    """
    names = ["views", "iou_trunk_median", "iou_trunk_p5", "iou_trunk_min", "ribs_kept", "bladder_crops", "flagged"]
    printed = pd.DataFrame(
        [
            {"Bodies": row["group"], **{SHORT.get(n, MEASURES[n][0]): _print(n, row[n]) for n in names}}
            for _, row in summaries.iterrows()
        ]
    )
    caption = "The crop on the judging bodies: another body model, on which nothing of the crop was fitted."
    notes = [
        BOXES,
        "Aim: 0.88 in the median, 0.82 at the 5th percentile. Without sigma: the same crops less the rows that stage 5 "
        "adds below the cut, which by design lie beyond the waist.",
        *caveats(provenance),
    ]
    return Table("Crop judging", caption, summaries, [Section(printed)], provenance, notes)


def flags_table(worths: pd.DataFrame, provenance: dict) -> Table:
    """Lay out what each flag is worth.

    Parameters
    ----------
    worths : DataFrame
        `of` (the bodies), then the columns of `bonescan.crop_quality.worth.weigh_flags`.
    provenance : dict
    """

    def share(row: pd.Series, name: str) -> str:
        low, high = row[f"{name}_low"], row[f"{name}_high"]
        return "-" if pd.isna(row[name]) else f"{row[name]:.1%} ({low:.1%} to {high:.1%})"

    sections = [
        Section(
            pd.DataFrame(
                {
                    "Flag": rows["flag"],
                    "Views": rows["views"].map("{:.0f}".format),
                    "Bad with it": [share(row, "bad_with") for _, row in rows.iterrows()],
                    "Bad without it": [share(row, "bad_without") for _, row in rows.iterrows()],
                    "Good crops that carry it": [share(row, "good_flagged") for _, row in rows.iterrows()],
                }
            ),
            f"The {bodies}",
        )
        for bodies, rows in worths.groupby("of", sort=False)
    ]
    caption = "What each flag of the crop is worth."
    notes = [
        f"Bad: IoU with ribs and shoulders down to the waist below {LEAST_IOU}, or a rib lost, which means that the "
        "crop holds less than half of it. In brackets Wilson's 95 % intervals, a patient's two views counted as one.",
        "The stresses are faults of patient and picture on purpose: flags of what is true though harmless (cut off, "
        "few counts, frames swapped) are common there. Aim on the judging bodies: less than 1 % bad without a flag, at "
        "most 5 % of the good crops flagged.",
        *caveats(provenance),
    ]
    return Table("Crop flags", caption, worths, sections, provenance, notes)
