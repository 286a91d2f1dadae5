"""PNG, TIFF and JPEG pictures to grey values that stand in for counts."""

import io

import numpy as np
from PIL import Image

from bonescan.ingest.refusal import Refusal
from bonescan.ingest.resampling import LARGEST_SIDE, MAXIMUM_PIXELS

FORMATS = ("PNG", "TIFF", "JPEG")
SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
GREY = {"L": 8, "I;16": 16, "I;16B": 16, "I;16L": 16}
OTHER_SIGNATURES = (b"GIF8", b"\0\0\0\x0cjP  ", b"II+\0", b"MM\0+")  # GIF, JPEG 2000, BigTIFF
ORIENTATION, BITS_PER_SAMPLE = 0x0112, 0x0102  # tags of EXIF and TIFF
COLOURED = {"RGB", "P", "RGBA", "LA"}


def is_picture(start: bytes) -> bool:
    """Tell from the first 132 bytes of a file whether it is a picture; a DICOM file may look like a TIFF too."""
    return start.startswith(SIGNATURES) and start[128:132] != b"DICM"


def is_other_picture(start: bytes) -> bool:
    """Tell from the first 132 bytes of a file whether it is a picture of a format that is not read."""
    bitmap = start[:2] == b"BM" and start[6:10] == bytes(4)
    webp = start[:4] == b"RIFF" and start[8:12] == b"WEBP"
    return (start.startswith(OTHER_SIGNATURES) or bitmap or webp) and start[128:132] != b"DICM"


def read_picture(data: bytes) -> tuple[np.ndarray, str]:
    """Decode one picture whose size is bounded before its pixels are.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    values : ndarray, shape (rows, columns), uint8 or uint16
    format : str
        Such as `PNG, 16 bits`.

    Raises
    ------
    Refusal
        Too large, coloured, transparent, several pages, another depth, lying, or not to be decoded.
    """
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:
        raise Refusal("a picture of more pixels than can be") from None
    except Exception as error:
        raise Refusal(f"a picture that cannot be decoded ({type(error).__name__})") from None
    with image:
        columns, rows = image.size
        if max(rows, columns) > LARGEST_SIDE or rows * columns > MAXIMUM_PIXELS:
            raise Refusal(f"a picture of {rows} x {columns} pixels, more than can be")
        if image.mode not in GREY and image.mode not in COLOURED:
            raise Refusal(f"a picture of mode {image.mode}: expected grey values of 8 or 16 bits")
        try:
            if image.mode in COLOURED and has_deep_colours(image):
                raise Refusal("a coloured picture of 16 bits: expected grey values")
            if image.getexif().get(ORIENTATION, 1) != 1:
                raise Refusal("a picture that must be turned, says its EXIF: expected one that stands")
            values = _grey(image) if image.mode in COLOURED else np.asarray(image)
            several = getattr(image, "n_frames", 1) > 1
        except Refusal:
            raise
        except Exception as error:
            raise Refusal(f"a picture that cannot be decoded ({type(error).__name__})") from None
        if several:
            raise Refusal("a picture of several pages: expected one view a file")
        return values.astype(values.dtype.newbyteorder("=")), f"{image.format}, {GREY.get(image.mode, 8)} bits"


def has_deep_colours(image: Image.Image) -> bool:
    """Tell whether a picture in colours has more than 8 bits a colour, of which Pillow would drop the lower ones."""
    tagged = getattr(image, "tag_v2", {}).get(BITS_PER_SAMPLE, (8,))
    return max(tagged) > 8 or any(";16" in str(tile) for tile in image.tile)


def _grey(image: Image.Image) -> np.ndarray:
    """Return the grey values of a picture in colours that are all grey, as many programs write them."""
    bands = np.asarray(image.convert("RGBA"))
    if (bands[..., 3] < 255).any():
        raise Refusal("a transparent picture: expected grey values")
    if np.ptp(bands[..., :3].astype(np.int16), axis=2).max() > 2:  # the least that a JPEG's colours stray by
        raise Refusal("a coloured picture: expected grey values")
    return bands[..., 1]
