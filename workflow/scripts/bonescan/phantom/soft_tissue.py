"""Body outline, lungs and organs, each as the share of every voxel that it fills.

Volumes have the shape (slabs, rows, columns): slabs of `SLAB_MM` from the front of the body to the table, rows and
columns of the image (anterior view). A tissue is given per row by its middle, half-width, front and back, and fills a
superellipse.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bonescan.phantom.habitus import Habitus
from bonescan.phantom.uptake import SOFT_TISSUE
from bonescan.terms import VIEW_SHAPE

SLAB_MM = 12.0
OUTLINED = ("bladder", "kidneys")

# knots (mm, reference frame): height, half-width, front, back
HEAD = np.array(
    [
        (1, 12, -25, 25), (6, 34, -55, 52), (15, 50, -72, 70), (30, 64, -85, 84), (55, 75, -95, 93),
        (85, 79, -100, 97), (120, 78, -102, 90), (150, 74, -102, 78), (170, 66, -97, 64), (188, 58, -84, 58),
        (202, 54, -45, 62), (218, 56, -38, 68), (240, 68, -36, 74), (265, 84, -40, 80),
    ],
    float,
)  # fmt: skip
TRUNK = np.array(
    [
        (228, 50, -28, 66), (246, 80, -34, 76), (260, 118, -42, 86), (273, 154, -52, 92), (288, 178, -64, 96),
        (308, 188, -80, 100), (336, 186, -96, 101), (370, 174, -106, 101), (420, 160, -112, 100), (480, 155, -116, 98),
        (550, 152, -116, 93), (620, 141, -110, 90), (680, 150, -104, 92), (740, 163, -98, 98), (800, 172, -90, 100),
        (840, 172, -78, 98), (868, 168, -50, 84), (895, 162, 10, 34),
    ],
    float,
)  # fmt: skip
# the limbs' knots have their middle (x) first
LEG = np.array(
    [
        (815, 90, 82, -70, 98), (880, 91, 81, -58, 97), (950, 94, 74, -46, 96), (1050, 99, 64, -34, 94), (1150, 102,
        55, -30, 90), (1200, 102, 54, -24, 92), (1290, 102, 55, -12, 98), (1380, 100, 48, 4, 98), (1460, 98, 38, 18,
        96), (1530, 97, 33, 26, 94), (1565, 98, 36, 20, 98), (1600, 101, 38, 8, 98), (1640, 107, 37, -4, 70), (1680,
        113, 34, -10, 42), (1700, 115, 22, -8, 28), (1706, 115, 6, 0, 18),
    ],
    float,
)  # fmt: skip
ARM = np.array(
    [
        (276, 164, 12, 10, 60), (290, 168, 34, -6, 75), (320, 175, 46, -12, 85), (370, 186, 47, -8, 90), (460, 208,
        44, 0, 90), (540, 225, 40, 6, 88), (590, 232, 40, 8, 86), (648, 236, 41, 8, 86), (712, 238, 36, 12, 82), (784,
        238, 28, 20, 72), (814, 237, 34, 20, 66), (864, 232, 44, 18, 60), (904, 229, 42, 18, 54), (932, 227, 26, 22,
        50), (944, 226, 8, 28, 44),
    ],
    float,
)  # fmt: skip


@dataclass(frozen=True)
class Tissue:
    """A stack of superellipses, one a row.

    Attributes
    ----------
    top : int
        First row.
    middle, half : ndarray, shape (n,), float64
        Columns of the middle and half-width in pixels.
    front, back : ndarray, shape (n,), float64
        Depth behind the front of the volume, mm.
    power : float
        2 for an ellipse, more for a boxier section.
    """

    top: int
    middle: np.ndarray
    half: np.ndarray
    front: np.ndarray
    back: np.ndarray
    power: float


@dataclass(frozen=True)
class Body:
    """Tissue volumes of one patient.

    Attributes
    ----------
    activity : ndarray, shape (slabs, rows, 256), float32
        Soft tissue's activity in each voxel, relative units.
    density : ndarray, the same shape
        Part of water's attenuation in each voxel.
    top : int
        Image row of the volume's first row.
    front : float
        Distance (mm) of the volume's front from the table.
    outlines : dict of str to ndarray, shape (rows, 256), bool
        Where organs of `OUTLINED` lie, seen from the front.
    """

    activity: np.ndarray
    density: np.ndarray
    top: int
    front: float
    outlines: dict[str, np.ndarray]


def build(habitus: Habitus, rng: np.random.Generator) -> Body:
    """Fill a patient's outline with soft tissue.

    Parameters
    ----------
    habitus : bonescan.phantom.habitus.Habitus
    rng : numpy.random.Generator

    Returns
    -------
    Body
    """
    top = max(0, int(habitus.rows(0.0)) - 16)
    bottom = min(VIEW_SHAPE[0], int(habitus.rows(1706.0)) + 17)
    tallest = max(habitus.height_above_table(knots[-2], knots[0]) + _padding(habitus, knots[0]) for knots in TRUNK)
    front = float(max(tallest, habitus.height_above_table(-105.0, 100.0)) + 0.6 * habitus.breasts + 4.0)
    slabs = int(np.ceil(front / SLAB_MM)) + 1
    shape = (slabs, bottom - top, VIEW_SHAPE[1])
    density = np.zeros(shape, np.float32)
    activity = np.zeros(shape, np.float32)

    # blood pool and kidney function vary between patients, fat and muscle between trunk and limbs
    general = SOFT_TISSUE * np.exp(rng.normal(0, 0.05))
    trunk = general * np.exp(rng.normal(0, 0.02))
    limb = 0.575 * general * np.exp(rng.normal(0, 0.02))
    voxel = habitus.pixel**2 * SLAB_MM
    parts = [(_stack(habitus, TRUNK, 0.0, front, 2.5), trunk), (_stack(habitus, HEAD, 0.0, front, 2.2), 0.75 * trunk)]
    for side in (1.0, -1.0):
        parts.append((_stack(habitus, LEG, side, front, 2.0, _leg_shift(habitus)), limb))
        parts.append((_stack(habitus, ARM, side, front, 2.0, habitus.arm_shift), limb))
    if habitus.breasts:
        for side in (1.0, -1.0):
            centre = (side * 78.0, -106.0, 415.0)
            half_axes = (58.0, 0.55 * habitus.breasts + 8.0, 52.0)
            parts.append((_organ(habitus, centre, half_axes, front), 0.8 * trunk))
    for tissue, concentration in parts:
        filled, window = fill(tissue, shape, top)
        np.maximum(density[window], filled, out=density[window])
        np.maximum(activity[window], filled * (concentration * voxel), out=activity[window])

    for side, half_axes in ((1.0, (48.0, 70.0, 115.0)), (-1.0, (54.0, 70.0, 112.0))):
        filled, window = fill(_organ(habitus, (side * 72.0, 0.0, 412.0), half_axes, front), shape, top)
        # inflated lung has a quarter of water's density and hardly any tracer
        density[window] *= 1 - 0.72 * filled
        activity[window] *= 1 - 0.55 * filled
    outlines = {name: np.zeros(shape[1:], bool) for name in OUTLINED}
    for name, centre, half_axes, concentration in _draw_organs(habitus, rng):
        filled, window = fill(_organ(habitus, centre, half_axes, front), shape, top)
        activity[window] += filled * (concentration * voxel)
        if name in outlines:
            outlines[name][window[1:]] |= filled.max(axis=0) > 0
    return Body(activity, density, top, front, outlines)


def _draw_organs(habitus: Habitus, rng: np.random.Generator) -> list[tuple[str, ArrayLike, ArrayLike, float]]:
    """Draw the organs that hold more tracer than soft tissue: name, centre, half-axes (mm) and excess concentration."""
    kidney = float(np.exp(rng.normal(np.log(1.6), 0.45)))
    filling = float(np.clip(rng.gamma(3.0, 0.33), 0.15, 2.6))
    bladder = float(np.exp(rng.normal(np.log(7.0), 0.75)))
    size = 30.0 * np.cbrt(filling)
    lower = rng.normal(0, 6)
    organs = []
    lost = rng.integers(2) if rng.random() < 0.015 else None
    for number, (x, z) in enumerate(((58.0, 548.0), (-58.0, 560.0))):
        centre = np.array([x + rng.normal(0, 4), 40.0, z + lower + rng.normal(0, 4)])
        half_axes = np.array([23.0, 20.0, 46.0]) * rng.normal(1.0, 0.06)
        if number == lost:
            continue
        organs.append(("kidneys", centre, half_axes, kidney * np.exp(rng.normal(0, 0.15))))
        if rng.random() < 0.12:
            # urine held in the renal pelvis
            pelvis = centre + np.array([-0.35 * np.sign(x) * half_axes[0], 0, 6])
            organs.append(("kidneys", pelvis, rng.uniform(6, 12, 3), kidney * rng.uniform(1.0, 4.0)))
    organs += [
        ("bladder", (rng.normal(0, 4), -30.0, 806.0 - 0.75 * size), (1.15 * size, size, 0.85 * size), bladder),
        ("liver", (-55.0, -25.0, 520.0), (80.0, 70.0, 60.0), 0.04),
        ("heart", (15.0, -35.0, 410.0), (48.0, 45.0, 55.0), 0.05),
        ("bowel", (0.0, -55.0, 630.0), (142.0, 46.0, 105.0), rng.uniform(0.03, 0.055)),
        ("thyroid", (0.0, -22.0, 236.0), (20.0, 14.0, 18.0), rng.lognormal(np.log(0.8), 0.6)),
        ("urethra", (0.0, -45.0, 855.0), (16.0, 20.0, 26.0), rng.lognormal(np.log(0.5), 0.6)),
    ]
    if habitus.breasts and rng.random() < 0.3:
        half_axes = (40.0, 0.5 * habitus.breasts, 38.0)
        organs += [("breasts", (side * 78.0, -112.0, 418.0), half_axes, rng.uniform(0.05, 0.3)) for side in (1.0, -1.0)]
    return organs


def _padding(habitus: Habitus, z: np.ndarray | float) -> np.ndarray | float:
    """Thickness (mm) that fat adds in front of height `z` (mm, reference frame)."""
    return habitus.fat * (0.35 + 0.9 * np.exp(-(((z - 620.0) / 130.0) ** 2)))


def _leg_shift(habitus: Habitus) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function of height (mm, reference frame): how far out (mm) the leg lies there."""
    return lambda z: habitus.leg_spread * np.clip((z - 800.0) / 850.0, 0, 1.1)


def _stack(
    habitus: Habitus, knots: np.ndarray, side: float, front: float, power: float, shift: Callable | None = None
) -> Tissue:
    """A `Tissue` from knots; `side` is 0 for trunk and head, 1 (left) or -1 for limbs, whose knots have a middle."""
    top = int(np.ceil(habitus.rows(knots[0, 0])))
    bottom = int(np.floor(habitus.rows(knots[-1, 0])))
    rows = np.arange(max(top, 0), min(bottom, 1023) + 1)
    z = habitus.heights(rows)
    columns = [np.interp(z, knots[:, 0], knots[:, i]) for i in range(1, knots.shape[1])]
    middle = np.zeros_like(z)
    trunk = side == 0.0
    if not trunk:
        middle = side * (columns.pop(0) + (shift(z) if shift else 0.0))
    half, anterior, posterior = columns
    # the head carries no fat, limbs a part of the trunk's
    share = np.interp(z, (240.0, 300.0), (0.0, 1.0)) * (0.55 if trunk else 0.25)
    half = half * habitus.breadth + share * habitus.fat * (
        1 + 0.45 * np.exp(-(((z - 720.0) / 90.0) ** 2)) if trunk else 1.0
    )
    padding = _padding(habitus, z) * np.interp(z, (240.0, 300.0), (0.0, 1.0)) if trunk else share * habitus.fat
    return Tissue(
        top=int(rows[0]),
        middle=habitus.columns(middle, z),
        half=np.maximum(half, 1.0) / habitus.pixel,
        front=front - habitus.height_above_table(anterior, z) - padding,
        back=np.minimum(front - habitus.height_above_table(posterior, z) + (0.3 * share * habitus.fat), front),
        power=power,
    )


def _organ(habitus: Habitus, centre: ArrayLike, half_axes: ArrayLike, front: float) -> Tissue:
    """An ellipsoid (mm, reference frame) as a `Tissue`."""
    x, y, z = centre
    rows = np.arange(int(np.ceil(habitus.rows(z - half_axes[2]))), int(habitus.rows(z + half_axes[2])) + 1)
    heights = habitus.heights(rows)
    section = np.sqrt(np.clip(1 - ((heights - z) / half_axes[2]) ** 2, 0.0, 1.0))
    middle = front - habitus.height_above_table(y, heights)
    return Tissue(
        top=int(rows[0]),
        middle=habitus.columns(x, heights),
        half=np.maximum(half_axes[0] * section * habitus.breadth / habitus.pixel, 0.05),
        front=middle - half_axes[1] * section,
        back=middle + half_axes[1] * section,
        power=2.0,
    )


def fill(tissue: Tissue, shape: tuple[int, int, int], top: int) -> tuple[np.ndarray, tuple[slice, slice, slice]]:
    """Share of each voxel that a tissue fills.

    Parameters
    ----------
    tissue : Tissue
    shape : tuple of int
        (slabs, rows, columns) of the whole volume.
    top : int
        Image row of the volume's first row.

    Returns
    -------
    filled : ndarray, shape (slabs, n, k), float32
        0 to 1.
    window : tuple of slice
        Where `filled` lies in the volume.
    """
    first, last = tissue.top - top, tissue.top - top + len(tissue.half)
    left = max(0, int(np.floor((tissue.middle - tissue.half).min())))
    right = min(shape[2], int(np.ceil((tissue.middle + tissue.half).max())) + 1)
    columns = np.arange(left, max(right, left + 1))
    offset = np.abs(columns - tissue.middle[:, None]) / tissue.half[:, None]
    reach = np.clip(1 - offset**tissue.power, 0.0, 1.0) ** (1 / tissue.power)
    centre = ((tissue.front + tissue.back) / 2)[:, None]
    half = ((tissue.back - tissue.front) / 2)[:, None] * reach
    front, back = (centre - half).astype(np.float32), (centre + half).astype(np.float32)
    begin = max(0, int(front.min() / SLAB_MM))
    end = min(shape[0], int(back.max() / SLAB_MM) + 1)
    near = np.arange(begin, max(end, begin + 1), dtype=np.float32)[:, None, None] * np.float32(SLAB_MM)
    filled = np.minimum(back, near + np.float32(SLAB_MM)) - np.maximum(front, near)
    np.clip(filled / np.float32(SLAB_MM), 0.0, 1.0, out=filled)
    window = (slice(begin, begin + len(near)), slice(first, last), slice(columns[0], columns[-1] + 1))
    return filled, window
