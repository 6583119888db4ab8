"""Contacts as they are sent over HTTP, from a CSV file or from Spark.

Enters: a frame in which times are text and numbers may be text. Leaves: CONTACTS; or the
other way round. A message names columns and counts, never a value of a note.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.errors import DataError, SettingsError
from fcr_ml.frames.conform import conform
from fcr_ml.frames.tables import CONTACTS

_YES_OR_NO = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def read_sent(sent: pd.DataFrame, attributes: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Give rows as they were sent as CONTACTS.

    Parameters
    ----------
    sent : pandas.DataFrame
        Times as ISO 8601 text with their zone, ``2025-06-01T08:00Z``; numbers as numbers or
        text; flags as ``true`` or ``false``. Empty text is a null.
    attributes : mapping, optional
        Further columns and their kind, ``text`` or ``number``.

    Raises
    ------
    DataError
        When a required column is missing or a value cannot be read: every fault at once.

    Examples
    --------
    >>> sent = {"contact_id": [1], "customer_id": ["a"], "started_at": ["2025-06-01T08:00Z"]}
    >>> read_sent(pd.DataFrame(sent))["started_at"][0]
    Timestamp('2025-06-01 08:00:00+0000', tz='UTC')
    """
    if not isinstance(sent, pd.DataFrame):
        raise DataError(
            f"contacts: rows with named columns are needed, a {type(sent).__name__} was sent; "
            "send JSON as dataframe_split or dataframe_records."
        )
    missing = [name for name in CONTACTS.required if name not in sent.columns]
    if missing:
        raise DataError(
            f"contacts: {len(missing)} of {len(CONTACTS.required)} required columns "
            f"({', '.join(missing)}) were not sent; each row needs {', '.join(CONTACTS.required)}."
        )
    kinds = {name: column.kind for name, column in CONTACTS.columns.items()} | dict(
        attributes or {}
    )
    faults: list[str] = []
    read = {
        name: _read(name, kinds[name], sent[name].reset_index(drop=True), faults)
        for name in sent.columns
        if name in kinds
    }
    for name in CONTACTS.required:
        empty = int(read[name].isna().sum())
        if empty and not any(fault.startswith(name) for fault in faults):
            faults.append(f"{name} is empty in {empty:,} of {len(sent):,} rows")
    if faults:
        raise DataError(f"contacts: {'; '.join(faults)}. Send these anew; none was scored.")
    return conform(CONTACTS, pd.DataFrame(read))


def _read(name: str, kind: str, values: pd.Series, faults: list[str]) -> pd.Series:
    """Read one column; what cannot be read becomes a fault with its count."""
    readers = {
        "instant": (_instants, "times with their zone, as in 2025-06-01T08:00Z"),
        "count": (_whole, "whole numbers"),
        "number": (_numbers, "numbers"),
        "flag": (_flags, "true or false"),
    }
    text = _texts(values)
    reader, wanted = readers.get(kind, (None, ""))
    if reader is None:
        return text
    read = reader(text)
    unread = int((read.isna() & text.notna()).sum())
    if unread:
        faults.append(f"{name} holds {unread:,} of {len(values):,} values that are no {wanted}")
    return read


def _texts(values: pd.Series) -> pd.Series:
    """Give values as text; whole numbers lose the point that a null beside them brought."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return values.dt.tz_convert("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ").astype("string")
    if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")
    text = values.astype("string").str.strip()
    return text.mask(text.eq("").fillna(False))


def _instants(text: pd.Series) -> pd.Series:
    zoned = text.str.contains(r"(?:Z|[+-]\d\d:?\d\d|UTC)$", na=False)
    read = pd.to_datetime(text.where(zoned), utc=True, format="ISO8601", errors="coerce")
    return pd.Series(read).dt.as_unit("us")


def _numbers(text: pd.Series) -> pd.Series:
    return pd.to_numeric(text, errors="coerce").astype("Float64")


def _whole(text: pd.Series) -> pd.Series:
    numbers = _numbers(text)
    return numbers.where((numbers % 1 == 0).fillna(False)).astype("Int64")


def _flags(text: pd.Series) -> pd.Series:
    return text.str.lower().str.removesuffix(".0").map(_YES_OR_NO).astype("boolean")


def read_as_of(params: Mapping[str, Any] | None) -> pd.Timestamp | None:
    """Give the moment asked about, or None where none was named.

    Raises
    ------
    SettingsError
        When it is no time with its zone.
    """
    told = str((params or {}).get("as_of") or "").strip()
    if not told:
        return None
    read = _instants(pd.Series([told], dtype="string"))[0]
    if pd.isna(read):
        raise SettingsError(f"as_of: '{told}' is no time with its zone; write 2025-06-01T08:00Z.")
    return pd.Timestamp(read)


def as_sent(contacts: pd.DataFrame) -> pd.DataFrame:
    """Give CONTACTS as MLflow takes them: times, keys and flags as text, counts as doubles.

    The other way round from :func:`read_sent`, for an example or a model called from Python.

    Examples
    --------
    >>> sent = {"contact_id": [1], "customer_id": ["a"], "started_at": ["2025-06-01T08:00Z"]}
    >>> as_sent(read_sent(pd.DataFrame(sent)))["started_at"][0]
    '2025-06-01T08:00:00Z'
    """
    return pd.DataFrame({str(name): _sent(contacts[name]) for name in contacts.columns})


def _sent(values: pd.Series) -> pd.Series:
    """Give one column as it is sent."""
    values = values.reset_index(drop=True)
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        utc = values.dt.tz_convert("UTC")
        values = utc.dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ").str.replace(".000000Z", "Z")
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return pd.Series(values.to_numpy(dtype="float64", na_value=np.nan))
    text = values.astype("string").astype(object)
    return text.where(text.notna(), None)
