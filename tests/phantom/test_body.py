import numpy as np
import pytest

from bonescan.phantom import habitus, skeleton, soft_tissue
from bonescan.phantom.focus import in_bone, part_of, whole_bone
from bonescan.phantom.patient import thorax_box
from bonescan.phantom.scene import Points, Scene, deposit, locate
from bonescan.phantom.shapes import blade, ellipsoid, shell, tube

VIEWS = ("anterior", "posterior")


@pytest.fixture(scope="module")
def patient():
    rng = np.random.default_rng(4)
    posture = habitus.draw("M", 2.4, dict.fromkeys(habitus.QUANTILES, 0.4), rng)
    bones = skeleton.build(posture, rng)
    body = soft_tissue.build(posture, rng)
    places = locate(bones.points, posture, body)
    return posture, bones, body, places, Scene(body, places, bones.activity, posture.pixel, VIEWS)


def test_shapes_have_the_volumes_of_geometry():
    _, volume, _ = tube(((0, 0, 0), (0, 0, 100)), (10, 5))
    assert volume.sum() == pytest.approx(np.pi * 10 * 5 * 100, rel=1e-3)
    points, volume = ellipsoid((1, 2, 3), (10, 20, 30))
    assert volume.sum() == pytest.approx(4 / 3 * np.pi * 6000, rel=1e-6)
    assert points.mean(axis=0) == pytest.approx([1, 2, 3], abs=0.2)
    # the second moment of a solid ellipsoid is a fifth of its half-axis squared
    assert points.var(axis=0) == pytest.approx([20, 80, 180], rel=0.03)
    _, volume = shell((0, 0, 0), (50, 50, 50), 5.0)
    assert volume.sum() == pytest.approx(4 / 3 * np.pi * (50**3 - 45**3), rel=1e-6)
    flat = [[(x, y, 0.0) for y in (0, 20, 40)] for x in (0, 15, 30)]
    _, volume, _ = blade(flat, 3.0)
    assert volume.sum() == pytest.approx(30 * 40 * 3, rel=1e-6)


def test_deposit_keeps_activity_and_place():
    volume = np.zeros((4, 20, 30), np.float32)
    deposit(volume, Points(np.array([1.25]), np.array([107.5]), np.array([11.2])), np.array([8.0]), 100)
    assert volume.sum() == pytest.approx(8.0)
    assert (volume.sum(axis=(1, 2)) / 8) @ np.arange(4) == pytest.approx(1.25)
    assert (volume.sum(axis=(0, 2)) / 8) @ np.arange(20) == pytest.approx(7.5)
    assert (volume.sum(axis=(0, 1)) / 8) @ np.arange(30) == pytest.approx(11.2)


def test_points_beside_the_image_add_nothing():
    volume = np.zeros((2, 20, 30), np.float32)
    beside = Points(np.zeros(3), np.array([5.0, 5.0, 40.0]), np.array([-3.0, 31.0, 10.0]))
    deposit(volume, beside, np.ones(3), 0)
    assert not volume.any()


def test_the_skeleton_has_every_bone_and_two_sides(patient):
    _, bones, _, places, _ = patient
    for side in ("left", "right"):
        assert {f"{side} rib {number}" for number in range(1, 13)} <= set(bones.names)
    assert sum("vertebra" in name for name in bones.names) == 24
    # the patient's left is at the image's right in the anterior view
    left, right = bones.bone("left rib 7"), bones.bone("right rib 7")
    assert places.column[left].mean() > places.column[right].mean() + 40


def test_bones_lie_inside_the_body(patient):
    _, bones, body, places, _ = patient
    slab = np.clip(np.rint(places.slab).astype(int), 0, len(body.density) - 1)
    row, column = np.rint(places.row).astype(int) - body.top, np.rint(places.column).astype(int)
    # hands may lie beside the field of view
    seen = (column >= 0) & (column < 256)
    outside = body.density[slab[seen], row[seen], column[seen]] == 0
    assert bones.activity[seen][outside].sum() < 0.01 * bones.activity.sum()


def test_a_focus_shows_where_the_truth_says(patient):
    posture, bones, body, _, scene = patient
    centre = bones.points[bones.bone("left rib 5")][200]
    focus = in_bone(bones, "left rib 5", centre, 14.0, 5.0, "metastasis", "ribs", np.random.default_rng(5))
    points = locate(focus.points, posture, body)
    share = focus.activity / focus.activity.sum()
    for view in VIEWS:
        patch, window = scene.glimpse(points, focus.activity, view)
        row, column = np.unravel_index(patch.argmax(), patch.shape)
        assert abs(row + window[0].start - points.row @ share) <= 1.5
        assert abs(column + window[1].start - points.column @ share) <= 1.5


def test_the_thorax_box_holds_ribs_and_no_bladder(patient):
    posture, bones, _, places, scene = patient
    row0, row1, col0, col1 = thorax_box(bones, places)
    ribs = bones.region("ribs")
    assert row0 <= places.row[ribs].min() and places.row[ribs].max() < row1
    assert col0 <= places.column[ribs].min() and places.column[ribs].max() < col1
    assert posture.rows(habitus.LANDMARKS["neck"]) < row0 < row1 < posture.rows(habitus.LANDMARKS["waist"])
    # spine outshines what lies 20 pixels beside it, more so from the back
    spine = np.rint(places.column[bones.bone("lumbar vertebra 3")].mean()).astype(int)
    height = np.rint(places.row[bones.bone("lumbar vertebra 3")].mean()).astype(int)
    ratios = [
        scene.images[view][height - 3 : height + 4, spine].mean()
        / scene.images[view][height - 3 : height + 4, spine + 22].mean()
        for view in VIEWS
    ]
    assert 2 < ratios[0] < ratios[1]


def test_a_place_in_a_bone_has_a_name(patient):
    _, bones, *_ = patient
    rib = bones.points[bones.bone("left rib 7")]
    assert part_of("ribs", rib, rib[rib[:, 1].argmax()]) == "posterior"
    assert part_of("ribs", rib, rib[rib[:, 0].argmax()]) == "lateral"
    assert part_of("ribs", rib, rib[rib[:, 1].argmin()]) == "anterior"
    vertebra = bones.points[bones.bone("lumbar vertebra 3")]
    assert part_of("spine", vertebra, vertebra[vertebra[:, 1].argmin()]) == "body"
    assert part_of("spine", vertebra, vertebra[vertebra[:, 0].argmax()]) == "left arch"
    femur = bones.points[bones.bone("right femur")]
    parts = [part_of("femur", femur, femur[i]) for i in (femur[:, 2].argmin(), femur[:, 2].argmax())]
    assert parts == ["proximal", "distal"]
    clavicle = bones.points[bones.bone("right clavicle")]
    assert part_of("shoulder girdle", clavicle, clavicle[clavicle[:, 0].argmin()]) == "lateral"


def test_a_cold_focus_takes_away_and_a_stretched_one_is_flat(patient):
    _, bones, *_ = patient
    middle = bones.points[bones.bone("lumbar vertebra 3")].mean(axis=0)
    arguments = (bones, "lumbar vertebra 3", middle, 34.0)
    rng = np.random.default_rng(8)
    cold = in_bone(*arguments, 0.2, "metastasis", "lumbar spine", rng)
    own = bones.activity[bones.bone("lumbar vertebra 3")].sum()
    assert -own <= cold.activity.sum() < -0.2 * own
    flat = in_bone(*arguments, 3.0, "fracture", "vertebral compression", rng, stretch=(1.4, 1.2, 0.4))
    round_one = in_bone(*arguments, 3.0, "fracture", "vertebral compression", rng)
    height = [np.average((focus.points[:, 2] - middle[2]) ** 2, weights=focus.activity) for focus in (flat, round_one)]
    assert height[0] < 0.5 * height[1]
    paget = whole_bone(bones, "left femur", 3.0, "Paget disease", "whole bone")
    assert paget.activity.sum() == pytest.approx(2 * bones.activity[bones.bone("left femur")].sum())
