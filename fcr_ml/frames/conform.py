"""Bring a frame to its declared types, or say everything that is wrong with it.

Enters: a :class:`~fcr_ml.frames.tables.Table` and a frame. Leaves: a new frame
with the declared types and the Arrow schema it is stored under. Values are never
guessed or repaired here.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from fcr_ml.errors import DataError
from fcr_ml.frames.tables import Column, Table

if TYPE_CHECKING:
    import pyarrow as pa

_DTYPES: dict[str, Any] = {
    "text": "string",
    "instant": "datetime64[us, UTC]",
    "count": "Int64",
    "number": "Float64",
    "share": "Float64",
    "flag": "boolean",
    "vector": object,
}


def conform(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Give the rows with the declared types, in the declared column order.

    Parameters
    ----------
    table : Table
        What the frame claims to be.
    frame : pandas.DataFrame
        Not changed. An empty frame is allowed.

    Returns
    -------
    pandas.DataFrame
        Same rows in the same order with a fresh index; columns that are
        neither declared nor kept are left out.

    Raises
    ------
    DataError
        When a required column is missing, a required value is null, a value
        is not of its kind, or a key comes twice. All faults at once.

    Examples
    --------
    >>> from fcr_ml.frames.tables import LINKS
    >>> len(empty(LINKS))
    0
    """
    missing = [name for name in table.required if name not in frame.columns]
    _refuse(table, [f"the required column {name} is missing" for name in missing])
    faults: list[str] = []
    columns = {
        name: _cast(name, column, frame[name], faults)
        for name, column in table.columns.items()
        if name in frame.columns
    }
    if table.keeps_others:
        columns |= {
            str(name): frame[name].reset_index(drop=True)
            for name in frame.columns
            if name not in table.columns
        }
    _refuse(table, faults)
    conformed = pd.DataFrame(columns)
    _refuse(table, _broken_rules(table, conformed) + _repeated_keys(table, conformed))
    return conformed


def empty(table: Table) -> pd.DataFrame:
    """Give the table without rows, every declared column present."""
    return conform(table, pd.DataFrame({name: [] for name in table.columns}))


def _cast(name: str, column: Column, values: pd.Series, faults: list[str]) -> pd.Series:
    values = values.reset_index(drop=True)
    try:
        if column.kind == "instant":
            return _to_instants(values)
        return values.astype(_DTYPES[column.kind])
    except (TypeError, ValueError):
        faults.append(f"{name} holds values that are not of the kind '{column.kind}'")
        return pd.Series([], dtype=object)


def _to_instants(values: pd.Series) -> pd.Series:
    if len(values) == 0 or values.isna().all():
        return pd.Series(pd.DatetimeIndex([pd.NaT] * len(values), tz="UTC").as_unit("us"))
    if not isinstance(values.dtype, pd.DatetimeTZDtype):
        raise ValueError("times must carry their zone")
    return values.dt.tz_convert("UTC").dt.as_unit("us")


def _broken_rules(table: Table, frame: pd.DataFrame) -> list[str]:
    """Run the declared rules with pandera and give its findings in our words."""
    with warnings.catch_warnings():
        # pandera warns on import about optional back ends that are not used here.
        warnings.simplefilter("ignore")
        import pandera.pandas as pandera
    rules = {
        name: pandera.Column(
            nullable=not column.required,
            checks=pandera.Check.in_range(0, 1) if column.kind == "share" else None,
        )
        for name, column in table.columns.items()
        if name in frame.columns
    }
    try:
        pandera.DataFrameSchema(rules).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as found:
        cases = found.failure_cases
        return [
            f"{column} breaks the rule '{check}' in {len(rows):,} of {len(frame):,} rows"
            for (column, check), rows in cases.groupby(["column", "check"], sort=True)
        ]
    return []


def arrow_schema(table: Table, frame: pd.DataFrame) -> pa.Schema:
    """Give the Arrow schema under which a conforming frame is stored."""
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "instant": pa.timestamp("us", tz="UTC"),
        "count": pa.int64(),
        "number": pa.float64(),
        "share": pa.float64(),
        "flag": pa.bool_(),
        "vector": pa.list_(pa.float32()),
    }
    fields = []
    for name in frame.columns:
        declared = table.columns.get(str(name))
        kind = types[declared.kind] if declared else _attribute_type(frame[name])
        fields.append(pa.field(str(name), kind))
    return pa.schema(fields)


def _attribute_type(values: pd.Series) -> pa.DataType:
    """Give the storage type of an undeclared column; anything odd becomes text."""
    import pyarrow as pa

    if pd.api.types.is_bool_dtype(values):
        return pa.bool_()
    if pd.api.types.is_integer_dtype(values):
        return pa.int64()
    if pd.api.types.is_float_dtype(values):
        return pa.float64()
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return pa.timestamp("us", tz="UTC")
    return pa.string()


def restore_types(frame: pd.DataFrame, columns: Mapping[str, Column]) -> pd.DataFrame:
    """Give a frame just read from Parquet its declared pandas types again."""
    dtypes = {name: _DTYPES[c.kind] for name, c in columns.items() if c.kind != "vector"}
    return frame.astype(dtypes)


def as_vectors(values: pd.Series, dimensions: int) -> np.ndarray:
    """Stack a vector column into an array; rows without a vector become NaN.

    Parameters
    ----------
    values : pandas.Series
        Lists of floats or nulls, n rows.
    dimensions : int
        Length of a vector.

    Returns
    -------
    numpy.ndarray
        Shape (n, dimensions), float32.
    """
    vectors = np.full((len(values), dimensions), np.nan, dtype=np.float32)
    has_vector = values.notna().to_numpy()
    if has_vector.any():
        vectors[has_vector] = np.stack(list(values[has_vector]))
    return vectors


def _repeated_keys(table: Table, frame: pd.DataFrame) -> list[str]:
    """Say which keys come twice, as faults in words; an empty list if none do."""
    repeated = frame.duplicated(list(table.key), keep="first")
    if not repeated.any():
        return []
    first = " / ".join(str(part) for part in frame.loc[repeated, list(table.key)].iloc[0])
    return [
        f"{int(repeated.sum()):,} of {len(frame):,} rows repeat the key "
        f"{' + '.join(table.key)} (first: {first})"
    ]


def _refuse(table: Table, faults: list[str]) -> None:
    """Raise one error with every fault, or do nothing when there are none."""
    if faults:
        raise DataError(f"{table.name}: " + "; ".join(faults) + ".")
