"""Simulated readers: votes on each image and LabelMe annotations."""

import numpy as np

from bonescan.terms import VIEW_SHAPE

ROWS, COLUMNS = VIEW_SHAPE


def votes(label: int, readers: int, error: float, rng: np.random.Generator) -> np.ndarray:
    """Draw the readers' votes on one image.

    Each reader errs independently with probability `error`. The draws are conditioned on the outcome: they are
    repeated until the majority gives the image's class, because Table 1 counts the labels that the readers agreed on,
    not a hidden truth.

    Parameters
    ----------
    label : {0, 1}
    readers : int
        An odd number.
    error : float
        Less than 0.5.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (readers,), int
        1 for metastasis.

    Raises
    ------
    ValueError
        If `readers` is even or less than 1, or `error` is outside [0, 0.5).
    """
    if readers < 1 or readers % 2 == 0:
        raise ValueError(f"simulate.readers: expected an odd number, so that there is a majority, got {readers!r}")
    if not 0 <= error < 0.5:
        raise ValueError(f"simulate.reader_error: expected at least 0 and less than 0.5, got {error!r}")
    # DEVIATION: the labels of the simulated readers never differ from the class that Table 1 asks for
    while True:
        wrong = rng.random(readers) < error
        if 2 * wrong.sum() < readers:
            return np.where(wrong, 1 - label, label)


def annotate(image: str, vote: int, lesions: list[dict], foci: list[dict], rng: np.random.Generator) -> dict:
    """One reader's annotation of one image in LabelMe's format, version 5.

    Parameters
    ----------
    image : str
        Such as ``P001_1_anterior``.
    vote : {0, 1}
        1 for metastasis; with 0, no shape is labelled so. A 1 where no lesion is visible marks the first of `foci`.
    lesions, foci : list of dict
        Visible lesions and benign foci with ``kind``, ``bone``, ``row``, ``col``, ``half_rows`` and ``half_cols``
        (pixels as displayed); `foci` the most conspicuous first.
    rng : numpy.random.Generator
        Draws the reader's hand.

    Returns
    -------
    dict
    """
    shapes = []
    if vote and lesions:
        shapes += [_outline(lesion, "metastasis", rng) for lesion in lesions]
        shapes += [_outline(focus, focus["kind"], rng) for focus in foci if rng.random() < 0.5]
    elif vote:
        shapes += [_outline(focus, "metastasis" if i == 0 else focus["kind"], rng) for i, focus in enumerate(foci)]
    else:
        shapes += [_outline(focus, focus["kind"], rng) for focus in foci if rng.random() < 0.5]
    return {
        "version": "5.5.0",
        "flags": {"metastasis": bool(vote)},
        "shapes": shapes,
        "imagePath": f"{image}.png",
        "imageData": None,
        "imageHeight": ROWS,
        "imageWidth": COLUMNS,
    }


def _outline(focus: dict, label: str, rng: np.random.Generator) -> dict:
    """A polygon drawn by hand round a focus."""
    corners = int(rng.integers(9, 15))
    angle = 2 * np.pi * (np.arange(corners) + rng.uniform(-0.2, 0.2, corners)) / corners
    reach = rng.normal(1.15, 0.06) + rng.normal(0, 0.05, corners)
    col = focus["col"] + rng.normal(0, 0.4) + np.cos(angle) * reach * focus["half_cols"]
    row = focus["row"] + rng.normal(0, 0.4) + np.sin(angle) * reach * focus["half_rows"]
    points = np.column_stack([np.clip(col, 0, COLUMNS - 1), np.clip(row, 0, ROWS - 1)])
    return {
        "label": label,
        "points": np.round(points, 1).tolist(),
        "group_id": None,
        "description": focus["bone"],
        "shape_type": "polygon",
        "flags": {},
        "mask": None,
    }
