"""Bodies drawn in blocks, for tests that need no phantom."""

import numpy as np

CROWN, HEIGHT, MIDDLE = 150, 700, 120


def draw_body(seed=0, level=8.0):
    """A rough patient of Poisson counts: head, neck, trunk with arms, hands, legs, and a bright spine.

    Fractions of the height: neck .11 to .14, shoulders from .14, waist .367, hands to .50, legs from .51.
    """
    expected = np.full((1024, 256), 0.05)
    parts = [(0, 0.11, 60), (0.11, 0.14, 36), (0.14, 0.33, 180), (0.33, 0.40, 160), (0.40, 0.51, 190), (0.51, 1, 130)]
    for first, last, width in parts:
        rows = slice(round(CROWN + first * HEIGHT), round(CROWN + last * HEIGHT))
        expected[rows, MIDDLE - width // 2 : MIDDLE + width // 2] = level
    expected[round(CROWN + 0.51 * HEIGHT) : round(CROWN + HEIGHT)] *= 0.6
    expected[round(CROWN + 0.14 * HEIGHT) : round(CROWN + 0.45 * HEIGHT), MIDDLE - 6 : MIDDLE + 6] = 4 * level
    return np.random.default_rng(seed).poisson(expected).astype(np.uint16)


def draw_without_noise():
    """A body of 700 rows from row 100, without noise: neck at 185, waist at 357, hands at 432, groin at 460."""
    view = np.zeros((1024, 256), dtype=np.uint16)
    for first, last, half in (
        *((100, 175, 20), (175, 180, 14), (180, 190, 10), (190, 215, 40), (215, 345, 60), (345, 370, 55)),
        *((370, 420, 60), (420, 428, 70), (428, 437, 85), (437, 455, 70), (455, 460, 62)),
    ):
        view[first:last, 128 - half : 128 + half + 1] = 4
    for middle in (103, 153):  # thighs and their shafts
        view[460:800, middle - 22 : middle + 23] = 1
        view[460:800, middle - 3 : middle + 4] = 6
    view[240:325, 70:96] = view[240:325, 161:187] = 8  # ribs
    view[190:440, 120:137] = 16  # spine
    view[405:415, 123:134] = 90  # bladder
    return view
