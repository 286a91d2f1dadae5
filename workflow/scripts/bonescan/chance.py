"""Random generators named by what they decide: a draw depends on its name, not on the order of the work."""

import zlib

import numpy as np


def generator(seed: int, *names: str) -> np.random.Generator:
    """Random generator for one named decision.

    Parameters
    ----------
    seed : int
        The config's seed.
    *names : str
        What is decided and for which patient, image or class, such as `"crop", "P001_1_anterior"`.
    """
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])
