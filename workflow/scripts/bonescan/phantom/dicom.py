"""A whole-body bone scan as a DICOM Nuclear Medicine object (PS3.3, A.5 and C.8.4)."""

import hashlib
from collections.abc import Sequence

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import ExplicitVRLittleEndian, NuclearMedicineImageStorage

ROOT = "2.25."
# nuclear medicine projections, PS3.16, CID 26
VIEW_CODES = {"anterior": ("399321004", "Anterior projection"), "posterior": ("399001007", "Posterior projection")}
START_ANGLE = {"anterior": 0, "posterior": 180}
# directions of a row and a column of the image; the patient's left is +x, the head +z
ORIENTATION = {"anterior": [1, 0, 0, 0, 0, -1], "posterior": [-1, 0, 0, 0, 0, -1]}
ACQUIRED = ("20180615", "100000")


def build(
    frames: np.ndarray,
    views: Sequence[str],
    patient: str,
    number: int,
    exam: str,
    sex: str,
    age: int,
    pixel: float,
    minutes: float,
) -> FileDataset:
    """Build the DICOM object of one examination; the same arguments give the same bytes.

    Parameters
    ----------
    frames : ndarray, shape (n, 1024, 256), uint16
        Counts as displayed, one frame a view.
    views : sequence of {"anterior", "posterior"}
        The view of each frame.
    patient : str
        Key from which the identifiers are derived.
    number : int
        Number in the cohort, for name and ID.
    exam : str
    sex : {"F", "M"}
    age : int
        Years.
    pixel : float
        Pixel spacing, mm.
    minutes : float
        Duration of the scan.

    Returns
    -------
    pydicom.dataset.FileDataset

    Raises
    ------
    ValueError
        If `frames` are not uint16 counts, one frame a view.
    """
    if frames.dtype != np.uint16 or frames.ndim != 3 or len(frames) != len(views):
        raise ValueError(f"expected {len(views)} frames of uint16, got {frames.dtype} of shape {frames.shape}")
    key = f"{patient}/{exam}/" + hashlib.sha256(frames.tobytes()).hexdigest()
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = NuclearMedicineImageStorage
    meta.MediaStorageSOPInstanceUID = _uid(key, "instance")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = ROOT + "187013045098541733"
    meta.ImplementationVersionName = "BONESCAN"

    scan = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    scan.SpecificCharacterSet = "ISO_IR 100"
    scan.ImageType = ["ORIGINAL", "PRIMARY", "WHOLE BODY", "EMISSION"]
    scan.SOPClassUID = meta.MediaStorageSOPClassUID
    scan.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    date, time = ACQUIRED
    scan.StudyDate = scan.SeriesDate = scan.AcquisitionDate = scan.ContentDate = date
    scan.StudyTime = scan.SeriesTime = scan.AcquisitionTime = scan.ContentTime = time
    scan.AccessionNumber = ""
    scan.Modality = "NM"
    scan.Manufacturer = "bonescan phantom"
    scan.ManufacturerModelName = "simulated dual-head camera"
    scan.ReferringPhysicianName = ""
    scan.StudyDescription = "Bone whole body (simulated)"
    scan.SeriesDescription = "WHOLE BODY " + " ".join("ANT" if view == "anterior" else "POST" for view in views)
    _add_patient(scan, number, sex, age)
    scan.StudyInstanceUID = _uid(key, "study")
    scan.SeriesInstanceUID = _uid(key, "series")
    scan.FrameOfReferenceUID = _uid(key, "frame of reference")
    scan.PositionReferenceIndicator = ""
    scan.StudyID = str(exam)
    scan.SeriesNumber = 1
    scan.InstanceNumber = 1
    scan.PatientOrientation = ""
    scan.SoftwareVersions = "bonescan"
    _add_acquisition(scan, frames, minutes)
    _add_detectors(scan, views)
    _add_pixels(scan, frames, pixel)
    return scan


def _uid(key: str, kind: str) -> str:
    """A UUID-derived UID (PS3.5, B.2) that depends on `key` and `kind` alone."""
    return ROOT + str(int.from_bytes(hashlib.sha256(f"bonescan/{kind}/{key}".encode()).digest()[:16], "big"))


def _add_patient(scan: Dataset, number: int, sex: str, age: int) -> None:
    scan.PatientName = f"Phantom^{number:03d}"
    scan.PatientID = f"PHANTOM{number:03d}"
    scan.PatientBirthDate = ""
    scan.PatientSex = sex
    scan.PatientAge = f"{age:03d}Y"
    scan.PatientIdentityRemoved = "YES"
    scan.DeidentificationMethod = "Simulated, no person behind it"
    scan.PatientOrientationCodeSequence = Items([_code("102538003", "SCT", "recumbent")])
    scan.PatientOrientationCodeSequence[0].PatientOrientationModifierCodeSequence = Items(
        [_code("40199007", "SCT", "supine")]
    )
    scan.PatientGantryRelationshipCodeSequence = Items([_code("102540008", "SCT", "headfirst")])


def _add_acquisition(scan: Dataset, frames: np.ndarray, minutes: float) -> None:
    scan.BodyPartExamined = "WHOLEBODY"
    scan.CountsAccumulated = int(frames.sum(dtype=np.int64))
    scan.AcquisitionTerminationCondition = "MANU"
    scan.WholeBodyTechnique = "1PS"
    scan.ScanLength = 1950
    scan.ScanVelocity = f"{1950 / minutes / 60:.4g}"
    scan.ActualFrameDuration = int(minutes * 60000)
    scan.NumberOfEnergyWindows = 1
    window = Dataset()
    window.EnergyWindowName = "Tc-99m"
    limits = Dataset()
    limits.EnergyWindowLowerLimit = "126.45"
    limits.EnergyWindowUpperLimit = "154.55"
    window.EnergyWindowRangeSequence = Items([limits])
    scan.EnergyWindowInformationSequence = Items([window])
    drug = Dataset()
    drug.Radiopharmaceutical = "Tc-99m methylene diphosphonate"
    drug.RadiopharmaceuticalStartTime = ""
    drug.RadionuclideTotalDose = "740"
    drug.RadionuclideCodeSequence = Items([_code("72454005", "SCT", "^99m^Technetium")])
    scan.RadiopharmaceuticalInformationSequence = Items([drug])


def _add_detectors(scan: Dataset, views: Sequence[str]) -> None:
    scan.NumberOfDetectors = len(views)
    detectors = []
    for view in views:
        detector = Dataset()
        detector.CollimatorType = "PARA"
        detector.CollimatorGridName = "LEHR"
        detector.FieldOfViewShape = "RECTANGLE"
        detector.FocalDistance = [0, 0]
        detector.StartAngle = START_ANGLE[view]
        detector.ImageOrientationPatient = ORIENTATION[view]
        detector.ImagePositionPatient = None
        value, meaning = VIEW_CODES[view]
        detector.ViewCodeSequence = Items([_code(value, "SCT", meaning)])
        detectors.append(detector)
    scan.DetectorInformationSequence = Items(detectors)
    scan.EnergyWindowVector = [1] * len(views)
    scan.DetectorVector = list(range(1, len(views) + 1))


def _add_pixels(scan: Dataset, frames: np.ndarray, pixel: float) -> None:
    count, rows, columns = frames.shape
    scan.SamplesPerPixel = 1
    scan.PhotometricInterpretation = "MONOCHROME2"
    scan.NumberOfFrames = count
    # Energy Window Vector, Detector Vector
    scan.FrameIncrementPointer = [0x00540010, 0x00540020]
    scan.Rows, scan.Columns = rows, columns
    scan.PixelSpacing = [f"{pixel:.6g}"] * 2
    scan.CorrectedImage = ["UNIF", "NRGY", "LIN"]
    scan.BitsAllocated = scan.BitsStored = 16
    scan.HighBit = 15
    scan.PixelRepresentation = 0
    scan.LossyImageCompression = "00"
    scan.PixelData = frames.astype("<u2").tobytes()


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item
