"""What spots tell, by hand on small tables."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import phantom_spots
import pytest

from bonescan.phantom_quality import spots

COLUMNS = {
    "visible": 1,
    "site": "usual",
    "contrast": 3.0,
    "in_thorax": 1,
    "part": "lateral",
    "half_rows": 4.0,
    "half_cols": 4.0,
}


def table(number, rows):
    """Truth rows of lesions or foci: image, kind, region, bone and what is not the usual."""
    return pd.DataFrame(
        [
            COLUMNS
            | {"image": image, number: n, "kind": kind, "region": region, "bone": bone, "peak_ratio": 1.0}
            | more
            for n, (image, kind, region, bone, more) in enumerate(rows, start=1)
        ]
    )


VIEWS = pd.DataFrame(
    {
        "image": ["a1", "a2", "b1", "c1", "d1"],
        "patient": ["a", "a", "b", "c", "d"],
        "label": [1, 1, 1, 0, 0],
        "reads": [6, 6, 3, 3, 3],
        "calls": [3, 3, 3, 0, 1],
    }
)


def test_spots_are_hot_in_bone_and_seen():
    lesions = table(
        "lesion",
        [
            ("a1", "metastasis", "spine", "thoracic vertebra 8", {}),
            ("a2", "metastasis", "spine", "thoracic vertebra 8", {"contrast": 0.2}),
            ("b1", "metastasis", "ribs", "left rib 7", {"visible": 0}),
            ("b1", "metastasis", "ribs", "left rib 8", {"site": "diffuse"}),
        ],
    )
    foci = table(
        "focus",
        [
            ("a1", "degenerative", "spine", "lumbar vertebra 3", {}),
            ("c1", "injection site", "forearm", "left forearm", {}),
            ("c1", "fracture", "ribs", "left rib 5", {}),
        ],
    )
    found = spots.gather_spots(lesions, foci, VIEWS)
    assert found[["image", "patient", "malignant", "spot"]].to_numpy().tolist() == [
        ["a1", "a", True, "m1"],
        ["a1", "a", False, "b1"],
        ["c1", "c", False, "b3"],
    ]


def test_shape_and_place_by_hand():
    ribs = pd.DataFrame(
        {
            "image": ["a", "a", "a", "b"],
            "bone": ["left rib 6", "left rib 7", "right rib 7", "left rib 8"],
            "half_rows": [1.0, np.e, 2.0, 1.0],
            "half_cols": [np.e, 1.0, 2.0, 1.0],
            "part": ["posterior", "lateral", "anterior", "lateral"],
        }
    )
    found = spots.shape_and_place(ribs)
    assert found[:, 0].tolist() == [1, 1, 0, 0], "as long as wide is no length, whichever way it lies"
    assert found[:, 1] == pytest.approx([1, 1, 2 * np.log(2), 0])
    assert found[:, 2:5].argmax(axis=1).tolist() == [0, 1, 2, 1]
    assert found[:, 5].tolist() == [1, 1, 0, 0], "the rib below on the same side of the same view"


def cohort(patients=40, hotter=2.0):
    """Every patient has a spot in the spine and one in a rib; metastases are hotter there, and long in ribs."""
    rng, lesions, foci, views = np.random.default_rng(0), [], [], []
    for number in range(patients):
        image, sick = f"p{number}", number % 2
        views.append({"image": image, "patient": image, "label": sick, "reads": 3, "calls": 3 * sick})
        heat = {"peak_ratio": float(rng.lognormal(np.log(hotter if sick else 1.0), 0.5))}
        long = {"half_rows": float(rng.uniform(6, 9) if sick else rng.uniform(4, 5))}
        rows = (lesions, "metastasis", "metastasis") if sick else (foci, "degenerative", "fracture")
        rows[0].append((image, rows[1], "spine", "thoracic vertebra 8", heat))
        rows[0].append((image, rows[2], "ribs", "left rib 7", long))
    return table("lesion", lesions), table("focus", foci), pd.DataFrame(views)


def test_judged_beside_the_published(tmp_path):
    lesions, foci, views = cohort()
    judged = spots.judge_spots(
        spots.gather_spots(lesions, foci, views), views, np.random.default_rng(1), draws=50
    ).set_index("measure")
    assert list(judged.index) == list(spots.PUBLISHED)
    area = judged.loc[spots.SPINE]
    assert 0.7 < area["low"] < area["value"] < area["high"] <= 1 and area["n"] == 40
    assert judged.loc[spots.RIBS, "value"] == 0.5, "all equally hot"
    assert judged.loc[spots.SHAPE, "value"] == 1.0
    assert judged.loc[spots.LESS, ["value", "met"]].tolist() == [0.5, "yes"]
    assert judged.loc[spots.SPOTS, "value"] == 2
    assert judged.loc[spots.ALONE, "value"] == 0 and np.isnan(judged.loc[spots.MALIGNANT, "value"])
    assert judged.loc[spots.CROWDED, "value"] == 0


def test_a_lone_spot_and_a_crowd_are_counted():
    foci = [("c1", "degenerative", "spine", f"lumbar vertebra {n}", {}) for n in (1, 2, 3)]
    found = spots.gather_spots(
        table("lesion", [("b1", "metastasis", "spine", "thoracic vertebra 8", {})]), table("focus", foci), VIEWS
    )
    judged = spots.judge_spots(found, VIEWS, np.random.default_rng(1), draws=20).set_index("measure")["value"]
    assert judged[spots.SPOTS] == 2.0 and judged[spots.ALONE] == 0.25
    assert judged[spots.MALIGNANT] == 1.0 and judged[spots.CROWDED] == 0.5
    assert np.isnan(judged[spots.RIBS])
    assert judged[spots.SENSITIVITY] == 6 / 9, "each patient once, with all verdicts"
    assert judged[spots.SPECIFICITY] == 5 / 6


def test_script(tmp_path):
    names = ("lesions", "foci", "views")
    files = {name: tmp_path / f"{name}.tsv" for name in names}
    for name, rows in zip(names, cohort(), strict=True):
        rows.to_csv(files[name], sep="\t", index=False)
    output = [tmp_path / f"spots.{suffix}" for suffix in ("csv", "md", "tex")]
    phantom_spots.main(
        SimpleNamespace(
            input=files,
            output=SimpleNamespace(spots=output),
            params=SimpleNamespace(seed=1, provenance={"cohort": "phantom", "scale": "desk"}),
            log=[],
        )
    )
    text = output[1].read_text(encoding="utf-8")
    assert "| ribs, shape and place: metastasis or fracture, AUC | 40 spots | 1.000 (1.000 to 1.000) |" in text
    assert "Phantom cohort, desk scale" in text and " nan" not in text
