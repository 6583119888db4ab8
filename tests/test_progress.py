"""Bars: drawn for what takes long, silent otherwise."""

from __future__ import annotations

import contextlib
import io
from types import SimpleNamespace

import pytest

from fcr_ml import progress
from fcr_ml.stages import silent


class Terminal(io.StringIO):
    """Keeps what a terminal would show."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give a list whose last number is the time."""
    seconds = [0.0]
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(progress, "time", SimpleNamespace(perf_counter=lambda: seconds[-1]))
    return seconds


def _draw(clock: list[float], done: int, seconds: float, quiet: bool = False) -> str:
    with contextlib.redirect_stderr(Terminal()) as terminal, progress.bars(quiet) as hear:
        hear("vectors", 0, 1_000)
        clock.append(seconds)
        hear("vectors", done, 1_000)
    return terminal.getvalue()


def test_a_stage_that_takes_long_gets_a_bar_with_its_rate(clock: list[float]) -> None:
    drawn = _draw(clock, done=400, seconds=4.0)

    assert "vectors" in drawn
    assert "400/1000" in drawn
    assert "100 a second" in drawn


def test_a_short_stage_gets_none(clock: list[float]) -> None:
    assert "vectors" not in _draw(clock, done=999, seconds=progress.PATIENCE_SECONDS - 0.1)


def test_a_bar_is_gone_when_its_stage_ends(clock: list[float]) -> None:
    assert "1000/1000" not in _draw(clock, done=1_000, seconds=9.0)


def test_quiet_bars_are_none(clock: list[float]) -> None:
    assert _draw(clock, done=400, seconds=4.0, quiet=True) == ""
    with progress.bars(quiet=True) as hear:
        assert hear is silent
