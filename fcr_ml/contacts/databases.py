"""Read a table or a query from a DuckDB file, an SQLite file or a database URL.

Enters: a path or URL and perhaps a query. Leaves: the rows of one SELECT. Files are
opened read-only. A password in a URL never enters a message. This room opens
``duckdb`` for files that are the user's own; the engine keeps its own connection.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fcr_ml.contacts.parts import Part, from_arrow, from_records
from fcr_ml.errors import DataError, SettingsError, StorageError

if TYPE_CHECKING:
    from sqlalchemy import Engine

_SQLITE_MAGIC = b"SQLite format 3\x00"
_TABLE_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def read_database_file(path: Path, query: str | None) -> Part:
    """Read a DuckDB or SQLite file, told apart by its first bytes.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    query : str or None
        A SELECT, or the name of a table. May be left out when the file holds
        exactly one table.
    """
    with path.open("rb") as stream:
        is_sqlite = stream.read(len(_SQLITE_MAGIC)) == _SQLITE_MAGIC
    if is_sqlite:
        from sqlalchemy import create_engine

        # The address form is what lets SQLite open a file without writing to it.
        address = path.resolve().as_uri()
        engine = create_engine(f"sqlite:///{address}?mode=ro&uri=true")
        return _read_engine(engine, str(path), query)
    return _read_duckdb(path, query)


def read_database_url(url: str, query: str | None) -> Part:
    """Read a query from a database that SQLAlchemy can open.

    Raises
    ------
    SettingsError
        When the URL cannot be read, or the driver it names is not installed.
    DataError
        When no query is given, or the database refuses it.
    StorageError
        When the database cannot be reached.
    """
    from sqlalchemy import create_engine, make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        address = make_url(url)
        shown = address.render_as_string(hide_password=True)
        engine = create_engine(address)
    except (NoSuchModuleError, ImportError) as fault:
        raise SettingsError(
            f"database URL: no driver for '{url.split(':', 1)[0]}' is installed; install the "
            "one your database's SQLAlchemy page names."
        ) from fault
    except ArgumentError as fault:
        raise SettingsError(
            "database URL: it cannot be read; write it as dialect://user:password@host/name."
        ) from fault
    return _read_engine(engine, shown, query)


def _read_duckdb(path: Path, query: str | None) -> Part:
    import duckdb

    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as fault:
        raise StorageError(
            f"{path}: it cannot be opened as a DuckDB or SQLite file, or was written by "
            "another version of DuckDB; export the table as Parquet."
        ) from fault
    with connection:
        listing = connection.execute(
            "SELECT table_name FROM information_schema.tables ORDER BY table_name"
        )
        tables = [row[0] for row in listing.fetchall()]
        sql = _select(str(path), tables, query)
        try:
            table = connection.sql(sql).to_arrow_table()
        except (duckdb.Error, AttributeError) as fault:
            raise _refused(str(path), fault) from fault
    if table.num_rows == 0:
        raise _without_rows(str(path))
    return Part(str(path), from_arrow(table))


def _read_engine(engine: Engine, shown: str, query: str | None) -> Part:
    from sqlalchemy import inspect, text
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    try:
        with engine.connect() as connection:
            inspector = inspect(connection)
            tables = sorted(inspector.get_table_names() + inspector.get_view_names())
            sql = _select(shown, tables, query)
            try:
                result = connection.execute(text(sql.replace(":", r"\:")))
                names, rows = list(result.keys()), result.fetchall()
            except SQLAlchemyError as fault:
                raise _refused(shown, getattr(fault, "orig", None) or fault) from fault
    except DBAPIError as fault:
        raise StorageError(
            f"{shown}: the database cannot be reached ({type(fault.orig).__name__}); check "
            "host, name and rights."
        ) from fault
    finally:
        engine.dispose()
    if not rows:
        raise _without_rows(shown)
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    return Part(shown, from_records(columns, names))


def _select(shown: str, tables: list[str], query: str | None) -> str:
    """Give the SELECT to run: the query, a table's rows, or the only table's rows."""
    if query is None:
        if len(tables) == 1:
            return f'SELECT * FROM "{tables[0]}"'
        holds = f"holds {len(tables)} tables: {', '.join(tables)}" if tables else "holds no table"
        raise DataError(f"{shown}: it {holds}; name one, or a SELECT, with --query.")
    if not _TABLE_NAME.fullmatch(query.strip()):
        return query.strip().rstrip(";")
    name = query.strip()
    bare = name.rsplit(".", 1)[-1]
    if "." not in name and bare not in tables:
        near = difflib.get_close_matches(bare, tables, n=1)
        hint = f"the nearest is {near[0]}" if near else f"there are: {', '.join(tables)}"
        raise DataError(f"{shown}: there is no table {name}; {hint}.")
    return "SELECT * FROM " + ".".join(f'"{step}"' for step in name.split("."))


def _refused(shown: str, fault: BaseException) -> DataError:
    first_line = (str(fault).strip().splitlines() or [type(fault).__name__])[0]
    # What stands in quotes may be a cell, and a cell may be a note.
    first_line = re.sub(r"'[^']*'|\"[^\"]*\"", "…", first_line)
    return DataError(f"{shown}: the database refuses the query ({first_line}); mend --query.")


def _without_rows(shown: str) -> DataError:
    return DataError(f"{shown}: the table or query has no rows; check --query.")
