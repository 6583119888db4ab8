"""Stages: one log line each, and a place to hear how far a long one has come.

Enters: a stage's name and row counts. Leaves: a log line with rows in, rows out
and seconds, and calls of a progress function that somebody else draws. Seconds
are measured, never stored with results.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Called with the stage's name, the rows done and the rows in all."""


def silent(stage: str, done: int, total: int) -> None:
    """Hear of progress and do nothing."""


@dataclass
class Stage:
    """A running stage; set ``rows_out`` before it ends."""

    name: str
    rows_in: int
    rows_out: int = 0


@contextmanager
def stage(name: str, rows_in: int) -> Iterator[Stage]:
    """Log one line when the stage ends without a fault.

    Examples
    --------
    >>> with stage("topics", rows_in=3) as running:
    ...     running.rows_out = 2
    """
    began = time.perf_counter()
    running = Stage(name, rows_in)
    yield running
    seconds = time.perf_counter() - began
    log.info(
        "%-10s %9s rows in %9s rows out %7.1f s",
        name,
        f"{rows_in:,}",
        f"{running.rows_out:,}",
        seconds,
    )
