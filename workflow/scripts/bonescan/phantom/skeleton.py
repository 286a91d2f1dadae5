"""The skeleton of one patient: every bone a named cloud of points with a relative tracer concentration."""

from dataclasses import dataclass

import numpy as np

from bonescan.phantom import limbs, pelvis, skull, spine, thorax
from bonescan.phantom.uptake import CONCENTRATION


@dataclass(frozen=True)
class Skeleton:
    """Bones as points.

    Attributes
    ----------
    points : ndarray, shape (n, 3), float64, mm
        In the reference frame of the package.
    activity : ndarray, shape (n,), float64
        Volume times concentration, relative units (soft tissue has about 0.35 a mm3).
    owner : ndarray, shape (n,), int
        Index into `names` and `regions`.
    names, regions : tuple of str
        Such as ``left rib 7`` and ``ribs``.
    """

    points: np.ndarray
    activity: np.ndarray
    owner: np.ndarray
    names: tuple
    regions: tuple

    def bone(self, name):
        """Indices of the points of the bone called `name`."""
        return np.flatnonzero(self.owner == self.names.index(name))

    def region(self, region):
        """Indices of the points of all bones of `region`."""
        wanted = np.array([each == region for each in self.regions])
        return np.flatnonzero(wanted[self.owner])


class Assembly:
    """Collects the pieces of bones; pieces of one name become one bone.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws how each piece's uptake differs from the usual one.
    variation : float
        Standard deviation of the logarithm of a piece's uptake.
    """

    def __init__(self, rng, variation=0.065):
        self._rng = rng
        self._variation = variation
        self._index = {}
        self._regions = []
        self._kinds = {kind: float(np.exp(rng.normal(0.0, 0.05))) for kind in CONCENTRATION}
        self._pieces = []

    def add(self, name, region, kind, points, volume, profile=1.0):
        """Add a piece of tissue `kind` (a key of `uptake.CONCENTRATION`), its uptake times `profile` point by point."""
        if name not in self._index:
            self._index[name] = len(self._index)
            self._regions.append(region)
        concentration = CONCENTRATION[kind] * self._kinds[kind] * np.exp(self._rng.normal(0.0, self._variation))
        activity = np.broadcast_to(volume * concentration * profile, len(points))
        self._pieces.append((points, activity, np.full(len(points), self._index[name])))

    def finish(self):
        """The assembled `Skeleton`."""
        points, activity, owner = (np.concatenate(column) for column in zip(*self._pieces, strict=True))
        activity = activity * _texture(points, self._rng)
        return Skeleton(points, activity, owner, tuple(self._index), tuple(self._regions))


def _texture(points, rng, amplitude=0.14, waves=16):
    """Uptake that varies smoothly within and across bones, by points (n, 3), mm: mean 1, waves of 18 to 60 mm."""
    length = np.exp(rng.uniform(np.log(18.0), np.log(60.0), waves))
    direction = rng.normal(0, 1, (waves, 3))
    direction *= (2 * np.pi / length / np.linalg.norm(direction, axis=1))[:, None]
    phase = rng.uniform(0, 2 * np.pi, waves).astype(np.float32)
    angles = points.astype(np.float32) @ direction.T.astype(np.float32)
    angles += phase
    field = np.cos(angles, out=angles).sum(axis=1) * np.float32(amplitude * np.sqrt(2 / waves))
    return np.exp(field - np.float32(amplitude**2 / 2))


def build(habitus, rng):
    """Build a patient's skeleton.

    Parameters
    ----------
    habitus : bonescan.phantom.habitus.Habitus
    rng : numpy.random.Generator

    Returns
    -------
    Skeleton
    """
    assembly = Assembly(rng)
    column = spine.Column.of(habitus)
    skull.add(assembly, rng)
    spine.add(assembly, column)
    thorax.add(assembly, column, habitus, rng)
    pelvis.add(assembly)
    limbs.add(assembly, habitus, rng)
    return assembly.finish()
