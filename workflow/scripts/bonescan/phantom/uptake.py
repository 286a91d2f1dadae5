"""Relative tracer concentration (per mm3) in bones and tissues on a delayed Tc-99m diphosphonate scan.

Reported SUV means are vertebrae 2.9-3.9, pelvis 1.2-3.7, ribs 1.0-1.2, humerus 0.85-1.0, soft tissue 0.3-0.5. Thin
bones are measured low because of the partial-volume effect, so their true concentration here is higher than their
reported mean; the values were set so that the images agree with the count ratios measured on real scans.
"""

SOFT_TISSUE = 0.097

CONCENTRATION = {
    "cranial vault": 1.15,
    "skull base": 0.8,
    "face": 1.5,
    "nasal region": 2.4,
    "mandible": 1.2,
    "vertebral body": 4.1,
    "vertebral arch": 4.2,
    "facet joint": 5.5,
    "sacrum": 2.9,
    "sacroiliac joint": 3.4,
    "rib": 3.85,
    "costovertebral joint": 4.4,
    "costal cartilage": 0.5,
    "manubrium": 3.1,
    "sternal body": 3.2,
    "clavicle": 1.75,
    "sternoclavicular joint": 3.2,
    "scapular blade": 1.35,
    "scapular border": 1.75,
    "shoulder joint": 2.9,
    "humeral head": 1.95,
    "humeral shaft": 1.0,
    "elbow": 0.8,
    "forearm": 1.3,
    "wrist": 1.7,
    "hand": 1.2,
    "iliac wing": 2.25,
    "iliac crest": 2.4,
    "acetabulum": 1.65,
    "pubis": 1.7,
    "ischium": 1.45,
    "femoral head": 1.75,
    "trochanter": 1.7,
    "femoral shaft": 0.85,
    "knee": 0.75,
    "patella": 1.1,
    "tibial shaft": 0.8,
    "fibula": 0.7,
    "ankle": 0.75,
    "foot": 0.8,
}
