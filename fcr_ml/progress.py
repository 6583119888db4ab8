"""Progress bars for the terminal, drawn only when a stage takes long.

Enters: calls that say how far a stage has come. Leaves: a bar with rate and time
left on standard error, from two seconds on, gone when the stage ends.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from fcr_ml.stages import Progress, silent

PATIENCE_SECONDS = 2.0
"""Shorter stages end before a bar could be read."""


@contextmanager
def bars(quiet: bool = False) -> Iterator[Progress]:
    """Give a function that draws one bar a stage.

    Parameters
    ----------
    quiet : bool
        Draw nothing, as when standard error is a file.
    """
    if quiet:
        yield silent
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars

    drawn = Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]} a second"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    tasks: dict[str, TaskID] = {}
    began: dict[str, float] = {}

    def hear(stage: str, done: int, total: int) -> None:
        seconds = time.perf_counter() - began.setdefault(stage, time.perf_counter())
        if seconds < PATIENCE_SECONDS:
            return
        if stage not in tasks:
            tasks[stage] = drawn.add_task(stage, total=total, rate="")
        rate = f"{done / seconds:,.0f}"
        drawn.update(tasks[stage], completed=done, rate=rate, visible=done < total)

    with drawn:
        yield hear
