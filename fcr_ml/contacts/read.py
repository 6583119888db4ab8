"""Read a contact log from one or several sources, each cell as it stands there.

Enters: paths of files or folders, and database URLs. Leaves: a :class:`RawLog` with
every row and column of every source, the lines that could not be read, and problems
in words. Nothing is renamed, dropped or given a meaning here.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from fcr_ml.contacts.databases import read_database_file, read_database_url
from fcr_ml.contacts.delimited import read_delimited
from fcr_ml.contacts.json_files import read_json
from fcr_ml.contacts.parquet_files import read_parquet, read_parquet_folder
from fcr_ml.contacts.parts import Part, as_text
from fcr_ml.errors import StorageError, UsageError

_DELIMITED = {".csv", ".tsv", ".txt"}
_JSON = {".json", ".jsonl", ".ndjson"}
_PARQUET = {".parquet", ".pq"}
_DATABASE = {".duckdb", ".db", ".sqlite", ".sqlite3"}
_KNOWN = ".csv .tsv .csv.gz .json .jsonl .parquet .duckdb .db .sqlite"

NO_LINES = ["source", "line", "problem"]


@dataclass(frozen=True)
class RawLog:
    """A contact log as read.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row a record, every column of every source, in the order of reading.
    sources : list of str
        What was read, one entry a file or query, without passwords.
    problems : list of str
        Remarks on reading: lines set aside, columns that not all sources have.
    unreadable : pandas.DataFrame
        One row a line that could not be read: ``source``, ``line``, ``problem``.
    row_counts : list of int
        How many of ``rows`` came from each source, in the order of ``sources``.
    """

    rows: pd.DataFrame
    sources: list[str]
    problems: list[str]
    unreadable: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=NO_LINES))
    row_counts: list[int] = field(default_factory=list)

    @property
    def records(self) -> int:
        """Count of everything that was there: rows read and lines that could not be."""
        return len(self.rows) + len(self.unreadable)


def read_log(
    sources: Sequence[str],
    *,
    query: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> RawLog:
    """Read a contact log.

    Parameters
    ----------
    sources : sequence of str
        Files (``.csv .tsv .txt .json .jsonl``, each also packed as ``.gz``;
        ``.parquet .duckdb .db .sqlite``), folders of Parquet, or database URLs.
    query : str, optional
        A SELECT or the name of a table, for databases.
    encoding : str, optional
        Of text files; UTF-8 or what the byte-order mark says by default. Other
        encodings are refused with a hint, never guessed.
    delimiter : str, optional
        Of delimited files; sniffed by default.

    Returns
    -------
    RawLog
        Text files give text only; Parquet and databases keep their types.

    Raises
    ------
    StorageError
        When a source is missing, damaged, or may not be read.
    DataError
        When a source is empty or cannot be understood.
    """
    if not sources:
        raise UsageError("contacts: no source is named; give a file, a folder or a database URL.")
    parts: list[Part] = []
    for source in sources:
        parts += _read_source(str(source), query, encoding, delimiter)
    rows, problems = _union(parts)
    unreadable = [(part.source, *line) for part in parts for line in part.unreadable]
    return RawLog(
        rows=rows,
        sources=[part.source for part in parts],
        problems=[text for part in parts for text in part.problems + _lines_lost(part)] + problems,
        unreadable=pd.DataFrame(unreadable, columns=NO_LINES),
        row_counts=[len(part.rows) for part in parts],
    )


def _read_source(
    source: str, query: str | None, encoding: str | None, delimiter: str | None
) -> list[Part]:
    if "://" in source:
        return [read_database_url(source, query)]
    path = Path(source)
    try:
        if not path.exists():
            raise _missing(path)
        if path.is_dir():
            return read_parquet_folder(path)
        return [_read_file(path, query, encoding, delimiter)]
    except PermissionError as fault:
        raise StorageError(
            f"{path}: there is no permission to read it; ask its owner for read access."
        ) from fault
    except OSError as fault:
        raise StorageError(
            f"{path}: it cannot be read ({fault.strerror or fault}); check the disk and the path."
        ) from fault


def _read_file(path: Path, query: str | None, encoding: str | None, delimiter: str | None) -> Part:
    endings = [ending.lower() for ending in path.suffixes]
    ending = endings[-1] if endings else ""
    if ending == ".gz" and len(endings) > 1:
        ending = endings[-2] if endings[-2] in _DELIMITED | _JSON else ending
    if ending in _DELIMITED:
        return read_delimited(path, encoding, delimiter)
    if ending in _JSON:
        return read_json(path, encoding)
    if ending in _PARQUET:
        return read_parquet(path)
    if ending in _DATABASE:
        return read_database_file(path, query)
    raise UsageError(f"{path}: files of this kind are not read; give one of {_KNOWN}.")


def _missing(path: Path) -> StorageError:
    folder = path.parent
    if not folder.is_dir():
        return StorageError(f"{path}: there is no folder {folder}; check the path.")
    near = difflib.get_close_matches(path.name, [p.name for p in sorted(folder.iterdir())], n=1)
    hint = f"the nearest name there is {near[0]}" if near else "check the path"
    return StorageError(f"{path}: there is no such file; {hint}.")


def _union(parts: list[Part]) -> tuple[pd.DataFrame, list[str]]:
    """Put the rows of all parts under each other; columns meet by their name."""
    if len(parts) == 1:
        return parts[0].rows, []
    names = list(dict.fromkeys(name for part in parts for name in part.rows.columns))
    problems = []
    for name in names:
        without = [part.source for part in parts if name not in part.rows.columns]
        if without:
            problems.append(
                f"column {name}: {len(without)} of {len(parts)} sources do not have it "
                f"(first: {without[0]}); it is empty there."
            )
    columns = {name: _stacked([part.rows for part in parts], name) for name in names}
    return pd.DataFrame(columns), problems


def _stacked(frames: list[pd.DataFrame], name: str) -> pd.Series:
    """Stack one column; where the sources hold it in different types, as text."""
    kinds = {str(frame[name].dtype): frame[name].dtype for frame in frames if name in frame}
    is_mixed = len(kinds) > 1
    dtype = pd.StringDtype() if is_mixed else next(iter(kinds.values()))
    pieces = []
    for frame in frames:
        if name not in frame:
            pieces.append(pd.Series(None, index=frame.index, dtype=dtype))
        else:
            pieces.append(as_text(frame[name]) if is_mixed else frame[name])
    return pd.concat(pieces, ignore_index=True)


def _lines_lost(part: Part) -> list[str]:
    if not part.unreadable:
        return []
    line, why = part.unreadable[0]
    lines = len(part.unreadable) + len(part.rows)
    return [
        f"{part.source}: {len(part.unreadable):,} of {lines:,} records cannot be read and are "
        f"set aside (first: line {line}, {why})."
    ]
