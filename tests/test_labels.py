"""What a reader's label means, in the spellings that keyboards and tools give it; unknown ones are never guessed."""

import pytest

from bonescan.labels import known_labels, read_label

LABELS = ["metastasis", "metastasis: spine", "injection site", "Bone_Island"]
SYNONYMS = {
    "Metastases": "metastasis",
    "转移": "metastasis",
    "脊柱转移": "metastasis: spine",
    "meta:x": "injection_site",
}


@pytest.mark.parametrize(
    ("label", "meaning"),
    [
        ("metastasis", ("metastasis", "")),
        ("  METASTASIS\n", ("metastasis", "")),
        ("ｍｅｔａｓｔａｓｉｓ", ("metastasis", "")),
        ("metastasis\u200b", ("metastasis", "")),
        ("metastasis: left rib 7", ("metastasis", "left rib 7")),
        ("metastasis：T8-T10", ("metastasis", "T8-T10")),
        ("metastasis :spine", ("metastasis", "spine")),
        ("metastasis:", ("metastasis", "")),
        ("metastasis::T8", ("metastasis", "T8")),
        ("metastasis: :T8:", ("metastasis", "T8")),
        *((f"metastasis{colon} T8", ("metastasis", "T8")) for colon in "\u2236\ua789\ufe55\uff1a"),
        ("injection_site", ("injection site", "")),
        ("Injection-Site", ("injection site", "")),
        ("injection–site", ("injection site", "")),
        ("bone island", ("bone island", "")),
        ("metastases", ("metastasis", "")),
        ("METASTASES: skull", ("metastasis", "skull")),
        ("转移", ("metastasis", "")),
        ("转移：肋骨", ("metastasis", "肋骨")),
        ("脊柱转移", ("metastasis", "spine")),
        ("Meta : X", ("injection site", "")),
        *(
            (word, None)
            for word in (
                "",
                ":",
                "metastatis",
                "metastasis_spine",
                "bone metastasis",
                "Metastase",
                "spine",
                "metastasis: no",
                "Metastasis:None",
            )
        ),
    ],
)
def test_labels_are_read_in_every_spelling(label, meaning):
    found = read_label(label, known_labels(LABELS, SYNONYMS))
    assert (found and tuple(found)) == meaning


def test_metastasis_is_always_known():
    assert read_label("Metastasis", known_labels([], {})) == ("metastasis", "")
