"""One patient's build and posture, and the way from the reference body to image pixels."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from bonescan.terms import VIEW_SHAPE

# quantiles that `draw` takes; it draws the rest by itself
QUANTILES = (
    *("stature", "breadth", "depth", "fat", "breasts", "kyphosis", "lordosis", "scoliosis", "ribs"),
    *("row", "column", "tilt", "elbows", "hands", "legs"),
)
STATURE_MM = (1500.0, 1950.0)
# the toes of a patient who lies point down
TOES_MM = 60.0
# crown to toes, median of women and men, and scale (mm) and degrees of freedom of Student's t about it: heavy tails,
# so that a few patients are as small or as tall as `STATURE_MM` says, and nine in ten fill 680 to 740 rows of 2.4 mm
USUAL_LENGTH_MM = {"F": 1690.0, "M": 1718.0}
LENGTH_SCALE_MM = 25.0
LENGTH_FREEDOM = 3.0
REFERENCE_LENGTH_MM = 1704.0
TABLE_Y = 100.0
# rows of the landmarks in the reference body, mm below the crown
LANDMARKS = {
    "crown": 0.0,
    "neck": 208.0,
    "shoulder": 283.0,
    "elbow": 592.0,
    "waist": 625.0,
    "pelvis": 809.0,
    "crotch": 872.0,
    "knee": 1165.0,
    "ankle": 1556.0,
    "toe": 1704.0,
}


@dataclass(frozen=True)
class Habitus:
    """Build and posture.

    Attributes
    ----------
    length : float
        Crown to toes, mm.
    breadth, depth : float
        Bone scale sideways and from front to back, 1 for the reference body.
    fat : float
        Thickness of the soft tissue over that of the reference body at the belly, mm.
    breasts : float
        Half-axis, mm; 0 for none.
    kyphosis, lordosis, scoliosis : float
        Deviation of the vertebral bodies, mm.
    rib_fall : float
        Steepness of the ribs, 1 for the usual one.
    elbow_out, hand_out : float
        How much farther out (mm) than in the reference body elbows and hands lie.
    leg_spread : float
        How much farther out (mm) than in the reference body the feet lie.
    tilt : float
        Degrees; the feet go to the patient's left when positive.
    twist : float
        How far (mm) a movement between bed positions shifts what lies below `moved_at`.
    moved_at : float
        mm below the crown of the reference body.
    column : float
        Image column (anterior view) of the midline at the waist.
    row : float
        Image row of the crown.
    pixel : float
        Pixel spacing, mm.
    """

    length: float
    breadth: float
    depth: float
    fat: float
    breasts: float
    kyphosis: float
    lordosis: float
    scoliosis: float
    rib_fall: float
    elbow_out: float
    hand_out: float
    leg_spread: float
    tilt: float
    twist: float
    moved_at: float
    column: float
    row: float
    pixel: float

    def arm_shift(self, z: ArrayLike) -> np.ndarray:
        """Sideways shift (mm, reference frame) of an arm at height `z` (mm)."""
        girth = 0.55 * max(self.fat, -5.0)
        out = np.array(
            [0.0, 0.3 * self.elbow_out, self.elbow_out + girth, self.hand_out + girth, self.hand_out + girth]
        )
        return np.interp(z, (300.0, 400.0, 590.0, 790.0, 930.0), out)

    def sideways(self, z: ArrayLike) -> np.ndarray:
        """Shift (mm) to the left of what lies at height `z` (mm, reference frame), from tilt and movement."""
        z = np.asarray(z, float)
        lean = np.tan(np.radians(self.tilt)) * (z - LANDMARKS["waist"]) * self.length / REFERENCE_LENGTH_MM
        return lean + self.twist / (1 + np.exp(-(z - self.moved_at) / 6.0))

    def rows(self, z: ArrayLike) -> np.ndarray:
        """Image rows of heights `z` (mm, reference frame)."""
        return self.row + np.asarray(z, float) * (self.length / REFERENCE_LENGTH_MM / self.pixel)

    def heights(self, rows: ArrayLike) -> np.ndarray:
        """Heights (mm, reference frame) of image rows."""
        return (np.asarray(rows, float) - self.row) * (self.pixel * REFERENCE_LENGTH_MM / self.length)

    def columns(self, x: ArrayLike, z: ArrayLike) -> np.ndarray:
        """Image columns, anterior view, of reference coordinates (mm)."""
        return self.column + (np.asarray(x, float) * self.breadth + self.sideways(z)) / self.pixel

    def height_above_table(self, y: ArrayLike, z: ArrayLike) -> np.ndarray:
        """Distance (mm) to the table of depth `y` at height `z` (mm, reference frame)."""
        # fat of the back lifts the trunk off the table
        lift = 0.2 * self.fat * np.exp(-(((np.asarray(z, float) - 620.0) / 230.0) ** 2))
        return (TABLE_Y - np.asarray(y, float)) * self.depth + lift


def draw(sex: str, pixel: float, quantiles: Mapping[str, float], rng: np.random.Generator) -> Habitus:
    """Draw a patient's build and posture.

    Parameters
    ----------
    sex : {"F", "M"}
    pixel : float
        Pixel spacing, mm.
    quantiles : mapping
        The patient's quantile of each name of `QUANTILES`, above 0 and below 1.
    rng : numpy.random.Generator

    Returns
    -------
    Habitus
    """
    male = sex == "M"
    spread = LENGTH_SCALE_MM * stdtrit(LENGTH_FREEDOM, quantiles["stature"])
    length = float(np.clip(USUAL_LENGTH_MM[sex] + spread, *(stature + TOES_MM for stature in STATURE_MM)))
    scale = length / REFERENCE_LENGTH_MM
    room = (VIEW_SHAPE[0] - length / pixel) / 2
    moves = rng.random() < 0.05

    def normal(name: str, mean: float, deviation: float, low: float = -np.inf, high: float = np.inf) -> float:
        return float(np.clip(mean + deviation * ndtri(quantiles[name]), low, high))

    return Habitus(
        length=length,
        breadth=float(np.clip(scale * normal("breadth", 1.035 if male else 1.02, 0.013), 0.93, 1.10)),
        depth=float(np.clip(scale * normal("depth", 0.97, 0.03), 0.86, 1.08)),
        fat=_fat(ndtri(quantiles["fat"])),
        breasts=0.0 if male else normal("breasts", 28.0, 8.0, 10.0, 45.0),
        kyphosis=normal("kyphosis", 0.0, 5.0, -8.0, 14.0),
        lordosis=normal("lordosis", 0.0, 4.0),
        # most spines are nearly straight, a few are not
        scoliosis=float(np.clip(3.2 * stdtrit(2.5, quantiles["scoliosis"]), -32.0, 32.0)),
        rib_fall=normal("ribs", 1.0, 0.10, 0.75, 1.25),
        elbow_out=normal("elbows", 0.0, 12.0, -14.0, 40.0),
        hand_out=normal("hands", -10.0, 12.0, -28.0, 30.0),
        leg_spread=normal("legs", 0.0, 14.0),
        tilt=normal("tilt", 0.0, 1.2, -5.0, 5.0),
        twist=float(rng.normal(0.0, 7.0)) if moves else 0.0,
        moved_at=float(rng.uniform(250.0, 1300.0)),
        column=VIEW_SHAPE[1] / 2 - 0.5 + normal("column", 0.0, 5.0),
        row=room + normal("row", 0.0, 0.25, -0.7, 0.7) * room,
        pixel=float(pixel),
    )


def _fat(deviate: float) -> float:
    """Thickness (mm) of fat over the belly: many patients are somewhat thinner than the middle, a few much stouter."""
    return float(np.clip(15.0 + (4.6 if deviate > 0 else 2.9) * deviate, 2.0, 40.0))
