"""Hip bones: iliac wing and crest, sacroiliac joint, acetabulum, pubis and ischium."""

import numpy as np

from bonescan.phantom.shapes import blade, ellipsoid, tube


def add(assembly):
    """Add both hip bones to a `bonescan.phantom.skeleton.Assembly`."""
    wing = np.array(
        [
            [(44, 74, 690), (112, 58, 578), (128, -44, 704)],
            [(46, 76, 728), (96, 45, 690), (122, -22, 738)],
            [(46, 62, 764), (80, 32, 775), (104, 0, 766)],
        ],
        float,
    )
    for name, side in (("left", 1.0), ("right", -1.0)):
        mirror = np.array([side, 1.0, 1.0])
        bone = f"{name} hip bone"
        points, volume, _ = blade(wing * mirror, 8.0)
        assembly.add(bone, "pelvis", "iliac wing", points, volume)
        # the crest follows the wing's upper edge, a quadratic Bezier curve
        t = np.linspace(0, 1, 7)[:, None]
        crest = (1 - t) ** 2 * wing[0, 0] + 2 * t * (1 - t) * wing[0, 1] + t**2 * wing[0, 2]
        points, volume, _ = tube(crest * mirror, (5.5, 5.5))
        assembly.add(bone, "pelvis", "iliac crest", points, volume)
        points, volume, _ = tube(np.array([(49, 64, 700), (46, 70, 730), (38, 68, 764)]) * mirror, (6.5, 9))
        assembly.add(bone, "pelvis", "sacroiliac joint", points, volume)
        around = np.linspace(-2.2, 2.2, 9)
        socket = np.column_stack(
            [88 - 4 + 0 * around + 6 * np.cos(around), 30 + 25 * np.sin(around), 781 - 26 * np.cos(around)]
        )
        points, volume, _ = tube(socket * mirror, (8, 7))
        assembly.add(bone, "pelvis", "acetabulum", points, volume)
        for knots, radii, kind in (
            (((84, 4, 787), (50, -36, 803), (12, -52, 817)), (7, 7), "pubis"),
            (((9, -50, 837), (24, -30, 853), (48, 10, 866)), (5, 6), "pubis"),
            (((84, 50, 800), (74, 60, 835), (58, 48, 862)), (13, 13), "ischium"),
        ):
            points, volume, _ = tube(np.array(knots, float) * mirror, radii)
            assembly.add(bone, "pelvis", kind, points, volume)
        assembly.add(bone, "pelvis", "pubis", *ellipsoid(mirror * (9, -53, 827), (7, 8, 17)))
