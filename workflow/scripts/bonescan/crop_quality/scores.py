"""One crop compared with the truth of its view, and all crops of a cohort summed up in one row."""

import numpy as np
import pandas as pd

from bonescan.phantom.truth import REGIONS, mask

THORAX = ("ribs", "sternum", "shoulder girdle")
KEPT = {"ribs": "ribs_kept", "thoracic spine": "thoracic_spine_kept"}
WRONG = {"skull": "head_kept", "pelvis": "pelvis_kept", "bladder": "bladder_kept"}
FIRST_RIB, RIBS = len(REGIONS), 24
"""In the masks of fitting and judging bodies 24 bits from this one on stand for one rib each."""


def extent(inside: np.ndarray) -> tuple[int, int, int, int]:
    """Return row0, row1, col0, col1, half-open, of the pixels of a mask; four zeros if it has none."""
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not rows.size:
        return 0, 0, 0, 0
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def true_boxes(regions: np.ndarray, waist: float) -> dict[str, tuple[int, int, int, int]]:
    """Return the two boxes that a crop is compared with.

    `ribs` is the smallest box round ribs, sternum and shoulder girdle; it ends at the last rib. `trunk` goes on to the
    waist: the paper divides spine and pelvis 3 : 2, which is the waist, and adds a sigma below it, so that this is what
    its five stages aim at.

    Parameters
    ----------
    regions : ndarray, shape (rows, columns), unsigned int
        Bits of `bonescan.phantom.truth.REGIONS`.
    waist : float
        Row of the waist.
    """
    ribs = extent(np.logical_or.reduce([mask(regions, name) for name in THORAX]))
    return {"ribs": ribs, "trunk": (ribs[0], max(ribs[1], min(round(waist), len(regions))), *ribs[2:])}


def intersection_over_union(first: tuple[int, int, int, int], second: tuple[int, int, int, int]) -> float:
    """Return the area common to two boxes (row0, row1, col0, col1; half-open), divided by the area of their union."""
    rows, columns = (
        max(0, min(first[high], second[high]) - max(first[low], second[low])) for low, high in ((0, 1), (2, 3))
    )
    area = sum((box[1] - box[0]) * (box[3] - box[2]) for box in (first, second))
    return rows * columns / (area - rows * columns) if area else 0.0


def score_view(box: tuple[int, int, int, int], regions: np.ndarray, waist: float) -> dict[str, float]:
    """Score one crop.

    Parameters
    ----------
    box : tuple of int
        row0, row1, col0, col1 of the crop, half-open.
    regions : ndarray, shape (rows, columns), unsigned int
        The truth.
    waist : float
        Row of the waist.

    Returns
    -------
    dict
        `iou_ribs`, `iou_trunk`; `ribs_kept`, `thoracic_spine_kept`, `head_kept`, `pelvis_kept`, `bladder_kept`: the
        share of a region's pixels that lie in the crop, NaN where the view shows none.
    """
    row0, row1, col0, col1 = box
    scores = {f"iou_{name}": intersection_over_union(box, true) for name, true in true_boxes(regions, waist).items()}
    for region, name in (KEPT | WRONG).items():
        pixels = mask(regions, region)
        total = np.count_nonzero(pixels)
        scores[name] = np.count_nonzero(pixels[row0:row1, col0:col1]) / total if total else np.nan
    return scores


def count_lost_ribs(box: tuple[int, int, int, int], regions: np.ndarray) -> int:
    """Return how many ribs a crop lost: of each, less than half of the pixels in the picture lie in the crop.

    Parameters
    ----------
    box : tuple of int
    regions : ndarray, shape (rows, columns), uint64
        With a bit for each rib from `FIRST_RIB` on.
    """
    row0, row1, col0, col1 = box
    lost = 0
    for rib in range(FIRST_RIB, FIRST_RIB + RIBS):
        pixels = (regions >> np.uint64(rib)) & np.uint64(1) == 1
        lost += int(2 * np.count_nonzero(pixels[row0:row1, col0:col1]) < np.count_nonzero(pixels))
    return lost


def subtype_of(lesions: pd.DataFrame) -> str:
    """Return the class that visible lesions give an image (Table 1).

    Parameters
    ----------
    lesions : DataFrame
        Column region.
    """
    if lesions.empty:
        return "normal"
    spinal = lesions["region"] == "spine"
    if spinal.all():
        return "spinal"
    return "outside_spine" if len(lesions) == 1 else "multiple"


def score_lesions(box: tuple[int, int, int, int], lesions: pd.DataFrame) -> dict[str, int]:
    """Tell which of a view's visible lesions the crop lost.

    Parameters
    ----------
    box : tuple of int
    lesions : DataFrame
        The view's rows of `truth_lesions.tsv`: row, col, visible, in_thorax, region.

    Returns
    -------
    dict
        `thoracic_lesions`, `lesions_lost` (those of them with their centre outside the crop), `label_lost` (the view
        shows lesions, the crop none) and `class_changed` (the crop shows another class of Table 1 than the view).
    """
    row0, row1, col0, col1 = box
    seen = lesions[lesions["visible"] == 1]
    inside = seen["row"].between(row0, row1, "left") & seen["col"].between(col0, col1, "left")
    thoracic = seen["in_thorax"] == 1
    return {
        "thoracic_lesions": int(thoracic.sum()),
        "lesions_lost": int((thoracic & ~inside).sum()),
        "label_lost": int(len(seen) > 0 and not inside.any()),
        "class_changed": int(subtype_of(seen) != subtype_of(seen[inside])),
    }


def summarise(views: pd.DataFrame) -> dict[str, float]:
    """Return the figures of a cohort of scored crops.

    Parameters
    ----------
    views : DataFrame
        A row a view, from `score_view`, `score_lesions` and the crop's `flag`; the columns of lesions may be missing.
    """
    row = {"views": len(views)}
    for name in ("trunk", "ribs"):
        iou = views[f"iou_{name}"]
        row |= {f"iou_{name}_median": iou.median(), f"iou_{name}_p5": iou.quantile(0.05), f"iou_{name}_min": iou.min()}
    row |= {name: views[name].mean() for name in (*KEPT.values(), *WRONG.values())}
    row["bladder_crops"] = (views["bladder_kept"] > 0).mean()
    if "lesions_lost" in views:
        abnormal = views["label"] == 1
        row["lesions_lost"] = views["lesions_lost"].sum() / max(1, views["thoracic_lesions"].sum())
        row["label_lost"] = views.loc[abnormal, "label_lost"].mean()
        row["class_changed"] = views.loc[abnormal, "class_changed"].mean()
    row["flagged"] = (views["flag"] == 1).mean()
    return {name: float(value) for name, value in row.items()}


def summarise_groups(views: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of all views, of each view, and of the views without a flag: a row a `group`."""
    groups = {"All": views, **{str(name).capitalize(): rows for name, rows in views.groupby("view")}}
    groups["Without a flag"] = views[views["flag"] == 0]
    return pd.DataFrame([{"group": name, **summarise(rows)} for name, rows in groups.items()])


def worst(views: pd.DataFrame, number: int = 5) -> pd.DataFrame:
    """Return the rows of the views with the least overlap with the trunk."""
    return views.sort_values(["iou_trunk", "image"], kind="stable").head(number).reset_index(drop=True)
