"""How often the images are divided, and what the two parts need, and get, of each label."""

import math
from collections.abc import Iterable, Mapping

LEAST_UNITS = 2
"""Images or patients of each label that a split needs: one in each part."""


def smallest_classes(numbers: list[int], ratio: tuple[float, float]) -> dict[str, int]:
    """Return how many of the rarer label each part gets in a split stratified by label.

    Parameters
    ----------
    numbers : list of int
        Units of each label.
    ratio : (float, float)
        Training to test.
    """
    total = sum(numbers)
    test = math.ceil(ratio[1] / sum(ratio) * total)
    # the training part gets whole shares, and what is left over goes to the largest fractions
    shares = [number * (total - test) / total for number in numbers]
    train = [int(share) for share in shares]
    for label in sorted(range(len(numbers)), key=lambda label: train[label] - shares[label])[
        : total - test - sum(train)
    ]:
        train[label] += 1
    return {"train": min(train), "test": min(number - taken for number, taken in zip(numbers, train, strict=True))}


def list_draws(repeats: int, folds: int) -> dict[str, dict]:
    """Return how the images are divided, by the name of the draw.

    Parameters
    ----------
    repeats : int
        Draws of a training and a test part.
    folds : int
        Parts of a cross-validation, each tested once; 0 for none.

    Returns
    -------
    dict of str to dict
        ``repeat1`` ... with `repeat`, a number from 1; ``fold1`` ... with `fold`, from 1, and `folds`.
    """
    draws = {f"repeat{number}": {"repeat": number} for number in range(1, repeats + 1)}
    return draws | {f"fold{number}": {"fold": number, "folds": folds} for number in range(1, folds + 1)}


def least_units(folds: int) -> int:
    """Return how many units of each label a split needs at least: one in each part, or in each fold."""
    return max(LEAST_UNITS, folds)


def share_trained(draw: Mapping, ratio: tuple[float, float]) -> float:
    """Return the share of the units that a draw of `list_draws` trains on."""
    return 1 - 1 / draw["folds"] if "fold" in draw else ratio[0] / sum(ratio)


def is_fold(draw: str) -> bool:
    """Whether a draw is one of a cross-validation, which together test each unit once."""
    return draw.startswith("fold")


def list_shuffles(units: Iterable[str], repeats: int) -> dict[str, dict]:
    """Return the draws of a control whose labels are shuffled, by their names.

    Parameters
    ----------
    units : iterable of str
        Among which labels are shuffled: image, source, patient.
    repeats : int
        Draws of the parts, each with a shuffle of its own.

    Returns
    -------
    dict of str to dict
        ``shuffled_patients1`` ... with `repeat` and `shuffled`, the unit.
    """
    return {
        f"shuffled_{unit}s{number}": {"repeat": number, "shuffled": unit}
        for unit in units
        for number in range(1, repeats + 1)
    }
