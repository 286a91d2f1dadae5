"""The labels that readers may write, in every spelling: those of the config, and words that stand for them.

A label of LabelMe is free text. Which of them means a metastasis decides on a vote, so none is guessed.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from bonescan.terms import METASTASIS

BLANKS = re.compile(r"[\s_\-‐-―−]+")
"""What stands between the words of a label: blanks, underscores, hyphens and dashes."""

COLONS = str.maketrans(dict.fromkeys("\u2236\ua789", ":"))
"""Ratio and modifier colon, which look like one; NFKC brings the others, such as U+FF1A and U+FE55, to it."""

NEGATIONS = frozenset({"no", "none"})
"""What is no region: `metastasis: no` says that there is none."""


class Label(NamedTuple):
    """What a label says."""

    finding: str
    """A known label, in small letters and with blanks for hyphens and underscores."""
    region: str
    """What follows the colon, as written; empty without one."""


def fold(word: str) -> str:
    """Return a word in the one spelling in which words are compared.

    >>> fold(" Injection_Site "), fold("ＭＥＴＡＳＴＡＳＩＳ")
    ('injection site', 'metastasis')
    """
    text = unicodedata.normalize("NFKC", word)
    shown = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")  # such as a zero-width blank
    return BLANKS.sub(" ", shown).strip().casefold()


def split_label(label: str) -> tuple[str, str]:
    """Return the folded word before a label's colon, in any of its forms, and what follows it and further colons."""
    word, _, region = _with_colons(label).partition(":")
    return fold(word), " ".join(region.strip(": \t\r\n").split())


def known_labels(labels: Iterable[str], synonyms: Mapping[str, str]) -> dict[str, Label]:
    """Return what each known word means, by its folded spelling.

    Parameters
    ----------
    labels : iterable of str
        `annotate.labels`: what stands before a colon counts. Metastasis is always known.
    synonyms : mapping of str to str
        `label.synonyms`: words as readers write them, and the label that each stands for; with a region, if that label
        has one.
    """
    known = {word: Label(word, "") for word, _ in map(split_label, [METASTASIS, *labels])}
    for word, label in synonyms.items():
        known[_spell(word)] = Label(*split_label(label))
    return known


def read_label(label: str, known: Mapping[str, Label]) -> Label | None:
    """Return what a reader's label says; None where it is none of the known ones, or says no in the region's place."""
    if (whole := known.get(_spell(label))) is not None:
        return whole
    word, region = split_label(label)
    found = None if fold(region) in NEGATIONS else known.get(word)
    return found and Label(found.finding, region or found.region)


def _spell(label: str) -> str:
    """Return a whole label folded, however blanks stand around its colon."""
    return ":".join(fold(part) for part in _with_colons(label).split(":"))


def _with_colons(label: str) -> str:
    return unicodedata.normalize("NFKC", label).translate(COLONS)


def wrong_labels(labels: list[str], synonyms: Mapping) -> Iterator[str]:
    """Yield what is wrong with `annotate.labels` and `label.synonyms`."""
    words = [split_label(label)[0] for label in labels]
    if "" in words:
        yield f"annotate.labels: expected a word before the colon, got {labels[words.index('')]!r}"
    if METASTASIS not in words:
        yield f"annotate.labels: expected {METASTASIS} among them, because it makes an image abnormal, got {labels}"
    meanings: dict[str, str] = {}
    for word, label in synonyms.items():
        key = f"label.synonyms.{word}"
        if not isinstance(word, str) or not fold(word):
            yield f"label.synonyms: expected words, in quotation marks where they mean something to YAML, got {word!r}"
        elif (meant := split_label(label)[0]) not in {METASTASIS, *words}:
            yield f"{key}: expected one of annotate.labels, {', '.join(dict.fromkeys(words))}, got {label}"
        elif fold(word) == METASTASIS != meant:
            yield f"{key}: expected a word with no meaning of its own, got {METASTASIS} for {label}"
        elif meanings.setdefault(_spell(word), meant) != meant:
            yield f"{key}: expected one meaning of a word, got {meanings[_spell(word)]} and {meant}"
    for word, meant in meanings.items():
        if meanings.get(meant, meant) != meant:
            yield f"label.synonyms.{word}: expected a label that stands for no other, got {meant}"
