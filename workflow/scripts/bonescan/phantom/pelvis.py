"""Hip bones: iliac wing and crest, sacroiliac joint, acetabulum, pubis and ischium."""

import numpy as np

from bonescan.phantom.assembly import Assembly
from bonescan.phantom.shapes import blade, ellipsoid, tube

# control points of the iliac wing: crest, middle and lower border, each from the back to the front
WING = np.array(
    [
        [(42, 76, 688), (112, 60, 572), (128, -46, 706)],
        [(46, 78, 730), (100, 48, 688), (124, -24, 740)],
        [(48, 64, 772), (82, 34, 778), (106, 0, 768)],
    ],
    float,
)
FOSSA = (98, 36, 696)
SACROILIAC = np.array([(50, 62, 692), (47, 68, 724), (39, 66, 764)], float)


def add(assembly: Assembly) -> None:
    """Add both hip bones to a `bonescan.phantom.assembly.Assembly`."""
    for name, side in (("left", 1.0), ("right", -1.0)):
        mirror = np.array([side, 1.0, 1.0])
        bone = f"{name} hip bone"
        _add_ilium(assembly, bone, mirror)
        around = np.linspace(-2.2, 2.2, 9)
        socket = np.column_stack(
            [88 - 4 + 0 * around + 6 * np.cos(around), 30 + 27 * np.sin(around), 781 - 28 * np.cos(around)]
        )
        points, volume, _ = tube(socket * mirror, (9, 7))
        assembly.add(bone, "pelvis", "acetabulum", points, volume)
        for knots, radii, kind in (
            (((86, 6, 782), (58, -32, 800), (14, -52, 817)), [(10, 9), (7, 7), (9, 7)], "pubis"),
            (((10, -50, 836), (26, -26, 858), (52, 16, 878)), [(6, 6), (5, 6), (7, 7)], "pubis"),
            (((86, 48, 798), (80, 58, 830), (64, 48, 872)), [(15, 14), (12, 12), (15, 13)], "ischium"),
        ):
            points, volume, _ = tube(np.array(knots, float) * mirror, radii)
            assembly.add(bone, "pelvis", kind, points, volume)
        assembly.add(bone, "pelvis", "pubis", *ellipsoid(mirror * (10, -53, 826), (8, 8, 17)))


def _add_ilium(assembly: Assembly, bone: str, mirror: np.ndarray) -> None:
    points, volume, _ = blade(WING * mirror, 9.0)
    # the wing is thin in its fossa and thick towards the sacrum and the hip joint
    thin = np.exp(-(((points - mirror * FOSSA) / (30, 40, 32)) ** 2).sum(axis=1))
    near = np.exp(-(((np.abs(points[:, 0]) - 48) / 20) ** 2) - ((points[:, 2] - 725) / 50) ** 2)
    assembly.add(bone, "pelvis", "iliac wing", points, volume, 1 - 0.45 * thin + 0.55 * near)
    # the crest follows the wing's upper edge, a quadratic Bezier curve
    t = np.linspace(0, 1, 7)[:, None]
    crest = (1 - t) ** 2 * WING[0, 0] + 2 * t * (1 - t) * WING[0, 1] + t**2 * WING[0, 2]
    points, volume, along = tube(crest * mirror, [(7, 7), (5, 5), (5, 5), (7, 6)])
    assembly.add(bone, "pelvis", "iliac crest", points, volume, 0.9 + 0.3 * np.exp(-(((along - 1) / 0.12) ** 2)))
    points, volume, along = tube(SACROILIAC * mirror, [(9, 10), (10, 13), (7, 9)])
    assembly.add(bone, "pelvis", "sacroiliac joint", points, volume, 0.75 + 0.45 * np.sin(np.pi * along))
