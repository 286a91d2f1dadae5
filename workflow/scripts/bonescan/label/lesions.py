"""Which shapes are one lesion: those of one finding that LabelMe's Group ID joins."""

from bonescan.label.bones import in_spine, is_known, whole_bone
from bonescan.label.words import quote

REGIONS = {
    **dict.fromkeys(("ilium", "ischium", "pubis", "acetabulum", "iliac crest", "iliac spine"), "pelvis hip bone"),
    **dict.fromkeys(("hip bone", "sacroiliac joint", "pubic symphysis", "sacrum", "coccyx"), "pelvis"),
    **dict.fromkeys(("manubrium", "sternal body", "xiphoid process"), "sternum"),
    **dict.fromkeys(("frontal bone", "parietal bone", "temporal bone", "mandible", "maxilla", "orbit"), "skull"),
}
"""Larger bones by those that they hold, in words of their names."""


def is_general(general: str, exact: str) -> bool:
    """Tell whether a bone's name is a less exact one of another: without its side or number, or its region.

    >>> is_general("rib 7", "left rib 7"), is_general("spine", "thoracic vertebra 8"), is_general("pelvis", "sacrum")
    (True, True, True)
    """
    words = set(exact.split())
    for bone, regions in REGIONS.items():
        if words.issuperset(bone.split()):
            words.update(regions.split())
    if in_spine(exact):
        words.add("spine")
    # an iliac spine has the spine's word alone
    return words.issuperset(general.split()) and (in_spine(exact) or not in_spine(general))


def exact_bone(names: list[str]) -> str:
    """Return the one bone that several names mean, empty where they contradict each other.

    Parameters
    ----------
    names : list of str
        As `bonescan.label.bones` has them, none empty. A text that is no bone does not count beside one that is.

    Returns
    -------
    str
        The most exact bone, of which all others are general names (`is_general`). With its part if only one part is
        named.
    """
    names = [name for name in names if is_known(name)] or names
    bones = list(dict.fromkeys(map(whole_bone, names)))
    for bone in bones:
        if all(is_general(other, bone) for other in bones):
            parts = {name for name in names if whole_bone(name) == bone}
            return parts.pop() if len(parts) == 1 else bone
    return ""


def number_lesions(shapes: list[dict], place: str) -> tuple[list[dict], list[str]]:
    """Return the shapes of one annotation with the lesion that each belongs to, and what is wrong with their groups.

    Parameters
    ----------
    shapes : list of dict
        `number` (of the shape in its file), `finding`, `bone`, `group` (None, or what joins the pieces of a lesion of
        one finding), and others.
    place : str
        The annotation, for defects.

    Returns
    -------
    shapes : list of dict
        The same, with `lesion`, from 1 in the order of the shapes, in the place of `group` and `number`. All pieces
        have the bone that `exact_bone` finds in what they name.
    defects : list of str
        One line for each lesion whose pieces name bones that contradict each other.
    """
    lesions: dict[tuple, list[int]] = {}
    for index, shape in enumerate(shapes):
        alone = shape["group"] is None
        lesions.setdefault((index,) if alone else (shape["finding"], shape["group"]), []).append(index)
    numbered = [{key: value for key, value in shape.items() if key not in ("group", "number")} for shape in shapes]
    defects = []
    for lesion, pieces in enumerate(lesions.values(), start=1):
        names = list(dict.fromkeys(shapes[piece]["bone"] for piece in pieces if shapes[piece]["bone"]))
        bone = exact_bone(names)
        if names and not bone:
            *numbers, last = (str(shapes[piece]["number"]) for piece in pieces)
            defects.append(
                f"{place}, shapes {', '.join(numbers)} and {last}: expected one bone of a lesion, whose shapes a "
                f"group_id joins, found {', '.join(map(quote, names))}"
            )
        for piece in pieces:
            numbered[piece] |= {"lesion": lesion, "bone": bone}
    return numbered, defects
