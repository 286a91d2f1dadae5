"""Training and test parts, 7:3, divided by image, by source or by patient (paper: Experimental setup)."""

import math

import pandas as pd
from sklearn.model_selection import train_test_split

from bonescan.chance import generator
from bonescan.parts import LEAST_UNITS


class BrokenPromise(ValueError):
    """A split that does not keep what its unit promises; see `check`."""


def divide(lineage: pd.DataFrame, unit: str, ratio, seed: int) -> pd.DataFrame:
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
        Training to test.

    Returns
    -------
    DataFrame
        row, image, source, patient, label, part ("train" or "test"), in the order of the lineage.

    Raises
    ------
    ValueError
        If a class has fewer than two units, or a part so few that a class cannot be in both.
    """
    units = lineage.groupby(unit, sort=True)["label"].max()
    rarest = units.value_counts()
    if len(rarest) < 2 or rarest.min() < LEAST_UNITS:
        raise ValueError(
            f"split by {unit}: expected at least {LEAST_UNITS} {unit}s of each label, "
            f"got {rarest.to_dict()} (label: {unit}s)"
        )
    test_size = ratio[1] / sum(ratio)
    in_parts = {"test": math.ceil(test_size * len(units))}
    in_parts["training"] = len(units) - in_parts["test"]
    for part, number in in_parts.items():
        if number < len(rarest):
            raise ValueError(
                f"split by {unit}: expected room for both labels in the {part} part, got {number} of {len(units)} "
                f"{unit}s there at split.ratio {list(ratio)}"
            )
    # The dataset is no part of the generator's name, so that datasets with the same units share one split.
    chance = int(generator(seed, "split", unit).integers(2**32))
    _, test = train_test_split(
        units.index.to_numpy(),
        test_size=test_size,
        stratify=units.to_numpy(),
        random_state=chance,
    )
    in_test = lineage[unit].isin(test)
    split = lineage[["row", "image", "source", "patient", "label"]].assign(
        part=in_test.map({True: "test", False: "train"})
    )
    if unit == "patient":
        split = split[~in_test | (split["image"] == split["source"])]
    return split.reset_index(drop=True)


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
