"""Cranial vault, skull base, face and mandible."""

import numpy as np

from bonescan.phantom.shapes import ellipsoid, shell, tube


def add(assembly):
    """Add the skull to a `bonescan.phantom.skeleton.Assembly`."""
    points, volume = shell((0, -2, 84), (70, 89, 76), 7.0)
    above = points[:, 2] < 138 + 0.12 * points[:, 1]
    points, volume = points[above], volume[above]
    # diploe thickens towards the vertex and the occiput
    profile = 0.85 + 0.25 * np.clip(-(points[:, 2] - 84) / 76, 0, 1) + 0.2 * np.clip(points[:, 1] / 89, 0, 1)
    assembly.add("skull", "skull", "cranial vault", points, volume, profile)
    for centre, half_axes in (
        ((0, 5, 142), (50, 50, 9)),
        ((56, 12, 140), (12, 18, 16)),
        ((-56, 12, 140), (12, 18, 16)),
        ((0, 58, 132), (36, 20, 16)),
    ):
        assembly.add("skull", "skull", "skull base", *ellipsoid(centre, half_axes))
    for centre, half_axes in (
        ((0, -62, 150), (32, 20, 17)),
        ((42, -58, 136), (17, 12, 10)),
        ((-42, -58, 136), (17, 12, 10)),
    ):
        # cheek bones take up less than the teeth-bearing upper jaw
        assembly.add("face", "skull", "face", *ellipsoid(centre, half_axes), 1.0 if centre[0] == 0 else 0.55)
    for x in (-30, 30):
        points, volume, _ = tube(((x - 20, -78, 102), (x, -84, 97), (x + 20, -78, 102)), (4, 3), across="z")
        assembly.add("face", "skull", "face", points, volume)
    assembly.add("face", "skull", "nasal region", *ellipsoid((0, -74, 130), (13, 20, 19)))
    ramus = np.array([(50, -12, 138), (50, -20, 164), (44, -42, 180), (26, -70, 190), (0, -82, 193)], float)
    for side in (1.0, -1.0):
        points, volume, along = tube(ramus * (side, 1, 1), (5, 8), across="z")
        assembly.add("mandible", "skull", "mandible", points, volume, 0.9 + 0.5 * (along > 0.55))
