"""Cranial vault, skull base, face and mandible."""

from collections.abc import Callable

import numpy as np

from bonescan.phantom.assembly import Assembly
from bonescan.phantom.shapes import ellipsoid, shell, tube

# the head turns about the dens of the second cervical vertebra
PIVOT = np.array([0.0, 10.0, 165.0])


def add(assembly: Assembly, rng: np.random.Generator) -> None:
    """Add the skull to a `bonescan.phantom.assembly.Assembly`; the head lies turned and tilted by a few degrees."""
    place = _draw_posture(rng)
    points, volume = shell((0, -2, 84), (70, 89, 76), 7.0)
    above = points[:, 2] < 138 + 0.12 * points[:, 1]
    points, volume = points[above], volume[above]
    # diploe thickens towards the vertex and the occiput; old foreheads often thicken from within
    forehead = np.exp(-(((points[:, 2] - 62) / 30) ** 2)) * np.clip(-points[:, 1] / 89, 0, 1) ** 2
    thickened = rng.exponential(0.15) if rng.random() < 0.9 else rng.uniform(0.6, 1.6)
    profile = 0.85 + 0.25 * np.clip(-(points[:, 2] - 84) / 76, 0, 1) + 0.35 * np.clip(points[:, 1] / 89, 0, 1) ** 2
    assembly.add("skull", "skull", "cranial vault", place(points), volume, profile + thickened * forehead)
    for centre, half_axes in (
        ((0, 5, 142), (50, 50, 9)),
        ((54, 14, 138), (13, 20, 17)),
        ((-54, 14, 138), (13, 20, 17)),
        ((0, 58, 132), (38, 20, 16)),
    ):
        points, volume = ellipsoid(centre, half_axes)
        assembly.add("skull", "skull", "skull base", place(points), volume)
    for centre, half_axes, share in (
        ((0, -62, 152), (27, 20, 13), 1.0),
        ((40, -58, 134), (19, 13, 10), 0.5),
        ((-40, -58, 134), (19, 13, 10), 0.5),
        ((0, -80, 99), (44, 8, 8), 0.35),
        ((58, -56, 112), (6, 14, 22), 0.45),
        ((-58, -56, 112), (6, 14, 22), 0.45),
    ):
        # cheek bones and orbits take up less than the teeth-bearing upper jaw
        points, volume = ellipsoid(centre, half_axes)
        assembly.add("face", "skull", "face", place(points), volume, share)
    for centre, half_axes in (((0, -72, 128), (14, 20, 19)), ((0, -56, 140), (24, 22, 12))):
        points, volume = ellipsoid(centre, half_axes)
        assembly.add("face", "skull", "nasal region", place(points), volume, 0.55)
    ramus = np.array([(51, -8, 140), (50, -18, 164), (45, -38, 181), (28, -68, 191), (0, -82, 194)], float)
    for side in (1.0, -1.0):
        points, volume, along = tube(place(ramus * (side, 1, 1)), [(7, 12), (6, 12), (6, 10), (7, 9), (8, 8)], "z")
        assembly.add("mandible", "skull", "mandible", points, volume, 0.8 + 0.5 * (along > 0.55))


def _draw_posture(rng: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
    """Draw how the head lies; return a function that turns points (n, 3), mm, about `PIVOT`."""
    turn, tilt = np.radians(np.clip(rng.normal(0, (7.0, 1.5)), (-25, -4), (25, 4)))
    about_z = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    about_y = np.array([[np.cos(tilt), 0, np.sin(tilt)], [0, 1, 0], [-np.sin(tilt), 0, np.cos(tilt)]])
    return lambda points: (points - PIVOT) @ (about_y @ about_z).T + PIVOT
