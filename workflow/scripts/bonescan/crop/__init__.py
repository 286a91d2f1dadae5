"""The thoracic region of a whole-body view, in the paper's five stages (Cropping thoracic region, Figures 2 and 3).

One module a stage: `noise` (1), `profile` (2 and the curve of 3), `landmarks` (3), `trunk` (4), `background` (5).
`position` tells how the patient lies, `thorax` puts the stages together, `flags` settles what becomes of doubtful
crops.
"""

from bonescan.crop.noise import find_body
from bonescan.crop.thorax import Crop, crop_row, crop_thorax

__all__ = ["Crop", "crop_row", "crop_thorax", "find_body"]
