"""A focus of raised or, seldom, lowered uptake: which points of the skeleton take up how much more or less."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from bonescan.phantom.assembly import Skeleton

# share of a focus' contrast that SPECT recovers: 18 mm across, the middle of the sizes, at a resolution of 12 mm (FWHM)
RECOVERY = 0.6


@dataclass(frozen=True)
class Focus:
    """One lesion or benign focus.

    Attributes
    ----------
    kind : str
        ``metastasis``, ``degenerative``, ``fracture``, ``injection site`` ...
    bone, region, part : str
        Such as ``left rib 7``, ``ribs`` and ``lateral``; a bone without named parts has the part ``whole``.
    site : str
        Part of the bone, or the disease group that the site was drawn from.
    size : float
        Diameter, mm.
    contrast : float
        Concentration relative to the healthy bone; less than 1 for a cold (photopenic) focus.
    points : ndarray, shape (n, 3), float64, mm
        In the reference frame.
    activity : ndarray, shape (n,), float64
        Activity above the healthy bone's; negative for a cold focus.
    """

    kind: str
    bone: str
    region: str
    part: str
    site: str
    size: float
    contrast: float
    points: np.ndarray
    activity: np.ndarray


def in_bone(
    skeleton: Skeleton,
    bone: str,
    centre: ArrayLike,
    size: float,
    contrast: float,
    kind: str,
    site: str,
    rng: np.random.Generator,
    stretch: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> Focus:
    """Change the uptake of a bone round a centre.

    Only the bone itself takes up more, so a focus takes the form of its bone: long in a rib, round in a vertebra. The
    border is irregular and soft.

    Parameters
    ----------
    skeleton : bonescan.phantom.assembly.Skeleton
    bone : str
    centre : array_like, shape (3,), mm
    size : float
        Diameter, mm.
    contrast : float
    kind, site : str
    rng : numpy.random.Generator
    stretch : (float, float, float)
        Extent along x, y and z relative to `size`.

    Returns
    -------
    Focus
    """
    member = skeleton.bone(bone)
    offset = (skeleton.points[member] - np.asarray(centre, float)) / stretch
    wave = rng.normal(0.0, 1.0, (2, 3))
    direction = offset / np.maximum(np.linalg.norm(offset, axis=1, keepdims=True), 1e-6)
    radius = size / 2 * (1 + 0.18 * np.sin(2 * direction @ wave[0]) + 0.12 * np.sin(3 * direction @ wave[1]))
    softness = 0.06 * size + 0.8
    inside = 1 / (1 + np.exp(np.clip((np.linalg.norm(offset, axis=1) - radius) / softness, -30, 30)))
    near = inside > 0.02
    if not near.any():
        near = np.zeros_like(near)
        near[np.argmax(inside)] = True
    region = skeleton.regions[skeleton.names.index(bone)]
    return Focus(
        kind=kind,
        bone=bone,
        region=region,
        part=part_of(region, skeleton.points[member], centre),
        site=site,
        size=float(size),
        contrast=float(contrast),
        points=skeleton.points[member][near],
        activity=skeleton.activity[member][near] * (contrast - 1) * inside[near],
    )


def concentration_of(uptake: float) -> float:
    """Return the concentration of a focus that SPECT would show with so much uptake.

    Parameters
    ----------
    uptake : float
        The highest uptake of the focus over that of healthy bone, as measured on SPECT.

    Returns
    -------
    float
        Relative to the healthy bone.
    """
    return 1 + (uptake - 1) / RECOVERY


def part_of(region: str, points: np.ndarray, centre: ArrayLike) -> str:
    """Name the part of a bone in which a place lies, as a report would.

    Parameters
    ----------
    region : str
        The bone's region, as in `bonescan.phantom.skeleton`.
    points : ndarray, shape (n, 3), mm
        The bone's.
    centre : array_like, shape (3,), mm

    Returns
    -------
    str
        Of a rib ``posterior``, ``lateral`` or ``anterior``; of a vertebra ``body``, or ``left`` or ``right arch``; of a
        limb's long bone ``proximal``, ``shaft`` or ``distal``; of the shoulder girdle ``medial``, ``middle`` or
        ``lateral``; of a hip bone ``ilium``, ``acetabulum`` or ``pubis and ischium``; of the skull ``frontal``,
        ``parietal`` or ``occipital``; else ``whole``.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    share = (np.asarray(centre, float) - low) / np.maximum(high - low, 1e-9)
    if region == "ribs":
        outward = abs(centre[0]) / max(abs(low[0]), abs(high[0]))
        around = np.degrees(np.arctan2(outward, 2 * share[1] - 1))
        return _name_third(around / 180, ("posterior", "lateral", "anterior"))
    if region == "spine":
        # the body is the front half of a vertebra
        side = "left" if share[0] > 0.5 else "right"
        return "body" if share[1] < 0.5 else f"{side} arch"
    if region in ("humerus", "forearm", "femur", "tibia", "fibula"):
        return _name_third(share[2], ("proximal", "shaft", "distal"))
    if region == "shoulder girdle":
        inward = share[0] if centre[0] > 0 else 1 - share[0]
        return _name_third(inward, ("medial", "middle", "lateral"))
    if region == "pelvis":
        return _name_third(share[2] * 0.9, ("ilium", "acetabulum", "pubis and ischium"))
    if region == "skull":
        return _name_third(share[1], ("frontal", "parietal", "occipital"))
    return "whole"


def _name_third(share: float, names: tuple[str, str, str]) -> str:
    """The name of the third, first to last, in which `share` (0 to 1) lies."""
    return names[int(np.clip(3 * share, 0, 2))]


def whole_bone(skeleton: Skeleton, bone: str, contrast: float, kind: str, site: str) -> Focus:
    """Change the uptake of a bone all over, such as in Paget's disease or a diffuse spread; see `in_bone`."""
    member = skeleton.bone(bone)
    points = skeleton.points[member]
    return Focus(
        kind=kind,
        bone=bone,
        region=skeleton.regions[skeleton.names.index(bone)],
        part="whole",
        site=site,
        size=float(np.linalg.norm(np.ptp(points, axis=0))),
        contrast=float(contrast),
        points=points,
        activity=skeleton.activity[member] * (contrast - 1),
    )


def log_normal(median: float, spread: float, least: float, rng: np.random.Generator) -> float:
    """One draw of at least `least`, normal in the logarithm with the standard deviation `spread`."""
    at_least = ndtr(np.log(least / median) / spread)
    return float(median * np.exp(spread * ndtri(rng.uniform(at_least, 1.0))))


def log_uniform(low: float, high: float, rng: np.random.Generator) -> float:
    """One draw between `low` and `high`, uniform in the logarithm."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
