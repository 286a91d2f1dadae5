from types import SimpleNamespace

import crop as script
import numpy as np
import pandas as pd
import pytest

from bonescan import crop
from bonescan.chance import generator

CROWN, HEIGHT, MIDDLE = 150, 700, 120


def figure(seed=0, level=8.0):
    """A rough patient of Poisson counts: head, neck, trunk with arms, hands, legs, and a bright spine.

    Fractions of the height: neck .11 to .14, shoulders from .14, waist .367, hands to .50, legs from .51.
    """
    expected = np.full((1024, 256), 0.05)
    parts = [(0, 0.11, 60), (0.11, 0.14, 36), (0.14, 0.33, 180), (0.33, 0.40, 160), (0.40, 0.51, 190), (0.51, 1, 130)]
    for first, last, width in parts:
        rows = slice(round(CROWN + first * HEIGHT), round(CROWN + last * HEIGHT))
        expected[rows, MIDDLE - width // 2 : MIDDLE + width // 2] = level
    expected[round(CROWN + 0.14 * HEIGHT) : round(CROWN + 0.45 * HEIGHT), MIDDLE - 6 : MIDDLE + 6] = 4 * level
    return np.random.default_rng(seed).poisson(expected).astype(np.uint16)


def noise_of(view, body=None):
    body = view > 0 if body is None else body
    return crop.Noise(view, 1, body, ~body)


def test_noise_is_less_than_the_maximum_outside():
    view = np.zeros((64, 64), np.uint16)
    view[16:48, 16:48] = 100
    view[20, 20:24] = [2, 3, 4, 0]
    view[2, 60] = 3
    view[60, 2] = 1
    found, reasons = crop.remove_noise(view, "maximum")
    assert found.thr_n == 3
    assert found.view[20, 20:24].tolist() == [0, 3, 4, 0]
    assert found.view[2, 60] == 3
    assert found.view[60, 2] == 0
    assert found.view.dtype == np.uint16
    assert found.body[16:48, 16:48].all()
    assert not (found.body & found.outside).any()
    assert crop.remove_noise(view, 50)[0].thr_n == 1
    assert reasons == []


def test_a_hot_object_beside_the_body_is_neither_body_nor_outside():
    view = figure()
    plain = crop.remove_noise(view, "maximum")[0].thr_n
    assert 2 <= plain <= 4
    view[900, 10] = 5000
    view[300:420, 2:6] = 90
    found, _ = crop.remove_noise(view, "maximum")
    assert found.thr_n == plain
    assert not found.body[900, 10]
    assert not found.outside[900, 10]


def test_zeros_lifted_to_one_by_compression_are_noise():
    found, _ = crop.remove_noise(figure() + np.uint16(1) * (figure() == 0), "maximum")
    assert found.thr_n >= 2
    constant = np.ones((64, 64), np.uint16)
    constant[16:48, 16:48] = 50
    assert crop.remove_noise(constant, "maximum")[0].thr_n == 2


def test_a_threshold_that_removes_the_body_gives_way():
    view = figure()
    view[60, 128] = 15
    found, reasons = crop.remove_noise(view, "maximum")
    assert reasons == ["thr_N 15 would remove more than 40% of the counts"]
    assert found.thr_n <= 3


def test_body_area_is_from_crown_to_toes():
    view = np.zeros((64, 64), np.uint16)
    view[10:50, 20:30] = 5
    body = view > 0
    view[2, 2] = 9
    assert crop.extract_body_area(noise_of(view, body)) == ((10, 50), [])
    full, none = np.ones((64, 64), np.uint16), np.zeros((64, 64), np.uint16)
    assert crop.extract_body_area(noise_of(full)) == ((0, 64), ["body cut off by the picture's edge"])
    assert crop.extract_body_area(noise_of(none)) == ((0, 64), ["no body found"])


def test_profile_counts_elements_and_its_fit_is_derived():
    view = np.zeros((104, 120), np.uint16)
    for row in range(100):
        view[2 + row, : row + 1] = 7
    profile = crop.fit_profile(noise_of(view), 2, 102, 3)
    rows = np.arange(100)
    assert profile.first_row == 2
    assert profile.occupancy.tolist() == (rows + 1).tolist()
    np.testing.assert_allclose(profile.fitted, rows + 1, atol=1e-8)
    np.testing.assert_allclose(profile.first, 1, atol=1e-8)
    np.testing.assert_allclose(profile.second, 0, atol=1e-8)


def test_landmarks_of_a_figure():
    found, _ = crop.remove_noise(figure(), "maximum")
    profile = crop.fit_profile(found, *crop.extract_body_area(found)[0], 15)
    landmarks, reasons = crop.remove_head_and_legs(profile, "steepest_descent")
    expected = {"crown": 150, "shoulder": 150 + 98, "waist": 150 + 255, "trunk_end": 150 + 357, "toes": 850}
    for name, row in expected.items():
        assert landmarks[name] == pytest.approx(row, abs=20 if name == "waist" else 8), name
    assert 150 + 77 <= landmarks["neck"] <= 150 + 98
    assert landmarks["elbow"] < landmarks["waist"] < landmarks["pelvis"] < landmarks["trunk_end"]
    assert reasons == []
    literal, _ = crop.remove_head_and_legs(profile, "valley")
    assert literal["trunk_end"] > landmarks["trunk_end"] + 10


def test_a_profile_without_shoulders_falls_back_on_the_usual_places():
    view = np.zeros((1024, 256), np.uint16)
    view[100:900, 50:200] = 9
    profile = crop.fit_profile(noise_of(view), 100, 900, 15)
    landmarks, reasons = crop.remove_head_and_legs(profile, "steepest_descent")
    assert reasons == ["shoulders not found", "end of the trunk not found"]
    assert landmarks["trunk_end"] == 100 + round(0.514 * 800)


def test_pelvis_is_two_fifths_of_the_trunk():
    landmarks = {"crown": 0, "neck": 80, "trunk_end": 330, "toes": 650}
    assert crop.remove_pelvis(landmarks, (3, 2)) == (230, [])
    assert crop.remove_pelvis(landmarks, (1, 1)) == (205, [])
    assert crop.remove_pelvis(landmarks | {"toes": 1000}, (3, 2)) == (230, ["trunk 0.25 of the height"])


def test_trunk_is_as_wide_as_the_legs_and_arms_fall_away():
    view = np.zeros((400, 256), np.uint16)
    view[40:160, 60:160] = 1
    view[40:160, 106:114] = 9
    view[200:300, 75:100] = view[200:300, 110:145] = 2
    landmarks = {"crown": 0, "shoulder": 40, "cut": 140, "trunk_end": 200, "toes": 350}
    columns, reasons = crop.remove_arms(noise_of(view), landmarks)
    assert columns == pytest.approx((75, 145), abs=1)
    assert reasons == []
    view[100:104, 60:64] = 60000
    assert crop.remove_arms(noise_of(view), landmarks)[0] == pytest.approx((75, 145), abs=3)
    view[200:300, 110:145] = 0
    columns, reasons = crop.remove_arms(noise_of(view), landmarks)
    assert columns == pytest.approx((75, 145), abs=3)
    assert reasons == ["legs 0.07 of the height wide"]


def test_background_fills_the_image():
    view = np.arange(48, dtype=np.uint16).reshape(6, 8)
    thorax, box, paste, reasons = crop.fill_with_background(view, (1, 3, 2, 5), 6)
    assert thorax.tolist() == [[0] * 6, [0] * 6, [0, 10, 11, 12, 0, 0], [0, 18, 19, 20, 0, 0], [0] * 6, [0] * 6]
    assert (box, paste) == ((1, 3, 2, 5), (2, 1))
    assert reasons == []
    thorax, box, paste, reasons = crop.fill_with_background(view, (-2, 9, 1, 6), 3)
    assert thorax.tolist() == [[10, 11, 12], [18, 19, 20], [26, 27, 28]]
    assert (box, paste) == ((1, 4, 2, 5), (0, 0))
    assert reasons == ["too tall: 6 of 3", "too wide: 5 of 3"]


def test_a_figure_is_cropped_to_its_trunk():
    view = figure()
    result = crop.crop_thorax(view, generator(1, "crop", "a"))
    row0, row1, col0, col1 = result.box
    assert row0 == result.landmarks["shoulder"]
    assert row1 == result.landmarks["cut"] + result.sigma
    assert result.landmarks["cut"] == pytest.approx(150 + 0.36 * 700, abs=8)
    assert (col0, col1) == pytest.approx((MIDDLE - 65, MIDDLE + 65), abs=8)
    assert result.reasons == ()
    assert result.thorax.shape == (256, 256)
    assert result.thorax.dtype == np.uint16
    top, left = result.paste
    inside = result.thorax[top : top + row1 - row0, left : left + col1 - col0]
    np.testing.assert_array_equal(inside, result.noise.view[row0:row1, col0:col1])
    assert result.thorax.sum() == inside.sum()
    assert result.counts_kept == pytest.approx(inside.sum() / view.sum())
    assert crop.crop_row(result)["flag"] == 0


def test_sigma_is_drawn_per_image_within_its_limits():
    view = figure()
    drawn = [crop.crop_thorax(view, generator(1, "crop", str(n))).sigma for n in range(60)]
    assert set(drawn) == set(range(5, 16))
    assert drawn[0] == crop.crop_thorax(view, generator(1, "crop", "0")).sigma
    assert crop.crop_thorax(view, generator(1, "crop", "0"), sigma=(7, 7)).sigma == 7


def test_mirrored_and_shifted_views_give_mirrored_and_shifted_boxes():
    view = figure()
    settings = {"sigma": (10, 10)}
    row0, row1, col0, col1 = crop.crop_thorax(view, generator(1), **settings).box
    mirrored = crop.crop_thorax(view[:, ::-1].copy(), generator(1), **settings).box
    assert mirrored == pytest.approx((row0, row1, 256 - col1, 256 - col0), abs=2)
    lower = crop.crop_thorax(np.roll(view, 41, axis=0), generator(1), **settings).box
    assert lower == pytest.approx((row0 + 41, row1 + 41, col0, col1), abs=4)
    fewer = np.random.default_rng(1).binomial(view, 0.25).astype(np.uint16)
    assert crop.crop_thorax(fewer, generator(1), **settings).box == pytest.approx((row0, row1, col0, col1), abs=8)


@pytest.mark.parametrize(
    "view",
    [
        np.zeros((1024, 256), np.uint16),
        np.full((1024, 256), 65535, np.uint16),
        np.random.default_rng(0).poisson(3, (1024, 256)).astype(np.uint16),
        np.pad([[9]], ((500, 523), (100, 155))).astype(np.uint16),
        np.pad(np.full((300, 256), 9), ((0, 724), (0, 0))).astype(np.uint16),
        np.pad(np.full((1024, 3), 9), ((0, 0), (250, 3))).astype(np.uint16),
        figure()[::-1].copy(),
        np.roll(figure(), 120, axis=1),
    ],
    ids=["zero", "full", "noise", "point", "block", "stripe", "upside down", "rolled"],
)
@pytest.mark.parametrize("trunk_end", ["steepest_descent", "valley"])
def test_no_view_is_refused_and_what_is_no_patient_is_flagged(view, trunk_end):
    result = crop.crop_thorax(view, generator(1), trunk_end=trunk_end)
    row0, row1, col0, col1 = result.box
    assert 0 <= row0 < row1 <= 1024
    assert 0 <= col0 < col1 <= 256
    assert result.thorax.shape == (256, 256)
    assert crop.crop_row(result)["reason"]


def test_main(tmp_path):
    views = np.stack([figure(), np.zeros((1024, 256), np.uint16)])
    np.save(tmp_path / "scans.npy", views)
    table = pd.DataFrame({"image": ["P1_1_anterior", "P2_1_posterior"], "patient": ["P1", "P2"], "exam": "1"})
    table.assign(view=["anterior", "posterior"]).to_csv(tmp_path / "scans.tsv", sep="\t", index=False)
    settings = {"noise": "maximum", "degree": 15, "trunk_end": "steepest_descent", "spine_to_pelvis": [3, 2]}
    job = SimpleNamespace(
        input=SimpleNamespace(scans=tmp_path / "scans.npy", table=tmp_path / "scans.tsv"),
        output=SimpleNamespace(thorax=tmp_path / "thorax.npy", table=tmp_path / "crop.tsv"),
        params=SimpleNamespace(crop=settings | {"sigma": [5, 15], "size": 256}, seed=3),
    )
    script.main(job)
    rows = pd.read_csv(tmp_path / "crop.tsv", sep="\t", keep_default_na=False)
    thorax = np.load(tmp_path / "thorax.npy")
    alone = crop.crop_thorax(views[0], generator(3, "crop", "P1_1_anterior"))
    np.testing.assert_array_equal(thorax[0], alone.thorax)
    assert rows.loc[0].to_dict() == {
        "image": "P1_1_anterior",
        "patient": "P1",
        "view": "anterior",
        **crop.crop_row(alone),
    }
    assert list(rows["flag"]) == [0, 1]
    assert "no body found" in rows["reason"][1]
    np.save(tmp_path / "scans.npy", views[:1])
    with pytest.raises(ValueError, match="found 1 views and 2 rows"):
        script.main(job)
