"""Bones of the arms and legs."""

import numpy as np
from numpy.typing import ArrayLike

from bonescan.phantom.assembly import Assembly
from bonescan.phantom.habitus import Habitus
from bonescan.phantom.shapes import ellipsoid, tube


def add(assembly: Assembly, habitus: Habitus, rng: np.random.Generator) -> None:
    """Add arms and legs to a `bonescan.phantom.assembly.Assembly`."""
    for name, side in (("left", 1.0), ("right", -1.0)):
        _add_arm(assembly, name, side, habitus)
        _add_leg(assembly, name, side, habitus, rng.normal(0, 5))


def _weight_ends(
    points: np.ndarray, volume: np.ndarray, along: np.ndarray, ends: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Add a long bone's uptake profile: `ends` times more at its growth-plate ends than in the shaft."""
    return points, volume, 1 + (ends - 1) * (np.exp(-((along / 0.10) ** 2)) + np.exp(-(((1 - along) / 0.10) ** 2)))


def _add_arm(assembly: Assembly, name: str, side: float, habitus: Habitus) -> None:
    def place(knots: ArrayLike) -> np.ndarray:
        knots = np.atleast_2d(np.asarray(knots, float))
        knots = knots + np.column_stack([habitus.arm_shift(knots[:, 2]), 0 * knots[:, 0], 0 * knots[:, 0]])
        return knots * (side, 1, 1)

    bone = f"{name} humerus"
    assembly.add(bone, "humerus", "humeral head", *ellipsoid(place((168, 36, 312))[0], (24, 24, 25)))
    assembly.add(bone, "humerus", "humeral head", *ellipsoid(place((187, 32, 316))[0], (9, 14, 17)), 1.1)
    shaft = tube(
        place(((176, 40, 330), (188, 42, 372), (202, 45, 430), (214, 47, 490), (229, 50, 580))),
        [(19, 18), (12, 12), (10, 10), (10, 10), (13, 9)],
    )
    assembly.add(bone, "humerus", "humeral shaft", *_weight_ends(*shaft, 1.3))
    assembly.add(bone, "humerus", "elbow", *ellipsoid(place((230, 50, 586))[0], (28, 12, 12)))
    forearm = f"{name} forearm"
    assembly.add(forearm, "forearm", "elbow", *ellipsoid(place((230, 52, 602))[0], (20, 12, 11)))
    for knots in (((220, 52, 605), (226, 50, 698), (226, 46, 786)), ((240, 50, 608), (247, 48, 698), (246, 44, 786))):
        assembly.add(forearm, "forearm", "forearm", *_weight_ends(*tube(place(knots), (6, 6)), 1.3))
    hand = f"{name} hand"
    assembly.add(hand, "hand", "wrist", *ellipsoid(place((237, 44, 801))[0], (22, 9, 13)))
    for finger in range(5):
        spread = (finger - 2) / 2
        root = np.array([236 + 13 * spread, 44 - 4 * spread, 812])
        knuckle = np.array([232 + 24 * spread, 40, 862 - 12 * abs(spread)])
        tip = np.array([226 + 30 * spread, 36, 932 - 36 * spread**2])
        points, volume, along = tube(place((root, knuckle, tip)), [(4.5, 4.5), (4, 4), (2.8, 2.8)])
        assembly.add(hand, "hand", "hand", points, volume, 1 + 0.5 * np.cos(2 * np.pi * 3 * along) ** 6)


def _add_leg(assembly: Assembly, name: str, side: float, habitus: Habitus, spread: float) -> None:
    def place(knots: ArrayLike) -> np.ndarray:
        knots = np.atleast_2d(np.asarray(knots, float))
        outward = (habitus.leg_spread + spread) * np.clip((knots[:, 2] - 800) / 850, 0, 1.1)
        return (knots + np.column_stack([outward, 0 * outward, 0 * outward])) * (side, 1, 1)

    bone = f"{name} femur"
    assembly.add(bone, "femur", "femoral head", *ellipsoid(place((88, 30, 780))[0], (23, 23, 23)))
    neck = tube(place(((96, 31, 786), (112, 34, 800), (130, 38, 818))), [(17, 15), (14, 13), (18, 15)], across="z")
    assembly.add(bone, "femur", "femoral head", *neck[:2], 0.85)
    assembly.add(bone, "femur", "trochanter", *ellipsoid(place((139, 42, 806))[0], (12, 16, 19)))
    assembly.add(bone, "femur", "trochanter", *ellipsoid(place((121, 50, 848))[0], (8, 9, 14)), 0.6)
    shaft = tube(
        place(((133, 40, 822), (134, 34, 880), (128, 27, 960), (117, 27, 1050), (104, 34, 1128))),
        [(17, 16), (14, 14), (13, 13), (13, 13), (23, 17)],
    )
    assembly.add(bone, "femur", "femoral shaft", *_weight_ends(*shaft, 1.1))
    for x in (87, 119):
        assembly.add(bone, "femur", "knee", *ellipsoid(place((x, 38, 1150))[0], (22, 27, 23)), 0.75)
    assembly.add(f"{name} patella", "patella", "patella", *ellipsoid(place((102, -18, 1146))[0], (21, 8, 21)))
    bone = f"{name} tibia"
    assembly.add(bone, "tibia", "knee", *ellipsoid(place((101, 42, 1184))[0], (37, 25, 15)), 0.8)
    assembly.add(bone, "tibia", "knee", *ellipsoid(place((101, 34, 1204))[0], (27, 20, 18)), 0.45)
    shaft = tube(
        place(((101, 36, 1198), (99, 34, 1240), (97, 38, 1330), (93, 52, 1545))),
        [(21, 17), (15, 15), (11, 12), (11, 11), (17, 13)],
    )
    assembly.add(bone, "tibia", "tibial shaft", *_weight_ends(*shaft, 1.1))
    bone = f"{name} fibula"
    assembly.add(
        bone,
        "fibula",
        "fibula",
        *_weight_ends(*tube(place(((132, 58, 1205), (128, 64, 1380), (116, 68, 1552))), (6, 6)), 1.3),
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
