"""MLflow without a server: one SQLite file and a folder of artefacts, side by side.

Enters: the models folder. Leaves: an address. MLflow writes down artefacts' places in full,
so a folder that was moved or copied is put right here before anything is read from it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

DATABASE = "mlflow.db"
ARTIFACTS = "artifacts"

_PLACES = {
    "experiments": ("artifact_location",),
    "runs": ("artifact_uri",),
    "logged_models": ("artifact_location",),
    "model_versions": ("source", "storage_location"),
}
"""The columns in which MLflow keeps places, by table."""


def local_address(models: Path) -> str:
    """Give the address of the SQLite file in a models folder."""
    return f"sqlite:///{(models.resolve() / DATABASE).as_posix()}"


def has_tracking(models: Path) -> bool:
    """Say whether MLflow was ever told anything in a models folder."""
    return (models / DATABASE).exists()


def artifacts_place(models: Path) -> str:
    """Give where runs of a models folder keep their artefacts."""
    return (models.resolve() / ARTIFACTS).as_posix()


def follow_moved_folder(models: Path, experiment: str) -> int:
    """Put the places right after the models folder was moved or copied.

    Parameters
    ----------
    models : pathlib.Path
        Holds ``mlflow.db``; without it nothing is done.
    experiment : str
        Its place tells where the folder was.

    Returns
    -------
    int
        How many places were written anew; none where the folder was not moved.
    """
    database, now = models / DATABASE, artifacts_place(models)
    if not database.exists():
        return 0
    with closing(sqlite3.connect(database)) as connection, connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        if "experiments" not in tables:
            return 0
        found = connection.execute(
            "SELECT artifact_location FROM experiments WHERE name = ?", (experiment,)
        ).fetchone()
        if found is None or found[0] == now:
            return 0
        return sum(
            _move(connection, table, column, found[0], now)
            for table, columns in _PLACES.items()
            for column in columns
            if table in tables
        )


def _move(connection: sqlite3.Connection, table: str, column: str, old: str, now: str) -> int:
    """Replace the beginning of one column's places; the names are those declared above."""
    changed = connection.execute(
        f"UPDATE {table} SET {column} = ? || substr({column}, ?) "
        f"WHERE {column} = ? OR substr({column}, 1, ?) = ?",
        (now, len(old) + 1, old, len(old) + 1, old + "/"),
    )
    return changed.rowcount
