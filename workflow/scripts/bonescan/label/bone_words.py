"""The words of `bonescan.label.bones`, folded: in small letters, as `str.casefold` makes them."""


def _table(**words: str) -> dict[str, str]:
    """Return a dictionary from each blank-separated word to the key that it stands for."""
    return {word: key for key, spellings in words.items() for word in spellings.split()}


VERTEBRAE = {"cervical": 7, "thoracic": 13, "lumbar": 6, "sacral": 5}
"""Parts of the spine from above; some people have a thirteenth thoracic or a sixth lumbar vertebra."""
MOST_HAVE = VERTEBRAE | {"thoracic": 12, "lumbar": 5}

ONE_OF_MANY = _table(
    cervical="hwk halswirbel halswirbelkörper",
    thoracic="bwk brustwirbel brustwirbelkörper",
    lumbar="lwk lendenwirbel lendenwirbelkörper",
    sacral="swk sakralwirbel",
)
"""Words for a level that mean one vertebra, also without a number."""

LEVELS = ONE_OF_MANY | _table(
    cervical="cervical c hws halswirbelsäule cervicale 颈椎 頸椎",
    thoracic="thoracic t th d dorsal bws brustwirbelsäule thoracique dorsale torácica torácico 胸椎",
    lumbar="lumbar l lws lendenwirbelsäule lombaire 腰椎",
    sacral="sacral s 骶椎",
)

LETTERS = frozenset({"c", "t", "th", "d", "dorsal", "l", "s"})
"""Levels that mean the spine only with a number or a word for it; `dorsal` alone is rather a direction."""

NUMBERED = {"rib": 12, "metatarsal": 5, "metacarpal": 5}

SIDES = _table(
    left="left lt l links li linke linker linkes linken sin sinister sinistra",
    right="right rt r rechts re rechte rechter rechtes rechten dex dext dexter dextra",
)

ABBREVIATIONS = {
    **{"jt": "joint", "vert": "vertebra"},
    **{"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7"},
    **{"eighth": "8", "ninth": "9", "tenth": "10", "eleventh": "11", "twelfth": "12"},
}
"""Words that are read as others."""

ROMAN = dict(
    zip(
        ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii"),
        map(str, range(1, 14)),
        strict=True,
    )
)
ORDINALS = frozenset({"st", "nd", "rd", "th"})
FILLERS = frozenset({"of", "the", "part", "structure", "entire", "region", "area", "level"})

SPINAL = (
    *("vertebra", "spine", "sacrum", "coccyx", "cervical vertebra 1", "cervical vertebra 2"),
    *("cervicothoracic junction", "thoracolumbar junction", "lumbosacral junction"),
    *("spinous process", "transverse process", "facet joint"),
)
NAMES = (
    *("skull", "mandible", "face", "maxilla", "orbit", "zygoma"),
    *("frontal bone", "parietal bone", "temporal bone", "occipital bone"),
    *("sternum", "manubrium", "sternal body", "xiphoid process", "clavicle", "scapula", "rib", "costal cartilage"),
    *("sternoclavicular joint", "acromioclavicular joint", "shoulder", "humerus", "elbow", "forearm", "radius", "ulna"),
    *("wrist", "hand", "carpal", "metacarpal", "finger", "pelvis", "hip bone", "hip joint", "ilium", "ischium"),
    *("pubis", "acetabulum", "sacroiliac joint", "iliac crest", "femur", "knee", "patella", "tibia", "fibula"),
    *("ankle", "foot", "talus", "calcaneus", "tarsal", "metatarsal", "toe"),
    *("iliac spine", "ischial spine", "scapular spine", "pubic symphysis"),
)
SYNONYMS = {
    "skull": ("cranium", "calvaria", "calvarium"),
    "mandible": ("jaw", "lower jaw"),
    "zygoma": ("zygomatic", "cheek"),
    "frontal bone": ("frontal",),
    "parietal bone": ("parietal",),
    "temporal bone": ("temporal",),
    "occipital bone": ("occipital", "occiput"),
    "sternum": ("breastbone", "breast bone"),
    "manubrium": ("manubrium sterni", "manubrium sternum"),
    "sternal body": ("body sternum", "sternum body", "corpus sterni"),
    "xiphoid process": ("xiphoid", "processus xiphoideus"),
    "clavicle": ("clavicula", "collar bone", "collarbone"),
    "scapula": ("shoulder blade", "scapulae"),
    "rib": ("costa", "costae", "rippe", "rippen"),
    "humerus": ("humeral",),
    "finger": ("phalanges hand", "hand phalanges", "phalanges fingers", "finger phalanges"),
    "toe": ("phalanges feet", "phalanges foot", "foot phalanges", "phalanges toes", "toe phalanges"),
    "hip bone": ("hip", "hipbone", "innominate", "coxal", "os coxae"),
    "ilium": ("os ilium", "iliac", "iliac wing", "iliac ala"),
    "ischium": ("os ischii", "ischial"),
    "pubis": ("os pubis", "pubic"),
    "pubic symphysis": ("symphysis", "symphysis pubis"),
    "sacroiliac joint": ("si joint", "s i joint", "sij", "isg", "sacro iliac joint", "iliosacral joint"),
    "carpal": ("carpus",),
    "tarsal": ("tarsus",),
    "femur": ("thigh", "thighbone", "femoral"),
    "patella": ("kneecap", "knee cap"),
    "tibia": ("shin", "shinbone"),
    "calcaneus": ("heel",),
    "vertebra": ("vertebrae", "vertebral", "wirbel", "wirbelkörper", "vértebra", "vertèbre", "椎体"),
    "spine": ("spinal", "spinal column", "vertebral column", "wirbelsäule", "columna", "rachis", "脊柱"),
    "sacrum": ("os sacrum", "kreuzbein", "骶骨"),
    "coccyx": ("tailbone", "coccygeal", "steissbein", "尾骨"),
    "cervical vertebra 1": ("atlas",),
    "cervical vertebra 2": ("axis", "dens"),
    "cervicothoracic junction": ("cervicothoracic",),
    "thoracolumbar junction": ("thoracolumbar", "thoracolumbar spine", "t l junction"),
    "lumbosacral junction": ("lumbosacral", "lumbosacral spine", "l s junction", "ls junction"),
}
BONES = {
    " ".join(word for word in spelling.split() if word not in FILLERS): name
    for name in (*NAMES, *SPINAL)
    for spelling in (name, *SYNONYMS.get(name, ()))
}
"""By spelling, without side, number, part and fillers."""

PART_OF = {"acromion": "scapula", "coracoid": "scapula", "glenoid": "scapula", "trochanter": "femur"}
"""Parts that no other bone has: they name it."""

PART_WORDS = {"dorsal": "posterior", "ventral": "anterior"}
PARTS = frozenset(
    """
    upper lower middle mid anterior posterior lateral medial proximal distal superior inferior anterolateral
    posterolateral shaft diaphysis metaphysis epiphysis head neck body corpus arch pedicle lamina process spinous
    transverse facet joint end wing ala base tip condyle greater lesser ramus tuberosity frontal parietal occipital
    temporal whole
    """.split()  # noqa: SIM905
).union(PART_OF)

ELSEWHERE = frozenset(
    """
    wall cage node nodes lymph muscle soft breast tibial nasal scapular sternal costal
    """.split()  # noqa: SIM905
)
"""Words of a text that is not about the spine, besides the bones that are no part of it."""

DENIALS = (
    "not",
    "no",
    "non",
    "without",
    "outside",
    "near",
    "beside",
    "extra",
    "para",
    "nicht",
    "kein",
    "keine",
    "neben",
)
"""Words before what is not the place."""

CHINESE_SPINE = "[椎骶脊]|尾骨"
CHINESE_ELSEWHERE = "[肋肩胛锁鎖髂髋股胫肱颅盆旁非]|胸骨"
"""Chinese has no blanks between words."""
