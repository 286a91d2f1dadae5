"""Twelve pairs of ribs with their cartilages, sternum, clavicles and scapulae."""

import numpy as np

from bonescan.phantom.shapes import blade, ellipsoid, tube

# one number a rib, 1 to 12: half-width of its ring, its backmost and its frontmost depth (mm), how far its bony part
# goes round (radians from the back) and how far its plane falls from back to front (mm)
HALF_WIDTH = (56, 82, 100, 112, 120, 126, 130, 132, 131, 127, 120, 108)
BACK = (52, 66, 74, 78, 80, 80, 80, 78, 76, 74, 72, 70)
FRONT = (-48, -62, -74, -82, -88, -92, -95, -95, -92, -90, -90, -90)
ENDS_AT = (2.55, 2.62, 2.64, 2.62, 2.58, 2.50, 2.38, 2.24, 2.08, 1.92, 1.40, 0.95)
FALL = (46, 68, 86, 100, 112, 122, 130, 136, 140, 142, 138, 120)
# heights (mm) at which the cartilages of ribs 1 to 7 meet the sternum
STERNAL = (320, 347, 370, 392, 412, 430, 444)
STERNUM_EDGE = ((26, -66), (17, -80), (16, -84), (16, -87), (16, -90), (14, -92), (11, -92))


def ring(number, side, fall, angles):
    """Course of one rib's ring round the chest.

    Parameters
    ----------
    number : int
        1 to 12.
    side : {1, -1}
        Left, right.
    fall : float
        Steepness, 1 for the usual one.
    angles : ndarray, shape (k,), radians
        0 at the back, pi at the front.

    Returns
    -------
    ndarray, shape (k, 3), mm
        z counted from the rib's own vertebra.
    """
    i = number - 1
    middle, half = (BACK[i] + FRONT[i]) / 2, (BACK[i] - FRONT[i]) / 2
    x = side * HALF_WIDTH[i] * np.sign(np.sin(angles)) * np.abs(np.sin(angles)) ** 0.85
    y = middle + half * np.cos(angles)
    z = fall * (FALL[i] * (1 - np.cos(angles)) / 2 + 15 * np.sin(angles)) - 6
    return np.column_stack([x, y, z])


def add(assembly, column, habitus, rng):
    """Add the thoracic cage and shoulder girdle to a `bonescan.phantom.skeleton.Assembly`."""
    for number in range(1, 13):
        x, y, z = column.centres[6 + number]
        for name, side in (("left", 1.0), ("right", -1.0)):
            fall = habitus.rib_fall * (1 + rng.normal(0, 0.03))
            end = ENDS_AT[number - 1]
            first = 0.62 if number < 11 else 0.45
            angles = np.linspace(first, end, 9)
            course = ring(number, side, fall, angles)
            # the ring belongs to the vertebra at its back and to the midline at its front
            sideways = x * (1 + np.cos(angles)) / 2
            course = course + np.column_stack([sideways, np.zeros_like(angles), np.full_like(angles, z)])
            head = np.array([(x + side * 15, y + 12, z - 6), (x + side * 27, y + 27, z - 3)])
            points, volume, along = tube(np.concatenate([head, course]), (3.2, 5.6), across="z")
            # the angle of the rib and its bony end take up somewhat more
            profile = (
                0.92 + 0.25 * np.exp(-(((along - 0.18) / 0.07) ** 2)) + 0.30 * np.exp(-(((along - 1) / 0.05) ** 2))
            )
            bone = f"{name} rib {number}"
            assembly.add(bone, "ribs", "rib", points, volume, profile)
            assembly.add(bone, "ribs", "costovertebral joint", *ellipsoid(head[1], (5, 5, 5)))
            if number <= 10:
                _add_cartilage(assembly, bone, number, side, course[-2:])
    _add_sternum(assembly)
    for name, side in (("left", 1.0), ("right", -1.0)):
        _add_shoulder_girdle(assembly, name, side)


def _add_cartilage(assembly, bone, number, side, end):
    """Cartilage from the bony end of a rib to the sternum; ribs 8 to 10 run up to the cartilage of the seventh."""
    if number <= 7:
        x, y = STERNUM_EDGE[number - 1]
        goal = np.array([side * x, y, STERNAL[number - 1]])
    else:
        goal = np.array([side * (20 + 12 * (number - 7)), -93, 452 + 13 * (number - 7)])
    onward = end[1] + 0.35 * np.linalg.norm(goal - end[1]) * (end[1] - end[0]) / np.linalg.norm(end[1] - end[0])
    points, volume, _ = tube((end[1], 0.5 * onward + 0.5 * (0.5 * goal + 0.5 * end[1]), goal), (3, 5), across="z")
    assembly.add(bone, "ribs", "costal cartilage", points, volume)


def _add_sternum(assembly):
    points, volume, _ = tube(((0, -59, 297), (0, -69, 321), (0, -79, 347)), [(29, 7), (25, 7), (15, 6)])
    assembly.add("manubrium", "sternum", "manubrium", points, volume)
    points, volume, along = tube(((0, -80, 350), (0, -87, 400), (0, -93, 448)), [(14, 6), (17, 6), (17, 6), (11, 5)])
    segments = 0.9 + 0.25 * np.cos(2 * np.pi * 3.5 * along) ** 2
    assembly.add("sternal body", "sternum", "sternal body", points, volume, segments)
    points, volume, _ = tube(((0, -93, 450), (0, -93, 474)), [(7, 4), (4, 3)])
    assembly.add("sternal body", "sternum", "sternal body", points, volume, 0.8)


def _add_shoulder_girdle(assembly, name, side):
    mirror = np.array([side, 1.0, 1.0])
    bone = f"{name} clavicle"
    knots = np.array([(24, -60, 294), (60, -54, 288), (105, -25, 279), (148, 2, 278), (168, 18, 283)], float)
    points, volume, along = tube(knots * mirror, (6, 5.5), across="z")
    assembly.add(
        bone, "shoulder girdle", "clavicle", points, volume, 0.9 + 0.35 * (along < 0.12) + 0.35 * (along > 0.9)
    )
    assembly.add(bone, "shoulder girdle", "sternoclavicular joint", *ellipsoid(mirror * (25, -62, 296), (8, 7, 8)))

    bone = f"{name} scapula"
    plate = np.array(
        [
            [(74, 72, 291), (110, 70, 291), (146, 45, 303)],
            [(74, 84, 336), (100, 84, 341), (140, 62, 336)],
            [(84, 84, 429), (92, 86, 427), (100, 82, 416)],
        ],
        float,
    )
    points, volume, _ = blade(plate * mirror, 3.0)
    assembly.add(bone, "shoulder girdle", "scapular blade", points, volume)
    for knots, radii in (
        (((86, 84, 429), (116, 74, 383), (146, 48, 331)), (4.5, 5)),
        (((74, 72, 293), (73, 80, 341), (84, 85, 427)), (2.5, 3)),
        (((80, 84, 317), (120, 82, 303), (158, 58, 289), (178, 30, 284)), (5, 6)),
        (((142, 40, 307), (138, 15, 299), (142, 0, 305)), (5, 5)),
    ):
        points, volume, _ = tube(np.array(knots, float) * mirror, radii)
        assembly.add(bone, "shoulder girdle", "scapular border", points, volume)
    for centre, half_axes in (((149, 40, 321), (8, 11, 17)), ((175, 26, 285), (12, 10, 7))):
        assembly.add(bone, "shoulder girdle", "shoulder joint", *ellipsoid(mirror * centre, half_axes))
