"""Settings: a TOML file whose sections are the keyword arguments of our functions.

Enters: a file and the functions its sections belong to. Leaves: checked keyword
arguments by section. Defaults are not repeated here: what a file leaves out, the
function or class itself decides.
"""

from __future__ import annotations

import difflib
import inspect
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_type_hints

from fcr_ml.errors import SettingsError, StorageError

_DATA = {"sources", "raw", "casebook", "features", "acted_on", "plan", "left_out"}
_NOT_SETTINGS = _DATA | {"self", "progress", "namer", "case_readings"}
"""Parameters that carry data or a function, or that one verb alone sets; a file cannot."""


def read_settings(
    path: Path, sections: Mapping[str, Callable[..., Any]]
) -> dict[str, dict[str, Any]]:
    """Read a settings file.

    Parameters
    ----------
    path : pathlib.Path
        A TOML file.
    sections : mapping of str to callable
        For each section the function or class whose keyword arguments it holds.

    Returns
    -------
    dict of str to dict
        Keyword arguments by section; every section is there, empty if unset.

    Raises
    ------
    StorageError
        When the file cannot be read.
    SettingsError
        When it is no TOML, or sections, keys or values do not fit. All of them
        at once, each with the nearest known name.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise StorageError(f"settings: {path} cannot be read; check the path.") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SettingsError(f"settings: {path} is not TOML: {fault}.") from fault
    faults = [
        f"section [{name}] is unknown{_nearest(name, sections)}"
        for name in given
        if name not in sections
    ]
    checked = {
        name: _check_section(name, given.get(name, {}), accepts, faults)
        for name, accepts in sections.items()
    }
    if faults:
        raise SettingsError(f"settings: {path}: " + "; ".join(faults) + ".")
    return checked


def _check_section(
    name: str, given: object, accepts: Callable[..., Any], faults: list[str]
) -> dict[str, Any]:
    from pydantic import ConfigDict, TypeAdapter, ValidationError

    if not isinstance(given, dict):
        faults.append(f"[{name}] must be a section, not a single value")
        return {}
    kinds = _kinds(accepts)
    any_class = ConfigDict(arbitrary_types_allowed=True)
    checked = {}
    for key, value in given.items():
        if key not in kinds:
            faults.append(f"[{name}] {key} is unknown{_nearest(key, kinds)}")
            continue
        try:
            checked[key] = TypeAdapter(kinds[key], config=any_class).validate_python(value)
        except ValidationError as fault:
            faults.append(f"[{name}] {key}: {fault.errors()[0]['msg'].lower()}")
    return checked


def _kinds(accepts: Callable[..., Any]) -> dict[str, Any]:
    target = accepts.__init__ if inspect.isclass(accepts) else accepts
    hints = get_type_hints(target)
    return {
        name: hints.get(name, Any)
        for name in inspect.signature(accepts).parameters
        if name not in _NOT_SETTINGS
    }


def _nearest(name: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" (did you mean {near[0]}?)" if near else f" (known: {', '.join(known)})"
