"""The crop's open choices, changed one at a time."""

from collections.abc import Iterator

import numpy as np

from bonescan.chance import generator
from bonescan.crop import crop_row, crop_thorax

VARIANTS = {
    "as configured": {},
    "literal third valley": {"trunk_end": "valley"},
    "steepest descent": {"trunk_end": "steepest_descent"},
    "thr_N: literal maximum": {"noise": "maximum"},
    "thr_N: percentile 99.9": {"noise": 99.9},
    "thr_N: percentile 99": {"noise": 99},
    "sigma off": {"sigma": 0},
    "sigma fixed, 10": {"sigma": 10},
    "sigma drawn, 5 to 15": {"sigma": [5, 15]},
    "sigma above and below": {"sigma_sides": "rows"},
    "sigma on all sides": {"sigma_sides": "around"},
    "degree 9": {"degree": 9},
    "degree 12": {"degree": 12},
    "degree 15": {"degree": 15},
    "degree 20": {"degree": 20},
    "landmarks of the fit alone": {"refine": 0},
    "fit alone, degree 9": {"refine": 0, "degree": 9},
    "fit alone, degree 12": {"refine": 0, "degree": 12},
    "fit alone, degree 20": {"refine": 0, "degree": 20},
    "peaks and valleys counted": {"landmarks": "counted"},
    "counted, literal third valley": {"landmarks": "counted", "trunk_end": "valley"},
}
"""What each variant changes: keywords of `crop_thorax` over the configured ones."""


def crop_variants(view: np.ndarray, image: str, settings: dict, seed: int) -> Iterator[tuple[str, dict]]:
    """Crop one view under every variant.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
    image : str
        The view's name; it names the generator of sigma, as in the run.
    settings : dict
        The configured keywords of `crop_thorax`.
    seed : int

    Yields
    ------
    variant : str
    row : dict
        As in `crop.tsv`.
    """
    for variant, change in VARIANTS.items():
        yield variant, crop_row(crop_thorax(view, generator(seed, "crop", image), **settings | change))
