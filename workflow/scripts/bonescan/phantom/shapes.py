"""Bones as clouds of weighted points: tubes, blades, solid and hollow ellipsoids.

A point carries the volume (mm3) that it stands for. The clouds are regular, not random, and about 2 mm fine, so that
after interpolation and camera blur neither a staircase nor sampling noise is left.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import CubicSpline

SPACING = 2.2
GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))


def curve(knots: ArrayLike, step: float = SPACING) -> np.ndarray:
    """Smooth curve through `knots`, evenly stepped.

    Parameters
    ----------
    knots : array_like, shape (k, 3), mm
    step : float, mm

    Returns
    -------
    ndarray, shape (m, 3), float64, mm
        Midpoints of m equal steps.
    """
    knots = np.asarray(knots, float)
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(knots, axis=0), axis=1))])
    count = max(2, int(np.ceil(along[-1] / step)))
    at = (np.arange(count) + 0.5) * along[-1] / count
    if len(knots) == 2:
        return knots[0] + (knots[1] - knots[0]) * (at / along[-1])[:, None]
    return CubicSpline(along, knots, bc_type="natural")(at)


def tube(knots: ArrayLike, radii: ArrayLike, across: str = "y") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Solid tube with an elliptic cross-section along a curve.

    Parameters
    ----------
    knots : array_like, shape (k, 3), mm
    radii : array_like, shape (2,) or (k, 2), mm
        Half-axes of the cross-section: at right angles to `across`, and (nearly) along it.
    across : {"y", "z"}
        Body axis that the second half-axis follows: ``y`` for upright bones, ``z`` for lying ones.

    Returns
    -------
    points : ndarray, shape (n, 3), float64, mm
    volume : ndarray, shape (n,), float64, mm3
    along : ndarray, shape (n,), float64
        Position on the curve, 0 at its beginning, 1 at its end.
    """
    line = curve(knots)
    steps = len(line)
    at = (np.arange(steps) + 0.5) / steps
    radii = np.asarray(radii, float)
    if radii.ndim == 2:
        place = np.linspace(0.0, 1.0, len(radii))
        radii = np.column_stack([np.interp(at, place, radii[:, 0]), np.interp(at, place, radii[:, 1])])
    else:
        radii = np.broadcast_to(radii, (steps, 2))
    tangent = np.gradient(line, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    reference = np.array([0.0, 1.0, 0.0] if across == "y" else [0.0, 0.0, 1.0])
    first = np.cross(tangent, reference)
    first /= np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-9)
    second = np.cross(first, tangent)

    counts = np.maximum(7, (np.pi * radii.prod(axis=1) / SPACING**2).astype(int))
    step = np.repeat(np.arange(steps), counts)
    rank = np.arange(len(step)) - np.repeat(np.cumsum(counts) - counts, counts) + 0.5
    # a sunflower fills the disc evenly; turning it from step to step keeps its spirals from lining up
    angle = rank * GOLDEN_ANGLE + step
    offset = np.sqrt(rank / counts[step])[:, None] * radii[step] * np.column_stack([np.cos(angle), np.sin(angle)])
    points = line[step] + offset[:, :1] * first[step] + offset[:, 1:] * second[step]
    length = np.linalg.norm(np.gradient(line, axis=0), axis=1)
    volume = np.pi * radii.prod(axis=1) * length / counts
    return points, volume[step], at[step]


def blade(controls: ArrayLike, thickness: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Curved plate: a quadratic Bezier patch with a thickness.

    Parameters
    ----------
    controls : array_like, shape (3, 3, 3), mm
        Control points; the four corners lie on the plate.
    thickness : float, mm

    Returns
    -------
    points : ndarray, shape (n, 3), float64, mm
    volume : ndarray, shape (n,), float64, mm3
    edge : ndarray, shape (n,), float64
        Distance from the first row of controls, 0 to 1.
    """
    controls = np.asarray(controls, float)
    counts = [
        max(6, int(np.linalg.norm(controls[2, 1] - controls[0, 1]) / SPACING)),
        max(6, int(np.linalg.norm(controls[1, 2] - controls[1, 0]) / SPACING)),
    ]
    u, v = ((np.arange(count) + 0.5) / count for count in counts)
    basis_u, slope_u = _bernstein(u)
    basis_v, slope_v = _bernstein(v)
    surface = np.einsum("iu,jv,ijc->uvc", basis_u, basis_v, controls)
    along_u = np.einsum("iu,jv,ijc->uvc", slope_u, basis_v, controls)
    along_v = np.einsum("iu,jv,ijc->uvc", basis_u, slope_v, controls)
    normal = np.cross(along_u, along_v)
    area = np.linalg.norm(normal, axis=2)
    normal /= np.maximum(area, 1e-9)[..., None]
    layers = np.array([-1 / 3, 0.0, 1 / 3]) * thickness
    points = surface[None] + layers[:, None, None, None] * normal[None]
    volume = np.broadcast_to(area * thickness / (counts[0] * counts[1] * len(layers)), points.shape[:3])
    edge = np.broadcast_to(u[:, None], points.shape[:3])
    return points.reshape(-1, 3), volume.ravel(), edge.ravel()


def _bernstein(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Quadratic Bernstein polynomials at `t` and their derivatives, each of shape (3, len(t))."""
    basis = np.stack([(1 - t) ** 2, 2 * t * (1 - t), t**2])
    slope = np.stack([-2 * (1 - t), 2 - 4 * t, 2 * t])
    return basis, slope


def ellipsoid(centre: ArrayLike, half_axes: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Solid ellipsoid.

    Parameters
    ----------
    centre, half_axes : array_like, shape (3,), mm

    Returns
    -------
    points : ndarray, shape (n, 3), float64, mm
    volume : ndarray, shape (n,), float64, mm3
    """
    half_axes = np.asarray(half_axes, float)
    whole = 4.0 / 3.0 * np.pi * half_axes.prod()
    count = int(np.clip(whole / SPACING**3, 60, 6000))
    # the step is irrational and unrelated to the directions' golden angle; else radius and azimuth would go together
    rank = np.arange(count) + 0.5
    direction = _sphere(count)
    radius = np.cbrt((rank * 0.41421356237) % 1.0)
    points = np.asarray(centre, float) + direction * radius[:, None] * half_axes
    return points, np.full(count, whole / count)


def shell(centre: ArrayLike, half_axes: ArrayLike, thickness: float) -> tuple[np.ndarray, np.ndarray]:
    """Hollow ellipsoid, such as the cranial vault.

    Parameters
    ----------
    centre, half_axes : array_like, shape (3,), mm
        Outer half-axes.
    thickness : float, mm

    Returns
    -------
    points : ndarray, shape (n, 3), float64, mm
    volume : ndarray, shape (n,), float64, mm3
    """
    half_axes = np.asarray(half_axes, float)
    inner = half_axes - thickness
    whole = 4.0 / 3.0 * np.pi * (half_axes.prod() - inner.prod())
    count = int(whole / thickness / SPACING**2)
    direction = _sphere(count)
    # area stretch of the map from sphere to ellipsoid, so that the wall keeps its thickness all round
    stretch = half_axes.prod() * np.linalg.norm(direction / half_axes, axis=1)
    layers = (np.arange(3) + 0.5) / 3
    points = [np.asarray(centre, float) + direction * (inner + layer * thickness) for layer in layers]
    volume = np.tile(stretch / stretch.sum() * whole / 3, 3)
    return np.concatenate(points), volume


def _sphere(count: int) -> np.ndarray:
    """Evenly spread unit vectors (Fibonacci lattice), shape (count, 3)."""
    rank = np.arange(count) + 0.5
    height = 1 - 2 * rank / count
    around = rank * GOLDEN_ANGLE
    flat = np.sqrt(1 - height**2)
    return np.column_stack([flat * np.cos(around), flat * np.sin(around), height])
