"""What a network does with the same test images at other counts: fewer recorded, or all multiplied.

A shorter scan has fewer counts and more noise. Thinning makes one of a longer scan; scaled back to the original mean,
thinned images have its noise alone, and multiplied images its counts alone.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from bonescan.augment import block_mean, transform
from bonescan.chance import generator
from bonescan.scoring.metrics import predict_class
from bonescan.scoring.predictions import sizes
from bonescan.scoring.resampled import as_columns, named_ends, resample_weights, weighted_auc, with_ends
from bonescan.scoring.use import share_ends
from bonescan.terms import TRAINED

UNCHANGED, SCALED, THINNED, SCALED_BACK = "unchanged", "scaled", "thinned", "scaled_back"

CHANGES = (SCALED, THINNED, SCALED_BACK)
"""What is done to test images: multiplied; thinned, each count kept by chance; thinned, then divided by the share."""


class Altered(NamedTuple):
    """Test images after one change.

    Attributes
    ----------
    change : str
        `UNCHANGED` or one of `CHANGES`.
    factor : float
        Of the mean counts; for `SCALED_BACK` the share that was kept before.
    draw : int
        Of the thinning, from 1; 0 where nothing is drawn.
    images : ndarray, shape (n, side, side), float32
        Counts a pixel.
    """

    change: str
    factor: float
    draw: int
    images: np.ndarray


def thin(counts: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Keep each count with the probability `share`.

    Poisson counts stay Poisson: this is what the same scan would have recorded in that share of its time.

    Parameters
    ----------
    counts : ndarray, int
        As recorded; block means or interpolated counts would not do.
    share : float
        Up to 1.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, int64
    """
    return rng.binomial(counts, share)


def remake(counts: np.ndarray, variant, block: int) -> np.ndarray:
    """Return a variant of a thoracic image at the scale's size, as `augment` makes it.

    Parameters
    ----------
    counts : ndarray, shape (rows, columns)
    variant : named tuple
        mirrored, operation, amount.
    block : int
    """
    image = transform(counts.astype(np.float32), variant.mirrored, variant.operation, variant.amount)
    return block_mean(image, block).astype(np.float32)


def thin_variants(
    thorax: np.ndarray, variants: pd.DataFrame, block: int, share: float, draw: int, seed: int
) -> np.ndarray:
    """Return the test images that augmentation would have made of thinned thoracic images.

    The recorded counts are thinned, before a rotation interpolates and blocks are averaged. So thinning is exact for
    every variant, and the variants of a view show one and the same shorter scan.

    Parameters
    ----------
    thorax : ndarray, shape (views, rows, columns), int
        May be memory-mapped.
    variants : DataFrame
        One row per image: source, thorax_row, mirrored, operation, amount; the variants of a source follow each other.
    block : int
    share : float
    draw, seed : int
        The generator is named after the source, the share and the draw.

    Returns
    -------
    ndarray, shape (n, side, side), float32
    """
    images, of, thinned = [], None, None
    for variant in variants.itertuples():
        if variant.source != of:
            of, rng = variant.source, generator(seed, "count_scale", variant.source, f"{share:g}", str(draw))
            thinned = thin(thorax[variant.thorax_row], share, rng)
        images.append(remake(thinned, variant, block))
    return np.stack(images)


def alter(
    images: np.ndarray, thorax: np.ndarray, variants: pd.DataFrame, block: int, settings: dict, seed: int
) -> Iterator[Altered]:
    """Yield the test images unchanged and after every change.

    Multiplied and scaled-back images are not rounded: block means and interpolated counts are no whole numbers either.

    Parameters
    ----------
    images : ndarray, shape (n, side, side), float32
        Counts a pixel, as `augment` made them.
    thorax, variants, block, seed
        As in `thin_variants`.
    settings : dict
        `factors`; `thinned`, the shares; `draws` of each thinning.
    """
    yield Altered(UNCHANGED, 1.0, 0, images)
    for factor in settings["factors"]:
        yield Altered(SCALED, factor, 0, images * np.float32(factor))
    for share in settings["thinned"]:
        for draw in range(1, settings["draws"] + 1):
            thinned = thin_variants(thorax, variants, block, share, draw, seed)
            yield Altered(THINNED, share, draw, thinned)
            yield Altered(SCALED_BACK, share, draw, thinned / np.float32(share))


def score_flips(part: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return how many decisions of each network flip under each change.

    Parameters
    ----------
    part : DataFrame
        Of one test part: model, status, change, factor, draw, image, patient, label, probability (of metastasis).
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        One row per network that trained and change: `model`, `status`, `change`, `factor`, `draws`; `n`, `patients`,
        `metastatic` (images); with its 95 % interval by patient `flips`, the share of test images whose decision is
        another than that on the unchanged image, `to_metastasis` and `to_normal`, its two parts, and `auc_change`,
        paired; `auc_before`, `auc`. Of several draws the mean. One row without numbers for any other network.
    """
    images = part.drop_duplicates("image")[["image", "patient", "label"]].reset_index(drop=True)
    weights = resample_weights(images["patient"].to_numpy(), rng)
    rows = []
    for (model, status), found in part.groupby(["model", "status"], sort=False):
        row = {"model": model, "status": status, **sizes(images)}
        if status != TRAINED:
            rows.append(row)
            continue
        wide = found.pivot(index="image", columns=["change", "factor", "draw"], values="probability")
        wide = wide.loc[images["image"]].sort_index(axis=1)
        before = wide[UNCHANGED].to_numpy()[:, 0]
        for change in CHANGES:
            factors = found.loc[found["change"] == change, "factor"].unique()
            for factor in sorted(factors):
                after = wide[change, factor].to_numpy()
                named = {"change": change, "factor": factor, "draws": after.shape[1]}
                rows.append({**row, **named, **_compare(images, before, after, weights)})
    names = with_ends(["flips", "to_metastasis", "to_normal"])
    names += ["auc_before", "auc", "auc_change", "auc_change_low", "auc_change_high"]
    columns = ["model", "status", "change", "factor", "draws", "n", "patients", "metastatic", *names]
    return pd.DataFrame(rows).reindex(columns=columns)


def _compare(images: pd.DataFrame, before: np.ndarray, after: np.ndarray, weights: np.ndarray) -> dict[str, float]:
    """Return flips and AUCs of one network under one change; nothing where a probability is not finite.

    Parameters
    ----------
    images : DataFrame
        label and patient.
    before : ndarray, shape (n,)
        Probabilities on the unchanged images.
    after : ndarray, shape (n, draws)
    weights : ndarray, shape (resamples + 1, n)
    """
    if not (np.isfinite(before).all() and np.isfinite(after).all()):
        return {}
    label, patient = images["label"].to_numpy(), images["patient"].to_numpy()
    turned = predict_class(after) - predict_class(before)[:, None]
    found = {}
    for name, flipped in (("flips", turned != 0), ("to_metastasis", turned > 0), ("to_normal", turned < 0)):
        ends = share_ends(flipped.mean(axis=1), patient)
        found |= as_columns(name, ends)
    auc_before = weighted_auc(label, before, weights)
    auc = np.mean([weighted_auc(label, drawn, weights) for drawn in after.T], axis=0)
    return found | {"auc_before": auc_before[0], "auc": auc[0]} | named_ends("auc_change", auc - auc_before)
