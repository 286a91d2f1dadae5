"""Who lies on the table: proportions, build and posture, drawn at random.

Heights are shares of the stature after Drillis and Contini's segment lengths (Winter, Biomechanics and Motor Control of
Human Movement, 2009, Figure 4.1): chin .13 below the crown, shoulders .182, hips .47, knees .715, ankles .961; upper
arm .186, forearm .146, hand .108; shoulders .23 to .26 apart.
"""

from dataclasses import dataclass

import numpy as np

ARMS = ("beside the hips", "on the hips", "on the thighs", "away from the trunk", "raised", "cut off by the field")
LEGS = ("apart", "touching")
BUILDS = ("usual", "thin", "stout", "broad shoulders")

STATURE = (1450.0, 2000.0)
"""Least and greatest, mm."""

PIXEL = (1.8, 3.3)
"""Least and greatest side of a pixel, mm."""


@dataclass(frozen=True)
class Person:
    """Build and posture.

    Attributes
    ----------
    arms, legs, build : str
        Of `ARMS`, `LEGS` and `BUILDS`.
    stature : float
        Standing, mm.
    trunk : float
        Length of the trunk over the usual one at this stature; the legs make up for it.
    chest, shoulders, hips : float
        Breadth over the usual one at this stature.
    reach : float
        How much lower than usual the hands lie, share of the stature.
    padding : float
        Thickness of fat over the trunk, mm.
    fall : float
        How steeply the ribs fall, 1 as usual.
    point : float
        How far the toes point down, mm below the heels' distance.
    tilt : float
        Degrees of the body's axis.
    pixel : float
        mm.
    counts : float
        Expected counts of a view.
    row : float
        Row of the crown.
    column : float
        Column of the midline.
    """

    arms: str
    legs: str
    build: str
    stature: float
    trunk: float
    chest: float
    shoulders: float
    hips: float
    reach: float
    padding: float
    fall: float
    point: float
    tilt: float
    pixel: float
    counts: float
    row: float
    column: float

    @property
    def length(self) -> float:
        """Crown to toes, mm."""
        return self.stature + self.point

    def down(self, share: float) -> float:
        """Height (mm below the crown) of what usually lies at a share of the stature: the trunk is from .15 to .53."""
        lower = 0.15 + (0.53 - 0.15) * self.trunk
        knots = np.array([-1.0, 0.15, 0.53, 1.0]), np.array([-1.0, 0.15, lower, 1.0])
        return float(np.interp(share, *knots)) * self.stature if share <= 1 else share * self.stature


def draw(number: int, rng: np.random.Generator) -> Person:
    """Draw a person; the number goes through postures and builds, so that a few people show them all.

    Parameters
    ----------
    number : int
        From 0.
    rng : numpy.random.Generator

    Returns
    -------
    Person
    """
    arms = ARMS[number % len(ARMS)]
    build = BUILDS[(number + number // len(ARMS)) % len(BUILDS)]
    legs = LEGS[(number // 2) % len(LEGS)]
    # who is longer than 1024 rows is cut off at the feet
    stature, pixel = rng.uniform(*STATURE), rng.uniform(*PIXEL)
    broad = {"usual": 1.0, "thin": 0.95, "stout": 1.05, "broad shoulders": 1.04}[build]
    padding = {"usual": (8, 22), "thin": (1, 5), "stout": (28, 55), "broad shoulders": (5, 18)}[build]
    point = rng.uniform(20, 75)
    room = 1024 - (stature + point) / pixel
    return Person(
        arms=arms,
        legs=legs,
        build=build,
        stature=stature,
        trunk=rng.normal(1.0, 0.022),
        chest=broad * rng.normal(1.0, 0.04),
        shoulders=(1.12 if build == "broad shoulders" else broad**0.5) * rng.normal(1.0, 0.03),
        hips=broad * rng.normal(1.0, 0.05),
        reach=rng.normal(0, 0.016),
        padding=rng.uniform(*padding),
        fall=rng.normal(1.0, 0.10),
        point=point,
        tilt=float(np.clip(rng.normal(0, 1.5), -5, 5)),
        pixel=pixel,
        counts=float(np.exp(rng.uniform(np.log(0.3e6), np.log(1.5e6)))),
        row=room * rng.uniform(0.25, 0.75) if room > 30 else rng.uniform(8, 20),
        column=127.5 + rng.normal(0, 5) + (_draw_aside(rng) / pixel if arms == "cut off by the field" else 0),
    )


def _draw_aside(rng: np.random.Generator) -> float:
    """Draw how far (mm) to one side a person lies whose arm the field of view cuts off."""
    return rng.choice([-1, 1]) * rng.uniform(100, 130)
