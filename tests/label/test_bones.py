"""One bone, many spellings; what is no bone, or more than one, stays as it is and is known to be unknown."""

import pytest

from bonescan.label.bones import in_spine, is_known, name_bone, whole_bone

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


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, all_ in SPELLINGS.items() for text in all_.split()])
def test_spellings_have_one_name(name, text):
    for written in (text, text.replace("_", " ")):
        assert name_bone(written) == name and is_known(written)
    assert name_bone(name) == name


@pytest.mark.parametrize(
    "text",
    [
        *("T14", "L7", "S9", "rib 13", "rib 0", "talus 10", "R7", "left 7", "left right rib 7", "both hips", "r l3"),
        *("左第7肋", "rib 7?", "urine bag", "", "9" * 5000, "rib " * 5000, "ribs 7 8", "femur 2017"),
    ],
)
def test_what_is_no_bone_stays_as_written(text):
    assert not is_known(text) and name_bone(text) == " ".join(text.lower().split())


def test_what_cannot_be_written_is_left_out():
    assert name_bone("odd\0 pl\ud800ace\u200b\n\there") == "odd pl ace here"


@pytest.mark.parametrize("text", ["T8-T10", "L4/5", "L5-S1", "T8, T9", "lumbar vertebrae 4 and 5"])
def test_neighbouring_vertebrae_are_known_and_spinal(text):
    assert is_known(text) and in_spine(text) and name_bone(text) == text.lower()


@pytest.mark.parametrize(
    ("text", "spinal"),
    [
        *(
            (text, True)
            for text in ("T8", "D8", "S1", "vertebrae_S1", "spine", "spinal canal", "sacrum", "coccyx", "t8?")
        ),
        *((text, True) for text in ("thoracic vertebrae", "T8 left pedicle", "BWS", "vertebral body")),
        *((text, False) for text in ("left rib 7", "", "talus 10", "sacroiliac joint", "left iliac spine", "skull")),
        *((text, False) for text in ("spine of the scapula", "ischial spine", "costovertebral joint", "D-dimer")),
    ],
)
def test_the_spine(text, spinal):
    assert in_spine(name_bone(text)) is spinal


def test_one_reader_may_be_more_exact():
    assert whole_bone(name_bone("left rib 7, lateral")) == "left rib 7"
    assert whole_bone(name_bone("T8 body")) == "thoracic vertebra 8"
    assert whole_bone("left of nowhere") == "left of nowhere"
