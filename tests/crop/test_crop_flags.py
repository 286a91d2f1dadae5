"""What makes a crop untrustworthy, and what becomes of it in the cohort."""

from types import SimpleNamespace

import crop as script
import numpy as np
import pandas as pd
import pytest
from drawn_body import CROWN, MIDDLE, draw_body

from bonescan.chance import generator
from bonescan.crop import crop_row, crop_thorax, flags, position, profile

SETTINGS = {"noise": "maximum", "degree": 15, "sigma": [5, 15], "size": 256}


def reasons_of(view):
    return crop_thorax(view, generator(1)).reasons


def test_a_figure_has_no_flag():
    assert reasons_of(draw_body()) == ()


def test_upside_down():
    assert "upside down" in reasons_of(draw_body()[::-1].copy())
    hot = draw_body()
    hot[CROWN + 600 : CROWN + 620, MIDDLE - 10 : MIDDLE + 10] = 3000
    assert "upside down" not in reasons_of(hot)


def raise_arms(view):
    arms = np.random.default_rng(1).poisson(8, (150, 30))
    for column in (MIDDLE - 90, MIDDLE + 60):
        view[CROWN - 50 : CROWN + 100, column : column + 30] = arms
    return view


def test_raised_arms_are_no_head():
    whole, raised = (crop_thorax(view, generator(1), sigma=10) for view in (draw_body(), raise_arms(draw_body())))
    assert raised.landmarks["crown"] == pytest.approx(CROWN, abs=6)
    assert raised.box == pytest.approx(whole.box, abs=8)
    assert raised.reasons == ()


def test_arms_up_without_feet_to_measure_from():
    """Nothing tells the height of a body that begins with hands and ends at the picture's edge."""
    assert "arms up" in reasons_of(np.roll(raise_arms(draw_body()), 400, axis=0) * (np.arange(1024) > 490)[:, None])


@pytest.mark.parametrize(("rows", "part"), [(-(CROWN + 45), "head"), (-(CROWN + 85), "head"), (240, "feet")])
def test_a_body_cut_off_is_cropped_where_it_would_be_whole(rows, part):
    view = draw_body()
    cut = np.random.default_rng(1).poisson(0.05, view.shape).astype(np.uint16)
    cut[max(0, rows) : 1024 + min(0, rows)] = view[max(0, -rows) : 1024 - max(0, rows)]
    whole, result = (crop_thorax(each, generator(1), sigma=10) for each in (view, cut))
    assert result.reasons == (f"{part} cut off",)
    assert result.box[0] == pytest.approx(whole.box[0] + rows, abs=10)
    assert result.box[1] == pytest.approx(whole.box[1] + rows, abs=10)
    assert result.landmarks["crown" if part == "head" else "toes"] not in range(1, 1024)


def test_too_tall_for_the_image():
    assert "too tall" in "; ".join(crop_thorax(draw_body(), generator(1), size=128).reasons)


def test_few_counts():
    few = np.random.default_rng(2).binomial(draw_body(level=2.0), 0.3).astype(np.uint16)
    result = crop_thorax(few, generator(1), sigma=10)
    assert any(reason.startswith("few counts") for reason in result.reasons)
    whole = crop_thorax(draw_body(), generator(1), sigma=10)
    assert result.box == pytest.approx(whole.box, abs=12)
    top, left = result.paste
    inside = result.thorax[top : top + 50, left : left + 50]
    assert set(np.unique(inside)) <= set(np.unique(few)), "the counts are those of the view, not the sums"


def test_spine_contrast_is_the_product_of_two_ratios():
    view = np.ones((1000, 256), np.uint16)
    flat = np.zeros(1000)
    curves = profile.Profile(0, flat, flat, flat, flat, flat, 0, 1000)
    assert position.spine_contrast(view, curves, 128) == pytest.approx(1)
    view[:, 108:148] = 3
    view[350, 100:156] = 60000
    assert position.spine_contrast(view, curves, 128) == pytest.approx(9, rel=0.01)
    assert position.spine_contrast(np.zeros_like(view), curves, 128) == 0.0


def crops(*rows):
    columns = ["image", "patient", "exam", "view", "spine_contrast", "flag", "reason"]
    return pd.DataFrame(
        [(f"{patient}_{exam}_{view}", patient, exam, view, *rest) for patient, exam, view, *rest in rows],
        columns=columns,
    )


def test_swapped_frames_are_found_in_pairs_and_odd_views_alone():
    table = crops(
        ("A", "1", "anterior", 10.0, 0, ""),
        ("A", "1", "posterior", 20.0, 0, ""),
        ("B", "1", "anterior", 20.0, 0, ""),
        ("B", "1", "posterior", 10.0, 1, "arms up"),
        ("B", "2", "anterior", 20.0, 0, ""),
        ("C", "1", "posterior", 5.0, 0, ""),
        ("D", "1", "anterior", 40.0, 0, ""),
        ("E", "1", "posterior", 3.0, 1, "upside down"),
    )
    flagged = flags.flag_frames(table)
    swapped = "anterior and posterior swapped"
    expected = ["", "", swapped, f"arms up; {swapped}", "", "looks like no posterior view"]
    assert flagged["reason"].tolist() == [*expected, "looks like no anterior view", "upside down"]
    assert flagged["flag"].tolist() == [0, 0, 1, 1, 0, 1, 1, 1]
    assert table["flag"].sum() == 2, "the table given stays as it is"


def test_untrusted_crops_are_kept_excluded_or_stopped_at():
    table = crops(("A", "1", "anterior", 9.0, 0, ""), ("B", "1", "anterior", 9.0, 1, "arms up"))
    kept, excluded = flags.exclude(table, "keep")
    assert len(kept) == 2 and excluded.empty and list(excluded.columns) == list(table.columns)
    kept, excluded = flags.exclude(table, "exclude")
    assert kept["patient"].tolist() == ["A"] and excluded["patient"].tolist() == ["B"]
    with pytest.raises(ValueError, match=r"crop.untrusted is stop: .* got 1 flagged of 2: B_1_anterior \(arms up\)"):
        flags.exclude(table, "stop")
    with pytest.raises(ValueError, match="expected a crop without a flag, got 1 flagged ones"):
        flags.exclude(table[1:], "exclude")
    assert len(flags.exclude(table[:1], "stop")[0]) == 1


@pytest.fixture
def job(tmp_path):
    views = np.stack([draw_body(), np.zeros((1024, 256), np.uint16), draw_body(3)])
    np.save(tmp_path / "scans.npy", views)
    table = pd.DataFrame({"image": ["P1_1_anterior", "P2_1_posterior", "P3_1_anterior"], "exam": "1"})
    table = table.assign(patient=["P1", "P2", "P3"], view=["anterior", "posterior", "anterior"])
    table.to_csv(tmp_path / "scans.tsv", sep="\t", index=False)
    return SimpleNamespace(
        input=SimpleNamespace(scans=tmp_path / "scans.npy", table=tmp_path / "scans.tsv"),
        output=SimpleNamespace(
            thorax=tmp_path / "thorax.npy", table=tmp_path / "crop.tsv", excluded=tmp_path / "excluded.tsv"
        ),
        params=SimpleNamespace(crop=SETTINGS, untrusted="keep", seed=3),
    )


def written(job):
    tables = [pd.read_csv(path, sep="\t", keep_default_na=False) for path in (job.output.table, job.output.excluded)]
    return *tables, np.load(job.output.thorax)


def test_main(job):
    script.main(job)
    rows, excluded, thorax = written(job)
    alone = crop_thorax(draw_body(), generator(3, "crop", "P1_1_anterior"), **SETTINGS)
    np.testing.assert_array_equal(thorax[0], alone.thorax)
    named = {"image": "P1_1_anterior", "patient": "P1", "exam": 1, "view": "anterior"}
    assert rows.loc[0].to_dict() == {**named, **crop_row(alone)}
    assert list(rows["flag"]) == [0, 1, 0] and thorax.shape == (3, 256, 256) and thorax.dtype == np.uint16
    assert "no body found" in rows["reason"][1] and excluded.empty
    np.save(job.input.scans, np.load(job.input.scans)[:1])
    with pytest.raises(ValueError, match="found 1 views and 3 rows"):
        script.main(job)


def test_main_excludes(job):
    job.params.untrusted = "exclude"
    script.main(job)
    rows, excluded, thorax = written(job)
    assert rows["image"].tolist() == ["P1_1_anterior", "P3_1_anterior"] and len(thorax) == 2
    assert excluded["image"].tolist() == ["P2_1_posterior"] and "no body found" in excluded["reason"][0]
    alone = crop_thorax(draw_body(3), generator(3, "crop", "P3_1_anterior"), **SETTINGS)
    np.testing.assert_array_equal(thorax[1], alone.thorax)


def test_main_stops(job):
    job.params.untrusted = "stop"
    with pytest.raises(ValueError, match="P2_1_posterior"):
        script.main(job)
    assert not job.output.thorax.exists()


@pytest.mark.parametrize("seed", range(12))
def test_no_picture_is_refused(seed):
    """Random rectangles of random counts: a crop of whole counts of the view comes back, within the view."""
    rng = np.random.default_rng(seed)
    view = rng.poisson(rng.choice([0, 0.05, 1]), (1024, 256))
    for _ in range(rng.integers(0, 12)):
        rows, columns = sorted(rng.integers(0, 1024, 2)), sorted(rng.integers(0, 256, 2))
        view[slice(*rows), slice(*columns)] += rng.poisson(rng.choice([1, 20, 60000]))
    view = np.minimum(view, 65535).astype(np.uint16)
    for options in ({}, {"landmarks": "counted"}, {"refine": 0, "trunk_end": "valley", "padding": "column"}):
        result = crop_thorax(view, generator(seed), **options, sigma_sides=("below", "rows", "around")[seed % 3])
        row0, row1, col0, col1 = result.box
        assert 0 <= row0 < row1 <= 1024 and 0 <= col0 < col1 <= 256
        region = view[row0:row1, col0:col1]
        assert result.thorax.sum() == region[region >= result.denoised.thr_n].sum()
