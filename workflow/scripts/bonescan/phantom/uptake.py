"""Relative tracer concentration (per mm3) in bones and tissues on a delayed Tc-99m diphosphonate scan.

Reported SUV means are vertebrae 2.9-3.9, pelvis 1.2-3.7, ribs 1.0-1.2, humerus 0.85-1.0, soft tissue 0.3-0.5. Thin bones are
measured low because of the partial-volume effect, so their true concentration here is higher than their reported mean; the
values were set so that the images agree with the count ratios measured on real scans.
"""

SOFT_TISSUE = 0.32

CONCENTRATION = {
    "cranial vault": 1.9,
    "skull base": 2.0,
    "face": 3.0,
    "nasal region": 4.5,
    "mandible": 2.2,
    "vertebral body": 2.9,
    "vertebral arch": 3.4,
    "facet joint": 4.2,
    "sacrum": 2.6,
    "sacroiliac joint": 5.5,
    "rib": 3.0,
    "costovertebral joint": 3.6,
    "costal cartilage": 0.5,
    "manubrium": 3.0,
    "sternal body": 2.6,
    "clavicle": 2.2,
    "sternoclavicular joint": 4.0,
    "scapular blade": 1.6,
    "scapular border": 2.4,
    "shoulder joint": 3.4,
    "humeral head": 1.7,
    "humeral shaft": 1.1,
    "elbow": 1.5,
    "forearm": 1.3,
    "wrist": 1.7,
    "hand": 1.2,
    "iliac wing": 2.2,
    "iliac crest": 3.0,
    "acetabulum": 2.8,
    "pubis": 2.0,
    "ischium": 2.0,
    "femoral head": 1.7,
    "trochanter": 1.7,
    "femoral shaft": 1.1,
    "knee": 1.5,
    "patella": 2.2,
    "tibial shaft": 1.1,
    "fibula": 1.0,
    "ankle": 1.3,
    "foot": 1.0,
}
