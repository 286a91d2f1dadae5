"""Bones under one name, however a reader or a tool writes them: `Th8`, `vertebrae_T8`, `BWK 8` are one vertebra.

A name is made of at most one side, one bone, at most one number, and words that say which part of it: `left rib 7
anterior`; or it is a row of vertebrae: `thoracic vertebra 8 to 10`. A name that holds anything else, or a number that
the bone does not have, is unknown and stays as written.
"""

import re
import unicodedata
from itertools import pairwise
from typing import NamedTuple

from bonescan.label.bone_words import (
    ABBREVIATIONS,
    BONES,
    CHINESE_ELSEWHERE,
    CHINESE_SPINE,
    DENIALS,
    ELSEWHERE,
    FILLERS,
    LETTERS,
    LEVELS,
    MOST_HAVE,
    NUMBERED,
    ONE_OF_MANY,
    ORDINALS,
    PART_OF,
    PART_WORDS,
    PARTS,
    ROMAN,
    SIDES,
    SPINAL,
    VERTEBRAE,
)

MOST_LETTERS = 200  # of a text that is read and kept
CUT = " [...]"  # ends a text that was cut; its signs stand in no name
MOST_WORDS = 12  # of a side, a bone, a number and parts; what is longer is a sentence
LONGEST = 3  # words of a bone's name
NUMBER = re.compile("[0-9]{1,2}")
DASHES = re.compile("[‐-―−]")

ROW = re.compile(r"\s*((?<=\d)\s*[-/,&+]|\(|(?<=\s)(?:to|and|bis|und)(?=\s))\s*")
"""What stands between the vertebrae of a row; it is no blank alone."""
FROM_TO = {"-", "/", "to", "bis"}  # the others of ROW are lists, of neighbours only

WHOLE_LEVELS = LEVELS.keys() - LETTERS
SPINE_WORDS = WHOLE_LEVELS | {spelling for spelling, name in BONES.items() if name in SPINAL}
VERTEBRA = re.compile(rf"(?<![^\W_])(?<!['’])({'|'.join(LEVELS)})[\s._-]*([0-9]{{1,2}}|[ivx]{{2,4}})(?![0-9a-z])")
"""A level with a number, within any text."""
DENIED = re.compile(
    rf"\b(?:{'|'.join(DENIALS)})[\s-]+(?:(?:in|of|at|on|the|to|a|any|der|die|{'|'.join(WHOLE_LEVELS)})\s+)*"
    r"[^\W\d_]+(?:[\s.-]?[0-9]+)?"
)
"""What is said not to be the place, or only near it: `not in the spine`."""


class Bone(NamedTuple):
    """What a text names."""

    name: str
    """Side, bone and number; the side of a vertebra, or of another part of the spine, is a part."""
    part: str
    """Of the bone; empty for the whole."""
    spinal: bool


def name_bone(text: str) -> str:
    """Return the one name of a bone and its part; a text that names none, or several, in small letters as written.

    What has more than 200 letters is no name, and is cut.

    >>> name_bone("vertebrae_T8"), name_bone("7th left rib"), name_bone("hip_left"), name_bone("proximal femur, right")
    ('thoracic vertebra 8', 'left rib 7', 'left hip bone', 'right femur proximal')
    >>> name_bone("T8-10"), name_bone("Th12/L1"), name_bone("near T8")
    ('thoracic vertebra 8 to 10', 'thoracic vertebra 12 to lumbar vertebra 1', 'near t8')
    """
    shown = _show(text)
    bone = _parse(shown)
    return f"{bone.name} {bone.part}".strip() if bone else shown


def whole_bone(name: str) -> str:
    """Return the bone of a name, without its part: one reader may be more exact than another."""
    bone = _parse(_show(name))
    return bone.name if bone else name


def is_known(name: str) -> bool:
    """Tell whether a text names one bone, or neighbouring vertebrae: `T8-T10`."""
    return _parse(_show(name)) is not None


def in_spine(name: str) -> bool:
    """Tell whether a bone is a vertebra, the spine or a part of it, sacrum or coccyx.

    A text that is no known bone is in the spine if a word of the spine stands in it, or a level with a number that it
    has, and no bone that is no part of the spine. What stands behind `not` or `near` does not count.

    >>> in_spine("thoracic vertebra 8"), in_spine("L4/L5"), in_spine("right iliac spine"), in_spine("left rib 7")
    (True, True, False, False)
    >>> in_spine("L3 fracture"), in_spine("rib at T8"), in_spine("T14")
    (True, False, False)
    """
    shown = _show(name)
    bone = _parse(shown)
    return bone.spinal if bone else _tells_spine(shown.casefold())


def _show(text: str) -> str:
    """Return a text in small letters on one line, cut to what is kept."""
    # first roughly: to normalise megabytes takes seconds
    text = unicodedata.normalize("NFKC", _cut(" ".join(text.split(maxsplit=10 * MOST_LETTERS)), 10 * MOST_LETTERS))
    shown = "".join(letter if letter.isprintable() else " " for letter in text).lower()
    return _cut(" ".join(shown.split()), MOST_LETTERS)


def _cut(text: str, most: int) -> str:
    """Return a text of at most so many letters, with a mark where it was longer, so that it is unknown."""
    return text if len(text) <= most else text[: most - len(CUT)].rstrip() + CUT


def _parse(shown: str) -> Bone | None:
    """Return the one bone, or row of vertebrae, that a text names, else None."""
    text = DASHES.sub("-", shown.casefold()).rstrip("? ")
    return _one_bone(text) or _row(text)


def _one_bone(text: str) -> Bone | None:
    """Return the one bone that a text names, else None."""
    # other signs, such as a question mark or a slash, say more than a name
    if re.search(r"[^\w\s.,()#-]", text):
        return None
    words = [word for word in _words(text) if word not in FILLERS]
    if not 0 < len(words) <= MOST_WORDS:
        return None
    with_numbers = [ROMAN.get(word, word) for word in words]
    return _read(words) or (_read(with_numbers) if with_numbers != words else None)


def _words(text: str) -> list[str]:
    """Return words and numbers of a text: `vertebrae_th8` has three."""
    text = re.sub(r"(?<=\d)(st|nd|rd|th)(?![^\W\d_])", " ", text.replace("_", " "))
    text = re.sub(r"\b(no|nr|number)[. ]*(?=\d)|(?<=vertebrae)(?=[ctls]\d)", " ", text)
    return [ABBREVIATIONS.get(word, word) for word in re.findall(r"\d+|[^\W\d_]+", text)]


def _read(words: list[str]) -> Bone | None:
    """Return the bone that words name."""
    numbers = [word for word in words if word.isdigit()]
    if len(numbers) > 1 or not all(map(NUMBER.fullmatch, numbers)):
        return None
    return _vertebra(words) or _other_bone(words)


def _vertebra(words: list[str]) -> Bone | None:
    """Return a vertebra or a part of the spine: a level, a number where one is meant, the word or not."""
    levels, nouns, sides, parts, number = set(), set(), set(), [], ""
    for word, following in pairwise([*words, ""]):
        # a single letter is a side or a level: sure is only what follows a level or a number
        sure = number or WHOLE_LEVELS & levels
        if word in ("l", "r") and sure and not following.isdigit():
            sides.add(SIDES[word])
        elif word == "dorsal" and levels:
            parts.append(PART_WORDS[word])
        elif word in LEVELS:
            levels.add(word)
        elif word.isdigit():
            number = word
        elif BONES.get(word) in ("vertebra", "spine", "sacrum"):
            nouns.add(BONES[word])
        elif word in SIDES and len(word) > 1:
            sides.add(SIDES[word])
        elif word in PARTS:
            parts.append(word)
        elif word != "bone":
            return None
    part = " ".join([*sides, *parts])
    named = {LEVELS[level] for level in levels} | ({"sacral"} if "sacrum" in nouns else set())
    if len(named) != 1 or len(sides) > 1:
        return None
    (level,) = named
    if number and not 1 <= int(number) <= VERTEBRAE[level]:
        return None
    if level == "sacral":
        return Bone("sacrum", part, True) if number or nouns or WHOLE_LEVELS & levels else None
    if number:
        return Bone(f"{level} vertebra {int(number)}", part, True)
    if "vertebra" in nouns or ONE_OF_MANY.keys() & levels:
        return Bone(f"{level} vertebra", part, True)
    return Bone(f"{level} spine", part, True) if nouns or WHOLE_LEVELS & levels else None


def _other_bone(words: list[str]) -> Bone | None:
    """Return a bone by side, name, number and part."""
    words = [PART_WORDS.get(word, word) for word in words]
    for length in range(min(LONGEST, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            spelling = " ".join(words[start : start + length])
            rest = words[:start] + words[start + length :]
            if spelling in PART_OF:
                bone, rest = PART_OF[spelling], words
            else:
                bone = BONES.get(spelling) or BONES.get(spelling.removesuffix("s"))
            if bone and (found := _with_rest(bone, rest)):
                return found
    return None


def _with_rest(bone: str, rest: list[str]) -> Bone | None:
    """Return a bone with the side, the number and the part that the other words give it, None if they say more."""
    sides = {SIDES[word] for word in rest if word in SIDES}
    numbers = [int(word) for word in rest if word.isdigit()]
    others = [word for word in rest if word not in SIDES and not word.isdigit() and word != "bone"]
    parts = [word for word in others if not (numbers and word in ORDINALS)]
    if len(sides) > 1 or not PARTS.issuperset(parts):
        return None
    if not all(1 <= number <= NUMBERED.get(bone, 0) for number in numbers):
        return None
    if bone in SPINAL:
        return Bone(bone, " ".join([*sides, *parts]), True)
    return Bone(" ".join([*sides, bone, *map(str, numbers)]), " ".join(parts), False)


def _row(text: str) -> Bone | None:
    """Return neighbouring vertebrae, or one that is named twice: `T8-T10`, `L4/5`, `T8, T9`, `Th8 (BWK 8)`."""
    pieces = ROW.split(text)
    places, stem = [], ""
    for piece in pieces[::2]:
        bone = _one_bone(f"{stem} {piece}" if NUMBER.fullmatch(piece.strip()) else piece)
        if bone is None or bone.part or not (place := _place(bone.name)):
            return None
        stem = list(VERTEBRAE)[place[0]]
        places.append(place)
    places = sorted(set(places))
    neighbours = all(after in _next(*place) for place, after in pairwise(places))
    if not neighbours and not (len(pieces) == 3 and pieces[1].strip() in FROM_TO):
        return None
    return Bone(_name_row(places[0], places[-1]), "", True)


def _place(name: str) -> tuple[int, int] | None:
    """Return level and number of a vertebra, to be sorted from above; of the sacrum the first, None of other bones."""
    if name == "sacrum":
        return list(VERTEBRAE).index("sacral"), 1
    level, _, number = name.partition(" vertebra ")
    return (list(VERTEBRAE).index(level), int(number)) if number.isdigit() else None


def _next(level: int, number: int) -> list[tuple[int, int]]:
    """Return the places that may follow a vertebra's: of most people's last one, also the first of the next level."""
    last = MOST_HAVE[list(VERTEBRAE)[level]]
    return [(level, number + 1)] + [(level + 1, 1)] * (number >= last)


def _name_row(first: tuple[int, int], last: tuple[int, int]) -> str:
    """Return the name of a row of vertebrae, by the places of the first and the last."""
    names = [
        "sacrum" if level == "sacral" else f"{level} vertebra {number}"
        for level, number in ((list(VERTEBRAE)[place], number) for place, number in (first, last))
    ]
    if first == last:
        return names[0]
    return f"{names[0]} to {last[1] if first[0] == last[0] else names[1]}"


def _tells_spine(text: str) -> bool:
    """Tell whether a text that names no one bone, or several, is about the spine alone."""
    text = DENIED.sub(" ", text)
    words = _words(text)
    phrases = {
        " ".join(words[start : start + length])
        for length in range(1, LONGEST + 1)
        for start in range(len(words) - length + 1)
    }
    bones = {BONES.get(phrase) or BONES.get(phrase.removesuffix("s")) or PART_OF.get(phrase) for phrase in phrases}
    if bones - {None, *SPINAL} or ELSEWHERE & phrases or re.search(CHINESE_ELSEWHERE, text):
        return False
    vertebrae = (
        1 <= int(ROMAN.get(number, number)) <= VERTEBRAE[LEVELS[level]]
        for level, number in VERTEBRA.findall(text)
        if number in ROMAN or number.isdigit()
    )
    return bool(SPINE_WORDS & phrases or re.search(CHINESE_SPINE, text)) or any(vertebrae)
