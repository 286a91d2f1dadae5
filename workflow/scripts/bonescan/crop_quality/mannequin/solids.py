"""Solids that fill voxels: tapered capsules and ellipsoids, each as the share of every voxel that it covers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

SLAB = 7.0
"""Thickness of a voxel from front to back, mm."""

FRONT, BACK = -266.0, 140.0
"""Where the volume begins and ends; the table lies at its end, mm."""

BESIDE = 40
"""Columns of the volume beyond each edge of the picture."""

ABOVE = 40.0
"""Where the volume begins above the crown, mm."""


@dataclass(frozen=True)
class Grid:
    """Voxels of one patient.

    Attributes
    ----------
    pixel : float
        Side of a voxel in rows and columns, mm.
    rows, columns : int
    middle : float
        Column of x = 0.
    top : float
        z of the first row's middle, mm.
    """

    pixel: float
    rows: int
    columns: int
    middle: float
    top: float

    @property
    def shape(self) -> tuple[int, int, int]:
        """Slabs from the front, rows, columns."""
        return round((BACK - FRONT) / SLAB), self.rows, self.columns

    def row(self, z: float) -> float:
        """Row of a height."""
        return (z - self.top) / self.pixel


def _window(grid: Grid, low: np.ndarray, high: np.ndarray) -> tuple[tuple[slice, ...], list[np.ndarray]]:
    """Return the part of the volume from `low` to `high` (x, y, z), and its coordinates, each of three axes."""
    size = grid.shape
    bounds = (
        ((low[1] - FRONT) / SLAB, (high[1] - FRONT) / SLAB, size[0]),
        (grid.row(low[2]), grid.row(high[2]), size[1]),
        (grid.middle + low[0] / grid.pixel, grid.middle + high[0] / grid.pixel, size[2]),
    )
    window = tuple(slice(max(0, int(a) - 1), max(0, min(n, int(np.ceil(b)) + 2))) for a, b, n in bounds)
    slabs, rows, columns = (np.arange(part.start, max(part.start, part.stop), dtype=np.float32) for part in window)
    y = FRONT + (slabs[:, None, None] + np.float32(0.5)) * np.float32(SLAB)
    z = np.float32(grid.top) + rows[None, :, None] * np.float32(grid.pixel)
    x = (columns[None, None, :] - np.float32(grid.middle)) * np.float32(grid.pixel)
    return window, [x, y, z]


def capsule(
    grid: Grid, start: ArrayLike, end: ArrayLike, radii: tuple[float, float], flat: float = 1.0
) -> tuple[tuple[slice, ...], np.ndarray]:
    """Return a tapered capsule.

    Parameters
    ----------
    grid : Grid
    start, end : array-like, shape (3,)
        Of its axis, mm.
    radii : tuple of float
        At start and end, mm.
    flat : float
        Depth over breadth of its section.

    Returns
    -------
    window : tuple of slice
    covered : ndarray, float32
        Share of each voxel of the window, 0 to 1.
    """
    start, end = np.asarray(start, np.float32), np.asarray(end, np.float32)
    reach = max(radii) + grid.pixel
    low, high = np.minimum(start, end) - reach, np.maximum(start, end) + reach
    window, (x, y, z) = _window(grid, low, high)
    axis = (end - start) * np.array([1, 1 / flat, 1], np.float32)
    away = [x - start[0], (y - start[1]) / np.float32(flat), z - start[2]]
    along = np.clip(
        sum(d * a for d, a in zip(away, axis, strict=True)) / max(float(axis @ axis), 1e-6), 0, 1, dtype=np.float32
    )
    distance = np.sqrt(sum((d - along * a) ** 2 for d, a in zip(away, axis, strict=True)))
    inside = np.float32(radii[0]) + np.float32(radii[1] - radii[0]) * along - distance
    return window, np.clip(np.float32(0.5) + inside / np.float32(grid.pixel), 0, 1)


def ellipsoid(
    grid: Grid, centre: ArrayLike, axes: ArrayLike, hollow: float = 0.0
) -> tuple[tuple[slice, ...], np.ndarray]:
    """Return an ellipsoid, or its shell.

    Parameters
    ----------
    grid : Grid
    centre, axes : array-like, shape (3,)
        Middle and half-axes (x, y, z), mm.
    hollow : float
        Inner axes as a share of the outer ones; 0 for a full one.

    Returns
    -------
    window : tuple of slice
    covered : ndarray, float32
    """
    centre, axes = np.asarray(centre, float), np.asarray(axes, float)
    window, away = _window(grid, centre - axes - grid.pixel, centre + axes + grid.pixel)
    radius = np.sqrt(
        sum(((d - np.float32(c)) / np.float32(a)) ** 2 for d, c, a in zip(away, centre, axes, strict=True))
    )
    sharp = np.float32(axes.min() / grid.pixel)
    covered = np.clip(np.float32(0.5) + (1 - radius) * sharp, 0, 1)
    if hollow:
        covered *= np.clip(np.float32(0.5) + (radius - np.float32(hollow)) * sharp, 0, 1)
    return window, covered
