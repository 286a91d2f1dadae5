"""What a training shows: a bar on a terminal, plain lines in a log."""

import io
import logging

import pytest

from bonescan import script
from bonescan.training import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def always(monkeypatch):
    """Show every step."""
    monkeypatch.setattr(progress, "EVERY", {True: 0, False: 0})


@pytest.fixture
def stream(monkeypatch, request):
    """The error stream as it was before what is written to it went to a log."""
    monkeypatch.setattr(script, "_before", request.param())
    return script._before


def two_steps():
    """Two steps of four images in the second of three epochs, and the epoch's end."""
    shown = progress.Progress(3, 8)
    shown.start_epoch(2)
    shown.step(4, 2.0, 3)
    shown.step(4, 4.0, 4)
    shown.end_epoch(0.75, 7 / 8, 2.0)


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("stream", [Terminal], indirect=True)
def test_terminal_shows_a_bar_and_clears_it(stream, caplog):
    with caplog.at_level(logging.INFO):
        two_steps()
    text = stream.getvalue()
    assert f"[{'=' * 12}{' ' * 12}] epoch 2/3: loss 0.5000, accuracy 0.7500, " in text
    assert " images/s, " in text and " left" in text
    assert text.endswith("\r\x1b[K")
    assert caplog.messages == ["epoch 2/3: loss 0.7500, accuracy 0.8750, 4.00 images/s, 2 s left"]


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("stream", [io.StringIO], indirect=True)
def test_log_gets_lines_without_control_characters(stream, caplog):
    with caplog.at_level(logging.INFO):
        two_steps()
    assert stream.getvalue() == ""
    assert caplog.messages[0].startswith("4 of 8 images, epoch 2/3: loss 0.5000, accuracy 0.7500, ")
    assert len(caplog.messages) == 2


@pytest.mark.usefixtures("stream")
@pytest.mark.parametrize("stream", [io.StringIO], indirect=True)
def test_short_epochs_have_one_line_each(caplog):
    with caplog.at_level(logging.INFO):
        two_steps()
    assert len(caplog.messages) == 1


@pytest.mark.parametrize(("seconds", "text"), [(45.2, "45 s"), (600, "10 min"), (12240, "3.4 h")])
def test_duration(seconds, text):
    assert progress.duration(seconds) == text
