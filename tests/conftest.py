"""What every test may rely on: a home of its own, one thread, and the command.

No test reads or fills the vectors of the person who runs it.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

HOME = tempfile.mkdtemp(prefix="fcr-home-")


def pytest_configure() -> None:
    """Settle what is read when modules are first imported, before any is."""
    os.environ["HOME"] = HOME
    os.environ["HF_HUB_OFFLINE"] = "1"
    # A process beside others has no terminal, and says so with eighty columns.
    os.environ["COLUMNS"] = "100"
    # Two idle OpenMP threads on a busy machine cost more than the work itself.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


FIRST = ("tests/truth/", "tests/docs/", "tests/golden/", "tests/cli/", "tests/pipelines/")
"""What takes longest begins first, so that no process waits for one long file at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let long files begin first."""
    items.sort(key=lambda item: _place(item.nodeid))


def _place(nodeid: str) -> int:
    return next((n for n, start in enumerate(FIRST) if nodeid.startswith(start)), len(FIRST))


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)


@dataclass(frozen=True)
class Ran:
    """How a command left: its exit code and what it said."""

    code: int
    out: str
    err: str


def run_command(*words: object) -> Ran:
    """Run ``fcr`` in this process, as ``main`` does; a traceback fails the test."""
    from fcr_ml.cli.app import main

    out, err = io.StringIO(), io.StringIO()
    root, typed = logging.getLogger(), sys.argv
    handlers, level = root.handlers[:], root.level
    # force=True in the command would close the handlers that are there.
    root.handlers = []
    sys.argv = ["fcr", *map(str, words)]
    code = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as left:
        code = int(left.code or 0)
    finally:
        root.handlers, sys.argv = handlers, typed
        root.setLevel(level)
    return Ran(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def fcr() -> Callable[..., Ran]:
    """Give the command as a function: ``fcr("check", path)``."""
    return run_command


def contents(folder: Path) -> dict[str, bytes]:
    """Give every file under a folder, hidden ones too, by its path in it."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
