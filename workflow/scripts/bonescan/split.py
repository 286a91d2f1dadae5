"""Training and test parts, divided by image, by source or by patient (paper: Experimental setup): 7:3, or in folds."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold, train_test_split

from bonescan.chance import generator
from bonescan.parts import least_units

SHUFFLES = 100
"""Times that labels are dealt out until both parts hold both, which a small cohort may need."""


class BrokenPromise(ValueError):
    """A split that does not keep what its unit promises; see `check`."""


def divide(lineage: pd.DataFrame, unit: str, ratio, seed: int, draw: Mapping | None = None) -> pd.DataFrame:
    """Divide images into a training and a test part, stratified by label.

    Parameters
    ----------
    lineage : DataFrame
        row, image, source, patient, label; one row per image.
    unit : {"image", "source", "patient"}
        What stays whole. `image` is the paper's: images are divided after augmentation. `source` keeps all variants
        of one view together. `patient` keeps all of a patient together and tests on originals: the augmented copies
        of test patients are left out.
    ratio : (int, int)
        Training to test; folds have a ratio of their own.
    seed : int
    draw : mapping, optional
        Of `bonescan.parts.list_draws` or `list_shuffles`; the first repeat if omitted. Shuffled labels take the place
        of the true ones once the images are divided.

    Returns
    -------
    DataFrame
        row, image, source, patient, label, part ("train" or "test"), in the order of the lineage.

    Raises
    ------
    ValueError
        If a class has fewer than two units, or a part so few that a class cannot be in both.
    """
    draw = draw or {"repeat": 1}
    units = lineage.groupby(unit, sort=True)["label"].max()
    least = least_units(draw.get("folds", 0))
    rarest = units.value_counts()
    if len(rarest) < 2 or rarest.min() < least:
        raise ValueError(
            f"split by {unit}: expected at least {least} {unit}s of each label, got {rarest.to_dict()} (label: {unit}s)"
        )
    # The dataset is no part of the generator's name, so that datasets with the same units share one split.
    if "fold" in draw:
        tested = _draw_fold(units, draw, int(generator(seed, "split", unit, "folds").integers(2**32)))
    else:
        chances = generator(seed, "split", unit).integers(2**32, size=draw["repeat"])
        tested = _draw_part(units, unit, ratio, int(chances[-1]))
    in_test = lineage[unit].isin(tested)
    split = lineage[["row", "image", "source", "patient", "label"]].assign(
        part=in_test.map({True: "test", False: "train"})
    )
    if unit == "patient":
        split = split[~in_test | (split["image"] == split["source"])]
    split = split.reset_index(drop=True)
    if "shuffled" in draw:
        rng = generator(seed, "shuffle", draw["shuffled"], str(draw["repeat"]))
        for _ in range(SHUFFLES):
            split["label"] = shuffle_labels(lineage, draw["shuffled"], rng).loc[split["image"]].to_numpy()
            if (split.groupby("part")["label"].nunique() == 2).all():
                break
    return split


def shuffle_labels(lineage: pd.DataFrame, unit: str, rng: np.random.Generator) -> pd.Series:
    """Return the labels of the images after those of the units were dealt out anew among the units.

    Parameters
    ----------
    lineage : DataFrame
        image, source, patient, label.
    unit : {"image", "source", "patient"}
        What gets one label.
    rng : numpy.random.Generator

    Returns
    -------
    Series of int, by image
    """
    labels = lineage.groupby(unit, sort=True)["label"].max()
    dealt = pd.Series(rng.permutation(labels.to_numpy()), index=labels.index)
    return pd.Series(dealt.loc[lineage[unit]].to_numpy(), index=lineage["image"])


def _draw_part(units: pd.Series, unit: str, ratio, chance: int) -> np.ndarray:
    """Draw the units of a test part."""
    test_size = ratio[1] / sum(ratio)
    in_parts = {"test": math.ceil(test_size * len(units))}
    in_parts["training"] = len(units) - in_parts["test"]
    for part, number in in_parts.items():
        if number < units.nunique():
            raise ValueError(
                f"split by {unit}: expected room for both labels in the {part} part, got {number} of {len(units)} "
                f"{unit}s there at split.ratio {list(ratio)}"
            )
    _, test = train_test_split(
        units.index.to_numpy(), test_size=test_size, stratify=units.to_numpy(), random_state=chance
    )
    return test


def _draw_fold(units: pd.Series, draw: Mapping, chance: int) -> np.ndarray:
    """Return the units of one fold; every unit is in one of them.

    A fold of whole units is a group that stays together; folds are balanced in units of each label, not in images, as
    scikit-learn's StratifiedGroupKFold would have them, because a unit's test images count by unit.
    """
    folds = StratifiedKFold(draw["folds"], shuffle=True, random_state=chance)
    parts = list(folds.split(units, units))
    return units.index.to_numpy()[parts[draw["fold"] - 1][1]]


def share_tested(split: pd.DataFrame, unit: str) -> float:
    """Return the share of the units of a split that lie in its test part."""
    return split.loc[split["part"] == "test", unit].nunique() / split[unit].nunique()


def check(split: pd.DataFrame, unit: str) -> None:
    """Raise `BrokenPromise` if the split breaks what its unit promises.

    Each image occurs once; no unit lies in both parts; a patient split tests on originals only; both parts hold
    both labels.
    """
    if split[unit].isna().any():
        raise BrokenPromise(f"split by {unit}: expected a {unit} on each row, got {split[unit].isna().sum()} without")
    repeated = split.loc[split["image"].duplicated(), "image"]
    if len(repeated):
        raise BrokenPromise(f"split by {unit}: expected each image once, got {repeated.iloc[0]} more than once")
    parts = split.groupby(unit)["part"].nunique()
    both = parts.index[parts > 1]
    if len(both):
        raise BrokenPromise(f"split by {unit}: {len(both)} {unit}s lie in both parts, such as {both[0]}")
    test = split[split["part"] == "test"]
    copies = test.loc[test["image"] != test["source"], "image"]
    if unit == "patient" and len(copies):
        raise BrokenPromise(f"split by patient: expected originals in the test part, got {copies.iloc[0]}")
    for part in ("train", "test"):
        labels = set(split.loc[split["part"] == part, "label"])
        if labels != {0, 1}:
            raise BrokenPromise(f"split by {unit}: expected labels 0 and 1 in the {part} part, got {sorted(labels)}")
