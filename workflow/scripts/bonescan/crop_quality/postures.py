"""How a patient lies before the camera, healthy and hard to crop: builds, postures of arms and legs, of the phantom.

The crop is fitted on these bodies; it is judged on those of `bonescan.crop_quality.mannequin`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from bonescan.crop_quality.scores import FIRST_RIB
from bonescan.phantom import camera, habitus, skeleton, soft_tissue, truth
from bonescan.phantom.assembly import Skeleton
from bonescan.phantom.habitus import Habitus
from bonescan.phantom.scene import Points, Scene, locate
from bonescan.phantom.soft_tissue import Body
from bonescan.terms import VIEW_SHAPE, VIEWS

COUNTS = 0.5e6  # of a view, as usual (facts: 0.36 to 0.68 M)
BACKGROUND = 0.05  # expected counts of a pixel outside the body
ELBOW = 600.0  # mm below the crown of the reference body, as every height here
THIGH = 960.0
SHOULDER_X, SHOULDER_Z = 164.0, 300.0
REACH = 400.0  # of raised arms above the crown
LONGER = 1.15  # arms whose hands end at .60 of the height, not at .55
BELLY_Y, HANDS_Z, HANDS_X = -135.0, 640.0, 25.0  # where hands lie on the abdomen, mm


@dataclass(frozen=True)
class Posed:
    """One patient's views before a photon is counted, as displayed.

    Attributes
    ----------
    expected : dict of str to ndarray, shape (1024, 256), float64
        Expected counts of each view.
    regions : dict of str to ndarray, shape (1024, 256), uint64
        Bits of `bonescan.phantom.truth.REGIONS`, and from `FIRST_RIB` on one bit a rib.
    waist : float
        Row of the waist.
    """

    expected: dict[str, np.ndarray]
    regions: dict[str, np.ndarray]
    waist: float


def _set_length(posture: Habitus, length: float) -> Habitus:
    """Give a patient another length (mm, crown to toes), scale breadth and depth with it, and centre the picture."""
    scale = length / posture.length
    row = (VIEW_SHAPE[0] - length / posture.pixel) / 2
    return replace(posture, length=length, breadth=posture.breadth * scale, depth=posture.depth * scale, row=row)


def _set_pixel(posture: Habitus, pixel: float) -> Habitus:
    """Give the picture another pixel spacing; a body that no longer fits is cut off at the feet."""
    row = max(12.0, (VIEW_SHAPE[0] - posture.length / pixel) / 2)
    return replace(posture, pixel=pixel, row=row)


def _add_kyphosis(posture: Habitus) -> Habitus:
    return replace(posture, kyphosis=45.0)


def _remove_leg(bones: Skeleton, body: Body, posture: Habitus) -> tuple[Skeleton, Body]:
    """Take the left leg off at the thigh."""
    points = bones.points
    lost = (points[:, 2] > THIGH) & (points[:, 0] > 0)
    bones = replace(bones, activity=np.where(lost, 0.0, bones.activity), points=points)
    rows = np.arange(body.density.shape[1]) + body.top
    heights = posture.heights(rows)
    gone = (heights[:, None] > THIGH) & (np.arange(256) > posture.columns(0 * heights, heights)[:, None])
    return bones, _remove_tissue(body, gone)


def _lay_arms_on_abdomen(bones: Skeleton, body: Body, posture: Habitus) -> tuple[Skeleton, Body]:
    """Turn forearms and hands about the elbows until the hands lie on the belly; take their tissue from the sides."""
    points = bones.points.copy()
    for side, name in ((1.0, "left"), (-1.0, "right")):
        member = np.isin(bones.owner, [bones.names.index(f"{name} {part}") for part in ("forearm", "hand")])
        member &= points[:, 2] > ELBOW
        elbow = np.array([side * (230.0 + posture.arm_shift(ELBOW)), ELBOW])
        target = np.array([side * HANDS_X, HANDS_Z]) - elbow
        along = (points[member, 2] - ELBOW) / 330.0
        across = points[member, 0] - elbow[0]
        normal = np.array([-target[1], target[0]]) / np.hypot(*target)
        moved = elbow + along[:, None] * target + across[:, None] * normal
        points[member, 0], points[member, 2] = moved.T
        points[member, 1] = BELLY_Y + (points[member, 1] - 45.0) * 0.5
    return replace(bones, points=points), _remove_tissue(body, _arms(body, posture, ELBOW + 20))


def _arms(body: Body, posture: Habitus, above: float) -> np.ndarray:
    """Where arms lie beside the trunk, below a height (mm) of the reference body: shape (rows, 256), bool."""
    heights = posture.heights(np.arange(body.density.shape[1]) + body.top)
    inner = np.interp(heights, soft_tissue.ARM[:, 0], soft_tissue.ARM[:, 1] - soft_tissue.ARM[:, 2])
    inner = inner + posture.arm_shift(heights)
    edges = [posture.columns(side * inner, heights)[:, None] for side in (1.0, -1.0)]
    beside = (np.arange(256) > edges[0]) | (np.arange(256) < edges[1])
    return beside & ((heights > above) & (heights < soft_tissue.ARM[-1, 0] + 5))[:, None]


def _lengthen_arms(bones: Skeleton, body: Body, posture: Habitus) -> tuple[Skeleton, Body]:
    """Draw the arms out until the hands end beside the thighs, far below the trunk."""
    points = bones.points.copy()
    names = [f"{side} {part}" for side in ("left", "right") for part in ("humerus", "forearm", "hand")]
    member = np.isin(bones.owner, [bones.names.index(name) for name in names]) & (points[:, 2] > SHOULDER_Z)
    points[member, 2] = SHOULDER_Z + LONGER * (points[member, 2] - SHOULDER_Z)
    arms, shoulder = _arms(body, posture, SHOULDER_Z + 70), float(posture.rows(SHOULDER_Z)) - body.top
    rows = np.arange(body.density.shape[1])
    source = np.where(rows > shoulder, shoulder + (rows - shoulder) / LONGER, rows).round().astype(int)
    drawn = {
        name: np.maximum(volume * ~arms, (volume * arms)[:, source])
        for name, volume in (("activity", body.activity), ("density", body.density))
    }
    return replace(bones, points=points), replace(body, **drawn)


def _raise_arms(bones: Skeleton, body: Body, posture: Habitus, degrees: float) -> tuple[Skeleton, Body]:
    """Turn the arms about the shoulders by some degrees, up beside the head; take their tissue from the sides."""
    points, turn = bones.points.copy(), np.radians(degrees)
    room = ((min(body.top, round(REACH / posture.pixel)), 0), (0, 0))  # above the head
    body = replace(
        body,
        activity=np.pad(body.activity, ((0, 0), *room)),
        density=np.pad(body.density, ((0, 0), *room)),
        top=body.top - room[0][0],
        outlines={organ: np.pad(outline, room) for organ, outline in body.outlines.items()},
    )
    for side, name in ((1.0, "left"), (-1.0, "right")):
        member = np.isin(bones.owner, [bones.names.index(f"{name} {part}") for part in ("humerus", "forearm", "hand")])
        x, z = side * points[member, 0] - SHOULDER_X, points[member, 2] - SHOULDER_Z
        points[member, 0] = side * (SHOULDER_X + np.cos(turn) * x + np.sin(turn) * z)
        points[member, 2] = SHOULDER_Z - np.sin(turn) * x + np.cos(turn) * z
    return replace(bones, points=points), _remove_tissue(body, _arms(body, posture, SHOULDER_Z + 70))


def _remove_tissue(body: Body, gone: np.ndarray) -> Body:
    """Empty the body where a mask of rows and columns is set, shape (rows, 256), bool."""
    return replace(body, activity=body.activity * ~gone, density=body.density * ~gone)


POSTURES = {
    "as usual": None,
    "tilt 5°": lambda posture: replace(posture, tilt=5.0),
    "tilt 10°": lambda posture: replace(posture, tilt=10.0),
    "tilt −10°": lambda posture: replace(posture, tilt=-10.0),
    "short (1.50 m)": lambda posture: _set_length(posture, 1560.0),
    "tall (1.95 m)": lambda posture: _set_length(posture, 2010.0),
    "kyphosis, head sunk 4 cm": _add_kyphosis,
    "arms on the abdomen": None,
    "left leg amputated": None,
    "hands on the hips": lambda posture: replace(posture, elbow_out=70.0, hand_out=-55.0),
    "hands on the thighs": lambda posture: replace(posture, elbow_out=15.0, hand_out=-85.0),
    "legs together": lambda posture: replace(posture, leg_spread=-45.0),
    "arms away from the trunk": lambda posture: replace(posture, elbow_out=60.0, hand_out=110.0),
    "hands low beside the thighs": None,
    "arms raised": None,
    "arms raised high": None,
    "broad shoulders": lambda posture: replace(posture, breadth=1.12 * posture.breadth),
    "stout": lambda posture: replace(posture, fat=45.0, depth=1.1 * posture.depth),
    "thin": lambda posture: replace(posture, fat=0.0, breadth=0.95 * posture.breadth, depth=0.92 * posture.depth),
    "stout, hands on the thighs": lambda posture: replace(posture, fat=45.0, hand_out=-85.0, leg_spread=-35.0),
    "pixels of 1.8 mm": lambda posture: _set_pixel(posture, 1.8),
    "pixels of 3.3 mm": lambda posture: _set_pixel(posture, 3.3),
}
"""How a patient lies: changes to the build and posture drawn."""

BODIES = {
    "arms on the abdomen": _lay_arms_on_abdomen,
    "left leg amputated": _remove_leg,
    "hands low beside the thighs": _lengthen_arms,
    "arms raised": partial(_raise_arms, degrees=155.0),
    "arms raised high": partial(_raise_arms, degrees=172.0),
}
"""Changes to skeleton and tissue."""


def pose(row: Mapping, pixel: float, drawn: Mapping[str, float], posture_name: str, rng: np.random.Generator) -> Posed:
    """Put one healthy patient before the camera.

    Parameters
    ----------
    row : mapping
        A row of the cohort: sex.
    pixel : float
        Pixel spacing, mm.
    drawn : mapping
        The patient's quantiles by name.
    posture_name : str
        A key of `POSTURES`.
    rng : numpy.random.Generator
    """
    posture = habitus.draw(row["sex"], pixel, drawn, rng)
    if change := POSTURES[posture_name]:
        posture = change(posture)
    bones = skeleton.build(posture, rng)
    body = soft_tissue.build(posture, rng)
    if change := BODIES.get(posture_name):
        bones, body = change(bones, body, posture)
    places = locate(bones.points, posture, body)
    scene = Scene(body, places, bones.activity, posture.pixel, VIEWS)
    anatomy = truth.anatomy(_keep_active(bones), places[bones.activity > 0], body)
    anatomy = anatomy.astype(np.uint64) | _mark_ribs(_keep_active(bones), places[bones.activity > 0])
    expected, regions = {}, {}
    for view in VIEWS:
        side = slice(None, None, 1 if view == "anterior" else -1)
        expected[view] = camera.expect(scene.add_scatter(scene.images[view]), COUNTS, BACKGROUND)[:, side]
        regions[view] = anatomy[:, side]
    posed = Posed(expected, regions, float(posture.rows(habitus.LANDMARKS["waist"])))
    if posture_name.startswith("kyphosis"):
        neck = round(float(posture.rows(habitus.LANDMARKS["neck"])))
        posed = _sink_head(posed, neck, round(40 / pixel))
    return posed


def _mark_ribs(bones: Skeleton, places: Points) -> np.ndarray:
    """Pixels of each rib as one bit each from `FIRST_RIB` on, shape (1024, 256), uint64."""
    marks = np.zeros(VIEW_SHAPE, np.uint64)
    rows, columns = np.rint(places.row).astype(int), np.rint(places.column).astype(int)
    shown = (rows >= 0) & (rows < VIEW_SHAPE[0]) & (columns >= 0) & (columns < VIEW_SHAPE[1])
    ribs = [number for number, region in enumerate(bones.regions) if region == "ribs"]
    for bit, number in enumerate(ribs):
        own = shown & (bones.owner == number)
        marks[rows[own], columns[own]] |= np.uint64(1) << np.uint64(FIRST_RIB + bit)
    return marks


def _keep_active(bones: Skeleton) -> Skeleton:
    """Drop the points that have lost their activity."""
    kept = bones.activity > 0
    return replace(bones, points=bones.points[kept], activity=bones.activity[kept], owner=bones.owner[kept])


def _sink_head(posed: Posed, neck: int, rows: int) -> Posed:
    """Sink the head, all above the row `neck`, forward by some rows, over neck and shoulders."""
    expected, regions = {}, {}
    for view, image in posed.expected.items():
        head = image[:neck] - BACKGROUND
        rest = image.copy()
        rest[:neck] = BACKGROUND
        rest[rows : neck + rows] += head
        expected[view] = rest
        masks = posed.regions[view].copy()
        masks[:neck] = 0
        masks[rows : neck + rows] |= posed.regions[view][:neck]
        regions[view] = masks
    return Posed(expected, regions, posed.waist)
