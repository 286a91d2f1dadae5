"""Which test images have a relative in training: the same pixels, nearly the same, the same view, the same patient."""

import hashlib
from math import comb, prod

import numpy as np
import pandas as pd

from bonescan.scoring.resampled import as_columns
from bonescan.scoring.use import share_ends
from bonescan.terms import CLASSES

KIN = ("identical", "near_identical", "sibling", "same_patient")
"""Relatives in training, the closest first.

`identical`: the same pixels. `near_identical`: shifted by at most `SHIFT` pixels each way, the images correlate with at
least `NEAR`. `sibling`: made of the same view. `same_patient`: of any view of the patient.
"""

BY_CHANCE = {"sibling": "source", "same_patient": "patient"}
"""Relatives whose share follows from counts, and the column in which they agree."""

NEAR = 0.99
"""Least correlation (Pearson's, over pixels) of near-identical images.

Two recordings of one view correlate about so at desk scale: 0.987 to 0.999, median 0.994, by Poisson noise drawn twice
on each of the phantom's 346 views. With a shift, siblings moved by one pixel of the desk grid reach 1, by a quarter of
one 0.984 and more; two views of one patient at most 0.943 (95 pairs), views of different patients at most 0.986 (59,590
pairs).
"""

SHIFT = 1
"""Pixels of the network's grid by which near-identical images may be shifted: 9.6 mm at desk scale, 2.4 mm at the
paper's."""

PIXELS_AT_ONCE = 2**22
"""Pixels of each of the two stacks of images of one product: 1024 images at 64 x 64, 64 at 256 x 256."""


def digest_images(images: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return a digest of the pixels of each image; images with the same pixels have the same.

    Parameters
    ----------
    images : ndarray, shape (N, side, side)
        May be memory-mapped.
    rows : ndarray, shape (n,), int

    Returns
    -------
    ndarray, shape (n,), str
    """
    return np.array([hashlib.sha256(np.ascontiguousarray(images[row]).tobytes()).hexdigest() for row in rows])


def shift_images(images: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Shift images by whole pixels, down and to the right where positive; what comes in is 0."""
    height, width = images.shape[1:]
    shifted = np.zeros_like(images)
    to = [slice(max(by, 0), side + min(by, 0)) for by, side in ((rows, height), (columns, width))]
    of = [slice(max(-by, 0), side + min(-by, 0)) for by, side in ((rows, height), (columns, width))]
    shifted[:, *to] = images[:, *of]
    return shifted


def standardise(images: np.ndarray) -> np.ndarray:
    """Return images as vectors whose products are correlations, shape (n, pixels); 0 for images of one value."""
    flat = images.reshape(len(images), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.divide(flat, norm, out=np.zeros_like(flat), where=norm > 0)


def correlate_kin(images: np.ndarray, test: pd.DataFrame, train: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the highest correlation of each test image with a training image, over all shifts by `SHIFT` at most.

    Parameters
    ----------
    images : ndarray, shape (N, side, side)
        May be memory-mapped; a part of it is in memory at a time.
    test, train : DataFrame
        Row (in `images`) and patient.

    Returns
    -------
    own, strange : ndarray, shape (n,), float32
        Over the training images of the same patient, and of other patients; -1 where there is none.
    """
    found = np.full((2, len(test)), -1, dtype=np.float32)
    at_once = max(1, PIXELS_AT_ONCE // images[0].size)
    shifts = [(rows, columns) for rows in range(-SHIFT, SHIFT + 1) for columns in range(-SHIFT, SHIFT + 1)]
    test_rows, train_rows = test["row"].to_numpy(), train["row"].to_numpy()
    test_patient, train_patient = test["patient"].to_numpy(), train["patient"].to_numpy()
    for first in range(0, len(test), at_once):
        here = slice(first, first + at_once)
        part = np.asarray(images[test_rows[here]])
        shifted = [standardise(shift_images(part, *by)) for by in shifts]
        for start in range(0, len(train), at_once):
            there = slice(start, start + at_once)
            other = standardise(np.asarray(images[train_rows[there]])).T
            highest = shifted[0] @ other
            for one in shifted[1:]:
                np.maximum(highest, one @ other, out=highest)
            own = test_patient[here, None] == train_patient[None, there]
            for place, kept in enumerate((own, ~own)):
                best = np.max(np.where(kept, highest, -1), axis=1)
                found[place, here] = np.maximum(found[place, here], best)
    return found[0], found[1]


def find_kin(images: np.ndarray, split: pd.DataFrame) -> pd.DataFrame:
    """Tell of every test image which relatives it has in training.

    Parameters
    ----------
    images : ndarray, shape (N, side, side)
        As the networks see them; may be memory-mapped.
    split : DataFrame
        row, image, source, patient, label, part.

    Returns
    -------
    DataFrame
        One row per test image: image, patient, label; `KIN` (bool), each true wherever there is such an image in
        training, whatever else there is; `stranger` (bool), whether a near-identical one is of another patient.
    """
    test, train = (split[split["part"] == part] for part in ("test", "train"))
    own, strange = correlate_kin(images, test, train)
    seen = pd.Series(digest_images(images, train["row"])).groupby(train["patient"].to_numpy()).agg(set)
    digests, everyone = digest_images(images, test["row"]), set().union(*seen)
    identical = np.array([digest in everyone for digest in digests])
    of_stranger = np.array(
        [
            any(digest in found for patient, found in seen.items() if patient != own_patient)
            if digest in everyone
            else False
            for digest, own_patient in zip(digests, test["patient"], strict=True)
        ]
    )
    return test[["image", "patient", "label"]].assign(
        identical=identical,
        # images of a single value have no correlation
        near_identical=identical | (np.maximum(own, strange) >= NEAR),
        sibling=test["source"].isin(train["source"]),
        same_patient=test["patient"].isin(train["patient"]),
        stranger=of_stranger | (strange >= NEAR),
    )


def expect_kin(split: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Return what share of the test images a random split of these sizes leaves with relatives in training.

    Of a test image, all other units of its source (or patient) are in the test part with the probability of drawing
    them without replacement (hypergeometric), label by label, as the split is stratified. Otherwise training has one.

    Parameters
    ----------
    split : DataFrame
        row, image, source, patient, label, part.
    unit : {"image", "source", "patient"}
        What the split keeps whole.

    Returns
    -------
    DataFrame
        One row for `all` and each of `CLASSES`, by name: a column for each of `BY_CHANCE`; NaN for no image.
    """
    units = split.groupby(unit, sort=False).agg(
        label=("label", "max"), images=("image", "size"), source=("source", "first"), patient=("patient", "first")
    )
    units["tested"] = (split["part"] == "test").groupby(split[unit], sort=False).any()
    sizes = units.groupby("label")["tested"].agg(["size", "sum"])
    # how often a draw tests each unit, with all of its images
    units["weight"] = units["label"].map(sizes["sum"] / sizes["size"]) * units["images"]
    for name, column in BY_CHANCE.items():
        units[name] = 0.0 if unit in ("patient", column) else _chances(units, column, sizes)
    groups = {"all": units} | {one: units[units["label"] == label] for label, one in enumerate(CLASSES)}
    shares = {
        group: {
            name: np.average(inside[name], weights=inside["weight"]) if inside["weight"].sum() else np.nan
            for name in BY_CHANCE
        }
        for group, inside in groups.items()
    }
    return pd.DataFrame.from_dict(shares, orient="index")


def _chances(units: pd.DataFrame, column: str, sizes: pd.DataFrame) -> pd.Series:
    """Return the chance that training has another unit of the same source or patient, if the unit itself is tested."""
    relatives = pd.crosstab(units[column], units["label"])

    def chance(unit) -> float:
        others = {label: relatives.at[getattr(unit, column), label] - (label == unit.label) for label in sizes.index}
        return 1 - prod(
            comb(sizes.at[label, "sum"] - (label == unit.label), number)
            / comb(sizes.at[label, "size"] - (label == unit.label), number)
            for label, number in others.items()
        )

    return pd.Series([chance(unit) for unit in units.itertuples()], index=units.index)


def summarise_kin(found: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    """Return the shares of test images with relatives in training.

    Parameters
    ----------
    found : DataFrame
        From `find_kin`.
    expected : DataFrame
        From `expect_kin`.

    Returns
    -------
    DataFrame
        One row for `all` and each of `CLASSES`: `images` (its name), `n`, `patients`; each of `KIN` with its 95 %
        interval, `_low` and `_high`, clustered by patient (`share_ends`); `sibling_expected`, `same_patient_expected`;
        `strangers`, images with a near-identical one of another patient.
    """
    rows = []
    for group, chances in expected.iterrows():
        inside = found if group == "all" else found[found["label"] == CLASSES.index(group)]
        row = {"images": group, "n": len(inside), "patients": inside["patient"].nunique()}
        for name in KIN:
            ends = share_ends(inside[name].to_numpy(), inside["patient"].to_numpy())
            row |= as_columns(name, ends)
            if name in BY_CHANCE:
                row[f"{name}_expected"] = chances[name]
        rows.append({**row, "strangers": int(inside["stranger"].sum())})
    return pd.DataFrame(rows)
