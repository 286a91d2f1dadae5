"""Relative tracer concentration (per mm3) in bones and tissues on a delayed Tc-99m diphosphonate scan.

Reported SUV means are vertebrae 2.9-3.9, pelvis 1.2-3.7, ribs 1.0-1.2, humerus 0.85-1.0, soft tissue 0.3-0.5. Thin
bones are measured low because of the partial-volume effect, so their true concentration here is higher than their
reported mean; the values were set so that the images agree with the count ratios measured on real scans.
"""

SOFT_TISSUE = 0.084

CONCENTRATION = {
    "cranial vault": 1.8,
    "skull base": 0.9,
    "face": 3.0,
    "nasal region": 4.5,
    "mandible": 2.2,
    "vertebral body": 4.6,
    "vertebral arch": 4.9,
    "facet joint": 6.8,
    "sacrum": 3.2,
    "sacroiliac joint": 4.2,
    "rib": 4.1,
    "costovertebral joint": 4.4,
    "costal cartilage": 0.5,
    "manubrium": 3.6,
    "sternal body": 3.2,
    "clavicle": 2.2,
    "sternoclavicular joint": 4.0,
    "scapular blade": 1.6,
    "scapular border": 2.4,
    "shoulder joint": 3.4,
    "humeral head": 1.7,
    "humeral shaft": 1.0,
    "elbow": 0.95,
    "forearm": 1.3,
    "wrist": 1.7,
    "hand": 1.2,
    "iliac wing": 2.6,
    "iliac crest": 3.0,
    "acetabulum": 2.2,
    "pubis": 2.0,
    "ischium": 2.0,
    "femoral head": 2.0,
    "trochanter": 1.7,
    "femoral shaft": 0.85,
    "knee": 0.75,
    "patella": 1.1,
    "tibial shaft": 0.8,
    "fibula": 0.7,
    "ankle": 0.75,
    "foot": 0.8,
}
