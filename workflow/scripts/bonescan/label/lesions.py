"""Which shapes are one lesion: those of one finding that LabelMe's Group ID joins."""

from bonescan.label.bones import whole_bone


def number_lesions(shapes: list[dict], place: str) -> tuple[list[dict], list[str]]:
    """Return the shapes of one annotation with the lesion that each belongs to, and what is wrong with their groups.

    Parameters
    ----------
    shapes : list of dict
        `finding`, `bone`, `group` (None, or what joins the pieces of a lesion of one finding), and others.
    place : str
        The annotation, for defects.

    Returns
    -------
    shapes : list of dict
        The same, with `lesion`, from 1 in the order of the shapes, in the place of `group`. A piece without a bone
        takes that of the others; pieces of which one names a part of the bone more than another take the whole bone.
    defects : list of str
        One line for each lesion whose pieces name several bones.
    """
    lesions: dict[tuple, list[int]] = {}
    for number, shape in enumerate(shapes):
        alone = shape["group"] is None
        lesions.setdefault((number,) if alone else (shape["finding"], shape["group"]), []).append(number)
    numbered = [{key: value for key, value in shape.items() if key != "group"} for shape in shapes]
    defects = []
    for lesion, pieces in enumerate(lesions.values(), start=1):
        names = list(dict.fromkeys(shapes[piece]["bone"] for piece in pieces if shapes[piece]["bone"]))
        bones = list(dict.fromkeys(map(whole_bone, names)))
        if len(bones) > 1:
            defects.append(
                f"{place}: expected one bone of the {len(pieces)} shapes that a group_id joins to one lesion, "
                f"found {', '.join(bones)}"
            )
        bone = (names if len(names) == 1 else bones or [""])[0]
        for piece in pieces:
            numbered[piece] |= {"lesion": lesion, "bone": bone}
    return numbered, defects
