"""The timeline statements: SQL files in a subset that DuckDB and Spark both run.

Enters: a statement's name and its parameters. Leaves: SQL text. The subset is
window functions, equal joins and integer epoch seconds; no ASOF, no QUALIFY, no
INTERVAL. Values of contacts never enter a text, so nothing can be injected.
"""

from __future__ import annotations

import re
from importlib.resources import files
from string import Template

_NAME = re.compile(r"[a-z_][a-z0-9_]*")


def statement(name: str, **parameters: int | str) -> str:
    """Give a statement with its parameters filled in.

    Parameters
    ----------
    name : str
        Stem of a file in ``fcr_ml/engine/sql``.
    **parameters : int or str
        Whole numbers (seconds, counts) or names of tables and columns in
        lower-case snake case.

    Raises
    ------
    ValueError
        When a parameter is neither, or one that the statement needs is missing.
    """
    for key, value in parameters.items():
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole and not (isinstance(value, str) and _NAME.fullmatch(value)):
            raise ValueError(f"statement {name}: {key} must be a whole number or a plain name")
    text = (files("fcr_ml.engine") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    try:
        return Template(text).substitute(parameters)
    except KeyError as missing:
        raise ValueError(f"statement {name}: parameter {missing} is missing") from missing
