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


def point_local_alias(
    models: Path, registered: str, alias: str, tag: str, value: str | None
) -> bool:
    """Let an alias stand for a version without loading MLflow, which takes seconds.

    Parameters
    ----------
    models : pathlib.Path
        Holds ``mlflow.db``.
    registered, alias : str
        The registered model, and which of its aliases.
    tag, value : str
        The newest version so tagged is meant; None takes the alias away.

    Returns
    -------
    bool
        Whether it was done; not where there is no such version, or where the tables are not
        those of the MLflow this was written for. Ask MLflow then.
    """
    if not has_tracking(models):
        return False
    with closing(sqlite3.connect(models / DATABASE)) as connection, connection:
        try:
            if value is None:
                connection.execute(_REMOVED, (alias, registered))
                return True
            (version,) = connection.execute(_TAGGED, (registered, tag, value)).fetchone()
            if version is not None:
                connection.execute(_POINTED, (alias, version, registered))
            return version is not None
        except sqlite3.Error:
            return False


_TAGGED = """
SELECT max(v.version) FROM model_versions AS v
JOIN model_version_tags AS t USING (workspace, name, version)
WHERE v.workspace = 'default' AND v.name = ? AND v.current_stage != 'Deleted_Internal'
AND t.key = ? AND t.value = ?
"""

_REMOVED = """
DELETE FROM registered_model_aliases WHERE alias = ? AND name = ? AND workspace = 'default'
"""

_POINTED = """
INSERT OR REPLACE INTO registered_model_aliases (alias, version, name, workspace)
VALUES (?, ?, ?, 'default')
"""


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
