"""Thoracic image augmentation: mirror, translation, rotation (paper: Thoracic image augmentation, Table 2)."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import ndimage

from bonescan.chance import generator
from bonescan.terms import METASTATIC, NORMAL, OPERATIONS, UNSPECIFIED, VARIANTS

SHIFTS = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}
ROTATIONS = {"rotate_left": 1, "rotate_right": -1}


def mirror(image: np.ndarray) -> np.ndarray:
    """Reverse an image right to left about its vertical centre line (paper: Image mirror)."""
    return image[:, ::-1]


def translate(image: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Shift an image by whole pixels, down and to the right where positive; the background filled in is 0."""
    return ndimage.shift(image, (rows, columns), order=0, mode="constant", cval=0, prefilter=False)


def rotate(image: np.ndarray, degrees: float) -> np.ndarray:
    """Rotate an image about its geometric centre, to the left (counter-clockwise as displayed) where positive.

    Linear interpolation, background 0.
    """
    return ndimage.rotate(image, degrees, reshape=False, order=1, mode="constant", cval=0)


def transform(image: np.ndarray, mirrored: int, operation: str, amount: int) -> np.ndarray:
    """One variant of a thoracic image.

    Parameters
    ----------
    image : ndarray, shape (rows, columns)
        Counts or a mask; for a rotation as float, because interpolated integers lose their fractions.
    mirrored : int
        1 to mirror the image before the operation.
    operation : str
        One of `OPERATIONS`.
    amount : int
        Pixels of a shift, degrees of a rotation; 0 for the identity.
    """
    image = mirror(image) if mirrored else image
    if operation in SHIFTS:
        rows, columns = SHIFTS[operation]
        return translate(image, rows * amount, columns * amount)
    if operation in ROTATIONS:
        return rotate(image, ROTATIONS[operation] * amount)
    if operation == "identity":
        return image
    raise ValueError(f"operation: expected one of {', '.join(OPERATIONS)}, got {operation!r}")


def block_mean(image: np.ndarray, block: int) -> np.ndarray:
    """Bring an image to a coarser grid: the mean count of each `block` x `block` pixels.

    Raises
    ------
    ValueError
        If a side of the image is not a multiple of `block`.
    """
    rows, columns = image.shape
    if rows % block or columns % block:
        raise ValueError(f"block: expected a divisor of {rows} x {columns} pixels, got {block}")
    # DEVIATION: mean counts, not sums, so that the networks of every scale see counts of the same size. The size of
    # SGD's steps depends on it: on sums over 16 pixels the paper's learning rate diverges.
    return image.reshape(rows // block, block, columns // block, block).mean(axis=(1, 3))


def variants(source: str, horizontal, vertical, degrees, seed: int) -> pd.DataFrame:
    """Return the 14 variants of one thoracic image, the image itself first.

    {as is, mirrored} x {identity, shift left, right, up, down, rotate left, right}: in Table 2 the smallest
    class grows from 1 image to 14.

    Parameters
    ----------
    source : str
        Name of the image; the generator that draws the amounts is named after it.
    horizontal, vertical, degrees : (int, int)
        Least and greatest shift (pixels) and angle (degrees), both included.

    Returns
    -------
    DataFrame
        image, mirrored (0 or 1), operation, amount (pixels or degrees).
    """
    rng = generator(seed, "augment", source)
    spans = {"left": horizontal, "right": horizontal, "up": vertical, "down": vertical}
    spans |= {"rotate_left": degrees, "rotate_right": degrees}
    rows = []
    for mirrored in (0, 1):
        for operation in OPERATIONS:
            amount = int(rng.integers(*spans[operation], endpoint=True)) if operation in spans else 0
            suffix = "_mirrored" * mirrored + f"_{operation}" * (operation != "identity")
            rows.append((source + suffix, mirrored, operation, amount))
    return pd.DataFrame(rows, columns=["image", "mirrored", "operation", "amount"])


def share_counts(originals: Mapping[str, int], before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """Return how many images each class of a cohort gets in the paper's proportions: `augment.counts: auto`.

    From Tables 1 and 2. 346 images became 2390, so a cohort of n images grows to n * 2390 / 346. Of these the normal
    ones and the metastases have 1200 : 1190, whatever their originals (220 : 126); if 14 of each original of the rarer
    label are too few for that, both get less, in the same proportion. The metastases are divided among their classes by
    originals times the growth of the class in the paper (111 to 1043, 14 to 133, 1 to 14; a class that is not given:
    126 to 1190). Every class keeps its originals and has at most 14 of each. The paper's cohort gets Table 2 to the
    image.

    Parameters
    ----------
    originals : mapping of str to int
        Images of each class of the cohort, one of `SUBTYPES` or `UNSPECIFIED`.
    before, after : mapping of str to int
        Tables 1 and 2.

    Returns
    -------
    dict of str to int
        The classes of `originals` that have images.
    """
    present = {name: int(number) for name, number in originals.items() if number}
    groups = [[name for name in present if (name == NORMAL) == normal] for normal in (True, False)]
    found = [sum(present[name] for name in group) for group in groups]
    grown = [after[NORMAL], sum(after[name] for name in METASTATIC)]
    growth = {name: after[name] / before[name] for name in before if before[name]}
    growth[UNSPECIFIED] = grown[1] / sum(before[name] for name in METASTATIC)

    # of both labels, as a multiple of the paper's numbers
    least = max((number / total for number, total in zip(found, grown, strict=True) if number), default=0)
    most = min((VARIANTS * number / total for number, total in zip(found, grown, strict=True) if number), default=0)
    size = min(max(sum(found) / sum(before.values()), least), most)
    counts = {}
    for group, number, total in zip(groups, found, grown, strict=True):
        wanted = min(max(round(size * total), number), VARIANTS * number)
        counts |= _deal(wanted, {name: present[name] for name in group}, growth)
    return {name: counts[name] for name in present}


def _deal(wanted: int, originals: Mapping[str, int], growth: Mapping[str, float]) -> dict[str, int]:
    """Divide `wanted` images by originals times growth, between the originals and 14 of each, without a remainder."""
    names = list(originals)
    least = np.array([originals[name] for name in names], dtype=int)
    weights = least * np.array([growth[name] for name in names])
    low, high = 0.0, float(VARIANTS)
    for _ in range(60):  # to the last bit of the factor with which the weights add up to what is wanted
        middle = (low + high) / 2
        enough = np.clip(middle * weights, least, VARIANTS * least).sum() >= wanted
        low, high = (low, middle) if enough else (middle, high)
    shares = np.clip(high * weights, least, VARIANTS * least)
    counts = np.floor(shares).astype(int)
    order = np.argsort(counts - shares, kind="stable")
    counts[order[: wanted - counts.sum()]] += 1
    return dict(zip(names, counts.tolist(), strict=True))


def plan(labels: pd.DataFrame, counts: dict, horizontal, vertical, degrees, seed: int) -> pd.DataFrame:
    """Choose the augmented dataset: every original and as many of its variants as the class counts ask for.

    Parameters
    ----------
    labels : DataFrame
        image, patient, label, subtype; one row per thoracic image.
    counts : dict of str to int
        Images wanted per subtype (Table 2).

    Returns
    -------
    DataFrame
        The lineage: row, image, source, patient, label, subtype, mirrored, operation, amount; a source's variants
        follow it.

    Raises
    ------
    ValueError
        If the count of a class is missing, below the number of its originals or above 14 times that number.
    """
    pool = pd.concat(
        [
            variants(source.image, horizontal, vertical, degrees, seed).assign(
                source=source.image, patient=source.patient, label=source.label, subtype=source.subtype
            )
            for source in labels.itertuples()
        ],
        ignore_index=True,
    )
    original = pool["image"] == pool["source"]
    chosen = [pool.index[original]]
    for subtype, originals in labels["subtype"].value_counts(sort=False).items():
        wanted = counts.get(subtype, 0)
        most = originals * VARIANTS
        if not originals <= wanted <= most:
            raise ValueError(
                f"augment.counts.{subtype}: expected {originals} (the originals) to {most} ({VARIANTS} of each), "
                f"or augment.counts: auto, got {wanted}"
            )
        copies = pool.index[~original & (pool["subtype"] == subtype)]
        rng = generator(seed, "augment", "class", subtype)
        chosen.append(rng.choice(copies, size=wanted - originals, replace=False))
    lineage = pool.loc[np.sort(np.concatenate(chosen))].reset_index(drop=True)
    columns = ["image", "source", "patient", "label", "subtype", "mirrored", "operation", "amount"]
    return lineage[columns].rename_axis("row").reset_index()
