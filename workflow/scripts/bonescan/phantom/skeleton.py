"""The skeleton of one patient: skull, spine, thorax, pelvis and limbs."""

import numpy as np

from bonescan.phantom import limbs, pelvis, skull, spine, thorax
from bonescan.phantom.assembly import Assembly, Skeleton
from bonescan.phantom.habitus import Habitus


def build(habitus: Habitus, rng: np.random.Generator) -> Skeleton:
    """Build a patient's skeleton.

    Parameters
    ----------
    habitus : bonescan.phantom.habitus.Habitus
    rng : numpy.random.Generator

    Returns
    -------
    Skeleton
    """
    assembly = Assembly(rng)
    column = spine.Column.of(habitus)
    skull.add(assembly, rng)
    spine.add(assembly, column)
    thorax.add(assembly, column, habitus, rng)
    pelvis.add(assembly)
    limbs.add(assembly, habitus, rng)
    return assembly.finish()
