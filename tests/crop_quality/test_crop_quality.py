"""Scores by hand, and the scripts of `snakemake crop_quality` on a handful of views."""

from types import SimpleNamespace

import contact_sheet
import crop_flags
import crop_judging
import crop_scores
import crop_stress
import numpy as np
import pandas as pd
import pytest
from drawn_body import draw_body

from bonescan.chance import generator
from bonescan.crop import crop_row, crop_thorax
from bonescan.crop_quality import ablation, postures, scores, stress, worth
from bonescan.crop_quality.mannequin import bones, person, solids
from bonescan.figures import contact_sheet as sheet
from bonescan.phantom import habitus
from bonescan.phantom.truth import REGIONS, mask
from bonescan.tables.crop_quality import MEASURES, scores_table

CHOSEN = ("as configured", "literal third valley")
PHANTOM = {"cohort": "phantom", "scale": "desk"}


def regions_of(**boxes):
    regions = np.zeros((1024, 256), np.uint16)
    for name, (row0, row1, col0, col1) in boxes.items():
        regions[row0:row1, col0:col1] |= np.uint16(1 << REGIONS.index(name.replace("_", " ")))
    return regions


ANATOMY = regions_of(
    skull=(150, 220, 90, 150),
    ribs=(250, 370, 60, 180),
    shoulder_girdle=(240, 260, 50, 190),
    thoracic_spine=(240, 350, 110, 130),
    lumbar_spine=(370, 440, 110, 130),
    pelvis=(400, 500, 60, 180),
    bladder=(470, 500, 110, 130),
    arms=(250, 520, 226, 250),
    body=(150, 850, 0, 256),
)


def test_intersection_over_union():
    assert scores.intersection_over_union((0, 10, 0, 10), (0, 10, 0, 10)) == 1
    assert scores.intersection_over_union((0, 10, 0, 10), (5, 15, 0, 10)) == pytest.approx(50 / 150)
    assert scores.intersection_over_union((0, 10, 0, 10), (20, 30, 0, 10)) == 0
    assert scores.intersection_over_union((0, 0, 0, 0), (0, 0, 0, 0)) == 0


def test_true_boxes_end_at_the_last_rib_and_at_the_waist():
    assert scores.true_boxes(ANATOMY, 395.2) == {"ribs": (240, 370, 50, 190), "trunk": (240, 395, 50, 190)}
    assert scores.true_boxes(np.zeros_like(ANATOMY), 0)["ribs"] == (0, 0, 0, 0)


def test_pixels_kept_rightly_and_wrongly():
    found = scores.score_view((240, 410, 60, 180), ANATOMY, 395)
    assert found["iou_trunk"] == pytest.approx(155 * 120 / (155 * 140 + 15 * 120))
    assert found["iou_ribs"] == pytest.approx(130 * 120 / (130 * 140 + 40 * 120))
    assert (found["ribs_kept"], found["thoracic_spine_kept"], found["head_kept"]) == (1, 1, 0)
    assert (found["pelvis_kept"], found["bladder_kept"]) == (pytest.approx(0.1), 0)
    assert np.isnan(scores.score_view((0, 1, 0, 1), np.zeros_like(ANATOMY), 0)["ribs_kept"])


def test_lesions_and_labels_lost():
    columns = ["row", "col", "region", "visible", "in_thorax"]
    lesions = pd.DataFrame(
        [(300, 120, "spine", 1, 1), (300, 190, "humerus", 1, 1), (450, 100, "pelvis", 1, 0), (300, 110, "ribs", 0, 1)],
        columns=columns,
    )
    inside = (240, 410, 60, 180)
    lost = {"thoracic_lesions": 2, "lesions_lost": 1, "label_lost": 0, "class_changed": 1}
    assert scores.score_lesions(inside, lesions) == lost
    assert scores.score_lesions(inside, lesions[1:])["label_lost"] == 1
    none = {"thoracic_lesions": 0, "lesions_lost": 0, "label_lost": 0, "class_changed": 0}
    assert scores.score_lesions(inside, lesions[3:]) == none
    assert [scores.subtype_of(lesions[rows]) for rows in ([], [True] + 3 * [False], [False, True, False, False])] == [
        "normal",
        "spinal",
        "outside_spine",
    ]
    assert scores.subtype_of(lesions) == "multiple"


def test_a_cohort_in_one_row():
    views = pd.DataFrame({"iou_trunk": [0.8, 0.9, 1.0], "iou_ribs": [0.5, 0.6, 0.7], "flag": [0, 0, 1]})
    views = views.assign(image=list("cba"), label=[1, 1, 0], thoracic_lesions=[3, 1, 0], lesions_lost=[0, 1, 0])
    views = views.assign(label_lost=[0, 1, 0], class_changed=[1, 1, 0], bladder_kept=[0, 0.1, 0.2])
    views = views.assign(**dict.fromkeys(("ribs_kept", "thoracic_spine_kept", "head_kept", "pelvis_kept"), 0.5))
    row = scores.summarise(views)
    assert (row["iou_trunk_median"], row["iou_trunk_p5"], row["iou_trunk_min"]) == pytest.approx((0.9, 0.81, 0.8))
    assert (row["lesions_lost"], row["label_lost"], row["class_changed"]) == (0.25, 0.5, 1)
    assert (row["bladder_crops"], row["flagged"]) == pytest.approx((2 / 3, 1 / 3))
    assert scores.worst(views, 2)["image"].tolist() == ["c", "b"]
    assert set(row) == set(MEASURES)


def test_the_table_of_scores_has_a_column_a_group_and_a_row_a_crop():
    views = pd.DataFrame({"image": list("abc"), "view": ["anterior", "anterior", "posterior"], "flag": [0, 1, 0]})
    views = views.assign(reason=["", "arms up", np.nan], label=0, iou_trunk=[0.9, 0.5, 0.8], iou_ribs=0.7)
    kept = ("ribs_kept", "thoracic_spine_kept", "head_kept", "pelvis_kept", "bladder_kept")
    views = views.assign(**dict.fromkeys(kept, 0.5), row0=10, row1=20, col0=1, col1=9)
    views = views.assign(true_row0=11, true_row1=21, true_col0=2, true_col1=8)
    views = views.assign(thoracic_lesions=0, lesions_lost=0, label_lost=0, class_changed=0)
    values = scores.summarise_groups(views)
    assert values["group"].tolist() == ["All", "Anterior", "Posterior", "Without a flag"]
    assert values["views"].tolist() == [3, 2, 1, 2]
    table = scores_table(values, scores.worst(views, 2), PHANTOM)
    first = table.sections[0].frame.set_index("Measure").iloc[1]
    assert first[["All", "Anterior", "Posterior", "Without a flag"]].tolist() == ["0.800", "0.700", "0.800", "0.850"]
    worst = table.sections[1].frame
    assert worst[["Image", "Flag", "Rows"]].values.tolist() == [
        ["b", "arms up", "10-20 (true 11-21)"],
        ["c", "none", "10-20 (true 11-21)"],
    ]


def posed():
    """A patient made of boxes."""
    expected = np.where(mask(ANATOMY, "body"), 4.0, postures.BACKGROUND)
    expected[mask(ANATOMY, "lumbar spine")] = 16.0
    return postures.Posed(
        {"anterior": expected, "posterior": expected[:, ::-1]},
        {"anterior": ANATOMY, "posterior": ANATOMY[:, ::-1]},
        395.0,
    )


def test_short_and_tall_patients_keep_their_proportions_and_lie_in_the_middle():
    usual = habitus.draw("F", 2.4, dict.fromkeys(habitus.QUANTILES, 0.5), generator(1))
    for name, length in (("short (1.50 m)", 1560.0), ("tall (1.95 m)", 2010.0)):
        posture = postures.POSTURES[name](usual)
        assert posture.length == length
        assert posture.breadth / usual.breadth == posture.depth / usual.depth == length / usual.length
        assert posture.row == pytest.approx((1024 - length / 2.4) / 2)


@pytest.mark.parametrize("picture", stress.PICTURES)
def test_a_stressed_picture_and_its_truth_go_together(picture):
    for view in ("anterior", "posterior"):
        before = posed()
        shown, regions, waist = stress.PICTURES[picture](before.expected[view], before.regions[view], view, 395.0)
        body = mask(regions, "body")
        assert shown.shape == regions.shape == (1024, 256)
        assert shown[body].min() >= 4 and shown[~body].min() >= postures.BACKGROUND
        spine = scores.extent(mask(regions, "lumbar spine"))
        assert waist - spine[0] == pytest.approx(25)
        assert shown[spine[0] : spine[1], spine[2] : spine[3]].min() >= 16
    if "10 times" in picture:
        assert shown.max() == pytest.approx(16 * 10 + 16, rel=0.15)
    if "outside" in picture:
        assert body[0].any() or body[-1].any()


def test_frames_are_thinned_turned_and_swapped():
    before = {view: frame for view, (frame, *_) in stress.expose(posed(), None, None, 1, "P1").items()}
    thinned = stress.expose(posed(), None, "a quarter of the counts", 1, "P1")["anterior"][0]
    assert (
        thinned.sum() == pytest.approx(before["anterior"].sum() / 4, rel=0.01) and (thinned <= before["anterior"]).all()
    )
    frame, regions, waist = stress.expose(posed(), None, "upside down", 1, "P1")["posterior"]
    np.testing.assert_array_equal(frame, before["posterior"][::-1])
    assert mask(regions, "skull").any(axis=1).argmax() == 1024 - 220 and waist == 1024 - 395
    swapped = stress.expose(posed(), None, "frames swapped", 1, "P1")
    np.testing.assert_array_equal(swapped["anterior"][0], before["posterior"])


def test_scripts(tmp_path, monkeypatch):
    monkeypatch.setattr(ablation, "VARIANTS", {name: ablation.VARIANTS[name] for name in CHOSEN})
    views = [draw_body(), draw_body(1), draw_body()[::-1].copy()]
    names = ["P001_1_anterior", "P001_1_posterior", "P002_1_anterior"]
    scans = pd.DataFrame({"image": names, "patient": ["P001", "P001", "P002"], "exam": "1"})
    scans = scans.assign(view=[name.split("_")[2] for name in names], frame=[1, 2, 1])
    scans["source_file"] = ["dicom/phantom001.dcm", "dicom/phantom001.dcm", "dicom/phantom002.dcm"]
    settings = {"sigma": [5, 15], "degree": 12}
    rows = [crop_row(crop_thorax(v, generator(3, "crop", n), **settings)) for v, n in zip(views, names, strict=True)]
    crops = scans[["image", "patient", "exam", "view"]].join(pd.DataFrame(rows))
    truth = scans[["image"]].assign(label=[1, 1, 0], waist_row=395.0)
    lesions = pd.DataFrame({"image": names[:2], "row": 300.0, "col": [120.0, 10.0], "region": "ribs", "visible": 1})
    tables = {"table": scans, "crop": crops[:2], "excluded": crops[2:], "views": truth}
    tables["lesions"] = lesions.assign(in_thorax=1)
    for name, table in tables.items():
        table.to_csv(tmp_path / f"{name}.tsv", sep="\t", index=False)
    np.save(tmp_path / "scans.npy", np.stack(views))
    (tmp_path / "truth").mkdir()
    np.savez_compressed(tmp_path / "truth" / "phantom001.npz", regions=np.stack([ANATOMY, ANATOMY[:, ::-1]]))
    np.savez_compressed(tmp_path / "truth" / "phantom002.npz", regions=ANATOMY[None, ::-1])
    inputs = {name: tmp_path / f"{name}.tsv" for name in tables}
    job = SimpleNamespace(
        input=SimpleNamespace(scans=tmp_path / "scans.npy", truth=tmp_path / "truth", **inputs),
        output=SimpleNamespace(
            scores=tmp_path / "scores.tsv",
            table=[tmp_path / f"scores.{suffix}" for suffix in ("csv", "md", "tex")],
            ablation=[tmp_path / f"ablation.{suffix}" for suffix in ("csv", "md", "tex")],
            pdf=tmp_path / "sheet.pdf",
            png=tmp_path / "sheet.png",
        ),
        params=SimpleNamespace(crop=settings, seed=3, provenance=PHANTOM),
    )
    crop_scores.main(job)
    scored = pd.read_csv(tmp_path / "scores.tsv", sep="\t")
    assert scored["image"].tolist() == names and scored["iou_trunk"][0] > 0.7
    assert scored["label_lost"].tolist() == [0, 1, 0]
    markdown = (tmp_path / "scores.md").read_text(encoding="utf-8")
    assert "Phantom cohort, desk scale." in markdown and "upside down" in markdown
    turned = pd.read_csv(tmp_path / "ablation.csv").set_index("variant")["iou_trunk_median"]
    assert turned["as configured"] == pytest.approx(scored["iou_trunk"].median())
    assert turned["literal third valley"] < turned["as configured"]
    contact_sheet.main(job)
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    first = (tmp_path / "sheet.png").read_bytes()
    contact_sheet.main(job)
    assert (tmp_path / "sheet.png").read_bytes() == first
    truth[:2].to_csv(tmp_path / "views.tsv", sep="\t", index=False)
    with pytest.raises(ValueError, match="one is missing of P002_1_anterior"):
        crop_scores.main(job)


def test_flagged_crops_come_first_and_pages_hold_all():
    crops = pd.DataFrame({"image": list("abcde"), "flag": [0, 1, 0, 0, 1]})
    assert sheet.order(crops)["image"].tolist() == ["b", "e", "a", "c", "d"]
    assert [len(page) for page in sheet.pages(crops, 2)] == [2, 2, 1]


def test_stress_script(tmp_path, monkeypatch):
    """The worst that a body can be: one patient, two postures, and every frame edited."""
    chosen = ("as usual", "arms on the abdomen", "left leg amputated", "frames swapped", "upside down")
    monkeypatch.setattr(stress, "STRESSES", {name: stress.STRESSES[name] for name in chosen})
    simulate = {
        "patients": {"normal": 1, "metastasis": 0},
        "views": {"normal": 2, "multiple": 0, "spinal": 0, "outside_spine": 0},
        "age": [50, 60],
        "pixel_spacing_mm": 2.4,
    }
    job = SimpleNamespace(
        output=SimpleNamespace(
            scores=tmp_path / "stress.tsv",
            table=[tmp_path / "stress.csv", tmp_path / "stress.md"],
            pdf=tmp_path / "stress.pdf",
            png=tmp_path / "stress.png",
        ),
        params=SimpleNamespace(simulate=simulate, crop={}, patients=1, seed=3, provenance=PHANTOM),
        threads=1,
    )
    crop_stress.main(job)
    found = pd.read_csv(tmp_path / "stress.csv").set_index("stress")
    assert list(found.index) == list(chosen) and set(found["views"]) == {2}
    assert (found["iou_trunk_min"].iloc[:4] > 0.75).all()
    assert found.loc[["as usual", "arms on the abdomen", "left leg amputated"], "flagged"].tolist() == [0, 0, 0]
    assert found.loc[["frames swapped", "upside down"], "flagged"].tolist() == [1, 1]
    lost = pd.read_csv(tmp_path / "stress.tsv", sep="\t").groupby("stress")["ribs_lost"].sum()
    assert lost["as usual"] == 0 and lost["upside down"] == 48
    assert found.loc["frames swapped", "reason"] == "anterior and posterior swapped"
    assert (tmp_path / "stress.png").stat().st_size > 0


def test_a_rib_is_lost_if_less_than_half_of_it_is_kept():
    regions = np.zeros((100, 60), np.uint64)
    for rib, row in enumerate((10, 20, 30)):
        regions[row, 10:30] |= np.uint64(1) << np.uint64(scores.FIRST_RIB + rib)
    assert scores.count_lost_ribs((0, 25, 0, 60), regions) == 1
    assert scores.count_lost_ribs((0, 100, 20, 60), regions) == 0
    assert scores.count_lost_ribs((0, 100, 21, 60), regions) == 3


def test_wilson_counts_a_patient_once():
    """Wilson's interval of no event in 40 is 0 to z^2 / (40 + z^2)."""
    views = np.repeat(np.arange(40), 2)
    assert worth.wilson(np.zeros(80, bool), views) == pytest.approx((0, 0, 3.8415 / 43.8415), abs=1e-4)
    # 10 of 40: Newcombe, Stat Med 1998, 17:857, method 3
    assert worth.wilson(np.repeat(np.arange(40) < 10, 2), views) == pytest.approx((0.25, 0.142, 0.402), abs=1e-3)
    assert np.isnan(worth.wilson(np.zeros(0, bool), np.zeros(0))).all()


def test_flags_are_weighed():
    crops = pd.DataFrame({"iou_trunk": [0.9, 0.6, 0.9, 0.9], "ribs_lost": [0, 0, 1, 0]})
    crops["reason"] = ["", "arms up; trunk 0.31 of the height", "trunk 0.5 of the height", "too tall: 260 of 256"]
    found = worth.weigh_flags(crops, pd.Series(list("aabb"))).set_index("flag")
    assert list(found.index) == ["any flag", "arms up", "too tall: … of …", "trunk … of the height"]
    shares = found[["views", "bad_with", "bad_without", "good_flagged"]]
    assert shares.loc["any flag"].tolist() == pytest.approx([3, 2 / 3, 0, 0.5])
    assert shares.loc["arms up"].tolist() == pytest.approx([1, 1, 1 / 3, 0])
    assert shares.loc["trunk … of the height"].tolist() == pytest.approx([2, 1, 0, 0])


def test_a_capsule_fills_its_volume():
    grid = solids.Grid(2.0, 200, 200, 100.0, -100.0)
    window, covered = solids.capsule(grid, (0, 0, 0), (0, 0, 120), (30, 30))
    volume = covered.sum() * 2.0 * 2.0 * solids.SLAB
    assert volume == pytest.approx(np.pi * 30**2 * 120 + 4 / 3 * np.pi * 30**3, rel=0.02)
    assert covered[:, :, [0, -1]].max() < 0.5 and window[2].stop - window[2].start == covered.shape[2]
    _, shell = solids.ellipsoid(grid, (0, 0, 50), (40, 50, 60), hollow=0.8)
    assert shell.sum() * 4 * solids.SLAB == pytest.approx(4 / 3 * np.pi * 40 * 50 * 60 * (1 - 0.8**3), rel=0.03)
    outside, nothing = solids.ellipsoid(grid, (5000, 0, 0), (10, 10, 10))
    assert nothing.size == 0 and outside[2].stop <= 200


@pytest.mark.parametrize("number", range(len(person.ARMS)))
def test_limbs_keep_their_lengths(number):
    someone = person.draw(number, generator(1, str(number)))
    for side in (1.0, -1.0):
        shoulder, elbow, wrist, _ = bones.arm(someone, side)
        lengths = [np.linalg.norm(elbow - shoulder), np.linalg.norm(wrist - elbow)]
        assert lengths == pytest.approx([part * someone.stature for part in (bones.UPPER_ARM, bones.FOREARM)], rel=0.06)
        assert side * shoulder[0] > 0 and (wrist[2] < 0.2 * someone.stature) == (someone.arms == "raised")


def test_judging_and_flags_scripts(tmp_path):
    """Two bodies are judged, and the flags weighed on them and on crops under stress made up here."""
    job = SimpleNamespace(
        output=SimpleNamespace(
            scores=tmp_path / "judging.tsv",
            table=[tmp_path / "judging.csv", tmp_path / "judging.md"],
            pdf=tmp_path / "judging.pdf",
            png=tmp_path / "judging.png",
        ),
        params=SimpleNamespace(crop={}, bodies=2, seed=3, provenance=PHANTOM),
        threads=1,
    )
    crop_judging.main(job)
    found = pd.read_csv(tmp_path / "judging.tsv", sep="\t")
    assert found["patient"].tolist() == ["B001", "B001", "B002", "B002"]
    assert found["arms"].unique().tolist() == list(person.ARMS[:2])
    assert (found["iou_trunk"] > 0.7).all() and (found["ribs_lost"] == 0).all() and (found["flag"] == 0).all()
    assert (found["end_too_low"].abs() < 0.05 * found["stature"] / found["pixel"]).all()
    table = pd.read_csv(tmp_path / "judging.csv").set_index("group")
    assert table.index[:2].tolist() == ["All", "All, without sigma"]
    assert table.loc["All", "ribs_kept"] >= table.loc["All, without sigma", "ribs_kept"]
    assert table["iou_trunk_median"].iloc[:2].nunique() == 2
    assert (tmp_path / "judging.png").stat().st_size > 0
    stressed = found.assign(stress="tilted", reason=["", "arms up", "", ""], iou_trunk=[0.9, 0.5, 0.9, 0.9])
    stressed.to_csv(tmp_path / "stress.tsv", sep="\t", index=False)
    flags = SimpleNamespace(
        input=SimpleNamespace(stress=tmp_path / "stress.tsv", judging=tmp_path / "judging.tsv"),
        output=SimpleNamespace(table=[tmp_path / "flags.csv", tmp_path / "flags.md"]),
        params=SimpleNamespace(provenance=PHANTOM),
    )
    crop_flags.main(flags)
    table = pd.read_csv(tmp_path / "flags.csv").set_index(["of", "flag"])
    assert table.loc[("fitting bodies", "arms up"), ["views", "bad_with", "bad_without"]].tolist() == [1, 1, 0]
    assert table.loc[("judging bodies", "any flag"), "views"] == 0
    assert "The judging bodies" in (tmp_path / "flags.md").read_text(encoding="utf-8")
