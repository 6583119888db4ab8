"""From contacts to the table of notes.

What enters: contacts with or without notes. What leaves: one row for every contact, its notes
plain and redacted, their language and length. What it will not do: drop a contact, or let an
unredacted word out.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from fcr_ml.errors import DataError
from fcr_ml.notes.language import detect_languages
from fcr_ml.notes.plain import plain_text
from fcr_ml.notes.redact import NameFinder, Redaction, redact_notes
from fcr_ml.notes.side_by_side import side_by_side
from fcr_ml.notes.thin import count_words, is_thin

_MOST_RAW_CHARACTERS = 200_000  # ten times what redaction keeps: room for markup, not for a dump


@dataclass
class NoteMemory:
    """Notes that were read before, for a run that reads one log as of several days.

    It is never written anywhere: what is redacted stands beside what was not.
    """

    redacted: dict[str, str | None] = field(default_factory=dict)
    described: pd.DataFrame | None = None


def build_notes(
    contacts: pd.DataFrame,
    name_finder: NameFinder | None = None,
    memory: NoteMemory | None = None,
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the NOTES table of contacts, and how many marks of each kind redaction set.

    Parameters
    ----------
    contacts : pandas.DataFrame
        ``contact_id``; ``note``, ``resolution_note`` and ``language`` where the log has them. Not
        changed. Equal notes are worked on once.
    name_finder : callable, optional
        Finds names; see :func:`fcr_ml.notes.redact.redact`.
    memory : NoteMemory, optional
        Texts in it are not read again, nor are their marks counted again; new ones are added.

    Returns
    -------
    notes : pandas.DataFrame
        ``contact_id note resolution_note language words is_thin note_hash``, one row a contact, in
        the order of ``contacts``. The language is the contact's own where it has one, else that
        of its note. Where there is no note, or nothing is left of it, it is null, has 0 words and
        is thin.
    counts : dict of str to int
        Marks by kind, over notes and resolution notes, equal ones counted once; ``cut`` counts
        those that were longer than ``MAX_CHARACTERS``.

    Raises
    ------
    DataError
        When ``contact_id`` is missing.

    Examples
    --------
    >>> contacts = pd.DataFrame({"contact_id": ["c1"], "note": ["Mail a@b.example on refund"]})
    >>> notes, counts = build_notes(contacts)
    >>> notes["note"][0], int(notes["words"][0]), counts
    ('Mail <mail> on refund', 3, {'mail': 1})
    """
    if "contact_id" not in contacts.columns:
        raise DataError("contacts: the column contact_id is missing. Name it in the settings.")
    given = pd.concat([_texts(contacts, "note"), _texts(contacts, "resolution_note")])
    memory = NoteMemory() if memory is None else memory
    redacted, counts = _redacted(given, name_finder, memory)
    note = redacted.iloc[: len(contacts)].reset_index(drop=True)
    about = _described(note.dropna().unique(), memory)
    notes = pd.DataFrame(
        {
            "contact_id": contacts["contact_id"].astype("string").reset_index(drop=True),
            "note": note,
            "resolution_note": redacted.iloc[len(contacts) :].reset_index(drop=True),
            "language": _languages(contacts).fillna(note.map(about["language"]).astype("string")),
            "words": note.map(about["words"]).fillna(0).astype("Int64"),
            "is_thin": note.map(about["is_thin"]).astype("boolean").fillna(True),
            "note_hash": note.map(about["note_hash"]),
        }
    )
    return notes.astype({"language": "string", "note_hash": "string"}), counts


def hash_note(note: str) -> str:
    """Return the hash under which a redacted note's vector is kept: 32 hexadecimal digits."""
    return hashlib.sha256(note.encode()).hexdigest()[:32]


def _redacted(
    given: pd.Series, name_finder: NameFinder | None, memory: NoteMemory
) -> tuple[pd.Series, dict[str, int]]:
    """Clean and redact every distinct text once; what is empty then is null."""
    texts = [text for text in given.dropna().unique() if text not in memory.redacted]
    parts = side_by_side(partial(_redact_part, name_finder), texts)
    notes = [note or None for part in parts for note in part.notes]
    counts = sum((Counter(part.counts) for part in parts), Counter())
    memory.redacted.update(zip(texts, notes, strict=True))
    return given.map(memory.redacted).astype("string"), dict(sorted(counts.items()))


def _redact_part(name_finder: NameFinder | None, texts: list[str]) -> Redaction:
    plain = [plain_text(text[:_MOST_RAW_CHARACTERS]) for text in texts]
    return redact_notes(plain, name_finder)


def _described(notes: np.ndarray, memory: NoteMemory) -> pd.DataFrame:
    """Return language, length, thinness and hash of distinct notes, by note."""
    known = memory.described
    new = [note for note in notes if known is None or note not in known.index]
    parts = side_by_side(_describe_part, new)
    memory.described = pd.concat(parts if known is None else [known, *parts])
    return memory.described


def _describe_part(notes: list[str]) -> pd.DataFrame:
    described = {
        "language": pd.array(detect_languages(notes), dtype="string"),
        "words": pd.array([count_words(note) for note in notes], dtype="Int64"),
        "is_thin": pd.array([is_thin(note) for note in notes], dtype="boolean"),
        "note_hash": pd.array([hash_note(note) for note in notes], dtype="string"),
    }
    return pd.DataFrame(described, index=pd.Index(notes, dtype="string"))


def _texts(contacts: pd.DataFrame, name: str) -> pd.Series:
    if name not in contacts.columns:
        return pd.Series(pd.NA, index=range(len(contacts)), dtype="string")
    return contacts[name].astype("string").reset_index(drop=True)


def _languages(contacts: pd.DataFrame) -> pd.Series:
    """Return the contacts' own languages, two lower-case letters: 'pt' for 'pt-BR'."""
    given = _texts(contacts, "language").str.strip().str.lower()
    return given.str.extract(r"^([a-z]{2})(?:[-_].*)?$", expand=False).astype("string")
