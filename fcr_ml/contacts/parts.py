"""What one source gives: its rows with plain column types, and its unreadable lines.

Enters: Arrow tables and Python records from the readers. Leaves: frames whose
columns are text, whole numbers, numbers, flags or instants, and nothing else.
Identifiers stay exact: a whole number never turns into a fraction because a cell
is empty. Meaning is not guessed here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Part:
    """The rows of one source.

    Parameters
    ----------
    source : str
        The file, folder or database as the user named it, without a password.
    rows : pandas.DataFrame
        One row a record, every column of the source.
    unreadable : list of (int, str)
        Line number and what is wrong with it, for lines that could not be read.
    problems : list of str
        Remarks on the source as a whole.
    """

    source: str
    rows: pd.DataFrame
    unreadable: list[tuple[int, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def from_arrow(table: pa.Table) -> pd.DataFrame:
    """Give an Arrow table as a frame of plain column types, ids kept exact."""
    import pyarrow as pa

    names = unique_names(table.column_names)
    columns = [_plain(column) for column in table.columns]
    dtypes = {
        pa.large_string(): pd.StringDtype(),
        pa.int64(): pd.Int64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
    }
    return pa.table(columns, names=names).to_pandas(types_mapper=dtypes.get)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Cast a column to large string, int64, float64, bool or a microsecond time."""
    import pyarrow as pa
    import pyarrow.compute as compute
    from pyarrow import types

    kind = column.type
    if types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type))
    if types.is_boolean(kind):
        return column
    if types.is_timestamp(kind):
        # Parts of a microsecond are cut off; no log is that exact.
        zone = "UTC" if kind.tz else None
        return column.cast(pa.timestamp("us", zone), safe=False)
    if types.is_floating(kind):
        return column.cast(pa.float64())
    if types.is_integer(kind) and kind != pa.uint64():
        return column.cast(pa.int64())
    if types.is_duration(kind):
        microseconds = column.cast(pa.duration("us"), safe=False).cast(pa.int64())
        return compute.divide(microseconds.cast(pa.float64()), 1_000_000.0)
    try:
        return column.cast(pa.large_string())
    except pa.ArrowException:
        return pa.chunked_array([_texts(column.to_pylist())])


def _texts(values: Iterable[Any]) -> pa.Array:
    import pyarrow as pa

    return pa.array([cell_text(value) for value in values], pa.large_string())


def from_records(columns: Sequence[Sequence[Any]], names: Sequence[str]) -> pd.DataFrame:
    """Give columns of Python values as a frame; a column of mixed kinds becomes text."""
    import pyarrow as pa

    arrays = []
    for values in columns:
        kinds = {type(value) for value in values if value is not None}
        is_text = len(kinds) != 1 or kinds == {str}
        try:
            array = _texts(values) if is_text else pa.array(values)
        except (pa.ArrowException, OverflowError):
            array = _texts(values)
        arrays.append(pa.chunked_array([array]))
    return from_arrow(pa.table(arrays, names=unique_names(names)))


def cell_text(value: Any) -> str | None:
    """Give one cell as text; lists and objects as JSON, bytes read as UTF-8."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def as_text(values: pd.Series) -> pd.Series:
    """Give a plain column as text: whole numbers without a point, times as ISO 8601.

    Examples
    --------
    >>> as_text(pd.Series([2403.0, None])).tolist()
    ['2403', <NA>]
    """
    if pd.api.types.is_string_dtype(values) and values.dtype != object:
        return values.astype("string")
    if pd.api.types.is_datetime64_any_dtype(values):
        zone = "%z" if isinstance(values.dtype, pd.DatetimeTZDtype) else ""
        return values.dt.strftime(f"%Y-%m-%dT%H:%M:%S.%f{zone}").astype("string")
    if pd.api.types.is_integer_dtype(values):
        return values.astype("string")
    cells = [None if pd.isna(value) else cell_text(value) for value in values.tolist()]
    return pd.Series(cells, index=values.index, dtype="string")


def unique_names(names: Sequence[str]) -> list[str]:
    """Give every column a name of its own; an empty one is named by its place.

    Examples
    --------
    >>> unique_names(["id", "", "id"])
    ['id', 'column 2', 'id (2)']
    """
    taken: set[str] = set()
    unique = []
    for place, given in enumerate(names, start=1):
        base = str(given).strip() or f"column {place}"
        name, copy = base, 2
        while name in taken:
            name, copy = f"{base} ({copy})", copy + 1
        taken.add(name)
        unique.append(name)
    return unique
