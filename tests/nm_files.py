"""Whole-body DICOM files as the tests need them."""

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from bonescan.ingest import headers


def whole_body(frames=1, pixels=None, **changes):
    """A whole-body file of `frames` frames, pixel value 1 + frame at row 10, column 20; None deletes an attribute."""
    if pixels is None:
        pixels = np.zeros((frames, 1024, 256), np.uint16)
        pixels[:, 10, 20] = 1 + np.arange(frames)
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    values = {
        "SOPClassUID": headers.NUCLEAR_MEDICINE,
        "SOPInstanceUID": "1.2.3",
        "StudyInstanceUID": "1.2",
        "Modality": "NM",
        "PatientName": "Doe^Jane",
        "PatientID": "hospital-7",
        "ImageType": ["ORIGINAL", "PRIMARY", "WHOLE BODY", "EMISSION"],
        "Rows": pixels.shape[1],
        "Columns": pixels.shape[2],
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 8 * pixels.itemsize,
        "BitsStored": 8 * pixels.itemsize,
        "HighBit": 8 * pixels.itemsize - 1,
        "PixelRepresentation": 0,
        "PixelSpacing": [2.4, 2.4],
        "NumberOfFrames": frames,
        "FrameIncrementPointer": [0x00540010, 0x00540020],
        "EnergyWindowVector": [1] * frames,
        "DetectorVector": list(range(1, frames + 1)),
    }
    for keyword, value in (values | changes).items():
        if value is not None:
            setattr(dataset, keyword, value)
    dataset.PixelData = pixels.tobytes()
    return dataset


def detector(**code):
    item, view = Dataset(), Dataset()
    for keyword, value in code.items():
        setattr(view, keyword, value)
    item.ViewCodeSequence = [view]
    return item


def save(dataset, path):
    dataset.save_as(path, enforce_file_format=True)
    return path


def body(seed=0, highest=None):
    """Poisson counts of a rough body, shape (1024, 256), uint16."""
    expected = np.full((1024, 256), 0.05)
    expected[100:800, 80:176] = 6
    expected[110:450, 120:136] = 20
    return np.minimum(np.random.default_rng(seed).poisson(expected), highest or 65535).astype(np.uint16)
