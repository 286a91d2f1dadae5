"""A skeleton put together from pieces: every bone is a named cloud of points with a relative tracer concentration."""

from dataclasses import dataclass

import numpy as np

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
    names: tuple[str, ...]
    regions: tuple[str, ...]

    def bone(self, name: str) -> np.ndarray:
        """Indices of the points of the bone called `name`."""
        return np.flatnonzero(self.owner == self.names.index(name))

    def region(self, region: str) -> np.ndarray:
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

    def __init__(self, rng: np.random.Generator, variation: float = 0.065):
        self._rng = rng
        self._variation = variation
        self._index = {}
        self._regions = []
        self._kinds = {kind: float(np.exp(rng.normal(0.0, 0.05))) for kind in CONCENTRATION}
        self._pieces = []

    def add(
        self,
        name: str,
        region: str,
        kind: str,
        points: np.ndarray,
        volume: np.ndarray,
        profile: np.ndarray | float = 1.0,
    ) -> None:
        """Add a piece of tissue `kind` (a key of `uptake.CONCENTRATION`), its uptake times `profile` point by point."""
        if name not in self._index:
            self._index[name] = len(self._index)
            self._regions.append(region)
        concentration = CONCENTRATION[kind] * self._kinds[kind] * np.exp(self._rng.normal(0.0, self._variation))
        activity = np.broadcast_to(volume * concentration * profile, len(points))
        self._pieces.append((points, activity, np.full(len(points), self._index[name])))

    def finish(self) -> Skeleton:
        """Return the assembled `Skeleton`."""
        points, activity, owner = (np.concatenate(column) for column in zip(*self._pieces, strict=True))
        activity = activity * _texture(points, self._rng)
        return Skeleton(points, activity, owner, tuple(self._index), tuple(self._regions))


def _texture(points: np.ndarray, rng: np.random.Generator, amplitude: float = 0.14, waves: int = 16) -> np.ndarray:
    """Uptake that varies smoothly within and across bones, by points (n, 3), mm: mean 1, waves of 18 to 60 mm."""
    length = np.exp(rng.uniform(np.log(18.0), np.log(60.0), waves))
    direction = rng.normal(0, 1, (waves, 3))
    direction *= (2 * np.pi / length / np.linalg.norm(direction, axis=1))[:, None]
    phase = rng.uniform(0, 2 * np.pi, waves).astype(np.float32)
    angles = points.astype(np.float32) @ direction.T.astype(np.float32)
    angles += phase
    field = np.cos(angles, out=angles).sum(axis=1) * np.float32(amplitude * np.sqrt(2 / waves))
    return np.exp(field - np.float32(amplitude**2 / 2))
