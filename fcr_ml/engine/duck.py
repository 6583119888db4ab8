"""The in-process engine: DuckDB behind two verbs.

Enters: frames or Parquet files, put under a name. Leaves: tables made by a
statement (:meth:`DuckEngine.run`) or by a function over batches
(:meth:`DuckEngine.map_batches`). Row order is that of the statement's ``ORDER
BY``; without one it is nobody's promise.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import pandas as pd

from fcr_ml.errors import StorageError

_NAME = re.compile(r"[a-z_][a-z0-9_]*")


class DuckEngine:
    """Run statements over named tables with bounded memory.

    Parameters
    ----------
    threads : int
        Processors used. Statements order their sums, so results do not depend
        on it.
    memory_gb : float
        Above this, work goes to disk in a temporary folder of its own.

    Examples
    --------
    >>> with DuckEngine() as engine:
    ...     engine.put("contacts", pd.DataFrame({"contact_id": ["a", "b"]}))
    ...     engine.run("SELECT COUNT(*) AS contacts FROM contacts", out="totals")
    ...     int(engine.fetch("totals").loc[0, "contacts"])
    2
    """

    def __init__(self, threads: int = 2, memory_gb: float = 4.0) -> None:
        import duckdb

        self._folder = tempfile.mkdtemp(prefix="fcr_ml-engine-")
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "threads": threads,
                "memory_limit": f"{memory_gb}GB",
                "temp_directory": self._folder,
                # Nothing is fetched from outside while it runs.
                "autoinstall_known_extensions": False,
            },
        )
        # Progress is drawn by the command line, never by the engine itself. In a notebook
        # without ipywidgets DuckDB draws none and refuses to be told so.
        with suppress(duckdb.InvalidInputException):
            self._connection.execute("SET enable_progress_bar = false")

    def put(self, name: str, table: pd.DataFrame | Path) -> None:
        """Make a frame or a Parquet file known under a name.

        Times become integer epoch seconds under a name of their own:
        ``started_at`` turns into ``started_epoch``. A Parquet file is read
        where it lies, only the columns a statement names.
        """
        _check_name(name)
        if isinstance(table, Path):
            source = f"read_parquet('{str(table).replace(chr(39), chr(39) * 2)}')"
            self._execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM {source}")
            return
        self._connection.register("incoming", with_epochs(table))
        self._execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
        self._connection.unregister("incoming")

    def run(self, sql: str, out: str) -> None:
        """Run one SELECT and keep its rows as table ``out``.

        Raises
        ------
        StorageError
            When memory and temporary disk together do not suffice.
        """
        _check_name(out)
        self._execute(f"CREATE OR REPLACE TABLE {out} AS {sql}")

    def map_batches(
        self,
        fn: Callable[[pd.DataFrame], pd.DataFrame],
        table: str,
        schema: Mapping[str, str],
        out: str,
        batch_rows: int = 100_000,
    ) -> None:
        """Apply a function to batches of a table and keep what it returns.

        Parameters
        ----------
        fn : callable
            Takes a frame of at most ``batch_rows`` rows, returns one with the
            columns of ``schema``. It must not depend on which rows share a batch.
        table : str
            A table known to the engine.
        schema : mapping of str to str
            Column names and SQL types of the result.
        out : str
            Name of the table that is made.
        batch_rows : int
            Rows in a batch; bounds memory.
        """
        _check_name(out)
        columns = ", ".join(f"{name} {kind}" for name, kind in schema.items())
        self._execute(f"CREATE OR REPLACE TABLE {out} ({columns})")
        reader = self._connection.cursor().sql(f"SELECT * FROM {table}")
        batches = reader.to_arrow_reader(batch_rows)
        for batch in batches:
            self._connection.register("incoming", fn(batch.to_pandas())[list(schema)])
            self._execute(f"INSERT INTO {out} SELECT * FROM incoming")
            self._connection.unregister("incoming")

    def ask(self, sql: str) -> pd.DataFrame:
        """Run one SELECT of whole numbers, floats and texts and give its rows as a frame.

        Nothing is kept, and texts are not copied: the way for many rows.

        Raises
        ------
        StorageError
            When memory and temporary disk together do not suffice.
        """
        import duckdb

        try:
            return self._connection.sql(sql).to_arrow_table().to_pandas()
        except (duckdb.OutOfMemoryException, duckdb.IOException) as fault:
            raise _no_room() from fault

    def fetch(self, name: str) -> pd.DataFrame:
        """Give a table as a frame, in the order in which it was made."""
        _check_name(name)
        return self._connection.execute(f"SELECT * FROM {name}").df()

    def close(self) -> None:
        """Forget every table and remove the temporary folder."""
        self._connection.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> DuckEngine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _execute(self, sql: str) -> Any:
        import duckdb

        try:
            return self._connection.execute(sql)
        except (duckdb.OutOfMemoryException, duckdb.IOException) as fault:
            raise _no_room() from fault


def _no_room() -> StorageError:
    return StorageError(
        "engine: memory and temporary disk do not suffice for this log; free some "
        "space in the temporary folder or give more memory."
    )


def with_epochs(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the frame with integer epoch seconds in place of every instant.

    A column ``x_at`` becomes ``x_epoch`` (Int64, null where the time is). Parts
    of a second are cut off: 12:00:00.9 counts as 12:00:00.
    """
    instants = [c for c in frame.columns if isinstance(frame[c].dtype, pd.DatetimeTZDtype)]
    epochs = {}
    for name in instants:
        seconds = frame[name].dt.as_unit("s").astype("int64").astype("Int64")
        epochs[name.removesuffix("_at") + "_epoch"] = seconds.mask(frame[name].isna())
    return frame.drop(columns=instants).assign(**epochs)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"engine: '{name}' is not a plain table name")
