"""The casebook: a folder of Parquet tables with a manifest, frozen as of one moment.

Enters: conforming tables from the west wing. Leaves: the same tables, read whole
or column by column, so that notes need not be in memory to count repeats. A
casebook is written beside its place and renamed, so it is there whole or not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd

from fcr_ml.errors import DataError, StorageError
from fcr_ml.frames.conform import arrow_schema, conform, restore_types
from fcr_ml.frames.storage import replaced_folder, write_parquet
from fcr_ml.frames.tables import CASEBOOK_TABLES, CONTRACT_VERSION, Table

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Casebook:
    """Contacts, notes, topics, links and outcomes as of one moment.

    Parameters
    ----------
    folder : pathlib.Path
        Where the tables lie.
    as_of : pandas.Timestamp
        The moment whose knowledge is used, UTC.
    settings : dict
        What the casebook was built with: windows, main window and reading,
        where windows begin, encoder, redaction counts and the like.
    """

    folder: Path
    as_of: pd.Timestamp
    settings: dict[str, Any]

    @classmethod
    def open(cls, folder: Path) -> Casebook:
        """Open a casebook that was written before.

        Raises
        ------
        StorageError
            When the folder holds no casebook, or one of its tables is damaged.
        DataError
            When it was written under another contract version.
        """
        path = Path(folder) / MANIFEST
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as fault:
            raise StorageError(
                f"casebook: {folder} holds no readable {MANIFEST}; build it again."
            ) from fault
        if manifest["contract_version"] != CONTRACT_VERSION:
            raise DataError(
                f"casebook: {folder} was written under contract version "
                f"{manifest['contract_version']}, this program reads {CONTRACT_VERSION}; "
                "build it again."
            )
        for name, entry in manifest["tables"].items():
            _check_size(Path(folder) / f"{name}.parquet", entry["bytes"])
        return cls(Path(folder), pd.Timestamp(manifest["as_of"]), manifest["settings"])

    @property
    def table_names(self) -> list[str]:
        """Names of the tables that this casebook holds."""
        return [name for name in CASEBOOK_TABLES if self.path(name).exists()]

    def path(self, name: str) -> Path:
        """Give the Parquet file of a table."""
        return self.folder / f"{name}.parquet"

    def table(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read a table, or only some of its columns, in the stored order.

        Declared columns that the log did not have are absent, except that a
        column asked for by name is then given as nulls.
        """
        import pyarrow.parquet as parquet

        declared = CASEBOOK_TABLES[name]
        stored = parquet.read_schema(self.path(name)).names
        wanted = stored if columns is None else [c for c in columns if c in stored]
        frame = parquet.read_table(self.path(name), columns=wanted).to_pandas()
        for column in columns or []:
            if column not in frame.columns:
                frame[column] = None
        typed = {c: declared.columns[c] for c in frame.columns if c in declared.columns}
        frame = restore_types(frame, typed)
        return frame if columns is None else frame[list(columns)]

    def columns(self, name: str) -> list[str]:
        """Give the names of a table's stored columns without reading its rows."""
        import pyarrow.parquet as parquet

        return list(parquet.read_schema(self.path(name)).names)


def write_casebook(
    folder: Path,
    tables: Mapping[str, pd.DataFrame | Iterable[pd.DataFrame]],
    as_of: pd.Timestamp,
    settings: Mapping[str, Any],
) -> Casebook:
    """Write the tables and their manifest, replacing an older casebook whole.

    Parameters
    ----------
    folder : pathlib.Path
        Final place. An older casebook there is replaced only once the new one
        is complete.
    tables : mapping of str to pandas.DataFrame, or to parts of one
        By table name; each frame is checked against the table's declaration. Parts
        of a table too large for memory have the same columns and no common keys.
    as_of : pandas.Timestamp
        The moment whose knowledge was used, UTC.
    settings : mapping
        JSON-like; stored with the result.

    Returns
    -------
    Casebook
    """
    with replaced_folder(Path(folder)) as beside:
        entries = {}
        for name, frames in tables.items():
            path = beside / f"{name}.parquet"
            entries[name] = {
                "rows": _write_table(CASEBOOK_TABLES[name], frames, path),
                "bytes": path.stat().st_size,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            }
        manifest = {
            "contract_version": CONTRACT_VERSION,
            "as_of": as_of.isoformat(),
            "settings": dict(settings),
            "tables": entries,
        }
        text = json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True)
        (beside / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return Casebook.open(folder)


def _write_table(table: Table, frames: pd.DataFrame | Iterable[pd.DataFrame], path: Path) -> int:
    """Write the parts of a table and give the number of its rows."""
    parts = (conform(table, part) for part in _parts(frames))
    first = next(parts)
    return write_parquet(chain([first], parts), path, arrow_schema(table, first))


def _parts(frames: pd.DataFrame | Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
    return [frames] if isinstance(frames, pd.DataFrame) else frames


def _check_size(path: Path, expected_bytes: int) -> None:
    found = path.stat().st_size if path.exists() else None
    if found != expected_bytes:
        state = "is missing" if found is None else f"has {found:,} bytes, not {expected_bytes:,}"
        raise StorageError(f"casebook: {path.name} {state}; build the casebook again.")
