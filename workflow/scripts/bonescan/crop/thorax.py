"""The five stages of the crop, one after the other.

Rows count from the top of the view, columns from its left; row and column ranges are half-open.
"""

from dataclasses import dataclass

import numpy as np

from bonescan.crop.background import add_penalty, draw_sigma, fill_with_background, hold_within, place
from bonescan.crop.landmarks import estimate_height, remove_head_and_legs, settle_height
from bonescan.crop.noise import Denoised, remove_noise, sum_few_counts
from bonescan.crop.position import ARMS_UP, check_position, spine_contrast
from bonescan.crop.profile import Profile, extract_body_area, fit_profile
from bonescan.crop.trunk import remove_arms, remove_pelvis, remove_raised_arms


@dataclass(frozen=True)
class Crop:
    """The thoracic image of one view and all that led to it.

    Attributes
    ----------
    thorax : ndarray, shape (size, size), uint16
        Counts, on a background of 0.
    denoised : Denoised
    profile : Profile
    landmarks : dict of str to int
        Rows of the view: crown, head, neck, shoulder, elbow, waist, pelvis, trunk_end, toes, and the cut. Crown and
        toes lie beyond the picture's edge where the body is cut off.
    box : tuple of int
        row0, row1, col0, col1 of the thoracic region in the view, half-open.
    paste : tuple of int
        Row and column of the box's upper left corner in `thorax`.
    sigma : int
        Rows added below the cut.
    counts_kept : float
        Share of the view's counts that is in `thorax`.
    contrast : float
        Of the spine, by which front and back are told apart.
    reasons : tuple of str
        Why the crop may be wrong; empty where nothing looks wrong.
    """

    thorax: np.ndarray
    denoised: Denoised
    profile: Profile
    landmarks: dict[str, int]
    box: tuple[int, int, int, int]
    paste: tuple[int, int]
    sigma: int
    counts_kept: float
    contrast: float
    reasons: tuple[str, ...]


def crop_thorax(
    view: np.ndarray,
    rng: np.random.Generator,
    *,
    noise: str | float = "maximum",
    degree: int = 15,
    landmarks: str = "windows",
    refine: float = 0.04,
    trunk_end: str = "steepest_descent",
    spine_to_pelvis: tuple[float, float] = (3, 2),
    sigma: int | tuple[int, int] = (5, 15),
    sigma_sides: str = "below",
    padding: str = "centre",
    size: int = 256,
) -> Crop:
    """Crop the thoracic region from a whole-body view; the keywords are the config's section `crop`.

    Whatever the view shows, a crop comes back: what is not found is put where it usually lies, and the reason is given.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
        Counts, head up.
    rng : numpy.random.Generator
        Draws sigma; of this image alone, so that the crop does not depend on other images.
    noise : "maximum" or float
        thr_N: the maximum outside the body, or this percentile of the outside.
    degree : int
        Of the polynomial.
    landmarks : {"windows", "counted"}
        How peaks and valleys are told apart: by where they may lie, or by their number from the top.
    refine : float
        How far landmarks may be moved to the profile itself, fraction of the height; 0 for the polynomial alone.
    trunk_end : {"steepest_descent", "valley"}
        Lower end of the pelvis in the ratio of stage 4.
    spine_to_pelvis : tuple of float
        Ratio of the heights of spine and pelvis.
    sigma : int or tuple of int
        Rows of the penalty: none (0), fixed, or drawn from a range with both ends.
    sigma_sides : {"below", "rows", "around"}
        Where these rows are added: below the cut; above and below; on all four sides.
    padding : {"centre", "top", "column"}
        Where the region lies in the image: in its middle, at its top, or in its own column of the view.
    size : int
        Rows and columns of the thoracic image.
    """
    clean, noise_reasons = remove_noise(view, noise)
    seen, count_reasons = sum_few_counts(view, clean, noise)
    area, area_reasons = extract_body_area(view, seen)
    profile = settle_height(fit_profile(seen, area, degree))
    position_reasons = check_position(seen, profile)
    if position_reasons == [ARMS_UP] and (height := estimate_height(profile)):
        # DEVIATION: the paper's patients have their arms down; here the stages go on without raised ones
        seen = remove_raised_arms(seen, profile.toes, height)
        area, area_reasons = extract_body_area(view, seen)
        profile, position_reasons = fit_profile(seen, area, degree), []
    found, landmark_reasons = remove_head_and_legs(profile, landmarks, refine, trunk_end)
    found["cut"], pelvis_reasons = remove_pelvis(found, spine_to_pelvis, trunk_end)
    col0, col1 = remove_arms(seen, found)
    rows = draw_sigma(sigma, rng)
    region = add_penalty((found["shoulder"], found["cut"], col0, col1), rows, sigma_sides)
    box, size_reasons = hold_within(region, view.shape, size)
    corner = place(box, view.shape[1], size, padding)
    thorax = fill_with_background(view, clean.thr_n, box, corner, size)
    reasons = noise_reasons + count_reasons + area_reasons + position_reasons + landmark_reasons
    reasons += pelvis_reasons + size_reasons
    kept = float(thorax.sum(dtype=np.int64) / max(1, view.sum(dtype=np.int64)))
    contrast = spine_contrast(view, profile, (col0 + col1) / 2)
    return Crop(thorax, clean, profile, found, box, corner, rows, kept, contrast, tuple(reasons))


def crop_row(crop: Crop) -> dict[str, int | float | str]:
    """Return the row of `crop.tsv` that describes a crop, without the names of image, patient and view."""
    row0, row1, col0, col1 = crop.box
    return {
        "thr_n": crop.denoised.thr_n,
        **crop.landmarks,
        "row0": row0,
        "row1": row1,
        "col0": col0,
        "col1": col1,
        "paste_row": crop.paste[0],
        "paste_col": crop.paste[1],
        "sigma": crop.sigma,
        "counts_kept": round(crop.counts_kept, 6),
        "spine_contrast": round(crop.contrast, 3),
        "flag": int(bool(crop.reasons)),
        "reason": "; ".join(crop.reasons),
    }
