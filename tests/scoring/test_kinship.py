"""Relatives in training: counted on a lineage made by hand, and expected by arithmetic and by drawing."""

from types import SimpleNamespace

import kinship_shares
import numpy as np
import pandas as pd
import pytest

from bonescan.augment import block_mean, plan, transform
from bonescan.scoring import kinship
from bonescan.scoring.kinship import KIN, correlate_kin, expect_kin, find_kin, shift_images, summarise_kin
from bonescan.split import divide
from bonescan.tables.kinship import print_expected


def draw_view(seed, side=32):
    """One view: counts of a few warm spots, with noise, on an empty background."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices((side, side))
    mean = sum(
        40 * np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 8) for row, column in rng.uniform(8, 24, (5, 2))
    )
    return rng.poisson(mean).astype(np.float32)


ROWS = [
    # image, source, patient, label, part
    ("A_left", "A", "P1", 1, "train"),  # an augmentation of amount 0: a copy
    ("A", "A", "P1", 1, "test"),  # identical
    ("B", "B", "P1", 1, "test"),  # the other view of the patient alone
    ("C", "C", "P2", 0, "train"),
    ("C_up", "C", "P2", 0, "test"),  # shifted by a pixel: near-identical
    ("C_mirrored", "C", "P2", 0, "test"),  # a sibling alone
    ("D", "D", "P3", 0, "test"),  # nobody
    ("D_mirrored", "D", "P3", 0, "test"),  # its sibling is in the test part too
]
EXPECTED = {
    "A": (1, 1, 1, 1),
    "B": (0, 0, 0, 1),
    "C_up": (0, 1, 1, 1),
    "C_mirrored": (0, 0, 1, 1),
    "D": (0, 0, 0, 0),
    "D_mirrored": (0, 0, 0, 0),
}


@pytest.fixture
def split():
    return pd.DataFrame(ROWS, columns=["image", "source", "patient", "label", "part"]).rename_axis("row").reset_index()


@pytest.fixture
def images():
    views = {name: draw_view(seed) for seed, name in enumerate("ABCD")}
    operations = {"left": ("left", 0), "up": ("up", 1)}
    found = []
    for image, source, *_ in ROWS:
        name = image.partition("_")[2]
        found.append(transform(views[source], name == "mirrored", *operations.get(name, ("identity", 0))))
    return np.stack(found)


def test_each_relative_is_counted(images, split):
    found = find_kin(images, split).set_index("image")
    assert {image: tuple(row) for image, row in found[list(KIN)].astype(int).T.items()} == EXPECTED
    assert not found["stranger"].any()


def test_less_memory_finds_the_same(images, split, monkeypatch):
    whole = find_kin(images, split)
    monkeypatch.setattr(kinship, "PIXELS_AT_ONCE", 3 * 32 * 32)
    pd.testing.assert_frame_equal(find_kin(images, split), whole)


def test_a_patient_under_two_names_is_noticed(images, split):
    split.loc[split["image"] == "A_left", ["patient", "source"]] = ["P9", "X"]
    found = find_kin(images, split).set_index("image")
    assert found.loc["A", ["identical", "near_identical", "sibling", "same_patient", "stranger"]].tolist() == [
        *(True, True, False, False, True)
    ]


def test_images_of_one_value_are_identical_or_nothing(split):
    images = np.zeros((8, 32, 32), dtype=np.float32)
    images[[2, 4]] = 1
    found = find_kin(images, split).set_index("image")
    assert found["identical"].to_dict() == {"A": 1, "B": 0, "C_up": 0, "C_mirrored": 1, "D": 1, "D_mirrored": 1}
    assert (found["near_identical"] == found["identical"]).all()


def test_a_pixel_of_the_desk_grid_and_another_view_are_told_apart():
    """Siblings by four of 256 pixels against independent views, both block by block."""
    views = [draw_view(seed, 128) for seed in range(2)]
    stack = np.stack([block_mean(one, 4) for one in (views[0], transform(views[0], 0, "left", 4), views[1])])
    table = pd.DataFrame({"row": [0, 1, 2], "patient": "P1"})
    (near, far), _ = correlate_kin(stack, table[1:], table[:1])
    assert near > 0.999 and far < kinship.NEAR


def test_shifted_images_are_those_of_the_augmentation(images):
    for rows, operation in ((1, "down"), (-1, "up")):
        assert np.array_equal(shift_images(images, rows, 0)[0], transform(images[0], 0, operation, 1))


def test_summary_counts_classes_and_keeps_intervals_wide(images, split):
    rows = summarise_kin(find_kin(images, split), expect_kin(split, "image")).set_index("images")
    assert rows["n"].to_dict() == {"all": 6, "normal": 4, "metastasis": 2}
    assert rows["patients"].to_dict() == {"all": 3, "normal": 2, "metastasis": 1}
    assert rows.loc["all", list(KIN)].tolist() == pytest.approx([1 / 6, 2 / 6, 3 / 6, 4 / 6])
    assert rows.loc["metastasis", "same_patient"] == 1 and rows.loc["metastasis", "same_patient_low"] < 0.4
    assert (rows["strangers"] == 0).all()


def make_lineage(sizes):
    """One row per image; `sizes` gives, by patient, the label and the images of each view."""
    rows = [
        (f"{patient}_{view}_{image}" if image else f"{patient}_{view}", f"{patient}_{view}", patient, label)
        for patient, (label, views) in sizes.items()
        for view, images in enumerate(views)
        for image in range(images)
    ]
    return pd.DataFrame(rows, columns=["image", "source", "patient", "label"]).rename_axis("row").reset_index()


def test_chances_by_hand():
    """Four normal images, two of one view; two of the four are tested: a sibling is in training in 2 of 3 draws."""
    lineage = make_lineage({"P1": (0, [2]), "P2": (0, [1]), "P3": (0, [1]), "P4": (1, [1]), "P5": (1, [1])})
    split = lineage.assign(part=["train", "test", "train", "test", "train", "test"])
    expected = expect_kin(split, "image")
    assert expected.loc["normal", "sibling"] == pytest.approx((2 * 2 / 3 + 2 * 0) / 4)
    assert expected.loc["metastasis", "sibling"] == 0


def test_the_papers_chances():
    """Of Tables 1 and 2: 95 of 251 patients have two views; each view gets its share of 2390 images."""
    views = ["normal"] * 220 + ["multiple"] * 111 + ["spinal"] * 14 + ["outside_spine"]
    # the views of a patient follow each other
    second = [0] * 132 + [0, 1] * 44 + [0] * 24 + [0, 1] * 51
    labels = pd.DataFrame({"subtype": views, "label": [int(one != "normal") for one in views]})
    labels["patient"] = [f"P{number}" for number in np.cumsum(1 - np.array(second))]
    labels["image"] = [f"{patient}_{place}" for patient, place in zip(labels["patient"], second, strict=True)]
    counts = {"normal": 1200, "multiple": 1043, "spinal": 133, "outside_spine": 14}
    lineage = plan(labels, counts, [1, 10], [1, 4], [1, 5], seed=1)
    augmented = expect_kin(divide(lineage, "image", [7, 3], seed=1), "image")["sibling"]
    for one, number in (("normal", 1200 / 220), ("metastasis", 1190 / 126)):
        # of a view with the mean number of images, 0.995 and 0.99996
        assert augmented[one] < 1 - 0.3 ** (number - 1)
    assert augmented.to_list() == pytest.approx([0.9925, 0.985, 0.9998], abs=0.002)
    originals = lineage[lineage["image"] == lineage["source"]]
    expected = expect_kin(divide(originals, "image", [7, 3], seed=1), "image").loc["all"]
    assert expected["sibling"] == 0 and expected["same_patient"] == pytest.approx(0.37, abs=0.02)


@pytest.mark.parametrize("unit", ["image", "source", "patient"])
def test_chances_are_the_mean_over_draws(unit):
    sizes = {f"P{number}": (int(number % 3 == 0), [3, 2] if number % 2 else [4]) for number in range(24)}
    lineage = make_lineage(sizes)
    found = []
    for seed in range(200):
        split = divide(lineage, unit, [7, 3], seed)
        test, train = (split[split["part"] == part] for part in ("test", "train"))
        found.append([test[name].isin(train[name]).mean() for name in ("source", "patient")])
    expected = expect_kin(split, unit).loc["all", ["sibling", "same_patient"]]
    assert np.mean(found, axis=0) == pytest.approx(expected.to_numpy(), abs=0.02)
    if unit == "patient":
        assert not np.any(found) and not expected.any()


@pytest.mark.parametrize("normalised", [True, False])
def test_the_script(images, split, tmp_path, normalised):
    datasets = ["D2", "D3"] if normalised else ["D3"]
    np.save(tmp_path / "counts.npy", images)
    np.save(tmp_path / "normalised.npy", images / images.max())
    split.to_csv(tmp_path / "split.tsv", sep="\t", index=False)
    job = SimpleNamespace(
        input=SimpleNamespace(
            counts=tmp_path / "counts.npy",
            normalised=tmp_path / "normalised.npy" if normalised else [],
            splits=[tmp_path / "split.tsv"] * len(datasets),
        ),
        output=SimpleNamespace(
            table=[tmp_path / f"kinship.{end}" for end in ("csv", "md", "tex")],
            figure=[tmp_path / f"kinship.{end}" for end in ("pdf", "png")],
        ),
        params=SimpleNamespace(
            parts=[["image", dataset] for dataset in datasets],
            draws=3,
            provenance={"cohort": "phantom", "scale": "desk"},
        ),
        log=[],
    )
    kinship_shares.main(job)
    shares = pd.read_csv(tmp_path / "kinship.csv")
    assert shares["dataset"].tolist() == [dataset for dataset in datasets for _ in range(3)]
    assert shares.loc[shares["images"] == "all", "near_identical"].to_list() == pytest.approx([1 / 3] * len(datasets))
    text = (tmp_path / "kinship.md").read_text(encoding="utf-8")
    assert "### D3, split by image (the paper's)" in text and "Phantom cohort, desk scale." in text
    assert "First of 3 draws" in text and "another patient" not in text
    assert (tmp_path / "kinship.png").stat().st_size


def test_expected_shares_are_printed_to_the_digits_that_matter():
    assert [print_expected(share) for share in (0, 0.386, 0.99982, 1, np.nan)] == [
        *("0.000", "0.386", "0.99982", "1.000", "undefined")
    ]
