"""Bones of the arms and legs."""

import numpy as np

from bonescan.phantom.shapes import ellipsoid, tube


def add(assembly, habitus, rng):
    """Add arms and legs to a `bonescan.phantom.skeleton.Assembly`."""
    for name, side in (("left", 1.0), ("right", -1.0)):
        _add_arm(assembly, name, side, habitus)
        _add_leg(assembly, name, side, habitus, rng.normal(0, 5))


def _shafted(points, volume, along, ends):
    """Uptake profile of a long bone: `ends` times more at its growth-plate ends than in the shaft."""
    return points, volume, 1 + (ends - 1) * (np.exp(-((along / 0.10) ** 2)) + np.exp(-(((1 - along) / 0.10) ** 2)))


def _add_arm(assembly, name, side, habitus):
    def place(knots):
        knots = np.atleast_2d(np.asarray(knots, float))
        knots = knots + np.column_stack([habitus.arm_shift(knots[:, 2]), 0 * knots[:, 0], 0 * knots[:, 0]])
        return knots * (side, 1, 1)

    bone = f"{name} humerus"
    assembly.add(bone, "humerus", "humeral head", *ellipsoid(place((171, 38, 317))[0], (22, 22, 22)))
    shaft = tube(
        place(((180, 42, 336), (196, 44, 396), (213, 46, 480), (229, 50, 580))), [(12, 12), (9, 9), (9, 9), (11, 9)]
    )
    assembly.add(bone, "humerus", "humeral shaft", *_shafted(*shaft, 1.3))
    assembly.add(bone, "humerus", "elbow", *ellipsoid(place((230, 50, 586))[0], (28, 12, 12)))
    forearm = f"{name} forearm"
    assembly.add(forearm, "forearm", "elbow", *ellipsoid(place((230, 52, 602))[0], (20, 12, 11)))
    for knots in (((220, 52, 605), (226, 50, 698), (226, 46, 786)), ((240, 50, 608), (247, 48, 698), (246, 44, 786))):
        assembly.add(forearm, "forearm", "forearm", *_shafted(*tube(place(knots), (6, 6)), 1.3))
    hand = f"{name} hand"
    assembly.add(hand, "hand", "wrist", *ellipsoid(place((237, 44, 801))[0], (22, 9, 13)))
    for finger in range(5):
        spread = (finger - 2) / 2
        root = np.array([236 + 13 * spread, 44 - 4 * spread, 812])
        knuckle = np.array([232 + 24 * spread, 40, 862 - 12 * abs(spread)])
        tip = np.array([226 + 30 * spread, 36, 932 - 36 * spread**2])
        points, volume, along = tube(place((root, knuckle, tip)), [(4.5, 4.5), (4, 4), (2.8, 2.8)])
        assembly.add(hand, "hand", "hand", points, volume, 1 + 0.5 * np.cos(2 * np.pi * 3 * along) ** 6)


def _add_leg(assembly, name, side, habitus, spread):
    def place(knots):
        knots = np.atleast_2d(np.asarray(knots, float))
        outward = (habitus.leg_spread + spread) * np.clip((knots[:, 2] - 800) / 850, 0, 1.1)
        return (knots + np.column_stack([outward, 0 * outward, 0 * outward])) * (side, 1, 1)

    bone = f"{name} femur"
    assembly.add(bone, "femur", "femoral head", *ellipsoid(place((88, 30, 782))[0], (22, 22, 22)))
    neck = tube(place(((100, 31, 788), (136, 38, 804))), (13, 12), across="z")
    assembly.add(bone, "femur", "femoral head", *neck[:2])
    assembly.add(bone, "femur", "trochanter", *ellipsoid(place((143, 40, 804))[0], (14, 16, 20)))
    shaft = tube(
        place(((140, 40, 810), (133, 34, 880), (120, 28, 1000), (103, 34, 1140))),
        [(16, 15), (13, 13), (12, 12), (16, 14)],
    )
    assembly.add(bone, "femur", "femoral shaft", *_shafted(*shaft, 1.25))
    for x in (86, 118):
        assembly.add(bone, "femur", "knee", *ellipsoid(place((x, 38, 1154))[0], (22, 25, 21)))
    assembly.add(f"{name} patella", "patella", "patella", *ellipsoid(place((102, -18, 1150))[0], (20, 8, 20)))
    bone = f"{name} tibia"
    assembly.add(bone, "tibia", "knee", *ellipsoid(place((101, 42, 1191))[0], (36, 24, 19)))
    shaft = tube(place(((101, 36, 1200), (97, 38, 1320), (93, 52, 1540))), [(20, 16), (12, 12), (10, 10), (14, 12)])
    assembly.add(bone, "tibia", "tibial shaft", *_shafted(*shaft, 1.3))
    bone = f"{name} fibula"
    assembly.add(
        bone,
        "fibula",
        "fibula",
        *_shafted(*tube(place(((132, 58, 1205), (128, 64, 1380), (116, 68, 1552))), (6, 6)), 1.3),
    )
    foot = f"{name} foot"
    assembly.add(foot, "foot", "ankle", *ellipsoid(place((98, 60, 1556))[0], (24, 20, 15)))
    assembly.add(foot, "foot", "foot", *ellipsoid(place((97, 72, 1590))[0], (18, 26, 26)), 0.6)
    assembly.add(foot, "foot", "foot", *ellipsoid(place((102, 42, 1602))[0], (27, 18, 30)), 0.6)
    for toe in range(5):
        fan = (toe - 2) / 2
        knots = (
            (104 + 14 * fan, 36, 1618),
            (110 + 22 * fan, 24, 1655),
            (116 + 28 * fan, 14, 1700 - 16 * abs(fan - -0.6)),
        )
        points, volume, _ = tube(place(knots), [(5, 6), (4, 5), (3, 3)])
        assembly.add(foot, "foot", "foot", points, volume)
