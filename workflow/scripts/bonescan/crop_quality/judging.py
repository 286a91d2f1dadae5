"""The judging bodies: the crop on people of another body model, which nothing of it was fitted on."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from bonescan.chance import generator
from bonescan.crop import crop_row, crop_thorax
from bonescan.crop.flags import flag_frames
from bonescan.crop_quality.mannequin.camera import take
from bonescan.crop_quality.mannequin.person import ARMS, draw
from bonescan.crop_quality.scores import count_lost_ribs, score_view, summarise

GROUPS = {"arms": "Arms", "legs": "Legs", "build": "Build"}
"""By what the judging bodies are grouped, and how it is called."""

WITHOUT_SIGMA = "_without_sigma"
"""End of the columns of what the crop would be without the rows below its cut."""


def judge(task: tuple[int, Mapping]) -> tuple[list[dict], dict[tuple[str, str], np.ndarray]]:
    """Take the views of one person, crop and score them.

    Parameters
    ----------
    task : tuple
        Number of the person; `crop` (the keywords of `crop_thorax`) and `seed` of the config.

    Returns
    -------
    rows : list of dict
        As in `crop.tsv`, with posture and build, the scores of `score_view`, with sigma and without it, the ribs lost,
        and how many rows the trunk's end lies too low.
    pictures : dict of (str, str) to ndarray, shape (1024, 256), uint16
        Of one person in each posture of the arms, by patient and view.
    """
    number, params = task
    name = f"B{number + 1:03d}"
    rng = generator(params["seed"], "crop_judging", name)
    person = draw(number, rng)
    rows, pictures = [], {}
    for view, picture in take(person, rng).items():
        image = f"{name}_1_{view}"
        crop, bare = (
            crop_thorax(picture.counts, generator(params["seed"], "crop", image), **settings)
            for settings in (params["crop"], params["crop"] | {"sigma": 0})
        )
        without = score_view(bare.box, picture.regions, picture.waist)
        rows.append(
            {"image": image, "patient": name, "exam": "1", "view": view}
            | {group: getattr(person, group) for group in GROUPS}
            | {"stature": round(person.stature), "pixel": round(person.pixel, 3)}
            | crop_row(crop)
            | score_view(crop.box, picture.regions, picture.waist)
            | {name + WITHOUT_SIGMA: value for name, value in without.items()}
            | {"ribs_lost": count_lost_ribs(crop.box, picture.regions)}
            | {"end_too_low": round(crop.landmarks["trunk_end"] - picture.trunk_end, 1)}
        )
        if number < len(ARMS):
            pictures[name, view] = picture.counts
    return rows, pictures


def summarise_judging(crops: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add the flags that need both views, and sum up all bodies, also without sigma, and each group of `GROUPS`.

    Parameters
    ----------
    crops : DataFrame
        Rows of `judge`.

    Returns
    -------
    crops : DataFrame
    summaries : DataFrame
        A row a group: `group`, the columns of `summarise`.
    """
    crops = flag_frames(crops)
    scores = [column for column in crops if column.endswith(WITHOUT_SIGMA)]
    without = crops.assign(**{column.removesuffix(WITHOUT_SIGMA): crops[column] for column in scores})
    summaries = [{"group": "All", **summarise(crops)}, {"group": "All, without sigma", **summarise(without)}]
    for column, title in GROUPS.items():
        for value, rows in crops.groupby(column, sort=False):
            summaries.append({"group": f"{title}: {value}", **summarise(rows)})
    return crops, pd.DataFrame(summaries)
