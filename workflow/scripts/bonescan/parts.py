"""What the two parts of a split need, and what they get, of each label."""

import math

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
