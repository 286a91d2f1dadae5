"""Simulated readers: what they make of the spots they see, their votes, and LabelMe annotations."""

from collections.abc import Sequence

import numpy as np
from scipy.special import logsumexp, ndtri

from bonescan.terms import METASTASIS, VIEW_SHAPE

ROWS, COLUMNS = VIEW_SHAPE
LOOKS = 8
"""Benign foci that a reader looks at in one view."""

# log odds that a spot of usual heat and reach is a metastasis, by region, and how they grow with the logarithms of its
# heat (its peak over its surroundings) and of its reach in pixels. A spot that follows its rib speaks for a metastasis;
# a rib's end, a flat band across a vertebra and a joint speak against it, as physicians read them (Kara et al., Nucl
# Med Commun 2003, 24:887). Rounded from a logistic regression on the plainest spots of 251 patients of seed 1
WEIGHTS = {"spine": (1.1, 1.3, 0.0), "ribs": (-0.7, 0.2, 8.0), "soft tissue": (-9.0, 0.0, 0.0)}
ELSEWHERE = (0.4, 3.4, 2.3)
USUAL_HEAT, USUAL_REACH = 0.5, 3.5
ALONG_RIB, RIB_END, FLAT, JOINT = 3.8, -0.8, -1.8, -3.0
JOINTS = {("humerus", "proximal"), ("shoulder girdle", "medial"), ("shoulder girdle", "lateral")}
"""Regions and parts that meet another bone."""

# standard deviations: of what a reader makes of one spot, at its plainest and at detectability 1, of a patient, and of
# the readers' thresholds; and the log odds at which the middle reader calls a patient abnormal
SPOT_NOISE, FAINTNESS, PATIENT_NOISE, STRICTNESS = 0.3, 4.0, 0.6, 0.4
THRESHOLD = 2.4


def suspect(spots: Sequence[dict]) -> np.ndarray:
    """Weigh each spot by what can be seen of it.

    Parameters
    ----------
    spots : sequence of dict
        Rows of the truth tables: of one view, or of each focus its plainest view.

    Returns
    -------
    ndarray, shape (n,), float64
        Log odds that the spot is a metastasis: by its heat, size and region, by its shape in a rib or the spine, and
        by its place at a joint.
    """
    odds = np.zeros(len(spots))
    for i, spot in enumerate(spots):
        usual, heat, reach = WEIGHTS.get(spot["region"], ELSEWHERE)
        odds[i] = usual + heat * np.log(spot["peak_ratio"] / USUAL_HEAT)
        odds[i] += reach * np.log(np.sqrt(spot["half_rows"] * spot["half_cols"]) / USUAL_REACH)
        breadth = np.log(spot["half_cols"] / spot["half_rows"])
        if spot["region"] == "ribs":
            odds[i] += ALONG_RIB * abs(breadth) + RIB_END * (spot["part"] == "anterior")
        elif spot["region"] == "spine":
            odds[i] += FLAT * max(breadth, 0.0)
        elif (spot["region"], spot["part"]) in JOINTS:
            odds[i] += JOINT
    return odds


def read(spots: Sequence[dict], readers: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the readers' votes on one patient.

    A reader calls a patient abnormal whose spots together are suspicious enough. What a reader makes of a spot varies,
    the more the fainter it is; what a reader makes of a patient varies, too; and some readers are stricter than others.

    Parameters
    ----------
    spots : sequence of dict
        Rows of the truth tables, of each visible focus in the thorax its plainest view.
    readers : int
        An odd number.
    draws : int
        How often the readers read the patient anew.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (draws, readers), int
        1 for metastasis.

    Raises
    ------
    ValueError
        If `readers` is even or less than 1.
    """
    if readers < 1 or readers % 2 == 0:
        raise ValueError(f"simulate.readers: expected an odd number, so that there is a majority, got {readers!r}")
    if not spots:
        return np.zeros((draws, readers), int)
    strictness = STRICTNESS * ndtri((np.arange(readers) + 0.5) / readers)
    spread = np.hypot(SPOT_NOISE, FAINTNESS / np.array([spot["detectability"] for spot in spots]))
    odds = logsumexp(suspect(spots) + spread * rng.standard_normal((draws, readers, len(spots))), axis=2)
    odds += PATIENT_NOISE * rng.standard_normal((draws, readers))
    return (odds > THRESHOLD + strictness).astype(int)


def agree(votes: np.ndarray, label: int) -> np.ndarray:
    """Return the first votes whose majority is right.

    Parameters
    ----------
    votes : ndarray, shape (draws, readers), int
    label : {0, 1}
        1 for metastasis.

    Returns
    -------
    ndarray, shape (readers,), int
        All of them `label` where the majority never is right.
    """
    # DEVIATION: Table 1 counts what the readers agreed on, here the truth as well. A panel has reports, CT and later
    # scans besides the picture; it is wrong so seldom that single votes may come from the picture, and the majority not
    right = (2 * votes.sum(axis=1) > votes.shape[1]) == bool(label)
    return votes[right.argmax()] if right.any() else np.full(votes.shape[1], label)


def annotate(image: str, vote: int, lesions: list[dict], foci: list[dict], rng: np.random.Generator) -> dict:
    """One reader's annotation of one image in LabelMe's format, version 5.

    Parameters
    ----------
    image : str
        Such as ``P001_1_anterior``.
    vote : {0, 1}
        1 for metastasis; with 0, no shape is labelled so. A 1 where no lesion is visible marks the most suspicious of
        `foci` in the thorax, and counts as a 0 where none is.
    lesions, foci : list of dict
        Rows of the truth tables: visible lesions and benign foci.
    rng : numpy.random.Generator
        Draws the reader's hand.

    Returns
    -------
    dict
    """
    odds = suspect(foci)
    ranked = [foci[i] for i in sorted(range(len(foci)), key=lambda i: (not foci[i]["in_thorax"], -odds[i]))][:LOOKS]
    marked = lesions or [focus for focus in ranked[:1] if focus["in_thorax"]]
    vote = int(bool(vote and marked))
    named = [(focus, METASTASIS) for focus in marked] if vote else []
    named += [(focus, focus["kind"]) for focus in ranked if not (vote and focus in marked) and rng.random() < 0.5]
    return {
        "version": "5.5.0",
        "flags": {METASTASIS: bool(vote)},
        "shapes": [_outline(focus, label, rng) for focus, label in named],
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
