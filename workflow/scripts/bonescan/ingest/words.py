"""Texts in one normal form: the keys under which an identity is known and under which a text is searched for it.

A key is one or several words, folded and joined without a sign: `Wang-Xiao Ming`, `WANG^XiaoMing` and `wangxiaoming`
have one key. Of scripts without spaces each character counts as a word. Dates and DICOM's unique identifiers have keys
of their own, whatever their form.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

WORD = re.compile(r"[^\W_]+")
KINDS = {"number": 1, "word": 2, "sign": 4}
NUMBER, SIGN = KINDS["number"], KINDS["sign"]
BEGINNING = 6  # letters of a long key that are looked up before the key
LONGEST = 16  # weight of a key: a word counts 2, a character of a script without spaces 1
# A letter with its marks; the parts of a Korean syllable, which macOS writes apart
CLUSTER = re.compile(r"(?:[\u1100-\u115f][\u1160-\u11a7][\u11a8-\u11ff]?|.)[\u0300-\u036f]*", re.DOTALL)
ASCII_PIECE = re.compile(r"[a-z]+|[0-9]+")
# Thai, Lao, Tibetan, Burmese, Khmer; Chinese, Japanese, Korean
UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3005-\u3007\u3040-\u31ff\u3400-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)
PLAIN = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"})
SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
UMLAUT = re.compile("[äöüåøÄÖÜÅØ]")
KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}

MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "january jan januar janner januari janvier enero gennaio gen janeiro styczen stycznia ledna januara",
            "february feb februar februari fevrier fevr febrero febbraio fevereiro fev lutego unora",
            "march mar marz maerz mrz maart mars marzo marco marca brezna",
            "april apr avril avr abril aprile abr kwietnia dubna",
            "may mai mei maj mayo maggio mag maio maja kvetna",
            "june jun juni juin junio giugno giu junho czerwca cervna",
            "july jul juli juillet juil julio luglio lug julho lipca cervence",
            "august aug augustus augusti aout agosto ago sierpnia srpna",
            "september sep sept septembre septiembre settembre set setembro wrzesnia zari",
            "october oct oktober okt octobre octubre ottobre ott outubro out pazdziernika rijna",
            "november nov novembre noviembre novembro listopada listopadu",
            "december dec dezember dez decembre diciembre dicembre dic dezembro grudnia prosince",
        ),
        start=1,
    )
    for word in words.split()
}
BESIDE_A_DATE = {"st", "nd", "rd", "th", "of", "de", "del", "den", "er", *"年月日년월일"}
ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
BUDDHIST = 543  # years that the Thai calendar is ahead
DIGIT = re.compile(r"\d")
GAP = 4  # signs between the parts of a date, such as `th, `
UID = re.compile(r"(?<![\d.])\d+(?:\.\d+){3,}(?![\d.]*\d)")


class Piece(NamedTuple):
    """A word, a number, or a character of a script without spaces; where it stands in the text."""

    text: str
    start: int
    end: int
    kind: str
    """word, number or sign"""


class Found(NamedTuple):
    """A key and where it stands in a text."""

    key: str
    start: int
    end: int
    pieces: tuple[str, ...] = ()
    """of which it is made"""


@lru_cache(2**16)
def fold(cluster: str, spelt_out: bool = False) -> str:
    """Return a letter without case, width, accents, and of Japanese syllables those of Hiragana.

    Parameters
    ----------
    cluster : str
        A letter with its marks, composed or not.
    spelt_out : bool
        Return ae, oe, ue, aa of ä, ö, ü, å.
    """
    text = unicodedata.normalize("NFKC", cluster).casefold()
    if spelt_out:
        text = text.translate(SPELT_OUT)
    text = unicodedata.normalize("NFKD", text).translate(PLAIN)
    text = "".join(letter for letter in text if unicodedata.category(letter) not in ("Mn", "Mc", "Me", "Cf"))
    text = "".join(str(unicodedata.decimal(letter, letter)) for letter in text)
    return unicodedata.normalize("NFC", text).translate(KATAKANA)


def split(text: str, spelt_out: bool = False) -> list[Piece]:
    """Return the words, numbers and unspaced characters of a text, folded; letters and digits are parted."""
    if text.isascii():
        found = ASCII_PIECE.finditer(text.lower())
        return [Piece(one[0], *one.span(), "number" if one[0].isdigit() else "word") for one in found]
    pieces: list[list] = []
    open_kind = ""
    for one in CLUSTER.finditer(text):
        folded = fold(one[0], spelt_out)
        if not folded and one[0].strip():  # a mark, or a sign of no width
            if pieces and open_kind:
                pieces[-1][2] = one.end()
            continue
        for letter in folded or " ":
            kind = kind_of(letter)
            if kind and kind == open_kind and kind != "sign":
                pieces[-1][0] += letter
                pieces[-1][2] = one.end()
            elif kind:
                pieces.append([letter, *one.span(), kind])
            open_kind = kind
    return [Piece(*piece) for piece in pieces]


def kind_of(letter: str) -> str:
    """Return what a folded character is part of: a word, a number, itself (a sign), or nothing."""
    if not letter.isalnum():
        return ""
    if UNSPACED.match(letter):
        return "sign"
    return "number" if letter.isdigit() else "word"


class Index(NamedTuple):
    """Where keys are looked up."""

    look: Callable[[str], tuple | None]
    """returns what is known of a key, if anything"""
    begins: Callable[[str], bool]
    """tells whether a key that is known begins with `BEGINNING` letters"""


def find(text: str, index: Index) -> Iterator[tuple[Found, tuple]]:
    """Yield every key of a text that is known, and what is known of it.

    Keys are those of words and runs of words, of dates, of unique identifiers. The cost grows with the length of the
    text alone, not with the number of keys that are known.
    """
    pieces = split(text)
    yield from _find_runs(pieces, index)
    if not text.isascii() and UMLAUT.search(unicodedata.normalize("NFKC", text)):
        yield from _find_runs(split(text, spelt_out=True), index)
    others = [*find_dates(text, pieces), *(Found(f"uid:{one[0]}", *one.span()) for one in UID.finditer(text))]
    for one in others:
        if known := index.look(one.key):
            yield one, known


def _find_runs(pieces: list[Piece], index: Index) -> Iterator[tuple[Found, tuple]]:
    """Yield the known keys of words and of runs of words: of none so short that it stands anywhere by chance."""
    texts, kinds = [piece.text for piece in pieces], [KINDS[piece.kind] for piece in pieces]
    for first in range(len(pieces)):
        key, weight, kind, begun = "", 0, 0, False
        for place in range(first, len(pieces)):
            weight += 1 if kinds[place] == SIGN else 2
            if weight > LONGEST:
                break
            key += texts[place]
            kind |= kinds[place]
            if len(key) >= BEGINNING and not begun:
                if not index.begins(key[:BEGINNING]):
                    break
                begun = True
            if len(key) >= least_length(kind, place > first) and (known := index.look(key)):
                yield Found(key, pieces[first].start, pieces[place].end, tuple(texts[first : place + 1])), known


def least_length(kind: int, several: bool) -> int:
    """Return the characters that a key of some kinds of pieces, one or several, needs at least."""
    if kind == NUMBER:
        return 6 if several else 4
    if kind & SIGN:
        return 2
    if kind & NUMBER:
        return 3
    return 4 if several else 2


def first_key(text: str, spelt_out: bool = False) -> str:
    """Return the key of a whole text, of a long one that of its beginning; empty where it is too short."""
    return join(split(text, spelt_out))


def join(pieces: list[Piece]) -> str:
    """Return the key of pieces, up to the longest; empty where it is too short."""
    key, weight, kind, number = "", 0, 0, 0
    for piece in pieces:
        weight += 1 if piece.kind == "sign" else 2
        if weight > LONGEST:
            break
        key, number = key + piece.text, number + 1
        kind |= KINDS[piece.kind]
    return key if number and len(key) >= least_length(kind, number > 1) else ""


def date_key(year: int, month: int, day: int) -> str:
    return f"date:{year:04d}{month:02d}{day:02d}"


def find_dates(text: str, pieces: list[Piece] | None = None) -> Iterator[Found]:
    """Yield the keys of dates: day, month and year in any order, with names of months, of Japanese and Thai years."""
    if not DIGIT.search(text):
        return
    parts = [piece for piece in pieces or split(text) if piece.text not in BESIDE_A_DATE]
    numbers = [piece.kind == "number" for piece in parts] + [False, False]
    for place, piece in enumerate(parts):
        if numbers[place] and len(piece.text) in (8, 14):
            yield from _found_dates(_solid_dates(piece.text[:8]), piece, piece)
        if numbers[place] + numbers[place + 1] + numbers[place + 2] < 2 or place + 2 >= len(parts):
            continue
        three = parts[place : place + 3]
        between = [text[before.end : after.start].replace(" ", "") for before, after in pairwise(three)]
        if max(map(len, between)) > GAP or (len(set(between)) > 1 and not _may_differ(three, between)):
            continue
        era = ERAS.get("".join(part.text for part in parts[max(place - 2, 0) : place]))
        yield from _found_dates(_dates_of(*(part.text for part in three), era), three[0], three[2])


def _may_differ(parts: list[Piece], between: list[str]) -> bool:
    """Tell whether the signs between the parts of a date may differ: beside a word, or beside 年 and 月."""
    return any(part.kind != "number" for part in parts) or not "".join(between).isascii()


def _found_dates(dates: Iterator[tuple[int, int, int]], first: Piece, last: Piece) -> Iterator[Found]:
    for year, month, day in set(dates):
        year -= BUDDHIST if year > 2400 else 0
        if 1800 <= year <= 2200 and 1 <= month <= 12 and 1 <= day <= 31:
            yield Found(date_key(year, month, day), first.start, last.end)


def _solid_dates(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield what eight digits may mean."""
    yield int(text[:4]), int(text[4:6]), int(text[6:])
    yield int(text[4:]), int(text[2:4]), int(text[:2])
    yield int(text[4:]), int(text[:2]), int(text[2:4])


def _dates_of(first: str, second: str, third: str, era: int | None) -> Iterator[tuple[int, int, int]]:
    """Yield what three parts may mean: 5/4/49 is in April or May, of 1949 or 2049."""
    texts = (first, second, third)
    numbers = [int(text) if text.isdigit() and len(text) <= 4 else None for text in texts]
    months = [MONTHS.get(text) for text in texts]
    for year, month, day in ((0, 1, 2), (2, 1, 0), (2, 0, 1)):
        when, which = numbers[month] or months[month], numbers[day]
        if numbers[year] is None or when is None or which is None:
            continue
        if era and year == 0:
            yield era + numbers[0], when, which
        elif len(texts[year]) == 4:
            yield numbers[year], when, which
        elif len(texts[year]) == 2:
            yield from ((century + numbers[year], when, which) for century in (1900, 2000))


def read_date(text: str) -> str | None:
    """Return the key of a date or a date and time as DICOM writes it (PS3.5, 6.2); None where it is none."""
    found = re.match(r"(\d{4})([.\-/]?)(\d\d)\2(\d\d)(?!\d*\.\d+\.)(?:$|[ T]?\d\d)", text)
    if not found or not 1800 <= int(found[1]) <= 2200:
        return None
    return date_key(int(found[1]), int(found[3]), int(found[4]))
