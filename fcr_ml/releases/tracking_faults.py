"""Reach MLflow, and turn whatever goes wrong there into one error with a mend.

Enters: an address. Leaves: the library, loaded on first use with its own messages to the
outside switched off, or a :class:`~fcr_ml.errors.TrackingError`. It logs nothing itself.
"""

from __future__ import annotations

import gc
import logging
import os
import re
import socket
import sqlite3
import urllib.parse
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

from fcr_ml.errors import SettingsError, TrackingError

REACH_SECONDS = 5.0
"""How long a server may take to answer the door; the library itself would try for minutes."""

_LONGEST = 200
_PORTS = {"http": 80, "https": 443, "postgresql": 5432, "mysql": 3306, "mssql": 1433}


def load_mlflow() -> ModuleType:
    """Import MLflow with telemetry off and its talk about its own steps kept quiet."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    with warnings.catch_warnings(), without_collector():
        # What its many integrations deprecate on import concerns none of ours.
        warnings.simplefilter("ignore")
        import mlflow
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return mlflow


@contextmanager
def without_collector() -> Iterator[None]:
    """Import much at once: a fifth of the time would go into looking for garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def shown_address(address: str) -> str:
    """Give an address as it may be shown: without its password."""
    return re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:***@", address)


@contextmanager
def told_as_one_error(address: str) -> Iterator[None]:
    """Run what talks to MLflow; any fault there leaves as one error.

    Raises
    ------
    TrackingError
        With the address, the first line of what was said, and the mend.
    """
    from requests.exceptions import RequestException
    from sqlalchemy.exc import SQLAlchemyError

    mlflow = load_mlflow()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (
        mlflow.exceptions.MlflowException,
        RequestException,
        SQLAlchemyError,
        sqlite3.Error,
        OSError,
        ImportError,
    ) as fault:
        raise _as_error(address, fault) from fault


def _as_error(address: str, fault: Exception) -> TrackingError:
    """Say in words what a fault means, without the secrets that it may repeat."""
    told = str(fault).strip().partition("\n")[0]
    secret = urllib.parse.urlsplit(address).password
    told = told.replace(secret, "***") if secret else told
    mend = "check that the server runs and takes this address"
    if isinstance(fault, ImportError):
        mend = "install the driver that the address names"
    elif "out-of-date database schema" in str(fault):
        mend = "copy the database, then run mlflow db upgrade with this address"
    elif address.startswith("sqlite:"):
        mend = "check that the folder is there and may be written, and that the disk has space"
    return TrackingError(
        f"tracking: MLflow at {shown_address(address)} did not take it ({told[:_LONGEST]}). "
        f"Releases and promotions are kept without it; to have it there too, {mend}."
    )


def refuse_no_address(address: str) -> None:
    """Raise a SettingsError where a text is no tracking address; nothing is asked of it."""
    scheme = urllib.parse.urlsplit(address).scheme
    if scheme in ("", "file") and address != "databricks":
        raise SettingsError(
            f"tracking: '{address}' is no tracking address. Write local (the file in the models "
            "folder), off, a server's address, http://host:5000, or a database's, sqlite:///path."
        )


def refuse_unreachable(address: str) -> None:
    """Knock at a server's or a database's door before the library tries for minutes.

    Raises
    ------
    SettingsError
        When it is no address.
    TrackingError
        When nobody answers within :data:`REACH_SECONDS`.
    """
    refuse_no_address(address)
    parts = urllib.parse.urlsplit(address)
    scheme = parts.scheme.partition("+")[0]
    try:
        port = parts.port or _PORTS.get(scheme)
        if parts.hostname and scheme in _PORTS:
            socket.create_connection((parts.hostname, port or 0), REACH_SECONDS).close()
    except (OSError, ValueError) as fault:
        raise _as_error(address, fault) from fault


@contextmanager
def tolerated(remark: Callable[[str], object]) -> Iterator[None]:
    """Go on without MLflow: a tracking error becomes a remark.

    Parameters
    ----------
    remark : callable
        Gets the error's message, such as ``remarks.append``.

    Examples
    --------
    >>> remarks = []
    >>> with tolerated(remarks.append):
    ...     raise TrackingError("tracking: nobody answers")
    >>> remarks
    ['tracking: nobody answers']
    """
    try:
        yield
    except TrackingError as fault:
        remark(str(fault))
