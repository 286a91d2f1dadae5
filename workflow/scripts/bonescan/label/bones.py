"""Bones under one name, however a reader or a tool writes them: `Th8`, `vertebrae_T8`, `BWK 8` are one vertebra.

A name is made of at most one side, one bone, at most one number, and words that say which part of it: `left rib 7
anterior`. A name that holds anything else, or a number that the bone does not have, is unknown and stays as written.
"""

import re
import unicodedata
from typing import NamedTuple

LEVELS = {
    **dict.fromkeys(("cervical", "c", "hwk", "hws"), "cervical"),
    **dict.fromkeys(("thoracic", "t", "th", "d", "dorsal", "bwk", "bws"), "thoracic"),
    **dict.fromkeys(("lumbar", "l", "lwk", "lws"), "lumbar"),
    **dict.fromkeys(("sacral", "s", "swk"), "sacral"),
}
"""Parts of the spine; some people have a thirteenth thoracic or a sixth lumbar vertebra."""

REGIONS = {"hws", "bws", "lws"}  # whole parts of the spine, in German

VERTEBRAE = {"cervical": 7, "thoracic": 13, "lumbar": 6, "sacral": 5}
NUMBERED = {"rib": 12, "metatarsal": 5, "metacarpal": 5}

SIDES = {
    **dict.fromkeys(("left", "lt", "links", "li", "l", "linke", "linker"), "left"),
    **dict.fromkeys(("right", "rt", "rechts", "re", "r", "rechte", "rechter"), "right"),
}

NAMES = (
    *("skull", "mandible", "face", "maxilla", "orbit", "frontal bone", "parietal bone", "temporal bone", "zygoma"),
    *("sternum", "manubrium", "sternal body", "xiphoid process", "clavicle", "scapula", "rib", "costal cartilage"),
    *("shoulder", "humerus", "elbow", "forearm", "radius", "ulna", "wrist", "hand", "metacarpal", "finger"),
    *("pelvis", "hip bone", "hip joint", "ilium", "ischium", "pubis", "acetabulum", "sacroiliac joint", "iliac crest"),
    *("femur", "knee", "patella", "tibia", "fibula", "ankle", "foot", "talus", "calcaneus", "metatarsal", "toe"),
    *("vertebra", "spine", "sacrum", "coccyx", "iliac spine", "ischial spine", "scapular spine", "pubic symphysis"),
)
SYNONYMS = {
    "skull": ("cranium", "calvaria", "calvarium", "head"),
    "mandible": ("jaw", "lower jaw"),
    "zygoma": ("zygomatic", "cheek"),
    "sternum": ("breast", "breastbone"),
    "sternal body": ("body sternum", "sternum body", "corpus sterni"),
    "xiphoid process": ("xiphoid", "processus xiphoideus"),
    "clavicle": ("clavicula", "collar", "collarbone"),
    "scapula": ("shoulder blade", "scapulae"),
    "rib": ("costa", "rippe", "rippen"),
    "humerus": ("humeral",),
    "hip bone": ("hipbone", "innominate", "coxal", "os coxae"),
    "ilium": ("os ilium", "iliac", "iliac wing", "iliac ala"),
    "ischium": ("os ischii", "ischial"),
    "pubis": ("os pubis", "pubic"),
    "pubic symphysis": ("symphysis", "symphysis pubis"),
    "sacroiliac joint": ("si joint", "sij", "isg", "sacro iliac joint"),
    "sacrum": ("os sacrum",),
    "coccyx": ("tailbone", "coccygeal"),
    "femur": ("thigh", "thighbone", "femoral"),
    "patella": ("kneecap", "knee cap"),
    "tibia": ("shin", "shinbone"),
    "calcaneus": ("heel",),
    "vertebra": ("vertebrae", "vertebral", "vert", "wirbel", "wirbelkörper"),
    "spine": ("spinal", "spinal column", "vertebral column", "wirbelsäule"),
}
FILLERS = frozenset({"of", "the", "no", "nr", "number", "bone"})
BONES = {
    " ".join(word for word in spelling.split() if word not in FILLERS): name
    for name in NAMES
    for spelling in (name, *SYNONYMS.get(name, ()))
}
"""By spelling, in small letters, without side, number, part and fillers."""

LONGEST = 3  # words of a bone's name
MOST_WORDS = 12  # of a side, a bone, a number and parts; what is longer is a sentence
NUMBER = re.compile("[0-9]{1,2}")

PARTS = frozenset(
    """
    upper lower middle mid anterior posterior lateral medial proximal distal superior inferior shaft diaphysis
    metaphysis epiphysis head neck body corpus arch pedicle lamina process spinous transverse facet joint end wing ala
    base tip condyle trochanter greater lesser frontal parietal occipital temporal whole
    """.split()  # noqa: SIM905
)

SPINE = re.compile(r"\bvertebrae?\b|\bvertebral\b|\bspine\b|\bspinal\b|\bsacrum\b|\bcoccyx\b|\b[ctl]\d{1,2}\b")
OTHER_SPINES = re.compile(r"\b(iliac|ischial|scapular?|scapulae|tibial|nasal) spine\b|\bspine of (the )?scapula\b")
"""Bony points that are no part of the spine."""


class Bone(NamedTuple):
    """What a text names."""

    name: str
    """Side, bone and number."""
    part: str
    """Of the bone; empty for the whole."""


def name_bone(text: str) -> str:
    """Return the one name of a bone and its part; a text that names none, or several, in small letters as written.

    >>> name_bone("vertebrae_T8"), name_bone("7th left rib"), name_bone("hip_left"), name_bone("proximal femur, right")
    ('thoracic vertebra 8', 'left rib 7', 'left hip bone', 'right femur proximal')
    """
    if bone := _parse(text):
        return f"{bone.name} {bone.part}".strip()
    shown = "".join(letter if letter.isprintable() else " " for letter in unicodedata.normalize("NFKC", text))
    return " ".join(shown.lower().split())


def whole_bone(name: str) -> str:
    """Return the bone of a name, without its part: one reader may be more exact than another."""
    bone = _parse(name)
    return bone.name if bone else name


def is_known(name: str) -> bool:
    """Tell whether a text names one bone, or neighbouring vertebrae: `T8-T10`."""
    return _parse(name) is not None or _is_row(name)


def in_spine(name: str) -> bool:
    """Tell whether a bone is a vertebra, the spine or a part of it, sacrum or coccyx.

    >>> in_spine("thoracic vertebra 8"), in_spine("L4/L5"), in_spine("right iliac spine"), in_spine("left rib 7")
    (True, True, False, False)
    """
    bone = _parse(name)
    if bone is None and _is_row(name):
        return True
    return bool(SPINE.search(OTHER_SPINES.sub(" ", bone.name if bone else name.lower())))


def _words(text: str) -> list[str]:
    """Return words and numbers of a text without fillers: `vertebrae_Th8` has three."""
    text = unicodedata.normalize("NFKC", text).casefold()
    words = re.findall(r"\d+|[^\W\d_]+", re.sub(r"(?<=\d)(st|nd|rd|th)(?![^\W\d_])", " ", text))
    return [word for word in words if word not in FILLERS]


def _sort(words: list[str]) -> tuple[list[str], list[int]]:
    """Return what is no number, and the numbers."""
    numbers = [int(word) for word in words if NUMBER.fullmatch(word)]
    return [word for word in words if not NUMBER.fullmatch(word)], numbers


def _parse(text: str) -> Bone | None:
    """Return the one bone that a text names, else None."""
    # other signs, such as a question mark or a slash, say more than a name
    if re.search(r"[^\w\s.,()#-]", text):
        return None
    words, numbers = _sort(_words(text))
    if len(numbers) > 1 or len(words) > MOST_WORDS:
        return None
    return _vertebra(words, numbers) or _other_bone(words, numbers)


def _vertebra(words: list[str], numbers: list[int]) -> Bone | None:
    """Return a vertebra or a part of the spine: a level, a number where one is meant, the word or not."""
    levels = [word for word in words if word in LEVELS]
    rest = [word for word in words if word not in LEVELS]
    nouns = {BONES.get(word) for word in rest} & {"vertebra", "spine"}
    parts = [SIDES.get(word, word) for word in rest if BONES.get(word) not in nouns]
    # a single letter may be a side or a level: with another one neither is sure
    letters = any(len(word) == 1 for word in rest)
    if len(levels) != 1 or letters or not PARTS.union(SIDES).issuperset(parts):
        return None
    (written,), level, part = levels, LEVELS[levels[0]], " ".join(parts)
    if numbers:
        if not 1 <= numbers[0] <= VERTEBRAE[level]:
            return None
        return Bone("sacrum" if level == "sacral" else f"{level} vertebra {numbers[0]}", part)
    if "spine" in nouns or written in REGIONS:
        return Bone(f"{level} spine", part)
    return Bone(f"{level} vertebra", part) if nouns else None


def _other_bone(words: list[str], numbers: list[int]) -> Bone | None:
    """Return a bone by side, name, number and part."""
    for length in range(min(LONGEST, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            spelling = " ".join(words[start : start + length])
            bone = BONES.get(spelling) or BONES.get(spelling.removesuffix("s"))
            rest = words[:start] + words[start + length :]
            sides = {SIDES[word] for word in rest if word in SIDES}
            parts = [word for word in rest if word not in SIDES]
            if bone is None or len(sides) > 1 or not PARTS.issuperset(parts):
                continue
            if all(1 <= number <= NUMBERED.get(bone, 0) for number in numbers):
                return Bone(" ".join([*sides, bone, *map(str, numbers)]), " ".join(parts))
    return None


def _is_row(text: str) -> bool:
    """Tell whether a text names neighbouring vertebrae alone: `T8-T10`, `L4/5`, `lumbar vertebrae 4 and 5`."""
    words, numbers = _sort([word for word in _words(text) if word not in ("and", "to", "und", "bis")])
    levels = [LEVELS[word] for word in words if word in LEVELS]
    nouns = [word for word in words if word not in LEVELS]
    most = max((VERTEBRAE[level] for level in levels), default=0)
    return (
        len(numbers) > 1
        and all(1 <= number <= most for number in numbers)
        and all(BONES.get(word) in ("vertebra", "spine") for word in nouns)
    )
