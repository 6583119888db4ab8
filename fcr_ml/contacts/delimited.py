"""Read delimited text line by line; a broken line costs itself, not the file.

Enters: a CSV or TSV file, packed with gzip or not. Leaves: its rows, every cell as
the text that stands there, and the number and fault of every line that could not be
read. A quote that is never closed swallows what follows: reading then goes back and
takes up again on the next line.
"""

from __future__ import annotations

import csv
import itertools
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from fcr_ml.contacts.encodings import open_text
from fcr_ml.contacts.parts import Part, from_arrow, unique_names
from fcr_ml.errors import DataError, SettingsError

if TYPE_CHECKING:
    import pyarrow as pa

_DELIMITERS = (",", ";", "\t", "|")
_NAMED_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
# No note is longer; an unclosed quote stops swallowing here.
_LONGEST_CELL = 16 * 1024 * 1024
_BATCH_ROWS = 50_000
_SNIFFED_LINES = 50


class _Lines:
    """The lines of a stream, with a way back to the line after a record's first."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: deque[str] = deque()
        self._taken: list[str] = []
        self.first_line = 1

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._stream)
        self._taken.append(line)
        return line

    def begin_record(self) -> None:
        """Forget the lines of the record before."""
        self.first_line += len(self._taken)
        self._taken.clear()

    def step_back(self) -> None:
        """Give back every line of this record but the first."""
        self._waiting.extendleft(reversed(self._taken[1:]))
        del self._taken[1:]


def read_delimited(path: Path, encoding: str | None, delimiter: str | None) -> Part:
    """Read a delimited file whose first line names the columns.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    encoding : str or None
        UTF-8 or what the byte-order mark says when not given.
    delimiter : str or None
        One sign, or ``tab``; sniffed among comma, semicolon, tab and pipe when
        not given.

    Raises
    ------
    DataError
        When the file is empty, holds only its header, or no line fits the header.
    """
    import pyarrow as pa

    unreadable: list[tuple[int, str]] = []
    with open_text(path, encoding) as stream, _long_cells():
        start = list(itertools.islice(stream, _SNIFFED_LINES))
        if not "".join(start).strip():
            raise DataError(f"{path}: the file is empty; export the log again.")
        sign = _delimiter(path, start, delimiter)
        lines = _Lines(itertools.chain(start, stream))  # type: ignore[arg-type]
        records = _records(lines, sign, unreadable)
        header = next(records, None)
        if header is None:
            raise DataError(f"{path}: no line can be read as a header; export the log again.")
        rows = _of_width(records, len(header), lines, unreadable)
        batches = _batches(rows, unique_names(header))
        table = pa.concat_tables(batches) if batches else None
    if table is None:
        raise _without_rows(path, unreadable)
    return Part(str(path), from_arrow(table), unreadable, _problems(path, header))


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let the csv module read cells of more than 128 KiB, for as long as needed."""
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _records(
    lines: _Lines, delimiter: str, unreadable: list[tuple[int, str]]
) -> Iterator[list[str]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin_record()
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            unreadable.append((lines.first_line, "broken quoting"))
            lines.step_back()
            continue
        if record:
            yield record


def _of_width(
    records: Iterator[list[str]], width: int, lines: _Lines, unreadable: list[tuple[int, str]]
) -> Iterator[list[str]]:
    for record in records:
        if len(record) == width:
            yield record
        else:
            why = f"{len(record)} cells where the header has {width}"
            unreadable.append((lines.first_line, why))


def _batches(rows: Iterator[list[str]], names: list[str]) -> list[pa.Table]:
    """Pack rows into Arrow tables as they come: a tenth of the memory of lists."""
    import pyarrow as pa

    batches = []
    while batch := list(itertools.islice(rows, _BATCH_ROWS)):
        columns = [pa.array(cells, pa.large_string()) for cells in zip(*batch, strict=True)]
        batches.append(pa.table(columns, names=names))
    return batches


def _delimiter(path: Path, start: list[str], given: str | None) -> str:
    """Give the sign that divides the first lines into the most, equally many cells."""
    if given is not None:
        sign = _NAMED_DELIMITERS.get(given.lower(), given)
        if len(sign) != 1 or sign in '"\r\n':
            raise SettingsError(f"--delimiter: '{given}' is not one sign; give , ; | or tab.")
        return sign
    scores = {sign: _fit(start, sign) for sign in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda sign: scores[sign])
    if scores[best] == (0, 0):
        raise DataError(
            f"{path}: its first line holds no comma, semicolon, tab or pipe between columns; "
            "give --delimiter, or export the log again with a header."
        )
    return best


def _fit(start: list[str], delimiter: str) -> tuple[int, int]:
    """Count the records as wide as the header, and the cells of the header."""
    records = list(_records(_Lines(iter(start)), delimiter, []))  # type: ignore[arg-type]
    width = len(records[0]) if records else 0
    if width < 2:
        return (0, 0)
    return (sum(len(record) == width for record in records), width)


def _without_rows(path: Path, unreadable: list[tuple[int, str]]) -> DataError:
    if not unreadable:
        return DataError(f"{path}: it holds a header and no contacts; export the log again.")
    line, why = unreadable[0]
    return DataError(
        f"{path}: none of {len(unreadable):,} lines can be read (first: line {line}, {why}); "
        "check the delimiter and the quoting of the export."
    )


def _problems(path: Path, header: list[str]) -> list[str]:
    changed = [
        name for given, name in zip(header, unique_names(header), strict=True) if name != given
    ]
    stripped = [name for name in changed if name not in {given.strip() for given in header}]
    if not stripped:
        return []
    return [f"{path}: columns without a name of their own are called {', '.join(stripped)}."]
