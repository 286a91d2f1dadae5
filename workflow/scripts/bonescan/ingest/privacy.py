"""Pseudonyms that only the holder of a secret can trace, and one search for identities in all that is written.

`search` finds keys of `bonescan.ingest.identities` in a text: those of a header that is open, or of many files, of
which only keyed digests are kept. What scrubs and what checks differ in nothing but the keys.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from bonescan.ingest.identities import PATIENTS, REPORT, SHORT, Known
from bonescan.ingest.words import BEGINNING, Found, Index, find

LEAST_SALT = 16  # characters of a salt that cannot be guessed
NONCE = 16  # bytes
WITHHELD = "[withheld"
# What `pseudonym` makes, of an exam the beginning; one with no letter may be a hospital's number
PSEUDONYM = re.compile(r"(?<![^\W_])[PEF](?=\d*[a-f])[0-9a-f]{8}(?:[0-9a-f]{4})?(?![^\W_])")
Digests = dict[str, tuple[str, int]]
"""By keyed hash: the attribute, and how far it is searched."""


class Hit(NamedTuple):
    """An identity in a text: where, the attribute that holds it, how far it is searched."""

    start: int
    end: int
    name: str
    far: int


def pseudonym(salt: bytes, kind: str, *identity: str) -> str:
    """Return the first letter of `kind` and 12 hexadecimal digits of a keyed SHA-256: without the salt, nothing.

    Parameters
    ----------
    salt : bytes
        The secret.
    kind : {"Patient", "Exam", "File", "Stamp", "Entry", "Mark"}
        The same text has another pseudonym as another kind of thing.
    *identity : str
        Patient ID; patient and study; path.
    """
    message = "\0".join((kind, *identity)).encode("utf-8", "surrogateescape")
    return kind[0] + hmac.new(salt, message, hashlib.sha256).hexdigest()[:12]


def digester(salt: bytes) -> Callable[[str], str]:
    """Return the function that makes a keyed hash of a key."""
    keyed = hashlib.blake2b(key=salt[:64], digest_size=8)

    def digest(key: str) -> str:
        one = keyed.copy()
        one.update(key.encode("utf-8", "replace"))
        return one.hexdigest()

    return digest


def digests(known: Known, salt: bytes) -> Digests:
    """Return what is kept to search other texts than the file's own report: keyed hashes, and attributes' names.

    The beginnings of long keys are among them, without a name.
    """
    digest, kept = digester(salt), {}
    for key, (name, far) in known.items():
        if far > REPORT and (far != SHORT or name in PATIENTS or len(key) > 2):
            kept[digest(key)] = name, far
            if ":" not in key and len(key) >= BEGINNING:
                kept[digest(f"begin:{key[:BEGINNING]}")] = "", REPORT
    return kept


def index_of(known: Known) -> Index:
    """Return where the identities of an open header are looked up."""
    beginnings = {key[:BEGINNING] for key in known}
    return Index(known.get, beginnings.__contains__)


def index_of_digests(known: Mapping[str, tuple[str, int]], salt: bytes) -> Index:
    """Return where the identities are looked up of which only digests are kept."""
    digest = digester(salt)
    return Index(lambda key: known.get(digest(key)), lambda beginning: digest(f"begin:{beginning}") in known)


def search(text: str, index: Index, own: frozenset[str] = frozenset()) -> list[Hit]:
    """Return the identities in a text, in its order; those that overlap are one, by the name of the longest.

    Parameters
    ----------
    text : str
    index : Index
    own : set of str
        Words, in lower case, that are no identities where no other is beside them: a patient may be called Anterior.
    """
    found = [Hit(one.start, one.end, *known) for one, known in find(text, index) if not _is(one, own)]
    taken: list[list[Hit]] = []
    end = 0
    for hit in sorted(found):
        if taken and hit.start < end:
            taken[-1].append(hit)
        else:
            taken.append([hit])
        end = max(end, hit.end)
    return [_join(hits) for hits in taken]


def _join(hits: list[Hit]) -> Hit:
    """Return one hit in the place of several that overlap."""
    longest = max(hits, key=lambda hit: (hit.end - hit.start, hit.far, hit.name))
    return Hit(hits[0].start, max(hit.end for hit in hits), longest.name, max(hit.far for hit in hits))


def _is(found: Found, own: frozenset[str]) -> bool:
    """Tell whether a key is made of the workflow's own words alone."""
    return bool(own and found.pieces) and all(piece in own for piece in found.pieces)


def replace_hits(text: str, hits: Iterable[Hit]) -> str:
    """Return a text with the attribute's name in the place of each hit."""
    done, parts = 0, []
    for hit in hits:
        parts += [text[done : hit.start], f"[{hit.name}]"]
        done = hit.end
    return "".join((*parts, text[done:]))


def scrub(text: str, known: Known) -> str:
    """Return a report's text with every identity of its file in it replaced by its attribute's name.

    >>> from bonescan.ingest.identities import identities
    >>> scrub("Mrs. Doe, born 01.02.1950", identities({"PatientName": ["Doe^Jane"], "PatientBirthDate": ["19500201"]}))
    'Mrs. [PatientName], born [PatientBirthDate]'
    """
    hits = search(text, index_of(known))
    return replace_hits(text, [hit for hit in hits if hit.name in PATIENTS or elsewhere(text, [hit])])


def elsewhere(text: str, hits: Iterable[Hit]) -> list[Hit]:
    """Return the hits that count in a text that is not the file's own: a short name only with a capital."""
    return [hit for hit in hits if hit.far != SHORT or text[hit.start].isupper()]


def withhold(reason: str) -> str:
    """Return what stands in the place of a report that is not written."""
    return f"{WITHHELD}: {reason}]"


def reason_withheld(report: str) -> str | None:
    """Return why a report is not written; None where it is."""
    return report[len(WITHHELD) + 2 : -1] if report.startswith(f"{WITHHELD}: ") else None


def search_written(text: str, index: Index, own: frozenset[str]) -> list[Hit]:
    """Return the identities in a text that the workflow writes: of its words, numbers and pseudonyms."""
    text = PSEUDONYM.sub(" ", text)
    hits = elsewhere(text, search(text, index, own))
    return [hit for hit in hits if any(letter.isalpha() for letter in text[hit.start : hit.end])]


def seal(text: str, salt: bytes) -> str:
    """Return a text that nobody reads without the salt."""
    nonce = secrets.token_bytes(NONCE)
    return base64.b64encode(nonce + _crypt(text.encode("utf-8", "surrogatepass"), nonce, salt)).decode("ascii")


def unseal(sealed: bytes, salt: bytes) -> str:
    """Return the text that was sealed.

    Raises
    ------
    ValueError
        It is torn, or another salt's.
    """
    data = base64.b64decode(sealed, validate=True)
    return _crypt(data[NONCE:], data[:NONCE], salt).decode("utf-8", "surrogatepass")


def _crypt(data: bytes, nonce: bytes, salt: bytes) -> bytes:
    """Return data under a key stream of its own; a second time, the data as they were."""
    stream = hashlib.shake_256(hmac.new(salt, b"journal\0" + nonce, hashlib.sha256).digest()).digest(len(data))
    return (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(data), "big")
