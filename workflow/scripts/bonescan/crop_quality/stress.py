"""Pictures that are hard to crop: changes to the picture of a body after the camera; the fitting bodies cropped."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd
from scipy import ndimage

from bonescan.chance import generator
from bonescan.crop import crop_row, crop_thorax
from bonescan.crop.flags import flag_frames
from bonescan.crop_quality.postures import BACKGROUND, POSTURES, Posed, pose
from bonescan.crop_quality.scores import count_lost_ribs, score_view, summarise
from bonescan.phantom import camera, truth
from bonescan.phantom.composition import quantiles
from bonescan.terms import VIEWS

Picture = tuple[np.ndarray, np.ndarray, float]
"""Expected or counted pixels of a view, its regions, and the waist's row."""


def _move(rows: int, columns: int) -> Callable[..., Picture]:
    """Move the patient in the picture by some rows down and columns to the right."""

    def change(expected: np.ndarray, regions: np.ndarray, view: str, waist: float) -> Picture:
        size = expected.shape
        to, at = (
            tuple(
                slice(max(0, sign * step), length + min(0, sign * step))
                for step, length in zip((rows, columns), size, strict=True)
            )
            for sign in (1, -1)
        )
        image, masks = np.full(size, BACKGROUND), np.zeros_like(regions)
        image[to], masks[to] = expected[at], regions[at]
        return image, masks, waist + rows

    return change


def _move_out(rows_out: int, above: bool) -> Callable[..., Picture]:
    """Move the patient until some rows of the body lie beyond the picture's upper (or lower) edge."""

    def change(expected: np.ndarray, regions: np.ndarray, view: str, waist: float) -> Picture:
        inside = np.flatnonzero(truth.mask(regions, "body").any(axis=1))
        rows = -(inside[0] + rows_out) if above else len(expected) - inside[-1] - 1 + rows_out
        return _move(int(rows), 0)(expected, regions, view, waist)

    return change


def _heat(place: str, factor: float = 10.0) -> Callable[..., Picture]:
    """Make bladder or injection site so many times hotter than bone, with the camera's blur."""

    def change(expected: np.ndarray, regions: np.ndarray, view: str, waist: float) -> Picture:
        bone = np.percentile(expected[truth.mask(regions, "lumbar spine")], 75)
        source = np.zeros(expected.shape)
        if place == "bladder":
            source[truth.mask(regions, "bladder")] = 1.0
        else:
            # the crease of the left elbow
            rows, columns = np.nonzero(truth.mask(regions, "arms"))
            left = columns > 128 if view == "anterior" else columns < 128
            elbow = rows.min() + round(0.45 * (rows.max() - rows.min()))
            column = int(np.median(columns[left & (np.abs(rows - elbow) < 3)]))
            source[elbow - 4 : elbow + 5, max(0, column - 4) : column + 5] = 1.0
        source = ndimage.gaussian_filter(source, 2.0) + 0.02 * ndimage.gaussian_filter(source, 12.0)
        return expected + factor * bone * source / source.max(), regions, waist

    return change


PICTURES = {
    "30 rows up": _move(-30, 0),
    "30 rows down": _move(30, 0),
    "25 columns aside": _move(0, 25),
    "60 columns aside, an arm cut off": _move(0, 60),
    "half the head outside the field": _move_out(45, above=True),
    "whole head outside the field": _move_out(85, above=True),
    "feet outside the field": _move_out(60, above=False),
    "legs to the knee outside the field": _move_out(220, above=False),
    "bladder 10 times bone": _heat("bladder"),
    "injection site 10 times bone": _heat("elbow"),
}
"""Changes to the expected picture; each takes expected counts, regions, view and the waist's row."""

AFTER = {
    "a quarter of the counts": lambda frames, rng: {
        view: rng.binomial(frame, 0.25).astype(frame.dtype) for view, frame in frames.items()
    },
    "upside down": lambda frames, rng: {view: np.ascontiguousarray(frame[::-1]) for view, frame in frames.items()},
    "frames swapped": lambda frames, rng: {"anterior": frames["posterior"], "posterior": frames["anterior"]},
}
"""Changes to the counted frames."""


def expose(posed: Posed, picture: str | None, after: str | None, seed: int, name: str) -> dict[str, Picture]:
    """Count the photons of one patient's views under a stress.

    Parameters
    ----------
    posed : Posed
    picture, after : str or None
        Keys of `PICTURES` and of `AFTER`.
    seed : int
    name : str
        The patient's.

    Returns
    -------
    dict of str to (ndarray, ndarray, float)
        For each view the frame, shape (1024, 256), uint16, its regions and the waist's row.
    """
    frames, truths = {}, {}
    for view in VIEWS:
        shown = posed.expected[view], posed.regions[view], posed.waist
        if picture:
            shown = PICTURES[picture](shown[0], shown[1], view, shown[2])
        frames[view] = camera.expose(shown[0], generator(seed, "crop_stress", name, view))
        truths[view] = shown[1:]
    if after:
        frames = AFTER[after](frames, generator(seed, "crop_stress", name, after))
        if after == "upside down":
            truths = {view: (regions[::-1], len(regions) - waist) for view, (regions, waist) in truths.items()}
        elif after == "frames swapped":
            truths = {"anterior": truths["posterior"], "posterior": truths["anterior"]}
    return {view: (frames[view], *truths[view]) for view in VIEWS}


STRESSES = {
    **{posture: (posture, None, None) for posture in POSTURES},
    **{picture: ("as usual", picture, None) for picture in PICTURES},
    **{after: ("as usual", None, after) for after in AFTER},
}
"""Every stress: how the patient lies, the change to the picture, the change to the frames."""


def crop_under_stress(
    posed: Posed, picture: str | None, after: str | None, name: str, settings: dict, seed: int
) -> Iterator[tuple[str, np.ndarray, dict]]:
    """Crop and score one patient's views under a stress.

    Parameters
    ----------
    posed : Posed
    picture, after : str or None
        As for `expose`.
    name : str
        The patient's.
    settings : dict
        The keywords of `crop_thorax`.
    seed : int

    Yields
    ------
    view : str
    frame : ndarray, shape (1024, 256), uint16
    row : dict
        As in `crop.tsv`, with the scores of `score_view`.
    """
    for view, (frame, regions, waist) in expose(posed, picture, after, seed, name).items():
        crop = crop_thorax(frame, generator(seed, "crop", f"{name}_1_{view}"), **settings)
        lost = {"ribs_lost": count_lost_ribs(crop.box, regions)}
        yield view, frame, crop_row(crop) | score_view(crop.box, regions, waist) | lost


def list_postures() -> list[str]:
    """Return the postures in which the stresses need a patient, each once."""
    return list(dict.fromkeys(posture for posture, _, _ in STRESSES.values()))


def examine(task: tuple[Mapping, str, Mapping, bool]) -> tuple[list[dict], dict[tuple[str, str], np.ndarray]]:
    """Pose one patient in one posture; return the crops under each stress that uses it, and pictures of them.

    Parameters
    ----------
    task : tuple
        Row of the cohort; posture; `simulate`, `crop` and `seed` of the config; whether pictures are wanted.

    Returns
    -------
    rows : list of dict
        For `summarise_stress`.
    pictures : dict of (str, str) to ndarray, shape (1024, 256), uint16
        By stress and view.
    """
    row, posture, params, shown = task
    pixel, seed = params["simulate"]["pixel_spacing_mm"], params["seed"]
    posed = pose(row, pixel, quantiles(row), posture, generator(seed, "crop_stress", row["patient"]))
    rows, pictures = [], {}
    for stress, (own, picture, after) in STRESSES.items():
        if own == posture:
            for view, frame, crop in crop_under_stress(posed, picture, after, row["patient"], params["crop"], seed):
                rows.append({"stress": stress, "view": view, "patient": row["patient"], "exam": "1"} | crop)
                if shown:
                    pictures[stress, view] = frame
    return rows, pictures


def summarise_stress(crops: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add the flags that need both views, and sum up each stress.

    Parameters
    ----------
    crops : DataFrame
        Rows of all stresses: stress, patient, exam, view and what `crop_under_stress` gives.

    Returns
    -------
    crops : DataFrame
        In the order of `STRESSES`.
    summaries : DataFrame
        A row a stress: `stress`, the columns of `summarise`, `reason` (of the commonest flag).
    """
    flagged, summaries = [], []
    for stress in STRESSES:
        own = flag_frames(crops[crops["stress"] == stress])
        reasons = own.loc[own["flag"] == 1, "reason"].str.replace(r"\d+\.\d+", "…", regex=True).value_counts()
        flagged.append(own)
        summaries.append({"stress": stress, **summarise(own), "reason": reasons.index[0] if len(reasons) else "none"})
    return pd.concat(flagged, ignore_index=True), pd.DataFrame(summaries)
