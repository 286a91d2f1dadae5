import numpy as np
import pytest
import yaml
from drawn_body import CROWN, MIDDLE, draw_body
from workflow_runs import ROOT

from bonescan.chance import generator
from bonescan.crop import background, crop_row, crop_thorax, landmarks, noise, profile, trunk


def without_noise(view, body=None):
    body = view > 0 if body is None else body
    return noise.Denoised(view, 1, body, ~body)


def test_noise_is_less_than_the_maximum_outside():
    view = np.zeros((64, 64), np.uint16)
    view[16:48, 16:48] = 100
    view[20, 20:24] = [2, 3, 4, 0]
    view[2, 60] = 3
    view[60, 2] = 1
    found, reasons = noise.remove_noise(view, "maximum")
    assert found.thr_n == 3
    assert found.view[20, 20:24].tolist() == [0, 3, 4, 0]
    assert found.view[2, 60] == 3
    assert found.view[60, 2] == 0
    assert found.view.dtype == np.uint16
    assert found.body[16:48, 16:48].all()
    assert not (found.body & found.outside).any()
    assert noise.remove_noise(view, 50)[0].thr_n == 1
    assert reasons == []


def test_a_hot_object_beside_the_body_is_neither_body_nor_outside():
    view = draw_body()
    plain = noise.remove_noise(view, "maximum")[0].thr_n
    assert 2 <= plain <= 4
    view[900, 10] = 5000
    view[300:420, 2:6] = 90
    found, _ = noise.remove_noise(view, "maximum")
    assert found.thr_n == plain
    assert not found.body[900, 10]
    assert not found.outside[900, 10]


def test_zeros_lifted_to_one_by_compression_are_noise():
    found, _ = noise.remove_noise(draw_body() + np.uint16(1) * (draw_body() == 0), "maximum")
    assert found.thr_n >= 2
    constant = np.ones((64, 64), np.uint16)
    constant[16:48, 16:48] = 50
    assert noise.remove_noise(constant, "maximum")[0].thr_n == 2


def test_streaks_of_near_lossless_compression_are_background():
    view = draw_body()
    streaked, level = view.copy(), 3
    for row in range(CROWN, CROWN + 60):
        streaked[row, MIDDLE + 30 :] = level
        streaked[row, :40] = level + 2
    cleaned = noise.remove_streaks(streaked)
    assert (cleaned[CROWN : CROWN + 60, MIDDLE + 30 :] == 0).all() and (cleaned[CROWN : CROWN + 60, :40] == 0).all()
    np.testing.assert_array_equal(cleaned[CROWN + 60 :], view[CROWN + 60 :])
    np.testing.assert_array_equal(noise.remove_streaks(view), view)
    lifted = view + np.uint16(1)
    np.testing.assert_array_equal(noise.remove_streaks(lifted), lifted)
    assert crop_thorax(streaked, generator(1)).reasons == ()
    saturated = np.where(view > 2, 255, view)
    saturated[CROWN + 60 : CROWN + 80, MIDDLE:] = 255
    np.testing.assert_array_equal(noise.remove_streaks(saturated), saturated, "an arm that leaves the picture")


def test_a_threshold_that_removes_the_body_gives_way():
    view = draw_body()
    view[60, 128] = 15
    found, reasons = noise.remove_noise(view, "maximum")
    assert reasons == ["thr_N 15 would remove more than 40% of the counts"]
    assert found.thr_n <= 3


def test_body_area_is_from_crown_to_toes():
    view = np.zeros((64, 64), np.uint16)
    view[10:50, 20:30] = 5
    body = view > 0
    view[2, 2] = view[60, 2] = 9
    area, reasons = profile.extract_body_area(view, without_noise(view, body))
    assert (area, reasons) == (profile.BodyArea(10, 50, 10, 50), [])
    none = np.zeros((64, 64), np.uint16)
    assert profile.extract_body_area(none, without_noise(none)) == (profile.BodyArea(0, 64, 0, 64), ["no body found"])


def test_a_body_cut_off_is_taken_to_be_as_tall_as_usual():
    view = np.zeros((1024, 64), np.uint16)
    view[300:, 20:40] = 5
    view[0, 0] = view[1023, 0] = 1
    area, reasons = profile.extract_body_area(view, without_noise(view, view > 1))
    assert (area, reasons) == (profile.BodyArea(300, 1024, 300, 1028), ["feet cut off"])
    view[300:500] = 0
    area, reasons = profile.extract_body_area(view, without_noise(view, view > 1))
    assert (area, reasons) == (profile.BodyArea(500, 1024, 500, 500 + profile.USUAL_HEIGHT), ["feet cut off"])
    area, reasons = profile.extract_body_area(view[::-1], without_noise(view[::-1], view[::-1] > 1))
    assert (area, reasons) == (profile.BodyArea(0, 524, 524 - profile.USUAL_HEIGHT, 524), ["head cut off"])
    # the field of view may end within the picture
    body = view > 1
    body[900:] = False
    view[900:] = 0
    area, reasons = profile.extract_body_area(view, without_noise(view, body))
    assert (area.toes, reasons) == (500 + profile.USUAL_HEIGHT, ["feet cut off"])
    # a faint fringe at the field's edge is no cut
    view[896:900, 0:60] = 1
    area, reasons = profile.extract_body_area(view, without_noise(view, view > 0))
    assert (area.toes, reasons) == (900, [])
    # toes that taper off at the field's edge are not cut
    view[1:] = 0
    for row in range(400, 1000):
        view[row, 20 : 20 + min(40, 1 + (1000 - row) // 4)] = 5
    area, reasons = profile.extract_body_area(view, without_noise(view, view > 1))
    assert (area, reasons) == (profile.BodyArea(400, 1000, 400, 1000), [])


def test_profile_counts_elements_and_its_fit_is_derived():
    view = np.zeros((104, 120), np.uint16)
    for row in range(100):
        view[2 + row, : row + 1] = 7
    curves = profile.fit_profile(without_noise(view), profile.BodyArea(2, 102, 2, 102), 3)
    rows = np.arange(100)
    assert curves.first_row == 2
    assert curves.occupancy.tolist() == (rows + 1).tolist()
    np.testing.assert_allclose(curves.fitted, rows + 1, atol=1e-8)
    np.testing.assert_allclose(curves.first, 1, atol=1e-8)
    np.testing.assert_allclose(curves.second, 0, atol=1e-8)


def curves_of(view, degree=15):
    found, _ = noise.remove_noise(view, "maximum")
    return profile.fit_profile(found, profile.extract_body_area(view, found)[0], degree)


@pytest.mark.parametrize("refine", [0.04, 0])
def test_landmarks_of_a_figure(refine):
    curves = curves_of(draw_body())
    found, reasons = landmarks.remove_head_and_legs(curves, "windows", refine, "steepest_descent")
    expected = {"crown": 150, "shoulder": 150 + 98, "waist": 150 + 255, "trunk_end": 150 + 357, "toes": 850}
    for name, row in expected.items():
        # one polynomial over the whole body misses edges
        assert found[name] == pytest.approx(row, abs=35 if name == "waist" or not refine else 8), name
    assert found["neck"] == pytest.approx(150 + 0.125 * 700, abs=11 if refine else 35)
    assert found["elbow"] < found["waist"] < found["pelvis"] < found["trunk_end"]
    assert reasons == []
    literal, _ = landmarks.remove_head_and_legs(curves, "windows", refine, "valley")
    assert literal["trunk_end"] > found["trunk_end"] + 10


def waves(height=700):
    """Curves with peaks at .1, .3, .5 ... of the height and valleys at .2, .4, .6 ..."""
    at = np.arange(height) / height
    curve = 100 - 20 * np.cos(2 * np.pi * at / 0.2)
    slope = np.gradient(curve)
    return profile.Profile(50, curve, curve, slope, np.gradient(slope), curve, 50, 50 + height)


def test_peaks_and_valleys_are_counted_from_the_top():
    for trunk_end, row in (("valley", 0.6), ("steepest_descent", 0.55)):
        found, reasons = landmarks.remove_head_and_legs(waves(), "counted", 0.04, trunk_end)
        expected = {"head": 0.1, "neck": 0.2, "shoulder": 0.2, "elbow": 0.3, "waist": 0.4, "pelvis": 0.5}
        for name, fraction in (expected | {"trunk_end": row}).items():
            assert found[name] == pytest.approx(50 + 700 * fraction, abs=2), name
        assert reasons == []


def test_a_curve_with_too_few_peaks_falls_back_on_the_usual_places():
    flat = np.full(700, 100.0)
    curves = profile.Profile(50, flat, flat, 0 * flat, 0 * flat, flat, 50, 750)
    for method in ("counted", "windows"):
        found, reasons = landmarks.remove_head_and_legs(curves, method, 0.04, "valley")
        assert {"shoulders not found", "end of the trunk not found"} <= set(reasons)
        assert found["trunk_end"] == 50 + 0.6 * 700


def test_windows_lie_where_a_body_that_is_cut_off_would_have_them():
    view = draw_body()
    whole, _ = landmarks.remove_head_and_legs(curves_of(view), "windows", 0.04, "steepest_descent")
    low = np.zeros_like(view)
    low[240:] = view[:-240]
    found, reasons = landmarks.remove_head_and_legs(curves_of(low), "windows", 0.04, "steepest_descent")
    assert reasons == []
    high = np.zeros_like(view)
    high[:-200] = view[200:]
    headless, reasons = landmarks.remove_head_and_legs(curves_of(high), "windows", 0.04, "steepest_descent")
    assert reasons == []
    for name in ("shoulder", "trunk_end"):
        assert found[name] == pytest.approx(whole[name] + 240, abs=5)
        assert headless[name] == pytest.approx(whole[name] - 200, abs=5)


def test_pelvis_is_two_fifths_of_the_trunk():
    found = {"crown": 0, "neck": 80, "trunk_end": 330, "toes": 650}
    assert trunk.remove_pelvis(found, (3, 2), "steepest_descent") == (230, [])
    assert trunk.remove_pelvis(found, (1, 1), "steepest_descent") == (205, [])
    expected = 230, ["trunk 0.25 of the height"]
    assert trunk.remove_pelvis(found | {"toes": 1000}, (3, 2), "steepest_descent") == expected
    assert trunk.remove_pelvis(found, (3, 2), "valley")[1] == ["trunk 0.38 of the height"]


def test_trunk_is_as_wide_as_the_legs_or_the_shoulders_and_arms_fall_away():
    view = np.zeros((400, 256), np.uint16)
    view[40:160, 60:160] = 1
    view[40:160, 106:114] = 9
    view[200:300, 68:100] = view[200:300, 110:152] = 2
    landmarks = {"crown": 0, "shoulder": 40, "cut": 140, "trunk_end": 200, "toes": 350}
    assert trunk.remove_arms(without_noise(view), landmarks) == pytest.approx((68, 152), abs=1)
    view[100:104, 60:64] = 60000
    assert trunk.remove_arms(without_noise(view), landmarks) == pytest.approx((68, 152), abs=3)
    shoulders = 0.225 * 350
    for first, last in ((110, 152), (20, 200)):  # one leg; legs with hands beside them
        view[200:300] = 0
        view[200:300, first:last] = 2
        found = trunk.remove_arms(without_noise(view), landmarks)
        assert found == pytest.approx((110 - shoulders / 2, 110 + shoulders / 2), abs=3)


def test_hands_that_hide_the_end_of_the_trunk_leave_it_where_it_is_usual():
    """The profile falls evenly from the pelvis on: no descent is steepest."""
    at = np.arange(700) / 700
    curve = np.interp(at, (0, 0.122, 0.16, 0.367, 0.45, 0.65, 1), (60, 40, 120, 100, 130, 60, 50))
    slope = np.gradient(curve)
    slope[at > 0.45] = -0.2 - 0.3 * (at[at > 0.45] - 0.45)
    curves = profile.Profile(50, curve, curve, slope, np.gradient(slope), np.cumsum(slope) + 60, 50, 750)
    found, reasons = landmarks.remove_head_and_legs(curves, "windows", 0.04, "steepest_descent")
    assert found["trunk_end"] == pytest.approx(50 + 0.514 * 700, abs=1)
    assert not any("trunk" in reason for reason in reasons)
    cut = profile.Profile(50, curve, curve, slope, np.gradient(slope), np.cumsum(slope) + 60, 50, 800)
    _, reasons = landmarks.remove_head_and_legs(cut, "windows", 0.04, "steepest_descent")
    assert "end of the trunk not found" in reasons


def test_background_fills_the_image():
    view = np.arange(48, dtype=np.uint16).reshape(6, 8)
    thorax = background.fill_with_background(view, 11, (1, 3, 2, 5), (2, 1), 6)
    assert thorax.tolist() == [[0] * 6, [0] * 6, [0, 0, 11, 12, 0, 0], [0, 18, 19, 20, 0, 0], [0] * 6, [0] * 6]
    assert thorax.dtype == np.uint16


def test_a_region_is_held_within_view_and_image():
    assert background.hold_within((1, 3, 2, 5), (6, 8), 6) == ((1, 3, 2, 5), [])
    expected = (1, 4, 2, 5), ["too tall: 6 of 3", "too wide: 5 of 3"]
    assert background.hold_within((-2, 9, 1, 6), (6, 8), 3) == expected
    assert background.hold_within((9, 12, -5, -2), (6, 8), 3) == ((5, 6, 0, 1), [])


@pytest.mark.parametrize(("padding", "corner"), [("centre", (2, 1)), ("top", (0, 1)), ("column", (2, 2))])
def test_padding(padding, corner):
    assert background.place((1, 3, 3, 6), 8, 6, padding) == corner


@pytest.mark.parametrize(
    ("sides", "region"), [("below", (10, 27, 5, 9)), ("rows", (3, 27, 5, 9)), ("around", (3, 27, -2, 16))]
)
def test_penalty(sides, region):
    assert background.add_penalty((10, 20, 5, 9), 7, sides) == region
    assert background.draw_sigma(7, None) == 7


def test_a_figure_is_cropped_to_its_trunk():
    view = draw_body()
    result = crop_thorax(view, generator(1, "crop", "a"))
    row0, row1, col0, col1 = result.box
    assert row0 == result.landmarks["shoulder"]
    assert row1 == result.landmarks["cut"] + result.sigma
    assert result.landmarks["cut"] == pytest.approx(150 + 0.36 * 700, abs=8)
    assert (col0, col1) == pytest.approx((MIDDLE - 79, MIDDLE + 79), abs=3)
    assert result.reasons == ()
    assert result.thorax.shape == (256, 256)
    assert result.thorax.dtype == np.uint16
    top, left = result.paste
    inside = result.thorax[top : top + row1 - row0, left : left + col1 - col0]
    np.testing.assert_array_equal(inside, result.denoised.view[row0:row1, col0:col1])
    assert result.thorax.sum() == inside.sum()
    assert result.counts_kept == pytest.approx(inside.sum() / view.sum())
    assert crop_row(result)["flag"] == 0


def test_sigma_is_drawn_per_image_within_its_limits():
    view = draw_body()
    drawn = [crop_thorax(view, generator(1, "crop", str(n))).sigma for n in range(60)]
    assert set(drawn) == set(range(5, 16))
    assert drawn[0] == crop_thorax(view, generator(1, "crop", "0")).sigma
    assert crop_thorax(view, generator(1, "crop", "0"), sigma=7).sigma == 7


def test_mirrored_and_shifted_views_give_mirrored_and_shifted_boxes():
    view = draw_body()
    settings = {"sigma": 10}
    row0, row1, col0, col1 = crop_thorax(view, generator(1), **settings).box
    mirrored = crop_thorax(view[:, ::-1].copy(), generator(1), **settings).box
    assert mirrored == pytest.approx((row0, row1, 256 - col1, 256 - col0), abs=2)
    lower = crop_thorax(np.roll(view, 41, axis=0), generator(1), **settings).box
    assert lower == pytest.approx((row0 + 41, row1 + 41, col0, col1), abs=4)
    fewer = np.random.default_rng(1).binomial(view, 0.25).astype(np.uint16)
    assert crop_thorax(fewer, generator(1), **settings).box == pytest.approx((row0, row1, col0, col1), abs=8)


@pytest.mark.parametrize(
    "view",
    [
        np.zeros((1024, 256), np.uint16),
        np.full((1024, 256), 65535, np.uint16),
        np.random.default_rng(0).poisson(3, (1024, 256)).astype(np.uint16),
        np.pad([[9]], ((500, 523), (100, 155))).astype(np.uint16),
        np.pad(np.full((300, 256), 9), ((0, 724), (0, 0))).astype(np.uint16),
        np.pad(np.full((1024, 3), 9), ((0, 0), (250, 3))).astype(np.uint16),
        draw_body()[::-1].copy(),
        np.roll(draw_body(), 120, axis=1),
    ],
    ids=["zero", "full", "noise", "point", "block", "stripe", "upside down", "rolled"],
)
@pytest.mark.parametrize("method", ["windows", "counted"])
@pytest.mark.parametrize("trunk_end", ["steepest_descent", "valley"])
def test_no_view_is_refused_and_what_is_no_patient_is_flagged(view, trunk_end, method):
    result = crop_thorax(view, generator(1), trunk_end=trunk_end, landmarks=method, sigma_sides="around")
    row0, row1, col0, col1 = result.box
    assert 0 <= row0 < row1 <= 1024
    assert 0 <= col0 < col1 <= 256
    assert result.thorax.shape == (256, 256)
    assert crop_row(result)["reason"]


def test_every_alternative_of_the_schema_is_there():
    schema = yaml.safe_load((ROOT / "workflow" / "schemas" / "config.schema.yaml").read_text(encoding="utf-8"))
    keys = schema["properties"]["crop"]["properties"]
    settings = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["crop"]
    for key in ("method", "untrusted"):  # not the five stages' own
        assert settings.pop(key) in keys.pop(key)["enum"]
    assert set(settings) == set(keys)
    view = draw_body()
    boxes = set()
    for key, values in {name: key["enum"] for name, key in keys.items() if "enum" in key}.items():
        for value in values:
            crop = crop_thorax(view, generator(1), **settings | {key: value})
            boxes.add((crop.box, crop.paste))
    alternatives = [
        {"noise": 99.9},
        {"sigma": 0},
        {"sigma": 9},
        {"refine": 0},
        {"degree": 9},
        {"spine_to_pelvis": [2, 1]},
    ]
    for change in alternatives:
        crop = crop_thorax(view, generator(1), **settings | change)
        boxes.add((crop.box, crop.paste))
    assert len(boxes) >= 10, "a choice that changes nothing is none"
