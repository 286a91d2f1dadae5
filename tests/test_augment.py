from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from bonescan import augment

SPANS = {"horizontal": [1, 10], "vertical": [1, 4], "degrees": [1, 5]}
TABLE2 = {"normal": 1200, "multiple": 1043, "spinal": 133, "outside_spine": 14}


def labels(**originals):
    subtypes = [subtype for subtype, count in originals.items() for _ in range(count)]
    return pd.DataFrame(
        {
            "image": [f"P{row:03}_1_anterior" for row in range(len(subtypes))],
            "patient": [f"P{row:03}" for row in range(len(subtypes))],
            "label": [int(subtype != "normal") for subtype in subtypes],
            "subtype": subtypes,
        }
    )


def test_transforms_by_hand():
    image = np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]])
    assert augment.transform(image, 1, "identity", 0).tolist() == [[3, 2, 1], [6, 5, 4], [9, 8, 7]]
    assert augment.transform(image, 0, "left", 1).tolist() == [[2, 3, 0], [5, 6, 0], [8, 9, 0]]
    assert augment.transform(image, 0, "right", 2).tolist() == [[0, 0, 1], [0, 0, 4], [0, 0, 7]]
    assert augment.transform(image, 0, "up", 1).tolist() == [[4, 5, 6], [7, 8, 9], [0, 0, 0]]
    assert augment.transform(image, 1, "down", 1).tolist() == [[0, 0, 0], [3, 2, 1], [6, 5, 4]]


def test_rotation_turns_about_the_centre():
    image = np.zeros((5, 5))
    image[2, 4] = 8.0
    np.testing.assert_allclose(augment.transform(image, 0, "rotate_left", 90), np.rot90(image), atol=1e-9)
    np.testing.assert_allclose(augment.transform(image, 0, "rotate_right", 90), np.rot90(image, -1), atol=1e-9)


def test_unknown_operation_is_named():
    with pytest.raises(ValueError, match="'shear'"):
        augment.transform(np.zeros((2, 2)), 0, "shear", 1)


def test_block_mean_by_hand():
    image = np.arange(16).reshape(4, 4)
    assert augment.block_mean(image, 2).tolist() == [[2.5, 4.5], [10.5, 12.5]]
    assert augment.block_mean(image, 1).tolist() == image.tolist()
    with pytest.raises(ValueError, match="4 x 4"):
        augment.block_mean(image, 3)


def test_fourteen_variants_within_the_paper_s_spans():
    table = augment.variants("P1_1_anterior", **SPANS, seed=3)
    assert len(table) == 14 and table["image"].is_unique
    assert table.iloc[0].tolist() == ["P1_1_anterior", 0, "identity", 0]
    spans = table.groupby("operation")["amount"].agg(["min", "max"])
    assert spans.loc[["left", "right"], "max"].max() <= 10 and spans.loc[["up", "down"], "max"].max() <= 4
    assert spans.loc[["rotate_left", "rotate_right"], "max"].max() <= 5
    assert spans.drop("identity")["min"].min() >= 1


def test_plan_gives_table_2_exactly():
    lineage = augment.plan(labels(normal=220, multiple=111, spinal=14, outside_spine=1), TABLE2, **SPANS, seed=20210219)
    assert lineage["subtype"].value_counts().to_dict() == TABLE2
    assert len(lineage) == 2390 and lineage["image"].is_unique
    assert (lineage["image"] == lineage["source"]).sum() == 346
    assert lineage["row"].tolist() == list(range(2390))


TABLE1 = {"normal": 220, "multiple": 111, "spinal": 14, "outside_spine": 1}


@pytest.mark.parametrize(
    ("originals", "expected"),
    [
        (TABLE1, TABLE2),
        ({"normal": 220, "unspecified": 126}, {"normal": 1200, "unspecified": 1190}),
        # half the cohort, half the images
        ({"normal": 110, "unspecified": 63}, {"normal": 600, "unspecified": 595}),
        # 14 of each of ten metastases, and as many normal ones in the proportion 1200 : 1190
        ({"normal": 30, "spinal": 10}, {"normal": 139, "spinal": 138}),
        # more normal originals than 14 of each metastasis: they are kept
        ({"normal": 900, "unspecified": 10}, {"normal": 900, "unspecified": 140}),
        ({"normal": 5, "multiple": 0, "spinal": 100}, {"normal": 70, "spinal": 100}),
        ({"normal": 1, "multiple": 1}, {"normal": 7, "multiple": 7}),
        ({"unspecified": 2}, {"unspecified": 7}),
        ({}, {}),
    ],
)
def test_auto_keeps_the_papers_proportions(originals, expected):
    assert augment.share_counts(originals, TABLE1, TABLE2) == expected


def test_auto_is_within_reach_of_any_cohort():
    rng = np.random.default_rng(1)
    for _ in range(300):
        names = [*TABLE1, "unspecified"]
        originals = dict(zip(names, rng.choice([0, 1, 3, 17, 250], len(names)).tolist(), strict=True))
        counts = augment.share_counts(originals, TABLE1, TABLE2)
        assert set(counts) == {name for name in names if originals[name]}
        assert all(originals[name] <= counts[name] <= 14 * originals[name] for name in counts)
        normal, diseased = counts.get("normal", 0), sum(counts[name] for name in counts if name != "normal")
        if (
            normal
            and diseased
            and normal > originals["normal"]
            and diseased > sum(originals.values()) - originals["normal"]
        ):
            assert normal / diseased == pytest.approx(1200 / 1190, rel=0.1)


@pytest.mark.parametrize("wanted", [1, 29])
def test_counts_out_of_reach_are_named(wanted):
    with pytest.raises(ValueError, match=rf"augment.counts.normal: expected 2 .* to 28 .*, got {wanted}"):
        augment.plan(labels(normal=2), {"normal": wanted}, **SPANS, seed=1)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [({"normal": 5, "multiple": 14}, 19), ("auto", 20)],
)
def test_script(tmp_path, counts, expected):
    import augment as script

    table = labels(normal=2, multiple=1)
    thorax = np.random.default_rng(0).poisson(3, (3, 8, 8)).astype(np.uint16)
    np.save(tmp_path / "thorax.npy", thorax)
    table.assign(thorax_row=range(3)).iloc[::-1].to_csv(tmp_path / "cohort.tsv", sep="\t", index=False)
    script.main(
        SimpleNamespace(
            input=SimpleNamespace(thorax=tmp_path / "thorax.npy", cohort=tmp_path / "cohort.tsv"),
            output=SimpleNamespace(images=tmp_path / "images.npy", lineage=tmp_path / "lineage.tsv"),
            params=SimpleNamespace(augment={"counts": counts, **SPANS}, paper=[TABLE1, TABLE2], block=4, seed=1),
        )
    )
    images, lineage = np.load(tmp_path / "images.npy"), pd.read_table(tmp_path / "lineage.tsv")
    assert images.shape == (expected, 2, 2) and images.dtype == np.float32
    originals = lineage[lineage["image"] == lineage["source"]].set_index("image")["row"]
    for row, image in enumerate(table["image"]):
        assert images[originals[image]].sum() * 4**2 == thorax[row].sum()
