"""The shapes of annotations: their points, in the picture and with an area, and their masks."""

import base64
import io
import re
from collections import Counter

import numpy as np
from PIL import Image

from bonescan.label.masks import shape_mask

# Points of each shape: two corners, or centre and a point of the rim
POINTS = {"polygon": (3, None), "rectangle": (2, 2), "circle": (2, 2), "point": (1, 1), "mask": (2, 2)}
FOUR_CORNERS = ("oriented_rectangle", "rotation")  # of LabelMe 7, and X-AnyLabeling's name for it
OTHER_SHAPES = ("line", "linestrip", "points")  # LabelMe has them, but they have no inside
DATA_URL = re.compile(r"^data:image/png;base64,")
CLIPPED = 1.0  # pixels beyond the picture that are taken for its edge, as tools let points slip
ALONG = 0.01  # pixels by which the sides of a rectangle of four corners may lean: what is written of a point


def read_shape(kind: str, values, mask, place: str, size: tuple[int, int]) -> tuple[str, np.ndarray]:
    """Return the kind and the points of one shape of JSON or XML.

    Parameters
    ----------
    kind : str
        `shape_type`.
    values, mask
        `points` and `mask` as the file has them.
    place : str
        File and shape, for errors.
    size : (int, int)
        Rows and columns of the picture.

    Returns
    -------
    kind : {"polygon", "rectangle", "circle", "point", "mask"}
    points : ndarray, shape (n, 2), float
        Columns and rows, pixels. Of a rectangle two corners, of a mask as `find_runs` returns them.

    Raises
    ------
    ValueError
        A shape that is unknown, incomplete, without an area, outside the picture, or between its pixels' centres.
    """
    if not isinstance(kind, str) or kind not in (*POINTS, *FOUR_CORNERS):
        found = kind if kind in OTHER_SHAPES else "another"
        raise ValueError(f"{place}: expected shape_type {', '.join((*POINTS, FOUR_CORNERS[0]))}, found {found}")
    points = _read_points(values, place)
    if kind == "rectangle" and len(points) == 4:
        points = _opposite_corners(points, place)
    if kind in FOUR_CORNERS:
        _check_number(points, kind, 4, 4, place)
        kind = "polygon"
    _check_number(points, kind, *POINTS[kind], place)
    if kind == "mask":
        points = np.trunc(points)  # to pixels, as LabelMe does
    points = _clip(points, kind, place, size)
    if kind == "mask":
        return kind, find_runs(_read_mask(mask, points, place), points.min(axis=0), place)
    _check_area(kind, points, size, place)
    return kind, points


def _read_points(values, place: str) -> np.ndarray:
    """Return finite points, shape (n, 2)."""
    try:
        points = np.array(values, dtype=float)
    except (TypeError, ValueError, OverflowError):
        points = np.zeros(())
    points = points.reshape(-1, 2) if points.shape == (0,) else points
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"{place}: expected points as pairs of column and row")
    if not np.isfinite(points).all():
        raise ValueError(f"{place}: expected points as pairs of finite numbers")
    return points


def _check_number(points: np.ndarray, kind: str, least: int, most: int | None, place: str) -> None:
    """Stop at too few or too many points."""
    if len(points) < least or (most and len(points) > most):
        raise ValueError(
            f"{place}: expected {least}{'' if most else ' or more'} points of {_article(kind)}, found {len(points)}"
        )


def _article(kind: str) -> str:
    return f"{'an' if kind[0] == 'o' else 'a'} {kind}"


def _opposite_corners(points: np.ndarray, place: str) -> np.ndarray:
    """Return two opposite corners of a rectangle of four, as X-AnyLabeling writes it."""
    low, high = points.min(axis=0), points.max(axis=0)
    upright = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    turned = [np.roll(order, number, axis=0) for order in (upright, upright[::-1]) for number in range(4)]
    if not any(np.abs(points - corners).max() <= ALONG for corners in turned):
        raise ValueError(
            f"{place}: expected a rectangle with sides along the picture's, found another of four corners: "
            f"draw it as {FOUR_CORNERS[0]} or polygon"
        )
    return np.array([low, high])


def _clip(points: np.ndarray, kind: str, place: str, size: tuple[int, int]) -> np.ndarray:
    """Return points in the picture: those less than `CLIPPED` beyond it lie on its edge."""
    # a mask's corners are pixels; those of other shapes are points, which may lie on the picture's far edge
    edge = np.array([size[1], size[0]]) - (kind == "mask")
    slack = 0 if kind == "mask" else CLIPPED
    outside = ~((points >= -slack) & (points <= edge + slack)).all(axis=1)
    if outside.any():
        column, row = points[outside][0]
        raise ValueError(f"{place}: row {row:g}, column {column:g} lies outside the picture of {size[0]} x {size[1]}")
    return points.clip(0, edge)


def _check_area(kind: str, points: np.ndarray, size: tuple[int, int], place: str) -> None:
    """Stop at a shape that has none, or that covers no pixel.

    None: corners on one line, an outline that runs back on itself, a rim on the centre.
    """
    points = np.round(points, 2)  # as they are written
    if kind == "polygon":
        far = points - points[0]
        longest = far[np.argmax(np.hypot(*far.T))]
        flat = np.abs(far[:, 0] * longest[1] - far[:, 1] * longest[0]).max() < 1e-9 or _runs_back(points)
    elif kind == "rectangle":
        flat = (points[0] == points[1]).any()
    else:
        flat = kind == "circle" and (points[0] == points[1]).all()
    if flat:
        raise ValueError(f"{place}: expected a {kind} with an area, found none")
    if not shape_mask(kind, points[:, ::-1], size).any():
        raise ValueError(f"{place}: expected a {kind} around the centre of a pixel, found one that covers no pixel")


def _runs_back(points: np.ndarray) -> bool:
    """Tell whether each edge of an outline is drawn twice."""
    ends = [tuple(point) for point in points.tolist()]
    if len(set(ends)) > len(ends) // 2 + 1:  # it comes back to fewer
        return False
    edges = Counter(frozenset(edge) for edge in zip(ends, [*ends[1:], ends[0]], strict=True) if edge[0] != edge[1])
    return all(number % 2 == 0 for number in edges.values())


def _read_mask(encoded, corners: np.ndarray, place: str) -> np.ndarray:
    """Return a mask that JSON has as a PNG of the box between two corner pixels, shape (rows, columns), bool."""
    columns, rows = np.ptp(corners, axis=0).astype(int) + 1
    wrong = f"{place}: expected a mask as a PNG in base 64"
    try:
        encoded = "".join(encoded.split()) if isinstance(encoded, str) else ""
        data = base64.b64decode(DATA_URL.sub("", encoded), validate=True)
    except ValueError:
        raise ValueError(wrong) from None
    return open_mask(data, (rows, columns), wrong, place, "its box")


def open_mask(data: bytes, size: tuple[int, int], wrong: str, place: str, of: str) -> np.ndarray:
    """Return the pixels of a PNG that are neither black nor transparent, shape `size`, bool.

    Parameters
    ----------
    data : bytes
    size : (int, int)
        Rows and columns that it must have; another is not even decoded.
    wrong : str
        The message for what is no PNG.
    place, of : str
        For the message that names a wrong size.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
            if picture.size == (size[1], size[0]):
                return _coloured(picture)
    except (OSError, Image.DecompressionBombError, SyntaxError, ValueError):
        raise ValueError(wrong) from None
    raise ValueError(f"{place}: expected a mask of the size of {of}")


def _coloured(picture: Image.Image) -> np.ndarray:
    """Return where a picture is neither black nor transparent."""
    if picture.mode in ("1", "L", "I", "I;16"):
        return np.asarray(picture) > 0
    *colours, opaque = np.moveaxis(np.asarray(picture.convert("RGBA")), -1, 0)
    return (np.max(colours, axis=0) > 0) & (opaque > 0)


def find_runs(mask: np.ndarray, corner, place: str) -> np.ndarray:
    """Return the first and the last pixel of each run in a row of a mask.

    Parameters
    ----------
    mask : ndarray, shape (rows, columns), bool
    corner : (float, float)
        Column and row of its first pixel in the picture.
    place : str

    Returns
    -------
    ndarray, shape (2 n, 2), float
        Columns and rows.

    Raises
    ------
    ValueError
        No pixel is set.
    """
    edges = np.diff(np.pad(mask, [(0, 0), (1, 1)]).astype(np.int8), axis=1)
    (rows, first), (_, last) = np.nonzero(edges == 1), np.nonzero(edges == -1)
    if not len(rows):
        raise ValueError(f"{place}: expected a mask with at least one pixel")
    left, top = corner
    pairs = np.stack([first + left, rows + top, last - 1 + left, rows + top], axis=1)
    return pairs.reshape(-1, 2)
