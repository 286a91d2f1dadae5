"""What makes the labels run again: a reader's change to whatever is read of an annotation."""

import pytest

from bonescan.ingest.state import annotations_state


@pytest.mark.parametrize("name", ["a.json", "a.JSON", "a.xml", "a_mask_1.png", "Masks/a_mask_1.png"])
def test_a_changed_annotation_is_seen(tmp_path, name):
    (tmp_path / "ann" / "Masks").mkdir(parents=True)
    (tmp_path / "ann" / "b.xml").write_text("<annotation/>", encoding="utf-8")
    before = annotations_state(str(tmp_path))
    (tmp_path / "ann" / name).write_bytes(b"1")
    added = annotations_state(str(tmp_path))
    (tmp_path / "ann" / name).write_bytes(b"12")
    assert len({before, added, annotations_state(str(tmp_path))}) == 3


def test_pictures_to_annotate_are_no_change(tmp_path):
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "a.json").write_text("{}", encoding="utf-8")
    before = annotations_state(str(tmp_path))
    (tmp_path / "ann" / "a.png").write_bytes(b"1")
    assert annotations_state(str(tmp_path)) == before
    assert annotations_state(None) is None
