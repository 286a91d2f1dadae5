"""Image statistics, on a body drawn by hand whose every number is known, and on the one real scan."""

from pathlib import Path

import numpy as np
import pandas as pd
import pydicom
import pytest
from drawn_body import draw_without_noise
from pydicom.data import get_testdata_file

from bonescan.phantom_quality.anatomy import find_anatomy, find_landmarks
from bonescan.phantom_quality.likeness import undo_compression
from bonescan.phantom_quality.regions import regions, trunk_edges, trunk_rows
from bonescan.phantom_quality.statistics import judge, measure, thin

BANDS = Path(__file__).parents[2] / "workflow" / "resources" / "real_scans.tsv"


def test_landmarks_are_fractions_of_the_profile():
    body = find_anatomy(draw_without_noise())
    assert (body.crown, body.toes, body.height) == (100, 800, 700)
    expected = {"neck": 85 / 700, "waist": 257 / 700, "pelvis": 332 / 700, "descent": 360 / 700}
    assert body.landmarks == pytest.approx(expected, abs=0.01)  # smoothing moves a valley away from its steeper side


def test_a_landmark_that_is_not_there_is_not_found():
    landmarks = find_landmarks(np.linspace(10, 200, 700))
    assert all(np.isnan(row) for name, row in landmarks.items() if name != "descent")


def test_no_body():
    with pytest.raises(ValueError, match="expected a body of at least 256 rows"):
        find_anatomy(np.zeros((1024, 256), dtype=np.uint16))


def test_ratios_by_hand():
    found = measure(draw_without_noise(), 2.4, np.random.default_rng(0))
    assert found["spine_flank"] == pytest.approx(16 / 4)
    assert found["ribs_flank"] == pytest.approx(8 / 4)
    assert found["spine_thigh"] == pytest.approx(16 / 1)
    assert found["bladder_maximum"] == found["maximum"] == 90
    assert found["body_rows"] == 700
    assert found["counts"] == draw_without_noise().sum() / 1e6
    assert found["zero_fraction"] == (draw_without_noise() == 0).mean()
    assert found["outside_mean"] == found["outside_maximum"] == 0


def test_counts_and_rows_are_those_of_pixels_of_24_mm():
    coarse, fine = (measure(draw_without_noise(), spacing, np.random.default_rng(0)) for spacing in (2.4, 1.2))
    assert fine["percentile_99"] == 4 * coarse["percentile_99"]
    assert fine["body_rows"] == coarse["body_rows"] / 2


def test_hot_kidneys_hot_vertebrae_and_arms_at_the_trunk_change_no_ratio():
    view = draw_without_noise()
    view[285:325, 98:116] = view[285:325, 141:159] = 60  # kidneys
    view[335:343, 120:137] = 200  # a metastasis in one vertebra
    view[215:440, 40:62] = 5  # an arm; between it and the trunk, which begins at 68, a cleft
    view[215:440, 62:66] = 2
    found = measure(view, 2.4, np.random.default_rng(0))
    assert found["spine_flank"] == pytest.approx(4, rel=0.15)
    assert found["ribs_flank"] == pytest.approx(2, rel=0.05)
    body = find_anatomy(view)
    first, middle, last = trunk_edges(view, body, trunk_rows(body, 0.3, 0.45))
    assert (first, middle, last) == pytest.approx((64, 128, 189), abs=4)


def test_regions_do_not_overlap_and_lie_where_they_should():
    view = draw_without_noise()
    masks = regions(view, find_anatomy(view), 2.4)
    assert sum(mask.astype(int) for mask in masks.values()).max() == 1
    values = {name: set(view[mask].tolist()) for name, mask in masks.items()}
    assert values == {"spine": {16}, "flank": {4}, "ribs": {8}, "thigh": {1}}


def test_only_slow_scans_are_thinned_and_stay_poisson():
    rng = np.random.default_rng(3)
    usual = rng.poisson(2, (1024, 256)).astype(np.uint16)  # 0.52 million
    assert thin(usual, rng) is usual
    thinned = thin(rng.poisson(8, (1024, 256)).astype(np.uint16), rng)
    assert thinned.dtype == np.uint16
    assert thinned.sum() == pytest.approx(0.53e6, rel=0.01)
    assert thinned.var() == pytest.approx(thinned.mean(), rel=0.02)
    slow = (draw_without_noise() * 8).astype(np.uint16)
    found = measure(slow, 2.4, rng)
    assert found["counts"] > 1.2 and found["maximum"] == 720
    assert found["bladder_maximum"] < 400
    assert found["spine_flank"] == pytest.approx(4, rel=0.1)


def test_judge_counts_what_is_inside_and_what_is_not_found():
    views = pd.DataFrame({"view": ["anterior"] * 10 + ["posterior"] * 2, "neck": [0.12] * 8 + [0.2, np.nan, 0.1, 0.12]})
    band = {"name": "neck", "statistic": "neck", "view": "anterior", "low": 0.11, "high": 0.13, "required": 1}
    judged = judge(views, pd.DataFrame([band, {**band, "view": np.nan, "required": 0, "high": 0.25}]))
    assert judged["n"].tolist() == [10, 12]
    assert judged["inside"].tolist() == pytest.approx([0.8, 10 / 12])
    assert judged["above"].tolist() == pytest.approx([0.1, 0])
    assert judged["below"].tolist() == pytest.approx([0, 1 / 12])
    assert judged["not_found"].tolist() == pytest.approx([0.1, 1 / 12])
    assert judged["met"].tolist() == ["no", ""]
    assert judged["median"].tolist() == [0.12, 0.12]
    with pytest.raises(ValueError, match="expected one of the statistics view, neck and low less than high, got 'nek'"):
        judge(views, pd.DataFrame([{**band, "statistic": "nek"}]))


def test_the_bands_are_those_of_the_facts():
    bands = pd.read_csv(BANDS, sep="\t").set_index("name")
    assert bands["source"].str.len().min() > 20
    assert set(bands["view"].dropna()) == {"anterior", "posterior"}
    assert bands.loc["zero-pixel fraction", ["low", "high"]].tolist() == [0.62, 0.68]
    # a new view of eight: t(7, .975) = 2.3646
    reach = 2.3646 * np.sqrt(1 + 1 / 8)
    for name, mean, deviation in (("neck valley", 0.122, 0.004), ("waist valley", 0.367, 0.005)):
        assert bands.loc[name, ["low", "high"]].tolist() == pytest.approx(
            [mean - reach * deviation, mean + reach * deviation], abs=1e-4
        )
    assert bands["required"].sum() == 13


def test_the_real_scan_lies_in_the_bands_that_a_stout_man_can_meet():
    pytest.importorskip("libjpeg", reason="pylibjpeg-libjpeg decodes the scan")
    real = pydicom.dcmread(get_testdata_file("JPGExtended.dcm", download=False))
    found = measure(undo_compression(real.pixel_array), float(real.PixelSpacing[0]), np.random.default_rng(0))
    bands = pd.read_csv(BANDS, sep="\t")
    bands = bands[bands["view"] != "posterior"].set_index("name")
    inside = bands.apply(lambda band: band["low"] <= found[band["statistic"]] <= band["high"], axis=1)
    met = ["99th percentile", "body height", "pelvis and hands peak", "steepest drop to the legs", "ribs : flank"]
    assert inside[[*met, "lumbar spine : flank, anterior", "maximum pixel", "bladder maximum"]].all()
    # a stout man: no neck or waist in the profile, and thighs as bright as his flank; the vendor zeroed the background
    assert not inside[["neck valley", "waist valley", "spine : thigh", "outside the body, mean"]].any()
