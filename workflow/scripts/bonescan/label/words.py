"""What readers wrote, brought to known words: unknown labels are counted, never guessed; identities are taken out."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from bonescan.label.bones import is_known, name_bone
from bonescan.label.watch import Watch
from bonescan.labels import Label, read_label, split_label

SHOWN = 40  # letters of a word that a message shows


class Words:
    """Reads labels and bones.

    Parameters
    ----------
    known : mapping of str to Label or None
        From `bonescan.labels.known_labels`; None takes every label as it is written.
    watch : Watch or None
        Tells where an identity stands in what a reader wrote; None for simulated patients.
    """

    def __init__(self, known: Mapping[str, Label] | None = None, watch: Watch | None = None):
        self.known, self.watch = known, watch or Watch("phantom", Path())
        self._unknown: defaultdict[str, set[str]] = defaultdict(set)
        self._hidden: Counter[str] = Counter()

    @property
    def hidden(self) -> int:
        """Descriptions left empty because an identity stands in them."""
        return self._hidden.total()

    def read(self, label: str, place: str, others: Iterable[str] = ()) -> Label | None:
        """Return what a label says; None where it is unknown, which `defects` will tell.

        Parameters
        ----------
        label : str
        place : str
            The annotation, which is counted once.
        others : iterable of str
            Other readings of the label's bytes, none of which may hold an identity.
        """
        if self.known is None:
            return Label(*split_label(label))
        if (found := read_label(label, self.known)) is None:
            self._unknown[show_word(label, self.watch.holds, others)].add(place)
        return found

    def know(self, labels: Iterable[str]) -> bool:
        """Tell whether all of some labels are known."""
        return self.known is not None and all(read_label(label, self.known) for label in labels)

    def read_bone(self, text: str, place: str = "", others: Iterable[str] = ()) -> str:
        """Return a bone's name, empty where an identity stands in the text or in another reading of its bytes."""
        if any(map(self.watch.holds, (text, *others))):
            self._hidden[place] += 1
            return ""
        return name_bone(text)

    def withdraw(self, place: str) -> list[str]:
        """Count an annotation's words no longer; return one line for each of its unknown labels."""
        self._hidden.pop(place, None)
        unknown = [label for label, places in self._unknown.items() if place in places]
        for label in unknown:
            self._unknown[label].remove(place)
            if not self._unknown[label]:
                del self._unknown[label]
        return [f"{place}: the unknown label {label}" for label in unknown]

    def defects(self) -> list[str]:
        """Return one line for each unknown label, the commonest first."""
        expected = ", ".join(dict.fromkeys(label.finding for label in (self.known or {}).values()))
        lines = []
        for label, places in sorted(self._unknown.items(), key=lambda item: (-len(item[1]), item[0])):
            number = f"{len(places)} annotation{'s' if len(places) > 1 else ''}"
            lines.append(
                f"{number} with the unknown label {label}, such as {min(places)}: "
                f"expected {expected}, or a word of label.synonyms"
            )
        return lines


def show_word(word: str, holds: Callable[[str], bool], others: Iterable[str] = ()) -> str:
    """Return a reader's word in quotation marks, as far as it may be shown: not if it `holds` an identity."""
    return "(it holds an identity)" if any(map(holds, (word, *others))) else quote(word)


def quote(word: str) -> str:
    """Return a word without identities in quotation marks, on one line, cut if it is long."""
    word = " ".join(word.split())
    shown = word if len(word) <= SHOWN else f"{word[:SHOWN]}..."
    return "'" + "".join(letter if letter.isprintable() else "?" for letter in shown) + "'"


def unknown_bones(bones: Iterable[str]) -> Counter[str]:
    """Return how often each text that is no known bone stands among names of bones; empty ones do not count."""
    return Counter(bone for bone in bones if bone and not is_known(bone))
