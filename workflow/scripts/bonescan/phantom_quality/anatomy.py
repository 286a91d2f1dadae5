"""Where the body and its parts lie in a whole-body view, found from the picture alone, of a phantom or a real scan.

Rows count from the top of the view, columns from its left, in pixels; ranges are half-open. What is measured here is
independent of the crop's landmarks, so that a change of the crop does not move the yardstick.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from bonescan.crop import find_body

SMOOTHING = 0.008  # standard deviation of the profile's smoothing, as a fraction of the body height: about 6 rows
# Where a landmark is looked for, fractions of the body height. Wider than the bands by several standard deviations
WINDOWS = {"neck": (0.08, 0.17), "waist": (0.28, 0.43), "pelvis": (0.42, 0.53), "descent": (0.45, 0.60)}


@dataclass(frozen=True)
class Body:
    """The body in a view.

    Attributes
    ----------
    crown, toes : int
        First row of the body and the one after its last.
    landmarks : dict of str to float
        Rows, as fractions of the body height, of the neck's valley, the waist's valley, the peak of pelvis and hands
        and the steepest descent to the legs, on the smoothed profile; NaN where the profile has no such feature there.
    occupancy : ndarray, shape (toes - crown,), float64
        Pixels of the body above the noise in each row.
    outside : ndarray, shape (rows, columns), bool
        What is neither body nor another hot object, with a margin to both.
    """

    crown: int
    toes: int
    landmarks: dict[str, float]
    occupancy: np.ndarray
    outside: np.ndarray

    @property
    def height(self) -> int:
        """Rows from crown to toes."""
        return self.toes - self.crown

    def row(self, fraction: float) -> int:
        """Return the view's row at a fraction of the body height."""
        return self.crown + round(fraction * self.height)


def find_anatomy(view: np.ndarray) -> Body:
    """Find body, profile and landmarks.

    As in the paper's stages 1 to 3, noise is what lies below the maximum outside the body, and the profile counts the
    body's other pixels in each row.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
        Counts, head up.

    Raises
    ------
    ValueError
        No body of at least a quarter of the view's rows.
    """
    body, outside = find_body(view)
    noise = int(view[outside].max()) if outside.any() else 0
    filled = (view >= max(noise, 1)) & body
    rows = np.flatnonzero(filled.any(axis=1))
    if rows.size < len(view) // 4:
        raise ValueError(f"expected a body of at least {len(view) // 4} rows, found {rows.size} rows above the noise")
    crown, toes = int(rows[0]), int(rows[-1]) + 1
    occupancy = filled[crown:toes].sum(axis=1).astype(float)
    return Body(crown, toes, find_landmarks(occupancy), occupancy, outside)


def find_landmarks(occupancy: np.ndarray) -> dict[str, float]:
    """Return the landmarks of a profile as fractions of its length.

    Parameters
    ----------
    occupancy : ndarray, shape (height,), float
        Filled pixels a row, from the crown down.
    """
    height = len(occupancy)
    smoothed = ndimage.gaussian_filter1d(occupancy, SMOOTHING * height)
    curves = {"neck": -smoothed, "waist": -smoothed, "pelvis": smoothed, "descent": -np.gradient(smoothed)}
    return {name: _peak(curve, *WINDOWS[name]) for name, curve in curves.items()}


def _peak(curve: np.ndarray, low: float, high: float) -> float:
    """Return where a curve is highest in a window, as a fraction of its length; NaN if it only rises or falls there."""
    first, last = int(low * len(curve)), int(high * len(curve))
    row = first + int(curve[first : last + 1].argmax())
    return float("nan") if row in (first, last) else row / len(curve)
