"""Stage 3, removing head and legs: landmarks from peaks and valleys of the curve and of its derivatives (Figure 3).

Rows count from the top of the view. Lengths that scale with the patient are fractions of the height from crown to toes.
"""

from dataclasses import replace

import numpy as np
from scipy import signal

from bonescan.crop.profile import Profile

# Where to look for a landmark, and where it lies if it is not found. From the occupancy profiles of eight real views:
# neck .122 +- .004, waist .367 +- .005, pelvis .475 +- .008, descent .514 +- .011
WINDOWS = {
    "head": (0.02, 0.10, 0.060),
    "rise": (0.10, 0.20, 0.160),
    "elbow": (0.17, 0.34, 0.240),
    "waist": (0.30, 0.43, 0.367),
    "pelvis": (0.42, 0.53, 0.475),
    "steepest_descent": (0.46, 0.58, 0.514),
    "valley": (0.54, 0.72, 0.600),
}
SPREAD = 0.033  # three standard deviations of the descent on real views: hands that end lower make a steeper one there
USUAL_NECK = 0.122
NECK = 0.08  # where the neck may begin
SLACK = 0.04  # the windows are wider by this at both ends where the height is only estimated
RAISED = 0.25  # most that raised arms reach above the crown, of the height
HEIGHTS = (640, 820)  # least and most rows from crown to toes that a body that is cut off may have


def remove_head_and_legs(
    profile: Profile, method: str, refine: float, trunk_end: str
) -> tuple[dict[str, int], list[str]]:
    """Find where head, elbow, shoulder and leg begin.

    Parameters
    ----------
    profile : bonescan.crop.profile.Profile
    method : {"windows", "counted"}
        Look for each where the anatomy allows it, or count peaks and valleys from the top down as the paper words it.
    refine : float
        How far a landmark of the polynomial may be moved to the same feature of the smoothed profile, as a fraction of
        the height; 0 for the polynomial alone.
    trunk_end : {"steepest_descent", "valley"}
        Where the pelvis ends and the legs begin.

    Returns
    -------
    landmarks : dict of str to int
        Rows of the view: crown, head, neck, shoulder, elbow, waist, pelvis, trunk_end, toes.
    reasons : list of str
    """
    find = {"windows": _in_windows, "counted": _by_counting}[method]
    at, missing = find(profile, refine)
    needed = {"neck": "neck", "rise": "shoulders", trunk_end: "end of the trunk"}
    if find is _in_windows and not profile.cut_off:
        # DEVIATION: hands beside hips and thighs can hide the trunk's end; a body in full view has it where it is usual
        missing.discard("steepest_descent")
    reasons = [f"{part} not found" for name, part in needed.items() if name in missing]
    rows = {name: at[name] for name in ("head", "neck", "shoulder", "elbow", "waist", "pelvis")}
    rows["trunk_end"] = at[trunk_end]
    found = {name: profile.first_row + int(row) for name, row in rows.items()}
    return {"crown": profile.crown, **found, "toes": profile.toes}, reasons


def settle_height(profile: Profile) -> Profile:
    """Estimate the height of a body that is cut off, from the distance of the trunk's end to the crown or toes seen.

    Parameters
    ----------
    profile : bonescan.crop.profile.Profile
        Crown or toes that are cut off lie where a body of the usual height would have them.

    Returns
    -------
    bonescan.crop.profile.Profile
        With the new crown or toes; unchanged unless one of them is cut off and the trunk's end is found.
    """
    last_row = profile.first_row + len(profile.occupancy)
    head_cut, feet_cut = profile.crown < profile.first_row, profile.toes > last_row
    if head_cut == feet_cut:
        return profile
    least, most, usual = WINDOWS["steepest_descent"]
    if head_cut:
        span = [profile.toes - (1 - least) * HEIGHTS[1], profile.toes - (1 - most) * HEIGHTS[0]]
    else:
        span = [profile.crown + least * HEIGHTS[0], profile.crown + most * HEIGHTS[1]]
    first, last = (min(max(0, round(row) - profile.first_row), len(profile.occupancy) - 1) for row in span)
    slope = np.gradient(profile.smoothed)[first : last + 1]
    end = first + int(slope.argmin())
    if end in (first, last):
        return profile
    end += profile.first_row
    if head_cut:
        height = round((profile.toes - end) / (1 - usual))
        return replace(profile, crown=min(profile.first_row, profile.toes - height))
    return replace(profile, toes=max(last_row, profile.crown + round((end - profile.crown) / usual)))


def estimate_height(profile: Profile) -> int | None:
    """Return the rows from crown to toes of a body whose crown raised arms hide, judged by its legs.

    Parameters
    ----------
    profile : bonescan.crop.profile.Profile
        Of a body with its arms up, which begins with hands or elbows.

    Returns
    -------
    int or None
        None where the feet are cut off, or the trunk's end is not found.
    """
    least, most, usual = WINDOWS["steepest_descent"]
    # no arm lies beside the hips, so that the steepest descent is the trunk's
    first, last = profile.place(least), profile.place((RAISED + most) / (1 + RAISED))
    end = first + int(np.gradient(profile.smoothed)[first : last + 1].argmin())
    if profile.cut_off or end in (first, last):
        return None
    return min(profile.height, round((profile.toes - profile.first_row - end) / (1 - usual)))


def _in_windows(profile: Profile, refine: float) -> tuple[dict[str, int], set[str]]:
    """Look for the most prominent peak, valley, ascent or descent where the anatomy allows it.

    Returns
    -------
    at : dict of str to int
        Index into the curves of every landmark; the usual place of one that was not found.
    missing : set of str
    """
    # DEVIATION: each is moved, by at most 0.04 of the height, to the same feature of the smoothed profile. The neck and
    # the beginning of the shoulders, where the region begins, are found on the smoothed profile alone. One polynomial
    # of degree 15 over the whole body misses edges by up to 25 rows and shows no neck on many views.
    exact = profile.smoothed if refine else profile.fitted
    slope = np.gradient(profile.smoothed) if refine else profile.first
    pairs = {
        "head": (profile.fitted, exact),
        "rise": (profile.first, slope),
        "elbow": (profile.fitted, exact),
        "waist": (-profile.fitted, -exact),
        "pelvis": (profile.fitted, exact),
        "steepest_descent": (-profile.first, -slope),
        "valley": (-profile.fitted, -exact),
    }
    found = {name: _find_peak(*curves, profile, WINDOWS[name], refine) for name, curves in pairs.items()}
    end = found["steepest_descent"]
    if end is not None and not profile.cut_off:
        away = abs(end - profile.place(WINDOWS["steepest_descent"][2]))
        found["steepest_descent"] = end if away <= SPREAD * profile.height else None
    missing = {name for name, row in found.items() if row is None}
    at = {name: profile.place(WINDOWS[name][2]) if row is None else row for name, row in found.items()}
    start = profile.place(NECK - SLACK * profile.cut_off)
    at["neck"], at["shoulder"] = _find_neck_and_shoulder(slope, start, at["rise"])
    return at, missing


def _find_peak(
    fitted: np.ndarray, exact: np.ndarray, profile: Profile, window: tuple[float, float, float], refine: float
) -> int | None:
    """Return the index of the most prominent peak of `fitted` in a window, moved to the highest of `exact` near it.

    Parameters
    ----------
    fitted, exact : ndarray, shape (rows,)
    profile : bonescan.crop.profile.Profile
    window : tuple of float
        Least, greatest, and where to look if `fitted` has no peak in it: fractions of the height.
    refine : float

    Returns
    -------
    int or None
        None where `exact` has no peak there, but only rises, falls or stays level.
    """
    slack = SLACK if profile.cut_off else 0
    first, last, usual = map(profile.place, (window[0] - slack, window[1] + slack, window[2]))
    peaks, found = signal.find_peaks(fitted[first : last + 1], prominence=0)
    if peaks.size:
        centre = first + int(peaks[found["prominences"].argmax()])
    elif refine:
        centre = usual
    else:
        return None
    reach = int(refine * profile.height)
    near = max(first, centre - reach), min(last, centre + reach)
    row = int(near[0] + exact[near[0] : near[1] + 1].argmax())
    return None if row in near and near[0] != near[1] else row


def _find_neck_and_shoulder(slope: np.ndarray, start: int, rise: int) -> tuple[int, int]:
    """Return where the profile has its last valley above the shoulders, and where it bends up most below that.

    Without a valley, as with much soft tissue or many counts, the neck is where the profile rises least.

    Parameters
    ----------
    slope : ndarray, shape (rows,)
    start, rise : int
        First row to look at, and the row of the steepest ascent.
    """
    start = max(0, min(start, rise - 1))
    rise = max(rise, start + 1)
    upward = slope[start : rise + 1] > 0
    valleys = np.flatnonzero(~upward[:-1] & upward[1:])
    neck = start + int(valleys[-1] + 1 if valleys.size else slope[start:rise].argmin())
    return neck, neck + int(np.gradient(slope)[neck : rise + 1].argmax())


def _by_counting(profile: Profile, refine: float) -> tuple[dict[str, int], set[str]]:
    """Count from the top down, whatever the anatomy: peaks are head, elbow, pelvis; valleys neck, waist, right leg.

    The paper names the first three peaks head, elbow and shoulder, in this order; the shoulder lies above the elbow,
    so its beginning is taken as the strongest bend up between the first valley and the second peak.

    Takes and returns what `_in_windows` does; `refine` is not used.
    """
    peaks, _ = signal.find_peaks(profile.fitted)
    valleys, _ = signal.find_peaks(-profile.fitted)
    at = dict(zip(("head", "elbow", "pelvis"), map(int, peaks), strict=False))
    at |= dict(zip(("neck", "waist", "valley"), map(int, valleys), strict=False))
    missing = {"head", "elbow", "pelvis", "neck", "waist", "valley"} - set(at)
    usual = {name: window[2] for name, window in WINDOWS.items()} | {"neck": USUAL_NECK}
    at |= {name: profile.place(usual[name]) for name in missing}
    at["rise"] = _find_highest(profile.first, at["neck"], at["elbow"])
    at["shoulder"] = _find_highest(profile.second, at["neck"], at["rise"])
    at["steepest_descent"] = _find_highest(-profile.first, at["pelvis"], at["valley"])
    if {"neck", "elbow"} & missing:
        missing.add("rise")
    if {"pelvis", "valley"} & missing:
        missing.add("steepest_descent")
    return at, missing


def _find_highest(curve: np.ndarray, first: int, last: int) -> int:
    """Return the index of the highest value of a curve from `first` to `last`; `first` if `last` lies before it."""
    return first + int(curve[first : max(first, last) + 1].argmax())
