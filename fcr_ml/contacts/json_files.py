"""Read JSON: an array of objects, an object that holds one, or an object a line.

Enters: a path. Leaves: rows whose numbers stand as they are written, so that a long
id keeps every digit. Objects inside objects become columns with a dot in their
name; lists stay JSON text. A line that is no object is set aside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fcr_ml.contacts.encodings import open_text
from fcr_ml.contacts.parts import Part, from_records
from fcr_ml.errors import DataError


def read_json(path: Path, encoding: str | None) -> Part:
    """Read a ``.json`` or ``.jsonl`` file.

    Raises
    ------
    DataError
        When the file is empty, or holds no objects.
    """
    with open_text(path, encoding) as stream:
        text = stream.read()
    if not text.strip():
        raise DataError(f"{path}: the file is empty; export the log again.")
    unreadable: list[tuple[int, str]] = []
    records = _from_document(path, text)
    if records is None:
        records = _from_lines(text, unreadable)
    if not records:
        first = f" (line {unreadable[0][0]}: {unreadable[0][1]})" if unreadable else ""
        raise DataError(
            f"{path}: no object could be read{first}; give an array of objects, "
            "or one object a line."
        )
    names = list(dict.fromkeys(name for record in records for name in record))
    columns = [[record.get(name) for record in records] for name in names]
    return Part(str(path), from_records(columns, names), unreadable)


def _parse(text: str) -> Any:
    # Numbers as text keep ids exact; a NaN that some exports write is a null.
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=lambda _: None)


def _from_document(path: Path, text: str) -> list[dict[str, Any]] | None:
    """Give the objects of a whole document; None when it is one object a line."""
    try:
        document = _parse(text)
    except ValueError:
        return None
    if isinstance(document, dict):
        lists = {name: part for name, part in document.items() if _is_records(part)}
        if len(lists) > 1:
            raise DataError(
                f"{path}: it holds several lists of objects ({', '.join(sorted(lists))}); "
                "keep the one with the contacts."
            )
        document = next(iter(lists.values()), [document])
    if not _is_records(document):
        return []
    return [_flat(record) for record in document]


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _from_lines(text: str, unreadable: list[tuple[int, str]]) -> list[dict[str, Any]]:
    records = []
    # Only real line ends divide: a note may hold other separators of Unicode.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = _parse(line)
        except ValueError:
            unreadable.append((number, "not valid JSON"))
            continue
        if isinstance(record, dict):
            records.append(_flat(record))
        else:
            unreadable.append((number, "not a JSON object"))
    return records


def _flat(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Give an object's values by dotted name.

    Examples
    --------
    >>> _flat({"Queue": {"Name": "Billing"}})
    {'Queue.Name': 'Billing'}
    """
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict) and value:
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
