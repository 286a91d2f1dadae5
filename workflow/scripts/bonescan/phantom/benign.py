"""Benign foci that look like metastases or catch the eye: they occur in normal and diseased patients alike."""

import numpy as np

from bonescan.phantom.assembly import Skeleton
from bonescan.phantom.focus import Focus, concentration_of, in_bone, log_normal, log_uniform, whole_bone
from bonescan.phantom.habitus import Habitus
from bonescan.phantom.shapes import ellipsoid

# uptake of a degenerative spine over that of a healthy vertebra, median and spread of the logarithm: SUVmax 12.6 +- 9.0
# over 7.1 (Ann Nucl Med 2020, 34:39). The spread is less than their 0.64: a planar view shows the hottest alone, and
# of what it shows uptake shall tell as much as of their spots
WORN_UPTAKE, LEAST_UPTAKE, MOST_UPTAKE = (1.4, 0.42), 1.1, 6.0
# a fracture fades from its fresh uptake; half-lives that may have passed since
FRESH_UPTAKE, HALF_LIVES = 9.0, 3.5


def draw(age: int, skeleton: Skeleton, habitus: Habitus, rng: np.random.Generator) -> list[Focus]:
    """Draw a patient's benign foci.

    Parameters
    ----------
    age : int
        Years; degenerative change grows with it.
    skeleton : bonescan.phantom.assembly.Skeleton
    habitus : bonescan.phantom.habitus.Habitus
    rng : numpy.random.Generator

    Returns
    -------
    list of bonescan.phantom.focus.Focus
    """
    wear = np.clip((age - 40) / 40, 0.1, 1.3)
    foci = _draw_degenerative_spine(wear, skeleton, rng)
    foci += _draw_concave_side(habitus, skeleton, rng)
    foci += _draw_compression_fractures(wear, skeleton, rng)
    foci += _draw_joints(wear, skeleton, rng)
    foci += _draw_front_of_chest(skeleton, rng)
    foci += _draw_rib_fractures(skeleton, rng)
    foci += _draw_prostheses(wear, skeleton, rng)
    if rng.random() < 0.012 * wear:
        bone = str(rng.choice(["left hip bone", "right hip bone", "left femur", "right tibia", "skull", "sacrum"]))
        foci.append(whole_bone(skeleton, bone, rng.uniform(2.0, 5.0), "Paget disease", "whole bone"))
    foci += _draw_injection(habitus, rng)
    foci += _draw_urine(rng)
    return foci


def _draw_urine(rng: np.random.Generator) -> list[Focus]:
    """Urine where it does not belong: drops on the skin or the clothes, or a catheter's bag between the legs."""
    foci = []
    if rng.random() < 0.06:
        spot = (rng.uniform(-40, 40), rng.uniform(-60, -20), rng.uniform(850, 920))
        foci.append(
            _puddle("urine contamination", "perineum", spot, rng.uniform(8, 16, 3), log_uniform(1.0, 12.0, rng))
        )
    if rng.random() < 0.02:
        spot = (rng.uniform(-15, 15), 70.0, rng.uniform(1000, 1150))
        foci.append(_puddle("catheter", "urine bag", spot, rng.uniform((18, 8, 50), (30, 16, 90)), rng.uniform(0.5, 4)))
    return foci


def _draw_degenerative_spine(wear: float, skeleton: Skeleton, rng: np.random.Generator) -> list[Focus]:
    """Worn levels of the spine: osteophytes of the end plates or facet joints, often on both sides."""
    numbers = [f"cervical vertebra {i}" for i in range(4, 8)]
    numbers += [f"thoracic vertebra {i}" for i in range(5, 13)] + [f"lumbar vertebra {i}" for i in range(1, 6)]
    weight = np.array([0.6] * 4 + [0.6] * 4 + [0.9] * 4 + [1.0, 1.2, 1.6, 2.2, 2.2])
    foci = []
    for _ in range(rng.poisson(0.8 + 1.6 * wear)):
        bone = str(rng.choice(numbers, p=weight / weight.sum()))
        points = skeleton.points[skeleton.bone(bone)]
        middle, reach = points.mean(axis=0), np.ptp(points, axis=0)
        osteophyte = rng.random() < 0.5
        site = "osteophyte" if osteophyte else "facet"
        depth = middle[1] - 0.2 * reach[1] if osteophyte else middle[1] + 0.05 * reach[1]
        height = middle[2] + rng.choice([-1, 1]) * 0.28 * reach[2]
        sides = (-1, 1) if rng.random() < 0.35 else (rng.choice([-1, 1]),)
        uptake = log_normal(*WORN_UPTAKE, LEAST_UPTAKE, rng)
        for side in sides:
            centre = (middle[0] + side * 0.27 * reach[0], depth, height)
            contrast = concentration_of(min(uptake * rng.lognormal(0, 0.15), MOST_UPTAKE))
            foci.append(in_bone(skeleton, bone, centre, rng.uniform(12, 24), contrast, "degenerative", site, rng))
    return foci


def _fade(rng: np.random.Generator) -> float:
    """Draw the uptake of a fracture of unknown age."""
    return 1 + (FRESH_UPTAKE - 1) * 0.5 ** rng.uniform(0, HALF_LIVES)


def _draw_concave_side(habitus: Habitus, skeleton: Skeleton, rng: np.random.Generator) -> list[Focus]:
    """Wear of the facet joints on the concave side of a scoliosis."""
    if abs(habitus.scoliosis) < 7:
        return []
    foci = []
    for bone, bend in (("thoracic vertebra 7", 1.0), ("lumbar vertebra 2", -1.0)):
        if rng.random() < 0.6:
            points = skeleton.points[skeleton.bone(bone)]
            middle, reach = points.mean(axis=0), np.ptp(points, axis=0)
            centre = middle - np.array([np.sign(habitus.scoliosis) * bend * 0.25 * reach[0], 0, 0])
            contrast = concentration_of(log_normal(*WORN_UPTAKE, LEAST_UPTAKE, rng))
            foci.append(
                in_bone(skeleton, bone, centre, rng.uniform(14, 26), contrast, "degenerative", "scoliosis", rng)
            )
    return foci


def _draw_compression_fractures(wear: float, skeleton: Skeleton, rng: np.random.Generator) -> list[Focus]:
    """Compressed vertebrae: a band across one or a few neighbours, as in old bones."""
    if rng.random() > 0.03 + 0.05 * wear:
        return []
    count = int(rng.choice([1, 2, 3], p=[0.7, 0.2, 0.1]))
    numbers = [f"thoracic vertebra {i}" for i in range(6, 13)] + [f"lumbar vertebra {i}" for i in range(1, 5)]
    first = int(rng.integers(0, len(numbers) - count + 1))
    uptake = _fade(rng)
    foci = []
    for bone in numbers[first : first + count]:
        points = skeleton.points[skeleton.bone(bone)]
        middle = points.mean(axis=0) + np.array([0, -8, rng.normal(0, 4)])
        contrast = concentration_of(1 + (uptake - 1) * rng.lognormal(0, 0.2))
        foci.append(
            in_bone(
                skeleton,
                bone,
                middle,
                rng.uniform(30, 38),
                contrast,
                "fracture",
                "vertebral compression",
                rng,
                stretch=(1.4, 1.2, rng.uniform(0.3, 0.6)),
            )
        )
    return foci


def _draw_front_of_chest(skeleton: Skeleton, rng: np.random.Generator) -> list[Focus]:
    """Costochondral junctions, where a rib ends at its cartilage, and the joint between manubrium and sternal body."""
    foci = []
    if rng.random() < 0.08:
        for number in rng.choice(np.arange(2, 9), rng.integers(1, 4), replace=False):
            bone = f"{rng.choice(['left', 'right'])} rib {number}"
            member = skeleton.bone(bone)
            # the cartilage takes up hardly anything
            bony = member[skeleton.activity[member] > 0.4 * np.median(skeleton.activity[member])]
            end = skeleton.points[bony[skeleton.points[bony, 1].argmin()]]
            foci.append(
                in_bone(skeleton, bone, end, rng.uniform(9, 15), rng.uniform(1.5, 3.0), "degenerative", "rib end", rng)
            )
    if rng.random() < 0.12:
        joint, contrast = (0, -79, 346), rng.uniform(1.5, 3.0)
        foci.append(
            in_bone(skeleton, "manubrium", joint, rng.uniform(14, 22), contrast, "degenerative", "sternal joint", rng)
        )
    return foci


def _draw_prostheses(wear: float, skeleton: Skeleton, rng: np.random.Generator) -> list[Focus]:
    """Hip and knee prostheses: cold metal instead of bone, a little more uptake where it is anchored."""
    foci = []
    for chance, site, parts in (
        (0.020, "hip", (("femur", 88, 780, 70), ("femur", 132, 850, 60))),
        (0.025, "knee", (("femur", 103, 1150, 56), ("tibia", 101, 1190, 50))),
    ):
        for name, side in (("left", 1.0), ("right", -1.0)):
            if rng.random() < chance * wear:
                for part, x, z, size in parts:
                    bone, centre = f"{name} {part}", (side * x, 36.0, z)
                    foci.append(in_bone(skeleton, bone, centre, size, 0.08, "prosthesis", site, rng))
                part, x, z, size = parts[-1]
                bone, tip = f"{name} {part}", (side * x, 34.0, z + 0.7 * size)
                foci.append(
                    in_bone(skeleton, bone, tip, rng.uniform(18, 28), rng.uniform(1.3, 3.0), "prosthesis", site, rng)
                )
    return foci


JOINTS = (
    # bone, place of the joint on its left-sided bone (mm, reference frame), chance, largest contrast
    ("scapula", (172, 28, 287), 0.20, 4.0),
    ("humerus", (171, 38, 309), 0.15, 3.0),
    ("clavicle", (25, -62, 296), 0.12, 4.0),
    ("femur", (82, 36, 1158), 0.18, 3.5),
    ("tibia", (84, 40, 1192), 0.15, 3.5),
    ("patella", (102, -18, 1150), 0.15, 3.0),
    ("hip bone", (88, 10, 752), 0.10, 2.5),
    ("foot", (98, 56, 1566), 0.10, 3.5),
    ("foot", (128, 16, 1690), 0.06, 5.0),
    ("hand", (252, 42, 814), 0.10, 4.0),
    ("forearm", (230, 52, 600), 0.05, 2.5),
)


def _draw_joints(wear: float, skeleton: Skeleton, rng: np.random.Generator) -> list[Focus]:
    """Worn joints of `JOINTS`, and foci of the teeth in the mandible."""
    foci = []
    for part, place, chance, hottest in JOINTS:
        # a worn joint often has a worn partner
        both = rng.random() < 0.4 * chance * (0.6 + 0.6 * wear)
        for name, side in (("left", 1.0), ("right", -1.0)):
            if both or rng.random() < 0.7 * chance * (0.6 + 0.6 * wear):
                bone = f"{name} {part}"
                points = skeleton.points[skeleton.bone(bone)]
                wanted = np.array(place) * (side, 1, 1)
                centre = points[np.argmin(((points - wanted) ** 2).sum(axis=1))]
                contrast = 1 + (hottest - 1) * rng.beta(1.3, 2.0)
                foci.append(
                    in_bone(skeleton, bone, centre, rng.uniform(14, 30), contrast, "degenerative", "joint", rng)
                )
    if rng.random() < 0.15:
        points = skeleton.points[skeleton.bone("mandible")]
        centre = points[rng.integers(len(points))]
        foci.append(
            in_bone(skeleton, "mandible", centre, rng.uniform(10, 18), rng.uniform(1.5, 5), "dental", "jaw", rng)
        )
    return foci


def _draw_rib_fractures(skeleton: Skeleton, rng: np.random.Generator) -> list[Focus]:
    """Rib fractures: a single one, often where the bone ends, or several in a line down neighbouring ribs."""
    foci = []
    runs = [1] * rng.poisson(0.6)
    if rng.random() < 0.12:
        runs.append(int(rng.integers(2, 6)))
    for count in runs:
        side = rng.choice(["left", "right"])
        first = int(rng.integers(2, 12 - count))
        place = rng.uniform(0.72, 0.80) if rng.random() < 0.3 else 0.8 * rng.beta(2.0, 2.0)
        # those of one accident are of one age
        uptake = _fade(rng)
        for number in range(first, first + count):
            bone = f"{side} rib {number}"
            points = skeleton.points[skeleton.bone(bone)]
            # points of a rib are stored from its head to its end
            at = int(np.clip(place + rng.normal(0, 0.03), 0.05, 0.80) * len(points))
            contrast = concentration_of(1 + (uptake - 1) * rng.lognormal(0, 0.2))
            foci.append(in_bone(skeleton, bone, points[at], rng.uniform(8, 14), contrast, "fracture", "rib", rng))
    return foci


def _draw_injection(habitus: Habitus, rng: np.random.Generator) -> list[Focus]:
    """Tracer left at the injection site, in hand, wrist or elbow, seldom with extravasation."""
    if rng.random() > 0.35:
        return []
    side = float(rng.choice([-1, 1]))
    place, x, y, z = [("hand", 236, 30, 844), ("wrist", 240, 34, 789), ("elbow", 232, 22, 595)][int(rng.integers(3))]
    x = side * (x + float(habitus.arm_shift(z))) + rng.normal(0, 6)
    extravasated = rng.random() < 0.2
    half_axes = rng.uniform(14, 24, 3) if extravasated else rng.uniform(5, 10, 3)
    concentration = log_uniform(3.0, 40.0 if extravasated else 25.0, rng)
    foci = [_puddle("injection site", place, (x, y, z + rng.normal(0, 12)), half_axes, concentration)]
    if extravasated and rng.random() < 0.3:
        # tracer that leaks beside the vein drains to the armpit
        node = (side * rng.uniform(135, 165), rng.uniform(-10, 40), rng.uniform(350, 385))
        foci.append(_puddle("injection site", "axillary lymph node", node, rng.uniform(4, 8, 3), rng.uniform(2, 15)))
    return foci


def _puddle(
    kind: str, site: str, centre: tuple[float, float, float], half_axes: np.ndarray, concentration: float
) -> Focus:
    """Tracer outside the skeleton: an ellipsoid of some concentration (per mm3)."""
    points, volume = ellipsoid(centre, half_axes)
    size = 2 * float(np.mean(half_axes))
    return Focus(kind, site, "soft tissue", "whole", site, size, float(concentration), points, volume * concentration)
