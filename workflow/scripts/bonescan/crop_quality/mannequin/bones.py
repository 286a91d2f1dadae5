"""The skeleton: bones of one person as lists of solids."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bonescan.crop_quality.mannequin.person import Person

RIBS = 12
# half-breadth and half-depth of the ribs' rings over those of the eighth, from the first rib down, how far the ring
# goes round from the spine (degrees), and how far it would fall to the breastbone (shares of the stature)
RING = np.array(
    [
        (0.46, 0.50, 150, 0.022), (0.63, 0.66, 154, 0.034), (0.76, 0.78, 154, 0.044), (0.85, 0.87, 153, 0.052),
        (0.92, 0.93, 152, 0.058), (0.96, 0.97, 150, 0.063), (0.99, 0.99, 146, 0.068), (1.00, 1.00, 138, 0.072),
        (0.99, 0.99, 130, 0.074), (0.95, 0.96, 122, 0.074), (0.88, 0.92, 100, 0.074), (0.76, 0.88, 68, 0.070),
    ]
)  # fmt: skip
CHEST = 0.081, 0.060  # half-breadth and half-depth of the eighth ring at the rib, shares of the stature
SPINE_TOP, FIRST_RIB, LAST_RIB, SACRUM = 0.090, 0.158, 0.308, 0.425
UPPER_ARM, FOREARM, HAND = 0.186, 0.150, 0.110


@dataclass(frozen=True)
class Solid:
    """One solid of a bone.

    Attributes
    ----------
    region : str
        As in `bonescan.phantom.truth.REGIONS`.
    uptake : float
        Concentration, 1 for a rib.
    start, end : tuple of float
        Of a capsule's axis; centre and half-axes of an ellipsoid.
    radii : tuple of float, optional
        Of a capsule; None for an ellipsoid.
    flat : float
        Depth over breadth of a capsule.
    hollow : float
        Inner axes of an ellipsoid as a share of the outer ones; 0 for a full one.
    rib : int
        Number of the rib, 0 to 11 right and 12 to 23 left; -1 for other bones.
    """

    region: str
    uptake: float
    start: tuple[float, ...]
    end: tuple[float, ...]
    radii: tuple[float, float] | None = None
    flat: float = 1.0
    hollow: float = 0.0
    rib: int = -1


def shoulder(person: Person, side: float) -> np.ndarray:
    """Middle of the head of an upper arm, shape (3,)."""
    return np.array([side * 0.105 * person.stature * person.shoulders, 10.0, person.down(0.185)])


def arm(person: Person, side: float) -> np.ndarray:
    """Shoulder, elbow, wrist and finger tips of an arm, shape (4, 3); `side` is 1 for left."""
    s, hip = person.stature, 0.098 * person.stature * person.hips + 0.8 * person.padding
    start = shoulder(person, side)
    front, reach = -75.0 - 0.9 * person.padding, person.reach
    where = {
        "beside the hips": ((hip + 42, 15.0, person.down(0.505 + reach)), (0.05, 0.0, 1.0), 14),
        "cut off by the field": ((hip + 42, 15.0, person.down(0.505 + reach)), (0.05, 0.0, 1.0), 14),
        "on the hips": ((0.92 * hip, front, person.down(0.452 + reach)), (-0.55, -0.1, 0.8), 40),
        "on the thighs": ((0.95 * hip, front + 20, person.down(0.50 + reach)), (-0.22, 0.25, 1.0), 20),
        "away from the trunk": ((hip + 125, 20.0, person.down(0.505 + reach)), (0.25, 0.0, 1.0), 10),
        "raised": ((0.085 * s, 35.0, person.down(0.0) - 0.02 * s), (-0.5, 0.0, -0.6), 30),
    }
    wrist, way, bow = where[person.arms]
    wrist = np.array([side * wrist[0], *wrist[1:]])
    upper, lower = UPPER_ARM * s, FOREARM * s
    between = wrist - start
    distance = min(np.linalg.norm(between), 0.995 * (upper + lower))
    between *= distance / np.linalg.norm(between)
    share = (upper**2 - lower**2 + distance**2) / (2 * distance)
    outward = np.array([side, 0.25, 0.0]) - between * (side * between[0]) / distance**2
    outward /= np.linalg.norm(outward)
    elbow = start + between * share / distance + outward * np.sqrt(max(upper**2 - share**2, bow**2))
    wrist = start + between
    hand = np.array([side * way[0], *way[1:]])
    return np.stack([start, elbow, wrist, wrist + HAND * 0.92 * s * hand / np.linalg.norm(hand)])


def leg(person: Person, side: float) -> np.ndarray:
    """Hip, knee, ankle and toes of a leg, shape (4, 3); `side` is 1 for left."""
    s = person.stature
    knee, ankle = {"apart": (0.058, 0.074), "touching": (0.040, 0.020)}[person.legs]
    thick = 0.35 * person.padding
    return np.array(
        [
            (side * 0.052 * s * person.hips, 25.0, person.down(0.475)),
            (side * (knee * s + thick), 30.0, person.down(0.715)),
            (side * (ankle * s + 0.4 * thick), 65.0, person.down(0.962)),
            (side * (ankle * s + 0.4 * thick + 18), -15.0, s + person.point - 8),
        ]
    )


def build(person: Person, rng: np.random.Generator) -> list[Solid]:
    """Return the bones of a person.

    Parameters
    ----------
    person : Person
    rng : numpy.random.Generator
        How much tracer each bone takes up.
    """
    bones = [*_skull(person), *_spine(person, rng), *_ribs(person, rng), *_girdle(person), *_pelvis(person)]
    for side in (1.0, -1.0):
        bones += [*_arm(person, side), *_leg(person, side)]
    bones += _hot_spots(bones, rng)
    return bones


def _skull(person: Person) -> Iterator[Solid]:
    s = person.stature
    yield Solid("skull", 0.75, (0, 0, 0.051 * s), (0.043 * s, 0.054 * s, 0.050 * s), hollow=0.84)
    yield Solid("skull", 0.7, (0, -0.030 * s, 0.085 * s), (0.026 * s, 0.022 * s, 0.022 * s))
    for side in (1.0, -1.0):
        angle = (side * 0.028 * s, 5.0, 0.100 * s)
        yield Solid("skull", 0.9, (side * 0.004 * s, -0.050 * s, 0.120 * s), angle, (6.0, 6.0))


def _spine_line(person: Person, share: float) -> np.ndarray:
    """Middle of the spine at a share of the stature, shape (3,)."""
    depth = np.interp(share, (0.09, 0.15, 0.24, 0.31, 0.38, 0.43, 0.49), (12, 30, 62, 48, 18, 32, 62))
    return np.array([0.0, depth, person.down(share)])


def _spine(person: Person, rng: np.random.Generator) -> Iterator[Solid]:
    parts = (("cervical spine", 7, SPINE_TOP, 0.152, 9, 1.7), ("thoracic spine", 12, 0.152, 0.315, 13, 2.6))
    for region, number, first, last, radius, uptake in (*parts, ("lumbar spine", 5, 0.315, SACRUM, 19, 2.4)):
        edges = np.linspace(first, last, number + 1)
        for above, below in pairwise(edges):
            thick = (below - above) * person.stature
            middle = _spine_line(person, (above + below) / 2)
            axes = (radius * 1.12, radius, 0.5 * thick)
            yield Solid(region, uptake * rng.normal(1, 0.06), tuple(middle), axes)
            process = middle + np.array([0, radius + 16, 0.2 * thick])
            yield Solid(region, 0.7 * uptake, tuple(middle + np.array([0, radius, 0])), tuple(process), (7, 5))
    top, tip = _spine_line(person, SACRUM), _spine_line(person, 0.485)
    yield Solid("sacrum", 2.2, tuple(top), tuple(tip), (0.027 * person.stature, 8.0), flat=0.45)


def _ribs(person: Person, rng: np.random.Generator) -> Iterator[Solid]:
    s = person.stature
    breadth, depth = CHEST[0] * s * person.chest, CHEST[1] * s * (0.5 + 0.5 * person.chest)
    for number, (wide, deep, last, fall) in enumerate(RING):
        root = person.down(np.interp(number, (0, RIBS - 1), (FIRST_RIB, LAST_RIB)))
        for side in (-1.0, 1.0):
            angles = np.radians(np.linspace(9, last + rng.normal(0, 3), 15))
            x = side * wide * breadth * np.sin(angles) ** 0.8
            y = 8.0 + deep * depth * np.cos(angles)
            z = root + person.trunk * person.fall * fall * s * (1 - np.cos(angles)) / 2
            uptake = rng.normal(1.0, 0.07)
            for at in range(len(angles) - 1):
                ends = tuple(zip(x[at : at + 2], y[at : at + 2], z[at : at + 2], strict=True))
                yield Solid("ribs", uptake, *ends, (5.2, 5.2), rib=number + RIBS * int(side > 0))


def _girdle(person: Person) -> Iterator[Solid]:
    s = person.stature
    front = -CHEST[1] * s * (0.5 + 0.5 * person.chest)
    notch = person.down(0.180)
    yield Solid("sternum", 1.3, (0, 0.55 * front, notch), (0, 0.8 * front, notch + 0.028 * s), (20, 16), 0.4)
    yield Solid("sternum", 1.1, (0, 0.8 * front, notch + 0.03 * s), (0, 0.98 * front, notch + 0.10 * s), (13, 15), 0.4)
    for side in (1.0, -1.0):
        head = shoulder(person, side)
        acromion = head + np.array([side * 12, 10, -26])
        yield Solid("shoulder girdle", 1.0, (side * 20, 0.55 * front, notch), tuple(acromion), (6.5, 6.0))
        upper, lower = (
            np.array([side * share * s * person.chest, 66.0, person.down(z)])
            for share, z in ((0.043, 0.188), (0.056, 0.272))
        )
        glenoid = head + np.array([-side * 24, 12, 4])
        yield Solid("shoulder girdle", 1.2, tuple(glenoid), tuple(lower), (9, 6), 0.6)
        yield Solid("shoulder girdle", 0.9, tuple(upper), tuple(lower), (5, 6), 0.6)
        yield Solid("shoulder girdle", 1.0, tuple(upper), tuple(acromion), (5, 8), 0.7)
        yield Solid("shoulder girdle", 0.3, tuple((upper + glenoid) / 2), tuple(lower), (30, 8), 0.12)


def _pelvis(person: Person) -> Iterator[Solid]:
    s = person.stature * person.hips
    for side in (1.0, -1.0):
        joint, back = (side * 0.026 * s, 62, person.down(0.425)), (side * 0.060 * s, 40, person.down(0.402))
        spike = (side * 0.076 * s, -25, person.down(0.430))
        socket = (side * 0.054 * s, 22, person.down(0.472))
        yield Solid("pelvis", 2.0, joint, back, (11, 9))
        yield Solid("pelvis", 1.7, back, (side * 0.081 * s, 5, person.down(0.410)), (9, 8))
        yield Solid("pelvis", 1.7, (side * 0.081 * s, 5, person.down(0.410)), spike, (8, 8))
        yield Solid("pelvis", 1.3, (side * 0.056 * s, 22, person.down(0.428)), socket, (40, 24), 0.3)
        yield Solid("pelvis", 2.4, joint, (side * 0.040 * s, 50, person.down(0.455)), (10, 14), 0.7)
        yield Solid("pelvis", 1.6, socket, socket_end := (side * 0.040 * s, 52, person.down(0.522)), (20, 13))
        yield Solid("pelvis", 1.3, socket, pubis := (side * 0.010 * s, -30, person.down(0.497)), (10, 10))
        yield Solid("pelvis", 1.2, pubis, socket_end, (9, 9))


def _arm(person: Person, side: float) -> Iterator[Solid]:
    s = person.stature
    top, elbow, wrist, tips = arm(person, side)
    yield Solid("arms", 1.5, tuple(top), (22.0, 22.0, 24.0))
    yield Solid("arms", 0.8, tuple(top), tuple(elbow), (12, 11))
    yield Solid(
        "arms",
        1.0,
        tuple(elbow - 12 * side * np.array([1, 0, 0])),
        tuple(elbow + 16 * side * np.array([1, 0, 0])),
        (13, 12),
    )
    across = np.array([side * 9.0, 0, 0])
    for offset in (-1, 1):
        yield Solid("arms", 0.7, tuple(elbow + offset * across), tuple(wrist + offset * across), (8, 8))
    yield Solid("arms", 1.3, tuple(wrist), tuple(wrist + 0.2 * (tips - wrist)), (20, 22), 0.5)
    way = tips - wrist
    sideways = np.array([way[2], 0, -way[0]]) / max(np.hypot(way[0], way[2]), 1e-6)
    for finger, reach in zip((-1.5, -0.5, 0.5, 1.5), (0.85, 0.97, 1.0, 0.9), strict=True):
        root = wrist + 0.22 * way + finger * 0.008 * s * sideways
        yield Solid("arms", 0.8, tuple(root), tuple(wrist + reach * way + finger * 0.012 * s * sideways), (4.5, 4))


def _leg(person: Person, side: float) -> Iterator[Solid]:
    hip, knee, ankle, toes = leg(person, side)
    neck = hip + np.array([side * 0.036 * person.stature * person.hips, 5, 0.018 * person.stature])
    yield Solid("legs", 1.5, tuple(hip), (23.0, 23.0, 23.0))
    yield Solid("legs", 1.3, tuple(hip), tuple(neck), (16, 20))
    yield Solid("legs", 0.75, tuple(neck), tuple(knee), (15, 14))
    yield Solid("legs", 0.9, tuple(knee - np.array([0, 0, 16])), tuple(knee + np.array([0, 0, 18])), (30, 28), 0.9)
    yield Solid("legs", 0.8, tuple(knee + np.array([0, -38, -10])), (20.0, 9.0, 21.0))
    yield Solid("legs", 0.8, tuple(knee), tuple(ankle), (15, 12))
    outer = np.array([side * 26.0, 10, 10])
    yield Solid("legs", 0.6, tuple(knee + outer), tuple(ankle + outer * 0.7), (6, 6))
    yield Solid("legs", 1.1, tuple(ankle), tuple(ankle + np.array([0, 10, 24])), (22, 22))
    for finger in (-1, 0, 1):
        yield Solid(
            "legs", 0.9, tuple(ankle + np.array([0, 0, 20])), tuple(toes + np.array([finger * 16.0, 0, 0])), (9, 6)
        )


def _hot_spots(bones: list[Solid], rng: np.random.Generator) -> list[Solid]:
    """Worn joints, fractures, metastases: spots anywhere in the skeleton, on some people."""
    spots = []
    if rng.random() < 0.5:
        for bone in rng.choice(len(bones), rng.integers(1, 6)):
            radius = rng.uniform(6, 13)
            spots.append(Solid("", rng.uniform(2, 6), bones[bone].start, (radius, radius, radius)))
    return spots
