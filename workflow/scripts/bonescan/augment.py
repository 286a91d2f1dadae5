"""Thoracic image augmentation: mirror, translation, rotation (paper: Thoracic image augmentation, Table 2)."""

import numpy as np
import pandas as pd
from scipy import ndimage

from bonescan.chance import generator
from bonescan.terms import OPERATIONS, VARIANTS

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
                f"got {wanted}"
            )
        copies = pool.index[~original & (pool["subtype"] == subtype)]
        rng = generator(seed, "augment", "class", subtype)
        chosen.append(rng.choice(copies, size=wanted - originals, replace=False))
    lineage = pool.loc[np.sort(np.concatenate(chosen))].reset_index(drop=True)
    columns = ["image", "source", "patient", "label", "subtype", "mirrored", "operation", "amount"]
    return lineage[columns].rename_axis("row").reset_index()
