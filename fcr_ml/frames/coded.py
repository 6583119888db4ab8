"""Text columns as numbers: the way for many rows and few values.

Enters: a casebook. Leaves: a stored column as codes with their texts, and where the
contacts of one table stand in another. Nothing is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fcr_ml.frames.casebook import Casebook


@dataclass(frozen=True)
class Coded:
    """A column whose values are numbered.

    Parameters
    ----------
    codes : numpy.ndarray
        Shape (rows,): the place of each row's value, -1 for null.
    values : list of str
        The values, in the order in which they first come.
    """

    codes: NDArray[np.int64]
    values: list[str]


def read_coded(casebook: Casebook, table: str, column: str) -> Coded | None:
    """Read a stored column as codes.

    Returns
    -------
    Coded or None
        None where the table lacks the column, or it holds measures or instants, which
        are no categories.
    """
    import pyarrow as pa
    import pyarrow.parquet as parquet

    if table not in casebook.table_names or column not in casebook.columns(table):
        return None
    path = casebook.path(table)
    kind = parquet.read_schema(path).field(column).type
    if pa.types.is_floating(kind) or pa.types.is_timestamp(kind):
        return None
    is_text = pa.types.is_string(kind)
    stored = parquet.read_table(path, columns=[column], read_dictionary=[column] * is_text)[column]
    return as_coded(stored)


def as_coded(stored: Any) -> Coded:
    """Give a pyarrow column as codes, values that are no text as text."""
    import pyarrow as pa

    if not pa.types.is_dictionary(stored.type):
        stored = stored.cast(pa.string()).dictionary_encode()
    one = stored.unify_dictionaries().combine_chunks()
    parts = one.chunks if isinstance(one, pa.ChunkedArray) else [one]
    codes = [part.indices.fill_null(-1).to_numpy(zero_copy_only=False) for part in parts]
    values = parts[0].dictionary.to_pylist() if parts else []
    return Coded(np.concatenate([np.empty(0), *codes]).astype(np.int64), values)


def find_rows(casebook: Casebook, table: str, contact_ids: Any) -> NDArray[np.int64]:
    """Give the row of each contact in a table, -1 where it has none.

    Parameters
    ----------
    casebook : Casebook
    table : str
        With one row a contact.
    contact_ids : pyarrow.ChunkedArray
    """
    import pyarrow as pa
    import pyarrow.compute as compute
    import pyarrow.parquet as parquet

    stored = parquet.read_table(casebook.path(table), columns=["contact_id"])["contact_id"]
    if stored.equals(contact_ids):
        return np.arange(len(stored))
    held = stored.combine_chunks()
    held = pa.concat_arrays(held.chunks) if isinstance(held, pa.ChunkedArray) else held
    found = compute.index_in(contact_ids, value_set=held)
    return np.asarray(found.fill_null(-1).to_numpy(), dtype=np.int64)
