"""Tables and sections as the page's template takes them.

Enters: values with the text a reader sees. Leaves: plain frozen objects; escaping is
the template's work, so no markup is ever made here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from fcr_ml.reports import wording


@dataclass(frozen=True)
class Cell:
    """One cell.

    Parameters
    ----------
    text : str
        What is read.
    order : float, str or None
        What the column is sorted by; None comes last either way.
    note : str
        A second, quieter line.
    items : tuple of str
        A list in place of the text.
    share : float or None
        Draws a bar of this share beside the text.
    is_mark : bool
        Whether the text is a mark on the row.
    """

    text: str
    order: float | str | None = None
    note: str = ""
    items: tuple[str, ...] = ()
    share: float | None = None
    is_mark: bool = False


@dataclass(frozen=True)
class Heading:
    """The head of a column; numbers are set to the right."""

    title: str
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """A table with a caption.

    Parameters
    ----------
    key : str
        Unique on the page.
    caption : str
        What the rows are, under which reading and window.
    headings : tuple of Heading
    rows : tuple of tuple of Cell
    row_heading : int
        The column that names a row.
    main_row : int or None
        A row that is set in bold.
    """

    key: str
    caption: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    row_heading: int = 0
    main_row: int | None = None


@dataclass(frozen=True)
class Chart:
    """A chart: its Vega-Lite specification as a dictionary, and itself in words."""

    key: str
    spec: dict[str, Any]
    in_words: str
    is_square: bool = False


@dataclass(frozen=True)
class Folded:
    """A table that is opened on demand, since a chart already shows its figures."""

    title: str
    table: Table


@dataclass(frozen=True)
class Inside:
    """What is opened on demand: sentences, then tables."""

    title: str
    told: tuple[str, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Terms:
    """Words with their meaning."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Points:
    """A plain list of sentences."""

    sentences: tuple[str, ...]


@dataclass(frozen=True)
class NoteMap:
    """The map of the notes: its packed dots and topics, and itself in words."""

    key: str
    data: dict[str, Any]
    in_words: str


Part = Table | Chart | Folded | Inside | Terms | Points | NoteMap


@dataclass(frozen=True)
class Section:
    """A section of the page: what it says first, then its charts and tables."""

    key: str
    title: str
    lead: tuple[str, ...]
    parts: tuple[Part, ...] = ()

    def kind(self, part: Part) -> str:
        """Name the kind of a part, by which the template chooses how to draw it."""
        return type(part).__name__.lower()


def words(*titles: str) -> tuple[Heading, ...]:
    """Give headings of columns that hold text."""
    return tuple(Heading(title) for title in titles)


def numbers(*titles: str) -> tuple[Heading, ...]:
    """Give headings of columns that hold numbers."""
    return tuple(Heading(title, is_number=True) for title in titles)


def text_cell(value: Any, note: str = "") -> Cell:
    """Give a name out of the data."""
    text = wording.name(value)
    return Cell(text, None if pd.isna(value) else text.casefold(), note)


def count_cell(value: Any) -> Cell:
    """Give a count."""
    return Cell(wording.count(value), _order(value))


def number_cell(value: Any, digits: int = 1) -> Cell:
    """Give a number with fixed decimals."""
    return Cell(wording.number(value, digits), _order(value))


def percent_cell(value: Any) -> Cell:
    """Give a share as a percentage."""
    return Cell(wording.percent(value), _order(value))


def rate_cell(value: Any, low: Any, high: Any, remark: Any = None) -> Cell:
    """Give a rate with its interval, or the remark that stands in its place."""
    if pd.isna(value) and not pd.isna(remark):
        return Cell(str(remark))
    return Cell(wording.percent_interval(value, low, high), _order(value))


def _order(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
