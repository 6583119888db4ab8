"""The answer to ``is this log fit to be used``, for the terminal.

Enters: the result of a log check, known by its shape alone. Leaves: text of at most
the width asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from fcr_ml.reports import wording
from fcr_ml.reports.screen import as_text, grid, line

if TYPE_CHECKING:
    from fcr_ml.reports.screen import Block


class LogCheckLike(Protocol):
    """What a check of a contact log has found."""

    @property
    def faults(self) -> Sequence[str]:
        """What must be mended before the log can be used."""

    @property
    def remarks(self) -> Sequence[str]:
        """What is worth knowing, without being a fault."""

    @property
    def columns(self) -> pd.DataFrame:
        """``column, source, understood, filled_rate``: where each column comes from."""

    @property
    def set_aside(self) -> pd.DataFrame:
        """``reason, rows``: what cleaning would leave out."""

    @property
    def switched_off(self) -> Sequence[tuple[str, str]]:
        """Parts that cannot run, each with the column it misses."""

    @property
    def is_usable(self) -> bool:
        """Whether the log can be used as it is."""


def render_check(check: LogCheckLike, width: int = 100, colour: bool = False) -> str:
    """Give the check of a log as text: verdict, faults, columns, what is left out.

    Parameters
    ----------
    check : LogCheckLike
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    """
    verdict = "This log can be used." if check.is_usable else "This log cannot be used yet."
    off = [f"{part}: the log has no {column}" for part, column in check.switched_off]
    blocks: list[Block] = [
        [line(verdict, "bold")],
        _listed("Faults", check.faults),
        _columns(check.columns),
        _set_aside(check),
        _listed("Switched off", off),
        _listed("Remarks", check.remarks),
    ]
    return as_text([block for block in blocks if block], width, colour)


def _columns(columns: pd.DataFrame) -> Block:
    if columns.empty:
        return []
    rows = [
        (
            wording.name(row["column"]),
            wording.name(row["source"]),
            wording.name(row["understood"]),
            wording.percent(row["filled_rate"]),
        )
        for row in columns.to_dict("records")
    ]
    return [line("Columns", "bold"), grid(["column", "read from", "found by", "#filled"], rows)]


def _set_aside(check: LogCheckLike) -> Block:
    set_aside = check.set_aside
    if set_aside.empty and not check.is_usable:
        return [line("Which rows are set aside is known once the faults are mended.")]
    if set_aside.empty:
        return [line("No row is set aside.")]
    rows = [
        (wording.name(row["reason"]), wording.count(row["rows"]))
        for row in set_aside.to_dict("records")
    ]
    return [line("Rows set aside", "bold"), grid(["reason", "#rows"], rows)]


def _listed(title: str, sentences: Sequence[str]) -> Block:
    if not sentences:
        return []
    from rich.padding import Padding

    return [line(title, "bold"), *(Padding(line(text), (0, 0, 0, 2)) for text in sentences)]
