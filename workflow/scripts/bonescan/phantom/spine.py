"""Cervical, thoracic and lumbar vertebrae and the sacrum."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bonescan.phantom.assembly import Assembly
from bonescan.phantom.habitus import Habitus
from bonescan.phantom.shapes import ellipsoid, tube

NAMES = (
    *(f"cervical vertebra {i}" for i in range(1, 8)),
    *(f"thoracic vertebra {i}" for i in range(1, 13)),
    *(f"lumbar vertebra {i}" for i in range(1, 6)),
)
# centres of the vertebral bodies, C1 to L5
HEIGHTS = np.concatenate(
    [np.linspace(145, 240, 7), 259 + 246 * np.linspace(0, 1, 12) ** 1.08, [531, 566, 602, 638, 674]]
)
KNOTS_Z = (150, 198, 246, 305, 385, 450, 505, 566, 620, 690, 720)
KNOTS_Y = (12, 6, 24, 36, 39, 35, 24, 14, 11, 14, 22)


@dataclass(frozen=True)
class Column:
    """Where the vertebral bodies of one patient lie.

    Attributes
    ----------
    centres : ndarray, shape (24, 3), mm
        C1 to L5, in the reference frame.
    """

    centres: np.ndarray

    @classmethod
    def of(cls, habitus: Habitus) -> "Column":
        """The column of a `bonescan.phantom.habitus.Habitus`: its kyphosis, lordosis and scoliosis."""
        z = HEIGHTS
        y = np.interp(z, KNOTS_Z, KNOTS_Y)
        y = (
            y
            + habitus.kyphosis * np.exp(-(((z - 370) / 90) ** 2))
            - habitus.lordosis * np.exp(-(((z - 600) / 70) ** 2))
        )
        x = habitus.scoliosis * np.sin(2 * np.pi * (z - 250) / 460) * (z > 250)
        return cls(np.column_stack([x, y, z]))

    def at(self, z: ArrayLike) -> np.ndarray:
        """Sideways position (mm) of the column at height(s) `z` (mm)."""
        return np.interp(z, self.centres[:, 2], self.centres[:, 0])


def add(assembly: Assembly, column: Column) -> None:
    """Add 24 vertebrae and the sacrum to a `bonescan.phantom.assembly.Assembly`."""
    centres = column.centres
    pitch = np.gradient(centres[:, 2])
    size = np.concatenate([np.linspace(10, 12, 7), np.linspace(13, 18, 12), np.linspace(19.5, 23, 5)])
    for i, (name, centre) in enumerate(zip(NAMES, centres, strict=True)):
        tangent = centres[min(i + 1, 23)] - centres[max(i - 1, 0)]
        tangent /= np.linalg.norm(tangent)
        half = 0.43 * pitch[i] * tangent
        depth = 0.78 * size[i]
        points, volume, along = tube((centre - half, centre + half), (size[i], depth))
        # the end plates take up more than the spongy middle
        assembly.add(
            name,
            "spine",
            "vertebral body",
            points,
            volume,
            (1.1 if i >= 19 else 1.0) * (0.75 + 0.55 * (np.abs(along - 0.5) > 0.32)),
        )
        _add_arch(assembly, name, i, centre, size[i], depth)
    line = [(0, 16, 694), (0, 36, 716), (0, 54, 744), (0, 66, 778), (0, 66, 806), (0, 56, 828)]
    points, volume, along = tube(line, [(28, 15), (48, 15), (40, 13), (27, 11), (14, 7), (4, 4)])
    assembly.add("sacrum", "spine", "sacrum", points, volume, 1.1 - 0.35 * along)


def _add_arch(assembly: Assembly, name: str, i: int, centre: np.ndarray, size: float, depth: float) -> None:
    """Spinous process, facet joints and transverse processes of vertebra `i` (0 is C1)."""
    x, y, z = centre
    cervical, thoracic = i < 7, 7 <= i < 19
    reach = 30 if cervical else (42 if thoracic else 46)
    drop = 5 if cervical else (16 if thoracic else 5)
    if i > 0:
        knots = ((x, y + depth + 12, z + 2), (x, y + depth + 0.5 * reach, z + 0.5 * drop), (x, y + reach + 6, z + drop))
        points, volume, _ = tube(knots, (3.5, 6 if cervical else 8), across="z")
        assembly.add(name, "spine", "vertebral arch", points, volume)
    lateral = size + (2 if cervical else -2)
    for side in (1, -1):
        joint = ellipsoid((x + side * lateral * 0.85, y + depth + 9, z + 9), (6, 6, 7))
        assembly.add(name, "spine", "facet joint", *joint)
        if not cervical:
            tip = size + (14 if thoracic else 18)
            knots = (
                (x + side * lateral * 0.7, y + depth + 6, z),
                (x + side * tip, y + depth + (14 if thoracic else 6), z),
            )
            points, volume, _ = tube(knots, (3.5, 5), across="z")
            assembly.add(name, "spine", "vertebral arch", points, volume, 0.7)
