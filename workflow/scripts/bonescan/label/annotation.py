"""A reader's folder to annotate with LabelMe: pictures with a suitable window, annotations to start from."""

import base64
import io
from collections import Counter

import numpy as np
from PIL import Image

VERSION = "5.5.0"  # of LabelMe's format: read by LabelMe 5 and 6
# A flag that the reader ticks. Without it an annotation with no shapes might be of a normal or of an unread image
READ = "read"


def make_picture(counts: np.ndarray, percentile: float) -> np.ndarray:
    """Return a view as readers are used to it: dark where hot, black from a percentile of the pixels with counts.

    Parameters
    ----------
    counts : ndarray, shape (rows, columns), uint16
    percentile : float
        Of the pixels that have any counts; a bladder full of activity must not decide the window.

    Returns
    -------
    ndarray, shape (rows, columns), uint8
    """
    filled = counts[counts > 0]
    black = max(1.0, float(np.percentile(filled, percentile))) if filled.size else 1.0
    return np.rint(255 * (1 - np.minimum(counts / black, 1))).astype(np.uint8)


def encode_png(grey: np.ndarray) -> bytes:
    """Return a PNG of grey values, shape (rows, columns), uint8; the same values give the same bytes."""
    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, "PNG", optimize=False)
    return stream.getvalue()


def make_annotation(image: str, size: tuple[int, int], findings: list[dict] = ()) -> dict:
    """Return an annotation in LabelMe's format, marked as unread, with the shapes of some findings.

    Parameters
    ----------
    image : str
    size : (int, int)
        Rows and columns.
    findings : list of dict
        `lesion`, `finding`, `bone`, `shape`, `points`, as `bonescan.label.labelme` reads them. The shapes of one lesion
        get its number as their Group ID.
    """
    pieces = Counter(one["lesion"] for one in findings)
    return {
        "version": VERSION,
        "flags": {READ: False},
        "shapes": [
            _shape(
                *(one[key] for key in ("finding", "bone", "shape", "points")),
                group=one["lesion"] if pieces[one["lesion"]] > 1 else None,
            )
            for one in findings
        ],
        "imagePath": f"{image}.png",
        "imageData": None,
        "imageHeight": size[0],
        "imageWidth": size[1],
    }


def _shape(finding: str, bone: str, shape: str, points: str, group: int | None) -> dict:
    """Return one shape of LabelMe's format."""
    corners = [[float(side) for side in reversed(point.split(","))] for point in points.split(";")]
    mask = None
    if shape == "mask":
        runs = np.array(corners, dtype=int)
        (left, top), (right, bottom) = runs.min(axis=0), runs.max(axis=0)
        inside = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
        for (first, row), (last, _) in zip(runs[::2], runs[1::2], strict=True):
            inside[row - top, first - left : last - left + 1] = 1
        corners = [[float(left), float(top)], [float(right), float(bottom)]]
        mask = base64.b64encode(encode_png(inside)).decode()
    return {
        "label": finding,
        "points": corners,
        "group_id": group,
        "description": bone,
        "shape_type": shape,
        "flags": {},
        "mask": mask,
    }
