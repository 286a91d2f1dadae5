"""What the tests of annotations share: shapes, masks and files as LabelMe writes them."""

import base64
import io
import json

import numpy as np
from PIL import Image

SIZE = (1024, 256)
SQUARE = ((120, 200), (135, 200), (135, 215), (120, 215))


def shape(label="metastasis", points=SQUARE, kind="polygon", bone="", **more):
    return {"label": label, "points": [list(p) for p in points], "description": bone, "shape_type": kind} | more


def png(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def encoded(pixels):
    return base64.b64encode(png(pixels)).decode()


def mask(corners=((100, 200), (102, 201)), pixels=None, **more):
    pixels = np.full((2, 3), 255, np.uint8) if pixels is None else pixels
    return shape(kind="mask", points=corners, mask=encoded(pixels), **more)


def text(*shapes, **more):
    return json.dumps({"version": "5.5.0", "flags": {}, "shapes": list(shapes)} | more, ensure_ascii=False)


def write(folder, image, *shapes, encoding="utf-8", suffix=".json", **more):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{image}{suffix}").write_bytes(text(*shapes, **more).encode(encoding))
