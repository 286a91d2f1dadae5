"""Which encoding a text of unknown origin has: what its bytes prove, else what the letters of its words fit best.

Short cells are too little for a detector that counts letters: measured on names and findings of a few words,
charset-normalizer takes Spanish for Polish, Greek for Russian and Polish for Chinese. A word of one language uses the
alphabet of one language, which a wrong code page does not.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

UTF_8, UNKNOWN = "utf-8", "unknown"

MARKS = {
    b"\xef\xbb\xbf": UTF_8,
    b"\xff\xfe\x00\x00": "utf-32-le",
    b"\x00\x00\xfe\xff": "utf-32-be",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}
"""Byte order marks, the longer ones first."""

_WESTERN = (*("äöüß", "àâçéèêëîïôœùûüÿ", "áéíñóúüªº", "ãõáâàçéêíóôúü", "àèéìîòóù", "åäöæøéü", "ëïéèöüá"),)
ALPHABETS = {
    "cp1252": _WESTERN,
    "cp1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíľňóôšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "äöüß"),
    "cp1255": ("אבגדהוזחטיךכלםמןנסעףפץצקרשת",),
    "cp1253": ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋ",),
    "cp1251": ("абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўђјљњћџ№",),
    "cp1254": ("çğıiöşüâîû",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
    "cp1256": ("ءآأؤإئابةتثجحخدذرزسشصضطظعغـفقكلمنهوىيپچژگ",),
    "macintosh": _WESTERN,
    "cp850": _WESTERN,
    "cp866": ("абвгдеёжзийклмнопрстуфхцчшщъыьэюя№",),
}
"""Letters beyond ASCII of the languages that a code page is made for, the commonest code page first."""

STROKES = {
    "cp949": (((0xB0, 0xC8), (0xA1, 0xFE)),),
    "gb18030": (((0xB0, 0xD7), (0xA1, 0xFE)), ((0xA1, 0xA3), (0xA1, 0xFE))),
    "big5": (((0xA4, 0xC6), (0x40, 0xFE)), ((0xA1, 0xA3), (0x40, 0xFE))),
    "cp932": (
        ((0x82, 0x83), (0x40, 0xFC)),
        ((0x88, 0x97), (0x40, 0xFC)),
        ((0x98, 0x98), (0x40, 0x72)),
        ((0x81, 0x81), (0x41, 0x9F)),
    ),
    "euc_jp": (((0xA4, 0xA5), (0xA1, 0xFE)), ((0xB0, 0xCF), (0xA1, 0xFE)), ((0xA1, 0xA1), (0xA1, 0xFE))),
}
"""First and second bytes of the commoner half of the characters of East Asian encodings."""

HALF_WIDTH = re.compile("[\uff61-\uff9f]+")
"""Katakana as old Japanese systems write names; one byte each in Shift JIS."""

ENCODINGS = (*ALPHABETS, *STROKES)
OLD = ("cp850", "cp866", "euc_jp")
"""Encodings so rare today that they are believed only where no other fits as well."""
ENOUGH = 8
"""East Asian characters from which on the encoding with the narrower range, which comes first, is no chance."""
MANY = 500  # cells that are enough to tell an encoding by
SIGNS = "“”„‘’–—…°±²³µ«»€§·×½¼¿¡•№"
"""Signs beyond ASCII that texts have between words."""
WORD = re.compile(rf"[^\W\d_]+|[^\x00-\x7f\s\w{SIGNS}]+")
_LETTER, _BEYOND = r"[^\W\d_]", r"[^\x00-\x7f\W\d_]"
MISPLACED = re.compile(
    rf"{_LETTER}[«„‘]|[»”]{_LETTER}|{_BEYOND}[°±²³µ·×§¼½€¿¡•…]|[°±²³µ·×§¼½€•…]{_BEYOND}|{_LETTER}[°±²³µ×§¼½€¿¡•…”“№]{_LETTER}"
)
"""Signs where no text has them, such as an opening quote behind a letter."""
FINAL = re.compile("[ךםןףץ](?=[א-ת])")
"""Letters that Hebrew has only at the end of a word, before another one."""


def find_encoding(data: bytes) -> str:
    """Return the encoding of a text as far as its bytes prove it; `UNKNOWN` for some code page.

    A text of which half the lines beyond ASCII are UTF-8 is UTF-8, though one of them may come from elsewhere: a line
    of a code page is no UTF-8, or by a rare chance.
    """
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return encoding
    if b"\0" in data:
        even, odd = data[::2].count(0), data[1::2].count(0)
        if max(even, odd) > max(4 * min(even, odd), len(data) / 20):
            return "utf-16-le" if odd > even else "utf-16-be"
    lines = [line for line in re.split(rb"[\r\n]", data) if not line.isascii()]
    good = sum(is_utf_8(line) for line in lines)
    return UTF_8 if good >= len(lines) / 2 else UNKNOWN


def is_utf_8(line: bytes) -> bool:
    """Tell whether a line is UTF-8, damaged before or not."""
    try:
        line.decode(UTF_8)
    except UnicodeDecodeError:
        return False
    return True


def decode(cell: bytes, encoding: str) -> str | None:
    """Return the text of some bytes; None where they are not of this encoding, or were damaged before."""
    try:
        text = cell.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\ufffd" in text else text


def rank_encodings(cells: Iterable[bytes]) -> list[tuple[str, tuple[float, float]]]:
    """Return the encodings that read the cells of a text of no proven encoding, best first, with how well they fit.

    Parameters
    ----------
    cells : iterable of bytes
        Cells with bytes beyond ASCII.

    Returns
    -------
    list of (str, (float, float))
        As in `fit`. Those that fit alike come in the order of `ENCODINGS`.
    """
    cells = sorted(set(cells))
    cells = cells[:: 1 + len(cells) // MANY]
    fits = [(encoding, fit(cells, encoding)) for encoding in ENCODINGS]
    return sorted(fits, key=lambda pair: (-pair[1][0], -pair[1][1]))


def fit(cells: list[bytes], encoding: str) -> tuple[float, float]:
    """Return the shares of the words beyond ASCII that have the letters of some language, and of one and the same."""
    words, fitting, languages = 0, 0.0, Counter()
    for cell in cells:
        text = decode(cell, encoding)
        if text is None:
            words += 1
            continue
        text = unicodedata.normalize("NFC", text)
        words += len(MISPLACED.findall(text)) + len(FINAL.findall(text))
        for word in WORD.findall(text):
            if word.isascii():
                continue
            words += 1
            if encoding in STROKES:
                fitting += fit_strokes(word, encoding)
            elif alphabets := fitting_alphabets(word, encoding):
                fitting += 1
                languages.update(alphabets)
    one = max(languages.values(), default=0) if encoding in ALPHABETS else fitting
    return (fitting / words, one / words) if words else (1, 1)


def fitting_alphabets(word: str, encoding: str) -> list[str]:
    """Return the alphabets that hold the letters of a word, which is all small, all capitals, or has one first."""
    if not (word[1:].lower() == word[1:] or word.upper() == word):
        return []
    beyond = {letter for letter in word.lower() if not letter.isascii() and letter != "\u0307"}  # the dot of an I
    latin = any(map(str.isascii, word))
    if latin and encoding in ("cp1251", "cp1253", "cp1255", "cp1256", "cp866"):
        return []
    return [letters for letters in ALPHABETS[encoding] if beyond <= set(letters)]


def fit_strokes(word: str, encoding: str) -> float:
    """Return the share of a word's characters that are of the commoner half of an East Asian encoding's."""
    if encoding == "cp932" and HALF_WIDTH.fullmatch(word):
        return 1
    return sum(is_common(letter.encode(encoding), STROKES[encoding]) for letter in word) / len(word)


def is_common(pair: bytes, ranges: tuple) -> bool:
    """Tell whether a character's two bytes lie in one of the ranges of first and second bytes."""
    return len(pair) == 2 and any(
        low <= pair[0] <= high and least <= pair[1] <= most for (low, high), (least, most) in ranges
    )
