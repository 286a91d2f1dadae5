"""Twelve pairs of ribs with their cartilages, sternum, clavicles and scapulae."""

import numpy as np
from numpy.typing import ArrayLike

from bonescan.phantom.assembly import Assembly
from bonescan.phantom.habitus import Habitus
from bonescan.phantom.shapes import blade, ellipsoid, tube
from bonescan.phantom.spine import Column

# one number a rib, 1 to 12: half-width of its ring, its backmost and its frontmost depth (mm), how far its bony part
# goes round (radians from the back) and how far its plane falls from back to front (mm)
HALF_WIDTH = (56, 82, 100, 112, 120, 126, 130, 132, 131, 127, 120, 108)
BACK = (52, 66, 74, 78, 80, 80, 80, 78, 76, 74, 72, 70)
FRONT = (-48, -62, -74, -82, -88, -92, -95, -95, -92, -90, -90, -90)
ENDS_AT = (2.55, 2.62, 2.64, 2.62, 2.58, 2.50, 2.38, 2.24, 2.08, 1.92, 1.40, 0.95)
FALL = (46, 68, 86, 100, 112, 122, 130, 136, 140, 142, 138, 120)
# heights (mm) at which the cartilages of ribs 1 to 7 meet the sternum
STERNAL = (320, 347, 370, 392, 412, 430, 444)
# a scapula turns about its middle
SCAPULA = np.array([110.0, 70.0, 340.0])
STERNUM_EDGE = ((26, -66), (17, -80), (16, -84), (16, -87), (16, -90), (14, -92), (11, -92))


def ring(number: int, side: float, fall: float, angles: np.ndarray) -> np.ndarray:
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
        z is counted from the rib's own vertebra.
    """
    i = number - 1
    middle, half = (BACK[i] + FRONT[i]) / 2, (BACK[i] - FRONT[i]) / 2
    x = side * HALF_WIDTH[i] * np.sign(np.sin(angles)) * np.abs(np.sin(angles)) ** 0.85
    y = middle + half * np.cos(angles)
    z = fall * (FALL[i] * (1 - np.cos(angles)) / 2 + 15 * np.sin(angles)) - 6
    return np.column_stack([x, y, z])


def add(assembly: Assembly, column: Column, habitus: Habitus, rng: np.random.Generator) -> None:
    """Add the thoracic cage and shoulder girdle to a `bonescan.phantom.assembly.Assembly`."""
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
        _add_shoulder_girdle(assembly, name, side, rng)


def _add_cartilage(assembly: Assembly, bone: str, number: int, side: float, end: np.ndarray) -> None:
    """Cartilage from the bony end of a rib to the sternum; ribs 8 to 10 run up to the cartilage of the seventh."""
    if number <= 7:
        x, y = STERNUM_EDGE[number - 1]
        goal = np.array([side * x, y, STERNAL[number - 1]])
    else:
        goal = np.array([side * (20 + 12 * (number - 7)), -93, 452 + 13 * (number - 7)])
    onward = end[1] + 0.35 * np.linalg.norm(goal - end[1]) * (end[1] - end[0]) / np.linalg.norm(end[1] - end[0])
    points, volume, _ = tube((end[1], 0.5 * onward + 0.5 * (0.5 * goal + 0.5 * end[1]), goal), (3, 5), across="z")
    assembly.add(bone, "ribs", "costal cartilage", points, volume)


def _add_sternum(assembly: Assembly) -> None:
    points, volume, _ = tube(((0, -59, 297), (0, -69, 321), (0, -79, 347)), [(29, 7), (25, 7), (15, 6)])
    assembly.add("manubrium", "sternum", "manubrium", points, volume)
    points, volume, along = tube(((0, -80, 350), (0, -87, 400), (0, -93, 448)), [(14, 6), (17, 6), (17, 6), (11, 5)])
    segments = 0.9 + 0.25 * np.cos(2 * np.pi * 3.5 * along) ** 2
    assembly.add("sternal body", "sternum", "sternal body", points, volume, segments)
    points, volume, _ = tube(((0, -93, 450), (0, -93, 474)), [(7, 4), (4, 3)])
    assembly.add("sternal body", "sternum", "sternal body", points, volume, 0.8)


def _add_shoulder_girdle(assembly: Assembly, name: str, side: float, rng: np.random.Generator) -> None:
    """Clavicle and scapula of one side; no two shoulders lie alike."""
    mirror = np.array([side, 1.0, 1.0])
    bone = f"{name} clavicle"
    drop = np.array([0.0, 0.0, rng.normal(0, 5)])
    knots = np.array(
        [(22, -60, 299), (46, -64, 289), (80, -52, 277), (114, -20, 275), (142, 6, 281), (166, 18, 280)], float
    )
    knots += np.linspace(0, 1, len(knots))[:, None] * drop
    points, volume, along = tube(knots * mirror, [(9, 8), (7, 6), (5.5, 5.5), (5.5, 5), (7, 5), (8, 5)], across="z")
    assembly.add(
        bone, "shoulder girdle", "clavicle", points, volume, 0.85 + 0.5 * (1 - along) ** 3 + 0.25 * (along > 0.92)
    )
    assembly.add(bone, "shoulder girdle", "sternoclavicular joint", *ellipsoid(mirror * (24, -61, 297), (9, 8, 9)))

    bone = f"{name} scapula"
    angle = rng.normal(0, 0.07)
    turn = np.array([[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]])

    def place(knots: ArrayLike) -> np.ndarray:
        return ((np.asarray(knots, float) - SCAPULA) @ turn.T + SCAPULA + drop) * mirror

    plate = [
        [(74, 72, 291), (110, 70, 291), (146, 45, 303)],
        [(74, 84, 336), (100, 84, 341), (140, 62, 336)],
        [(84, 84, 429), (92, 86, 427), (100, 82, 416)],
    ]
    points, volume, _ = blade(place(plate), 4.0)
    assembly.add(bone, "shoulder girdle", "scapular blade", points, volume)
    for knots, radii, share in (
        (((90, 85, 422), (118, 74, 380), (146, 48, 331)), [(8, 5), (6, 6), (7, 8)], 1.0),
        (((75, 73, 296), (75, 80, 341), (85, 85, 424)), [(3, 3), (3.5, 3.5), (5, 4)], 0.85),
        (((82, 84, 319), (118, 84, 304), (152, 66, 291), (176, 34, 285)), [(4, 5), (5, 7), (6, 8), (9, 8)], 0.9),
        (((144, 38, 307), (140, 15, 300), (142, -2, 305)), [(7, 7), (6, 6), (7, 6)], 1.0),
    ):
        points, volume, _ = tube(place(knots), radii)
        assembly.add(bone, "shoulder girdle", "scapular border", points, volume, share)
    for centre, half_axes in (((148, 40, 318), (9, 12, 19)), ((174, 22, 284), (12, 11, 8))):
        assembly.add(bone, "shoulder girdle", "shoulder joint", *ellipsoid(place(centre), half_axes))
