"""A picture of the mannequin: attenuation, blur that grows with distance, scatter, counted photons; and its truth."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from bonescan.crop_quality.mannequin import bones, flesh, solids
from bonescan.crop_quality.mannequin.bones import Solid
from bonescan.crop_quality.mannequin.person import Person
from bonescan.crop_quality.scores import FIRST_RIB
from bonescan.phantom.truth import REGIONS
from bonescan.terms import VIEW_SHAPE, VIEWS

FLESH = 0.10
"""Concentration in the trunk's flesh, 1 for a rib."""

MU = 0.0122
"""Broad-beam attenuation of tissue, 1/mm (facts)."""

LAYERS = 6
"""Into which the depth is cut for the blur."""

INTRINSIC, COLLIMATOR = 1.6, (1.0, 0.0195)
"""Standard deviation of the camera's own blur, mm; that of the collimator at its face, mm, and more a mm away."""

SCATTERED = 0.28
"""Share of the counts that have been scattered."""

RAISED = 230.0
"""Room for raised arms above the crown, mm."""

GAP = 45.0
"""Between the camera and the volume, mm."""

BACKGROUND = 0.05
"""Expected counts of a pixel outside the body (facts)."""


@dataclass(frozen=True)
class Picture:
    """One view and its truth, as displayed.

    Attributes
    ----------
    counts : ndarray, shape (1024, 256), uint16
    regions : ndarray, shape (1024, 256), uint64
        Bits of `bonescan.phantom.truth.REGIONS`, and from `FIRST_RIB` on one bit a rib.
    waist, trunk_end : float
        Rows half-way between the last rib and the hip bone, and where the seat bones end.
    """

    counts: np.ndarray
    regions: np.ndarray
    waist: float
    trunk_end: float


def _covered(grid: solids.Grid, solid: Solid) -> tuple[tuple[slice, ...], np.ndarray]:
    if solid.radii is None:
        return solids.ellipsoid(grid, solid.start, solid.end, solid.hollow)
    return solids.capsule(grid, solid.start, solid.end, solid.radii, solid.flat)


def _fill(
    person: Person, skeleton: list[Solid], grid: solids.Grid, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return activity and density of each voxel, and the regions seen from the front."""
    density, activity = np.zeros((2, *grid.shape), np.float32)
    regions = np.zeros(grid.shape[1:], np.uint64)
    general = FLESH * rng.lognormal(0, 0.2)
    for solid in flesh.tissue(person):
        window, covered = _covered(grid, solid)
        np.maximum(density[window], covered, out=density[window])
        np.maximum(activity[window], covered * np.float32(general * solid.uptake), out=activity[window])
    for solid in flesh.lungs(person):
        window, covered = _covered(grid, solid)
        density[window] *= 1 - np.float32(0.7) * covered
        activity[window] *= 1 - np.float32(0.6) * covered
    regions |= _bit(REGIONS.index("body")) * (density.sum(axis=0) * solids.SLAB > 6)
    for solid in (*skeleton, *flesh.organs(person, rng)):
        window, covered = _covered(grid, solid)
        if not covered.size:
            continue
        here = activity[window]
        if solid.region in ("", "kidneys", "bladder"):
            here += covered * np.float32(solid.uptake)
        else:
            here += covered * (np.float32(solid.uptake) - here).clip(0)
        seen = covered.max(axis=0) > 0.3
        if solid.region:
            regions[window[1:]] |= _bit(REGIONS.index(solid.region)) * seen
        if solid.rib >= 0:
            regions[window[1:]] |= _bit(FIRST_RIB + solid.rib) * seen
    return activity, density, regions


def _bit(number: int) -> np.uint64:
    return np.uint64(1) << np.uint64(number)


def _project(activity: np.ndarray, density: np.ndarray, pixel: float) -> np.ndarray:
    """Return the picture that a camera before the first slab sees, shape (rows, columns)."""
    before = density.cumsum(axis=0, dtype=np.float32) - density / 2
    seen = activity * np.exp(np.float32(-MU * solids.SLAB) * before)
    image = np.zeros(seen.shape[1:])
    first = 0
    for layer in np.array_split(seen, LAYERS):
        distance = GAP + (first + len(layer) / 2) * solids.SLAB
        image += ndimage.gaussian_filter(
            layer.sum(axis=0), np.hypot(INTRINSIC, COLLIMATOR[0] + COLLIMATOR[1] * distance) / pixel
        )
        first += len(layer)
    thick = density.sum(axis=0)
    spread = ndimage.gaussian_filter(image, 35 / pixel) * ndimage.gaussian_filter(thick, 12 / pixel)
    near = ndimage.gaussian_filter(image, 14 / pixel)
    around = sum(part / part.sum() * share for part, share in ((near, 0.6), (spread, 0.4)))
    return (1 - SCATTERED) * image + SCATTERED * image.sum() * around


def take(person: Person, rng: np.random.Generator) -> dict[str, Picture]:
    """Take the two views of a person.

    Parameters
    ----------
    person : Person
    rng : numpy.random.Generator

    Returns
    -------
    dict of str to Picture
        By view.
    """
    above = solids.ABOVE + (RAISED if person.arms == "raised" else 0)
    rows = int((person.length + solids.ABOVE + above) / person.pixel)
    columns = VIEW_SHAPE[1] + 2 * solids.BESIDE
    grid = solids.Grid(person.pixel, rows, columns, person.column + solids.BESIDE, -above)
    skeleton = bones.build(person, rng)
    activity, density, regions = _fill(person, skeleton, grid, rng)
    lowest = max(z for bone in skeleton if bone.rib >= 0 for z in (bone.start[2], bone.end[2]))
    levels = {"waist": (lowest + person.down(0.402)) / 2, "trunk_end": person.down(0.522) + 13}
    first = round(person.row + grid.top / person.pixel)
    levels = {
        name: first + _turn_level((z - grid.top) / person.pixel, person, rows, columns) for name, z in levels.items()
    }
    # whole numbers of at most 53 bits pass through unchanged
    regions = ndimage.rotate(regions, person.tilt, reshape=False, order=0)
    pictures = {}
    for view in VIEWS:
        side = slice(None, None, 1 if view == "anterior" else -1)
        image = _project(activity[side], density[side], person.pixel)
        image = np.clip(ndimage.rotate(image, person.tilt, reshape=False, order=1), 0, None)
        image = _show(image, first)[:, side]
        counts = rng.poisson(image * (person.counts / image.sum()) + BACKGROUND)
        masks = _show(regions, first)[:, side]
        pictures[view] = Picture(np.minimum(counts, 65535).astype(np.uint16), masks, **levels)
    return pictures


def _turn_level(row: float, person: Person, rows: int, columns: int) -> float:
    """Return the row in which a row of the body's midline lies once the picture is tilted about its middle."""
    angle = np.radians(person.tilt)
    down, aside = row - (rows - 1) / 2, person.column + solids.BESIDE - (columns - 1) / 2
    return (rows - 1) / 2 + down * np.cos(angle) - aside * np.sin(angle)


def _show(volume: np.ndarray, first: int) -> np.ndarray:
    """Return what of an image of the whole body lies in the field of view; its first row lies in the row `first`."""
    shown = np.zeros(VIEW_SHAPE, volume.dtype)
    start, stop = max(0, first), min(VIEW_SHAPE[0], first + len(volume))
    shown[start:stop] = volume[start - first : stop - first, solids.BESIDE : solids.BESIDE + VIEW_SHAPE[1]]
    return shown
