"""One bone, many spellings; what is no bone, or more than one, stays as it is and is known to be unknown."""

import time
from itertools import chain

import numpy as np
import pytest

from bonescan.label.bones import in_spine, is_known, name_bone, whole_bone
from bonescan.phantom import habitus, skeleton

SPELLINGS = {
    "thoracic vertebra 8": "vertebrae_T8 Th8 T8 t8 D8 T-8 BWK8 TH_8 vertebra-T8 thoracic_8 8th_thoracic_vertebra T8.",
    "lumbar vertebra 3": "vertebrae_L3 L3 LWK_3 3rd_lumbar_vertebra lumbar_3 L3_vertebra Ｌ３",
    "cervical vertebra 7": "vertebrae_C7 C7 HWK_7 cervical_vertebra_7",
    "sacrum": "sacrum vertebrae_S1 S1 s_2 sacral_vertebra_3 os_sacrum",
    "left rib 7": "rib_left_7 left_rib_7 rib_7_left 7th_left_rib rib_07_left L_rib_7 Rib7L 7._Rippe_links rib_7,_left",
    "right clavicle": "clavicula_right right_clavicle clavicle_(right) collar_bone_right",
    "left hip bone": "hip_left left_hip left_hip_bone",
    "left scapula": "scapula_left left_shoulder_blade",
    "left sacroiliac joint": "left_SI_joint SI-joint_left left_sacroiliac_joint",
    "sternal body": "body_of_the_sternum sternal_body",
    "costal cartilage": "costal_cartilages",
    "skull": "skull cranium",
    "lumbar spine": "lumbar_spine L-spine LWS",
    "right femur proximal": "proximal_right_femur right_proximal_femur femur_right_proximal",
    "thoracic vertebra 8 left pedicle": "T8_left_pedicle left_pedicle_of_T8",
    "right iliac spine anterior superior": "right_anterior_superior_iliac_spine",
}
WORDS = {
    "thoracic vertebra 8": [
        *(
            "Th8?",
            "D8 ?",
            "BWK 8?",
            "Th VIII",
            "Brustwirbel 8",
            "胸椎8",
            "T8椎体",
            "vertebraeT8",
            "Th8 (BWK 8)",
            "T8/T8",
        ),
        *("thoracic vertebra T8", "thoracic spine T8", "BWS Th8", "Bone structure of T8", "eighth thoracic vertebra"),
        *("dorsal vertebra 8", "T8 level"),
    ],
    "thoracic vertebra 9": ["Th IX", "ninth thoracic vertebra"],
    "thoracic vertebra 12": ["BWK XII"],
    "lumbar vertebra 3": [
        *("LWK 3?", "L 3?", "LWS L3", "lumbar vertebra L3", "Lendenwirbel 3", "L3椎体", "vértebra lumbar 3", "L III"),
    ],
    "lumbar vertebra 4 right pedicle": ["L4 R pedicle", "L4 right pedicle", "right pedicle of L4"],
    "thoracic vertebra 8 right": ["T8 R", "T8 right"],
    "lumbar vertebra 4 left": ["L4 L", "L4, left", "left L4"],
    "lumbar vertebra 3 posterior": ["L3 dorsal"],
    "lumbar spine": ["lumbar", "columna lumbar", "rachis lombaire", "腰椎", "lumbar region"],
    "lumbar spine lower": ["lower lumbar"],
    "thoracic spine": ["thoracic", "dorsal spine", "BWS"],
    "cervical spine": ["cervical", "颈椎"],
    "cervical vertebra": ["Halswirbel"],
    "cervical vertebra 1": ["atlas"],
    "cervical vertebra 2": ["axis", "dens", "C2 (dens)"],
    "lumbosacral junction": ["L-S junction"],
    "thoracolumbar junction": ["T-L junction"],
    "spinous process": ["spinous process"],
    "sacrum": ["sacral", "Kreuzbein", "骶骨", "S1?", "S1-S3", "S1-3", "sacrum S1", "S I"],
    "sacrum left": ["left sacrum", "sacrum, left", "S1 left"],
    "sacrum left ala": ["sacral ala, left", "left ala of the sacrum"],
    "sacrum wing": ["sacral wing"],
    "coccyx": ["Steißbein"],
    "rib 7": ["rib 7?", "costae VII", "rib no. 7"],
    "left rib 7": ["left seventh rib", "7 th rib left", "Costa 7 sin."],
    "left rib 7 lateral": ["Left rib 7 (lateral part)"],
    "left rib 7 posterior": ["Rippe 7 li. dorsal"],
    "left rib 7 posterolateral": ["left 7th posterolateral rib"],
    "left femur": ["Structure of left femur", "Entire left femur"],
    "left femur greater trochanter": ["greater trochanter left", "left femur, greater trochanter"],
    "sternum": ["breastbone", "breast bone"],
    "manubrium": ["manubrium sterni", "manubrium of sternum"],
    "left pubis ramus": ["left pubic ramus"],
    "ischium tuberosity": ["ischial tuberosity"],
    "scapula acromion": ["acromion"],
    "scapula coracoid process": ["coracoid process"],
    "left scapula glenoid": ["glenoid, left", "left glenoid"],
    "occipital bone": ["occiput"],
    "right sternoclavicular joint": ["sternoclavicular joint right"],
    "left sacroiliac joint": ["iliosacral joint left", "lt SI jt", "S-I joint left"],
    "left tarsal": ["tarsal_left"],
    "carpal": ["carpal"],
    "finger": ["phalanges_hand"],
    "toe": ["phalanges_feet"],
}
"""Spellings of several words."""

ROWS = {
    "thoracic vertebra 8 to 10": [
        *("T8-T10", "T8-10", "T8–T10", "Th8 - Th10", "D8-10", "T8 to 10", "T10-T8", "T8/9/10", "BWK 8 bis 10"),
    ],
    "thoracic vertebra 8 to 9": ["T8, T9", "T8 and T9"],
    "lumbar vertebra 4 to 5": ["L4/5", "L4-L5", "L4/L5", "lumbar vertebrae 4 and 5"],
    "thoracic vertebra 12 to lumbar vertebra 1": ["T12-L1", "Th12/L1", "T12, L1"],
    "lumbar vertebra 5 to sacrum": ["L5-S1", "L5/S1", "L5 to sacrum"],
}
UNKNOWN = [
    *("T14", "L7", "S9", "C8", "rib 13", "rib 0", "talus 10", "R7", "left 7", "left right rib 7", "both hips", "r l3"),
    *("左第7肋", "urine bag", "", "femur 2017", "ribs 7 8", "rib 7/8", "dorsal", "breast", "left breast", "head"),
    *("left head", "rib T8", "T8, left rib 7", "L10-T12", "T8, T10", "T8, L1", "T8 T9", "not in the spine", "neck"),
]


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, all_ in SPELLINGS.items() for text in all_.split()])
def test_spellings_have_one_name(name, text):
    for written in (text, text.replace("_", " ")):
        assert name_bone(written) == name and is_known(written)
    assert name_bone(name) == name


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, all_ in (WORDS | ROWS).items() for text in all_])
def test_words_have_one_name(name, text):
    assert name_bone(text) == name and is_known(text)


def test_the_names_of_the_phantom_stay():
    rng = np.random.default_rng(4)
    bones = skeleton.build(habitus.draw("M", 2.4, dict.fromkeys(habitus.QUANTILES, 0.4), rng), rng)
    for name, region in zip(bones.names, bones.regions, strict=True):
        assert name_bone(name) == name and is_known(name)
        assert in_spine(name) == (region == "spine")
    assert name_bone("left femur proximal") == "left femur proximal"


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_is_no_bone_stays_as_written(text):
    assert not is_known(text) and name_bone(text) == " ".join(text.lower().split())


def test_a_name_names_itself():
    texts = [*WORDS, *chain(*(WORDS | ROWS).values()), *ROWS, *UNKNOWN, *SPINAL, *ELSEWHERE]
    names = list(map(name_bone, texts))
    assert list(map(name_bone, names)) == names
    assert list(map(is_known, names)) == list(map(is_known, texts))
    assert list(map(in_spine, names)) == list(map(in_spine, texts))
    bones = list(map(whole_bone, names))
    assert list(map(whole_bone, bones)) == bones


@pytest.mark.parametrize("text", ["9" * 5000, "rib " * 5000, "T8 " * 600_000, "T8-" * 600_000, "ﷺ" * 600_000])
def test_what_is_long_is_cut_and_unknown(text):
    before = time.process_time()
    name = name_bone(text)
    assert len(name) <= 200 and name.endswith("[...]") and name_bone(name) == name
    assert not is_known(text) and not is_known(name) and in_spine(text) == in_spine(name)
    assert time.process_time() - before < 1
    assert is_known("T8" + " " * 5000) and not is_known("T8" + "\0" * 5000 + "left rib 7")


def test_what_cannot_be_written_is_left_out():
    assert name_bone("odd\0 pl\ud800ace\u200b\n\there") == "odd pl ace here"


SPINAL = [
    *("T8", "D8", "S1", "vertebrae_S1", "spine", "spinal canal", "sacrum", "coccyx", "t8?", "thoracic vertebrae"),
    *("T8 left pedicle", "BWS", "vertebral body", "Th8 fracture", "L3 fracture", "th8_fracture", "Th IX fracture"),
    *(
        "T8-T10 fractures",
        "lumbar fracture",
        "L4/5 left",
        "椎间盘",
        "no fracture, T8",
        "not sure: L3",
        "atlas fracture",
    ),
    *("L10-T12", "T8, T10", "T8 left right", "vertebra no. 8", "vertebra", "lumbosacral", "facet joint, right"),
]
ELSEWHERE = [
    *("left rib 7", "", "talus 10", "sacroiliac joint", "left iliac spine", "skull", "spine of the scapula"),
    *("ischial spine", "costovertebral joint", "D-dimer", "rib T8", "left rib at T8 level", "rib near spine"),
    *("not in the spine", "not in the lumbar spine", "T8, left rib 7", "near T8", "paravertebral", "para-vertebral"),
    *("non-spinal", "thoracic wall", "cervical lymph node", "骶髂关节", "T8水平肋骨", "patient's 1 lesion", "T x-ray"),
    *("breast", "dorsal", "T8a"),
    # no such vertebrae
    *("T14", "C8", "L7", "S9"),
]


@pytest.mark.parametrize(
    ("text", "spinal"),
    [(text, True) for text in SPINAL] + [(text, False) for text in ELSEWHERE],
)
def test_the_spine(text, spinal):
    assert in_spine(name_bone(text)) is spinal and in_spine(text) is spinal


def test_words_of_the_spine_are_spinal():
    inside = ("vertebra", "spine", "sacrum", "coccyx", "thoracolumbar", "lumbosacral", "spinous")
    for name, texts in (WORDS | ROWS).items():
        spinal = any(word in name for word in inside)
        assert [in_spine(text) for text in (name, *texts)] == [spinal] * (1 + len(texts))


def test_one_reader_may_be_more_exact():
    assert whole_bone(name_bone("left rib 7, lateral")) == "left rib 7"
    assert whole_bone(name_bone("T8 body")) == "thoracic vertebra 8"
    assert whole_bone("left acromion") == "left scapula"
    assert whole_bone("sacral ala, left") == whole_bone("sacrum, right") == "sacrum"
    assert whole_bone("L4/5") == whole_bone("lumbar vertebra 4 to 5") == "lumbar vertebra 4 to 5"
    assert whole_bone("left of nowhere") == "left of nowhere"
