"""Subgroups of a test part: who belongs to which, and when a number is withheld."""

import numpy as np
import pandas as pd
import pytest
from drawn_predictions import draw_part
from sklearn.metrics import roc_auc_score

from bonescan.scoring.subgroups import UNSEEN, describe_views, label_groups, score_subgroups, thirds


def views_of(part, contrast=True):
    """Views as of `describe_views`: counts and contrast rise with the row; every second view is posterior."""
    images = part.drop_duplicates("image")
    views = pd.DataFrame({"source": images["source"], "view": np.resize(["anterior", "posterior"], len(images))})
    views["subtype"] = np.where(images["label"] == 1, "multiple", "normal")
    views["counts"] = np.arange(len(images)) * 1000
    if contrast:
        views["contrast"] = np.where(images["label"] == 1, np.arange(len(images), dtype=float), np.nan)
    return views


def test_thirds_are_named_by_their_limits():
    found = thirds(pd.Series([1.0, 2, 3, 4, 5, 6, np.nan]))
    assert found[0] == found[1] == "lowest third (up to 2.67)" and found[2] == "middle third (2.67 to 4.33)"
    assert found[5] == "highest third (above 4.33)" and pd.isna(found[6])
    assert thirds(pd.Series([1.0, 1.0, np.nan])).isna().all()


def test_the_hottest_visible_lesion_in_the_thorax_counts():
    cohort = pd.DataFrame({"image": ["a", "b"], "label": [1, 1], "subtype": "multiple", "view": "anterior"})
    lesions = pd.DataFrame(
        [("a", 2.0, 1, 1), ("a", 3.0, 1, 1), ("a", 9.0, 0, 1), ("b", 8.0, 1, 0)],
        columns=["image", "peak_ratio", "visible", "in_thorax"],
    )
    scans = pd.DataFrame({"image": ["b", "a"], "counts": [7, 5]})
    views = describe_views(cohort, scans, lesions).set_index("source")
    assert views.loc["a", ["contrast", "counts"]].tolist() == [3, 5] and np.isnan(views.loc["b", "contrast"])
    assert "contrast" not in describe_views(cohort, scans, None)


def test_normal_images_are_in_no_group_of_lesions():
    part = draw_part(["V7"])
    views = views_of(part)
    views.loc[views["source"] == "P1_1_0", "contrast"] = np.nan
    groups = label_groups(part, views)
    assert groups.loc[part["label"] == 0, ["subtype", "contrast"]].isna().all(axis=None)
    assert groups.loc[2, "contrast"] == UNSEEN and groups["view"].notna().all()
    assert "contrast" not in label_groups(part, views_of(part, contrast=False))


def test_scores_of_subgroups():
    part = draw_part(["V7", "V16"], failed={"V16": "diverged"})
    scored = score_subgroups(part, views_of(part), np.random.default_rng(0))
    assert list(scored["kind"].unique()) == ["subtype", "view", "contrast", "counts"]
    assert [name.split()[0] for name in scored.loc[scored["kind"] == "counts", "group"].unique()] == [
        *("lowest", "middle", "highest")
    ]
    anterior = part[(part["model"] == "V7") & part["image"].str.endswith("0")]
    row = scored[(scored["group"] == "anterior") & (scored["model"] == "V7")].iloc[0]
    assert row["auc"] == pytest.approx(roc_auc_score(anterior["label"], anterior["probability"]))
    assert row[["n", "metastatic", "patients", "patients_metastatic", "patients_normal"]].tolist() == [
        40,
        20,
        40,
        20,
        20,
    ]
    for name in ("auc", "sensitivity", "specificity"):
        assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]
    contrast = scored[(scored["kind"] == "contrast") & (scored["model"] == "V7")]
    assert contrast["auc"].notna().all() and contrast["specificity"].isna().all(), "against all normal images"
    assert scored.loc[scored["model"] == "V16", ["auc", "sensitivity", "specificity"]].isna().all(axis=None)


def test_few_patients_give_no_number():
    part = draw_part(["V7"], patients=8)
    row = score_subgroups(part, views_of(part), np.random.default_rng(0)).iloc[0]
    assert row["patients_metastatic"] == 4 and row[["auc", "sensitivity"]].isna().all()
