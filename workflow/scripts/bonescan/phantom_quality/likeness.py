"""The one real scan at hand beside matched phantom views: four curves, how far they lie apart, and where most."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import ndimage

from bonescan.phantom_quality.anatomy import find_anatomy
from bonescan.phantom_quality.regions import midline, regions, trunk_rows

ROWS = np.linspace(0, 1, 251)  # fractions of the body height
COLUMNS = np.linspace(-0.16, 0.16, 129)  # fractions of the body height beside the spine
CHEST = (0.12, 0.42)  # of the trunk, from neck to groin: below the collar bones, above the liver's lower edge
LEVELS = np.unique(np.geomspace(1, 100, 40).round())  # counts
MARGIN = 10  # rows shown above and below the body
MATCHED = 40  # phantom views compared with: enough for a 5 to 95 % band
PATCH = 160.0  # mm: side of the square of the chest whose power spectrum is taken: the chest alone, without the arms
FREQUENCIES = np.arange(0.005, 0.2, 0.005)  # cycles per mm; pixels of 2.4 mm end at 0.208
LEAST = 0.02  # of a curve's mean: below it a ratio only compares noise
LEAST_SHARE = 1e-3  # of the filled pixels, about a hundred: fewer are one bladder or one injection site
# Where the parts of the body lie, fractions of the body height; the words name the worst disagreement
PARTS = {
    0.055: "upper skull",
    0.105: "face",
    0.145: "neck",
    0.20: "shoulders",
    0.31: "chest",
    0.375: "upper abdomen",
    0.42: "upper pelvis",
    0.49: "bladder and hips",
    0.54: "groin",
    0.64: "thighs",
    0.71: "knees",
    0.90: "lower legs",
    1.0: "feet",
}


@dataclass(frozen=True)
class Curve:
    """One of the four curves of a view.

    Attributes
    ----------
    name, axis, unit : str
        Of the curve, of its places and of its values.
    places, values : ndarray, shape (n,), float
    """

    name: str
    axis: str
    unit: str
    places: np.ndarray
    values: np.ndarray


def undo_compression(counts: np.ndarray) -> np.ndarray:
    """Return the real scan's counts as a camera would have stored them: its lossy JPEG has turned zeros into ones.

    Parameters
    ----------
    counts : ndarray, shape (rows, columns)
        As decoded. The few true ones become zeros too.
    """
    return np.where(counts == 1, 0, counts).astype(np.uint16)


def curves(view: np.ndarray, spacing: float) -> list[Curve]:
    """Return row profile, column profile of the chest, count histogram and radially averaged power spectrum.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
        Counts at the usual count level, head up.
    spacing : float
        Side of a pixel, mm.
    """
    body = find_anatomy(view)
    chest = trunk_rows(body, *CHEST)
    middle = midline(view, body, chest)
    rows = np.arange(body.height) / (body.height - 1)
    profile = ndimage.gaussian_filter1d(view[body.crown : body.toes].sum(axis=1).astype(float), 2)
    profile = np.interp(ROWS, rows, profile)
    across = ndimage.gaussian_filter1d(view[chest].mean(axis=0), 1)
    columns = np.interp(COLUMNS, (np.arange(len(across)) - middle) / body.height, across, left=0, right=0)
    histogram = (view.ravel()[:, None] >= LEVELS).sum(axis=0) / (view > 0).sum()
    centre = (chest.start + chest.stop) // 2, middle
    return [
        Curve("row profile", "Fraction of body height", "Counts a row (mean 1)", ROWS, profile / profile.mean()),
        Curve("column profile of the chest", "Body heights beside the spine", "Counts a column (mean 1)", COLUMNS,
              columns / columns.mean()),
        Curve("count histogram", "Counts a pixel", "Share of pixels with as many", LEVELS, histogram),
        Curve("power spectrum of the chest", "Cycles per mm", "Power (noise 1)", FREQUENCIES,
              power_spectrum(view, centre, spacing)),
    ]  # fmt: skip


def stoutness(view: np.ndarray) -> float:
    """Return how stout a body is: its area over the square of its height."""
    body = find_anatomy(view)
    return float(body.occupancy.sum() / body.height**2)


def match(real: float, phantoms: dict) -> list:
    """Return the keys of the phantom views whose stoutness is nearest the real scan's, at most `MATCHED`.

    Parameters
    ----------
    real : float
        `stoutness` of the real scan.
    phantoms : dict of key to float
        `stoutness` of each view.
    """
    return sorted(phantoms, key=lambda key: abs(phantoms[key] - real))[:MATCHED]


def power_spectrum(view: np.ndarray, centre: tuple[int, int], spacing: float) -> np.ndarray:
    """Return the radially averaged power of a square of a view, over that of its own Poisson noise.

    The mean under a Hann window is subtracted, and the window applied. White Poisson noise has power 1 everywhere.

    Parameters
    ----------
    view : ndarray, shape (rows, columns)
        Counts.
    centre : (int, int)
        Row and column of the square's middle.
    spacing : float
        Side of a pixel, mm.

    Returns
    -------
    ndarray, shape of FREQUENCIES, float
    """
    half = round(PATCH / spacing / 2)
    top, left = (max(0, place - half) for place in centre)
    part = view[top : top + 2 * half, left : left + 2 * half].astype(float)
    window = np.outer(*(np.hanning(side) for side in part.shape))
    weighted = (part - (part * window).sum() / window.sum()) * window
    power = np.abs(np.fft.fft2(weighted)) ** 2 / max((window**2 * part).sum(), 1e-9)
    radius = np.hypot(*np.meshgrid(*(np.fft.fftfreq(side, spacing) for side in part.shape), indexing="ij"))
    step = FREQUENCIES[1] - FREQUENCIES[0]
    bins = np.round((radius - FREQUENCIES[0]) / step).astype(int).ravel()
    inside = (bins >= 0) & (bins < len(FREQUENCIES))
    sums = np.bincount(bins[inside], power.ravel()[inside], len(FREQUENCIES))
    numbers = np.bincount(bins[inside], minlength=len(FREQUENCIES))
    known = numbers > 0
    return np.interp(FREQUENCIES, FREQUENCIES[known], sums[known] / numbers[known])


def compare(real: list[Curve], phantoms: list[list[Curve]]) -> tuple[pd.DataFrame, list[np.ndarray]]:
    """Return how far the real scan's curves lie from the phantom's.

    Parameters
    ----------
    real : list of Curve
    phantoms : list of list of Curve
        The same curves of each matched phantom view.

    Returns
    -------
    table : DataFrame
        curve; factor, by which the real scan differs from the phantom median on average (geometric mean over the
        places, at least 1); outside, share of the places where it lies outside the phantoms' 5-95 %; worst_place,
        in words, and there the real value and the phantoms' median, low and high.
    bands : list of ndarray, shape (3, n)
        5th, 50th and 95th percentile of the phantoms, for each curve.

    Raises
    ------
    ValueError
        No phantom view to compare with.
    """
    if not phantoms:
        raise ValueError("expected at least one normal anterior phantom view to compare the real scan with, got none")
    rows, bands = [], []
    for number, curve in enumerate(real):
        low, middle, high = np.percentile([view[number].values for view in phantoms], [5, 50, 95], axis=0)
        least = LEAST * middle.mean() if "profile" in curve.name else LEAST_SHARE
        logs = [np.log(np.maximum(values, least)) for values in (curve.values, low, middle, high)]
        apart = np.abs(logs[0] - logs[2])
        beyond = np.maximum(0, np.maximum(logs[0] - logs[3], logs[1] - logs[0]))
        worst = int((beyond if beyond.any() else apart).argmax())
        rows.append(
            {
                "curve": curve.name,
                "factor": float(np.exp(apart.mean())),
                "outside": float((beyond > 0).mean()),
                "worst_place": place_in_words(curve, curve.places[worst]),
                "real": float(curve.values[worst]),
                "median": float(middle[worst]),
                "low": float(low[worst]),
                "high": float(high[worst]),
            }
        )
        bands.append(np.array([low, middle, high]))
    return pd.DataFrame(rows), bands


def place_in_words(curve: Curve, place: float) -> str:
    """Name a place of a curve, such as `chest, at 0.25 of the body height`."""
    if curve.name == "row profile":
        part = next((name for end, name in PARTS.items() if place <= end), "feet")
        return f"{part}, at {place:.2f} of the body height"
    if curve.name == "column profile of the chest":
        parts = {0.015: "spine and breastbone", 0.055: "inner chest", 0.085: "chest wall", 0.11: "armpit", 1.0: "arm"}
        part = next(name for end, name in parts.items() if abs(place) <= end)
        side = "in the middle" if part.startswith("spine") else "picture's left" if place < 0 else "picture's right"
        return f"{part} ({side}), {abs(place):.2f} of the body height beside the spine"
    if curve.name == "count histogram":
        return f"pixels with {place:.0f} or more counts"
    return f"structures of {1 / place:.0f} mm ({place:.3f} cycles per mm)"


def mark_regions(title: str, counts: np.ndarray, spacing: float) -> tuple:
    """Return a picture for `bonescan.figures.likeness.draw_likeness`.

    Parameters
    ----------
    title : str
    counts : ndarray, shape (rows, columns)
    spacing : float
        Side of a pixel, mm.

    Returns
    -------
    (str, ndarray, dict of str to ndarray of bool, (int, int))
        Title, counts, regions of interest, the first row to show and the one after the last.
    """
    body = find_anatomy(counts)
    rows = max(0, body.crown - MARGIN), min(len(counts), body.toes + MARGIN)
    return title, counts, regions(counts, body, spacing), rows
