"""The thoracic region of a whole-body view, in the paper's five stages (Cropping thoracic region, Figures 2 and 3).

Rows count from the top of the view, columns from its left; row and column ranges are half-open. Lengths that scale
with the patient are given as fractions of the height from crown to toes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import Chebyshev
from scipy import ndimage, signal

BLOCK = 4  # side of the block sums on which body and background are told apart, pixels
BODY_LEVEL = 0.04  # of the bright parts' counts: between background and thigh, even at a tenth of the usual counts
MARGIN = 2  # blocks between the body and what counts as outside: scattered photons surround the body
MOST_NOISE = 0.4  # share of the counts that thr_N may remove; on real views it is 0.09 to 0.25

# Where to look for a landmark, and where it lies if it is not found: fractions of the height. From the occupancy
# profiles of eight real views: neck .122 +- .004, waist .367 +- .005, pelvis .475 +- .008, descent .514 +- .011
WINDOWS = {
    "head": (0.02, 0.10, 0.060),
    "rise": (0.10, 0.20, 0.160),
    "elbow": (0.17, 0.34, 0.240),
    "waist": (0.30, 0.43, 0.367),
    "pelvis": (0.42, 0.53, 0.475),
    "steepest_descent": (0.46, 0.58, 0.514),
    "valley": (0.54, 0.72, 0.600),
}
NECK = 0.08  # where the neck may begin
REACH = 0.04  # how far a landmark of the polynomial may be moved to that of the profile
SMOOTHING = 0.008  # standard deviation of the profile's smoothing, about 6 rows
LEGS = (0.03, 0.10)  # below the trunk's end, where the width of the legs is measured: below the hands
LEG_WIDTH = (0.16, 0.26, 0.20)  # least, most and usual width of both legs
TRUNK = (0.33, 0.46)  # least and most height of the trunk, neck to end; .392 on real views


@dataclass(frozen=True)
class Noise:
    """What stage 1 found.

    Attributes
    ----------
    view : ndarray, shape (rows, columns), uint16
        The view without noise: counts less than `thr_n` are 0.
    thr_n : int
        The threshold of noise, counts.
    body : ndarray, shape (rows, columns), bool
        The body area, to the block of 4 x 4 pixels.
    outside : ndarray, shape (rows, columns), bool
        What counts as outside the body: neither body nor other hot objects, with a margin to both.
    """

    view: np.ndarray
    thr_n: int
    body: np.ndarray
    outside: np.ndarray


@dataclass(frozen=True)
class Profile:
    """The curves of stage 3, one value a row from the crown to the toes (Figure 3).

    Attributes
    ----------
    first_row : int
        The view's row of the first value.
    occupancy : ndarray, shape (height,), float64
        Non-zero pixels of the body in each row.
    fitted, first, second : ndarray, shape (height,), float64
        The polynomial fitted to it, and its first and second derivatives by row.
    smoothed : ndarray, shape (height,), float64
        The occupancy under a narrow Gaussian, which keeps edges where they are.
    """

    first_row: int
    occupancy: np.ndarray
    fitted: np.ndarray
    first: np.ndarray
    second: np.ndarray
    smoothed: np.ndarray


@dataclass(frozen=True)
class Crop:
    """The thoracic image of one view and all that led to it.

    Attributes
    ----------
    thorax : ndarray, shape (size, size), uint16
        Counts, in the middle of a background of 0.
    noise : Noise
    profile : Profile
    landmarks : dict of str to int
        Rows of the view: crown, head, neck, shoulder, elbow, waist, pelvis, trunk_end, toes, and the cut.
    box : tuple of int
        row0, row1, col0, col1 of the thoracic region in the view, half-open.
    paste : tuple of int
        Row and column of the box's corner in `thorax`.
    sigma : int
        Rows added below the cut.
    counts_kept : float
        Share of the view's counts that is in `thorax`.
    reasons : tuple of str
        Why the crop may be wrong; empty where nothing speaks against it.
    """

    thorax: np.ndarray
    noise: Noise
    profile: Profile
    landmarks: dict[str, int]
    box: tuple[int, int, int, int]
    paste: tuple[int, int]
    sigma: int
    counts_kept: float
    reasons: tuple[str, ...]


def crop_thorax(
    view,
    rng,
    *,
    noise="maximum",
    degree=15,
    trunk_end="steepest_descent",
    spine_to_pelvis=(3, 2),
    sigma=(5, 15),
    size=256,
) -> Crop:
    """Crop the thoracic region from a whole-body view; the keywords are the config's section `crop`.

    Whatever the view shows, a crop comes back: what is not found lies where it usually does, and the reason is given.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
        Counts, head up.
    rng : numpy.random.Generator
        Draws sigma; made for this image alone, so that the crop does not depend on other images.
    noise : "maximum" or float
        thr_N: the maximum outside the body, or this percentile of the outside.
    degree : int
        Of the polynomial.
    trunk_end : {"steepest_descent", "valley"}
        Lower end of the pelvis in the ratio of stage 4.
    spine_to_pelvis : tuple of float
        Ratio of the heights of spine and pelvis.
    sigma : tuple of int
        Least and most rows to add below the cut.
    size : int
        Rows and columns of the thoracic image.
    """
    clean, noise_reasons = remove_noise(view, noise)
    (crown, toes), body_reasons = extract_body_area(clean)
    profile = fit_profile(clean, crown, toes, degree)
    landmarks, landmark_reasons = remove_head_and_legs(profile, trunk_end)
    landmarks["cut"], pelvis_reasons = remove_pelvis(landmarks, spine_to_pelvis)
    (col0, col1), arm_reasons = remove_arms(clean, landmarks)
    drawn = int(rng.integers(sigma[0], sigma[1], endpoint=True))
    region = landmarks["shoulder"], landmarks["cut"] + drawn, col0, col1
    thorax, box, paste, size_reasons = fill_with_background(clean.view, region, size)
    reasons = noise_reasons + body_reasons + landmark_reasons + pelvis_reasons + arm_reasons + size_reasons
    kept = float(thorax.sum(dtype=np.int64) / max(1, view.sum(dtype=np.int64)))
    return Crop(thorax, clean, profile, landmarks, box, paste, drawn, kept, tuple(reasons))


def find_body(view):
    """Tell the body from what is outside, on block sums of counts.

    The body is the largest connected area that is brighter than the background by a small share of the picture's bright
    parts. Other bright areas (an injection line, a urine bag, a marker) are neither body nor outside.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
        Multiples of 4.

    Returns
    -------
    body, outside : ndarray, shape (rows, columns), bool
    """
    rows, columns = view.shape
    blocks = view.reshape(rows // BLOCK, BLOCK, columns).sum(axis=1, dtype=np.float32)
    blocks = blocks.reshape(rows // BLOCK, columns // BLOCK, BLOCK).sum(axis=2)
    blocks = ndimage.uniform_filter(blocks, 3, mode="nearest")
    background = np.median(blocks[:, [0, -1]])
    bright = blocks > background + BODY_LEVEL * (np.percentile(blocks, 90) - background)
    areas, _ = ndimage.label(bright)
    sizes = np.bincount(areas.ravel())
    sizes[0] = 0
    body = ndimage.binary_fill_holes((areas == sizes.argmax()) & bright)
    outside = ~ndimage.binary_dilation(bright | body, iterations=MARGIN)
    return tuple(mask.repeat(BLOCK, axis=0).repeat(BLOCK, axis=1) for mask in (body, outside))


def remove_noise(view, rule) -> tuple[Noise, list[str]]:
    """Stage 1, removing noise: counts less than thr_N, the maximum outside the body, become 0.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
        Counts.
    rule : "maximum" or float
        The maximum, or a percentile of the counts outside.

    Returns
    -------
    noise : Noise
    reasons : list of str
        Why it may be wrong, as of every stage.
    """
    body, outside = find_body(view)
    counts = view[outside]
    thr_n = _threshold(counts, rule)
    reasons = []
    # DEVIATION: a maximum that would wipe out much of the body is no noise but something hot outside it
    if view[view < thr_n].sum(dtype=np.int64) > MOST_NOISE * view.sum(dtype=np.int64):
        reasons.append(f"thr_N {thr_n} would remove more than {MOST_NOISE:.0%} of the counts")
        thr_n = _threshold(counts, 99.9)
    return Noise(np.where(view < thr_n, 0, view).astype(view.dtype), thr_n, body, outside), reasons


def _threshold(counts, rule) -> int:
    """Return thr_N for the counts outside the body; 0 where nothing is outside.

    It is more than a quarter of the outside reaches: where lossy compression lifted all zeros to one, the maximum is
    one too, and a threshold of one removes nothing.
    """
    if not counts.size:
        return 0
    noise = counts.max() if rule == "maximum" else np.ceil(np.percentile(counts, rule))
    return int(max(noise, np.percentile(counts, 75) + 1))


def extract_body_area(noise) -> tuple[tuple[int, int], list[str]]:
    """Stage 2, extracting the body area: the rows from the top of the head to the toes, half-open."""
    rows = np.flatnonzero((noise.view.astype(bool) & noise.body).any(axis=1))
    last = noise.view.shape[0]
    if rows.size < last // 4:
        return (0, last), ["no body found"]
    crown, toes = int(rows[0]), int(rows[-1]) + 1
    return (crown, toes), ["body cut off by the picture's edge"] if crown == 0 or toes == last else []


def fit_profile(noise, crown, toes, degree) -> Profile:
    """Stage 3, the curve: count the non-zero elements of each row from the top down and fit a polynomial to them."""
    occupancy = np.count_nonzero(noise.view[crown:toes].astype(bool) & noise.body[crown:toes], axis=1).astype(float)
    rows = np.arange(toes - crown)
    polynomial = Chebyshev.fit(rows, occupancy, degree)
    curves = [polynomial.deriv(order)(rows) if order else polynomial(rows) for order in range(3)]
    return Profile(crown, occupancy, *curves, ndimage.gaussian_filter1d(occupancy, SMOOTHING * len(rows)))


def remove_head_and_legs(profile, trunk_end) -> tuple[dict[str, int], list[str]]:
    """Stage 3, removing head and legs: find the landmarks between crown and toes.

    The polynomial's peaks (head, elbow, pelvis), valleys (waist, leg), steepest ascent (shoulders) and steepest descent
    (end of the trunk) are looked for where the anatomy allows them.

    Parameters
    ----------
    profile : Profile
    trunk_end : {"steepest_descent", "valley"}

    Returns
    -------
    landmarks : dict of str to int
        Rows of the view.
    reasons : list of str
    """
    height = len(profile.occupancy)
    slope = np.gradient(profile.smoothed)
    pairs = {
        "head": (profile.fitted, profile.smoothed),
        "rise": (profile.first, slope),
        "elbow": (profile.fitted, profile.smoothed),
        "waist": (-profile.fitted, -profile.smoothed),
        "pelvis": (profile.fitted, profile.smoothed),
        "steepest_descent": (-profile.first, -slope),
        "valley": (-profile.fitted, -profile.smoothed),
    }
    # DEVIATION: each is moved, by at most 0.04 of the height, to the same feature of the smoothed profile; the neck and
    # the beginning of the shoulders, where the region begins, are found on the latter alone. One polynomial of degree
    # 15 over the whole body misses edges by up to 25 rows and shows no neck on many views.
    found = {name: _highest(*curves, *WINDOWS[name]) for name, curves in pairs.items()}
    needed = (("rise", "shoulders"), (trunk_end, "end of the trunk"))
    reasons = [f"{part} not found" for name, part in needed if found[name] is None]
    at = {name: round(WINDOWS[name][2] * height) if row is None else row for name, row in found.items()}
    neck, shoulder = _neck_and_shoulder(slope, at["rise"])
    rows = {
        "crown": 0,
        "head": at["head"],
        "neck": neck,
        "shoulder": shoulder,
        "elbow": at["elbow"],
        "waist": at["waist"],
        "pelvis": at["pelvis"],
        "trunk_end": at[trunk_end],
        "toes": height,
    }
    return {name: profile.first_row + row for name, row in rows.items()}, reasons


def _neck_and_shoulder(slope, rise) -> tuple[int, int]:
    """Return where the profile has its last valley above the shoulders, and where it bends up most from there.

    Without a valley, as with much soft tissue or many counts, the neck is where the profile rises least.

    Parameters
    ----------
    slope : ndarray, shape (height,)
    rise : int
        Row of the steepest ascent.
    """
    start = min(int(NECK * len(slope)), rise - 1)
    upward = slope[start : rise + 1] > 0
    valleys = np.flatnonzero(~upward[:-1] & upward[1:])
    neck = start + int(valleys[-1] + 1 if valleys.size else slope[start:rise].argmin())
    return neck, neck + int(np.gradient(slope)[neck : rise + 1].argmax())


def _highest(fitted, smoothed, low, high, usual):
    """Return the row of the most prominent peak of `fitted` in a window, moved to the highest near it in `smoothed`.

    Parameters
    ----------
    fitted, smoothed : ndarray, shape (height,)
    low, high, usual : float
        The window, and where to look if `fitted` has no peak in it: fractions of the height.

    Returns
    -------
    int or None
        None where `smoothed` has no peak there, but only rises, falls or stays.
    """
    height = len(fitted)
    first, last = int(low * height), int(high * height)
    peaks, found = signal.find_peaks(fitted[first : last + 1], prominence=0)
    centre = first + peaks[found["prominences"].argmax()] if peaks.size else round(usual * height)
    near = max(first, centre - int(REACH * height)), min(last, centre + int(REACH * height))
    row = int(near[0] + smoothed[near[0] : near[1] + 1].argmax())
    return None if row in near else row


def remove_pelvis(landmarks, spine_to_pelvis) -> tuple[int, list[str]]:
    """Stage 4, removing the pelvis: the row that parts neck to trunk's end in the ratio of spine to pelvis."""
    spine, pelvis = spine_to_pelvis
    neck, end = landmarks["neck"], landmarks["trunk_end"]
    share = (end - neck) / (landmarks["toes"] - landmarks["crown"])
    reasons = [] if TRUNK[0] <= share <= TRUNK[1] else [f"trunk {share:.2f} of the height"]
    return neck + round((end - neck) * spine / (spine + pelvis)), reasons


def remove_arms(noise, landmarks) -> tuple[tuple[int, int], list[str]]:
    """Stage 4, the trunk's width: as wide as the area of the legs, with the trunk's counts in the middle.

    Parameters
    ----------
    noise : Noise
    landmarks : dict of str to int
        Of stage 3, with the cut.

    Returns
    -------
    columns : tuple of int
        First column and the one after the last, of the view.
    reasons : list of str
    """
    height = landmarks["toes"] - landmarks["crown"]
    first, last = (landmarks["trunk_end"] + round(share * height) for share in LEGS)
    legs = noise.body[first:last]
    legs = legs[legs.any(axis=1)]
    width = np.median(_extent(legs)[1] - _extent(legs)[0]) / height if len(legs) else 0.0
    reasons = []
    if not LEG_WIDTH[0] <= width <= LEG_WIDTH[1]:
        reasons.append(f"legs {width:.2f} of the height wide")
        width = LEG_WIDTH[2]
    trunk = slice(landmarks["shoulder"], max(landmarks["cut"], landmarks["shoulder"] + 1))
    middle = _middle(noise.view[trunk], noise.body[trunk])
    col0 = round(middle - width * height / 2)
    return (max(0, col0), min(noise.view.shape[1], col0 + round(width * height))), reasons


def _extent(mask) -> tuple[np.ndarray, np.ndarray]:
    """Return the first column of each row's set pixels and the one after the last, shape (rows,)."""
    return mask.argmax(axis=1), mask.shape[1] - mask[:, ::-1].argmax(axis=1)


def _middle(trunk, body) -> float:
    """Return the trunk's middle column: the middle one of its brightest column, of half its counts, of its outline.

    Each of the three can be drawn aside: by a hot rib, by a hot arm, by an arm that leaves the picture. An injection
    site must not decide two of them, so no pixel counts for more than the brightest twentieth begins with, and the
    brightest column is looked for in the middle half of the outline.
    """
    if not trunk.any() or not body.any():
        return trunk.shape[1] / 2
    columns = np.minimum(trunk, np.percentile(trunk[trunk > 0], 95)).sum(axis=0)
    first, last = (float(np.median(edge)) for edge in _extent(body[body.any(axis=1)]))
    inner = slice(int(first + (last - first) / 4), int(last - (last - first) / 4) + 1)
    spine = inner.start + ndimage.gaussian_filter1d(columns, 3)[inner].argmax()
    half = np.searchsorted(columns.cumsum(), columns.sum() / 2)
    return float(np.median([spine + 0.5, half + 0.5, (first + last) / 2]))


def fill_with_background(view, box, size):
    """Stage 5, filling with the background: the box in the middle of size x size zeros.

    A box that is larger than the image loses as much on either side.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
        Counts, without noise.
    box : tuple of int
        row0, row1, col0, col1, half-open.
    size : int

    Returns
    -------
    thorax : ndarray, shape (size, size), dtype of `view`
    box : tuple of int
        What of the box is in the picture and in the image.
    paste : tuple of int
        Row and column of its corner in `thorax`.
    reasons : list of str
    """
    sides, reasons = [], []
    for (low, high), length, name in zip((box[:2], box[2:]), view.shape, ("tall", "wide"), strict=True):
        low, high = max(0, low), min(length, max(high, low + 1))
        if high - low > size:
            reasons.append(f"too {name}: {high - low} of {size}")
            low += (high - low - size) // 2
            high = low + size
        sides += [low, high]
    row0, row1, col0, col1 = sides
    paste = (size - (row1 - row0)) // 2, (size - (col1 - col0)) // 2
    thorax = np.zeros((size, size), view.dtype)
    thorax[paste[0] : paste[0] + row1 - row0, paste[1] : paste[1] + col1 - col0] = view[row0:row1, col0:col1]
    return thorax, (row0, row1, col0, col1), paste, reasons


def crop_row(crop) -> dict:
    """Return the row of `crop.tsv` that describes a crop, without the names of image, patient and view."""
    row0, row1, col0, col1 = crop.box
    return {
        "thr_n": crop.noise.thr_n,
        **crop.landmarks,
        "row0": row0,
        "row1": row1,
        "col0": col0,
        "col1": col1,
        "paste_row": crop.paste[0],
        "paste_col": crop.paste[1],
        "sigma": crop.sigma,
        "counts_kept": round(crop.counts_kept, 6),
        "flag": int(bool(crop.reasons)),
        "reason": "; ".join(crop.reasons),
    }
