"""Soft tissue and organs of one person as solids: trunk, neck, limbs; lungs; kidneys, bladder and an injection site."""

from collections.abc import Iterator

import numpy as np

from bonescan.crop_quality.mannequin.bones import CHEST, Solid, arm, leg, shoulder
from bonescan.crop_quality.mannequin.person import Person


def tissue(person: Person) -> Iterator[Solid]:
    """Yield the flesh: uptake is its concentration over that of the trunk."""
    s, fat = person.stature, person.padding
    lean = 6.0 if person.build == "thin" else 14.0
    chest, hips = CHEST[0] * s * person.chest + lean + 0.5 * fat, 0.088 * s * person.hips + lean + 0.7 * fat
    belly = 0.070 * s * (person.chest + person.hips) / 2 + lean + 0.9 * fat
    yield Solid("body", 0.7, (0, 0, 0.052 * s), (0.045 * s, 0.057 * s, 0.054 * s))
    yield Solid("body", 0.7, (0, -20, 0.095 * s), (0.036 * s, 0.035 * s, 0.036 * s))
    yield Solid("body", 0.8, (0, 15, 0.10 * s), (0, 22, person.down(0.19)), (0.031 * s + 0.2 * fat,) * 2)
    rows = np.linspace(0.205, 0.475, 10)
    widths = np.interp(rows, (0.205, 0.24, 0.29, 0.375, 0.44, 0.475), (0.86, 1.0, 1.0, 0.0, 0.0, 0.0)) * chest
    widths += np.interp(rows, (0.29, 0.375, 0.44), (0.0, 1.0, 0.0)) * belly
    widths += np.interp(rows, (0.375, 0.44), (0.0, 1.0)) * hips
    deep = np.interp(rows, (0.20, 0.27, 0.37, 0.47), (72, 96, 92 + 0.3 * fat, 88)) * s / 1700 + 0.45 * fat
    for row, wide, depth in zip(rows, widths, deep, strict=True):
        # the back stays on the table, fat grows to the front
        yield Solid("body", 1.0, (0, 95 - depth, person.down(row)), (wide * 1.04, depth, 0.075 * s))
    for side in (1.0, -1.0):
        head = shoulder(person, side)
        yield Solid("body", 0.9, (side * 20, 15, person.down(0.165)), tuple(head), (0.02 * s, 34 + 0.25 * fat))
        top, elbow, wrist, tips = arm(person, side)
        thick = 0.35 * fat + (lean - 8)
        yield Solid("body", 0.6, tuple(top), tuple(elbow), (40 + thick, 34 + thick))
        yield Solid("body", 0.6, tuple(elbow), tuple(wrist), (36 + 0.8 * thick, 24 + 0.3 * thick))
        yield Solid("body", 0.6, tuple(wrist), tuple(wrist + 0.55 * (tips - wrist)), (26, 38), 0.45)
        yield Solid("body", 0.6, tuple(wrist + 0.5 * (tips - wrist)), tuple(tips), (36, 24), 0.35)
        hip, knee, ankle, toes = leg(person, side)
        thick = 0.5 * fat + (lean - 10)
        top = hip + np.array([side * 0.008 * s, 0, 12.0])
        yield Solid("body", 0.6, tuple(top), tuple((top + knee) / 2), (0.046 * s + thick, 0.040 * s + 0.8 * thick))
        yield Solid(
            "body", 0.6, tuple((top + knee) / 2), tuple(knee), (0.040 * s + 0.8 * thick, 0.031 * s + 0.4 * thick)
        )
        calf = knee + 0.3 * (ankle - knee)
        yield Solid("body", 0.6, tuple(knee), tuple(calf), (0.030 * s + 0.4 * thick, 0.031 * s + 0.4 * thick))
        yield Solid("body", 0.6, tuple(calf), tuple(ankle), (0.031 * s + 0.4 * thick, 0.021 * s + 0.2 * thick))
        yield Solid("body", 0.6, tuple(ankle), tuple(toes), (36, 26))


def lungs(person: Person) -> Iterator[Solid]:
    """Yield the lungs, which hold little tissue and little tracer."""
    s = person.stature
    for side in (1.0, -1.0):
        centre = (side * 0.044 * s * person.chest, 5, person.down(0.243))
        yield Solid("lungs", 0.0, centre, (0.030 * s * person.chest, 0.040 * s, 0.066 * s))


def organs(person: Person, rng: np.random.Generator) -> Iterator[Solid]:
    """Yield what holds more tracer than flesh: kidneys, bladder, on some people an injection site."""
    s = person.stature
    for side in (1.0, -1.0):
        centre = (side * rng.normal(0.036, 0.002) * s, 52, person.down(rng.normal(0.345, 0.006)))
        yield Solid("kidneys", rng.lognormal(0.2, 0.4), centre, (24, 20, 0.030 * s))
    size = rng.uniform(18, 45)
    yield Solid("bladder", rng.lognormal(1.6, 0.7), (0, -30, person.down(0.492) - size), (1.2 * size, size, 0.9 * size))
    if rng.random() < 0.25:
        _, elbow, wrist, _ = arm(person, rng.choice([-1.0, 1.0]))
        at = elbow + rng.choice([0.05, 0.9]) * (wrist - elbow)
        yield Solid("", rng.uniform(5, 60), tuple(at), (9, 9, 12))
