"""Take out of notes what points to a person.

What enters: a note as plain text. What leaves: the same note with marks such as ``<mail>`` in the
place of addresses, numbers and keys, and how many of each. What it will not do: recognise names
(bring a ``name_finder`` for that), or promise that nothing is left: it finds what has a form.

Kept on purpose, because they say what a contact was about: error codes (``0x800CCC0E``,
``E-4711``), version numbers (``115.3.1``), order numbers under nine digits or with letters, and
links without a user's own parts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from fcr_ml.errors import SettingsError
from fcr_ml.notes.identifiers import find_addresses, find_births, find_keys, find_links, find_mails
from fcr_ml.notes.numbers import (
    find_cards,
    find_ibans,
    find_long_numbers,
    find_personal_ids,
    find_phones,
)
from fcr_ml.notes.spans import MARK, Span, cut_at_space, read_alike

MAX_CHARACTERS = 20_000
"""Longer notes are cut here: 4 of the Thunderbird desk's 95,253 notes and answers are longer, while
a pasted log of a megabyte would cost as much as thousands of notes and say no more."""

NameFinder = Callable[[str], list[Span]]
"""Gives the start and end of every name in a note."""

# The first to claim a stretch keeps it: a mail address inside a link is part of the link.
_FINDERS: tuple[tuple[str, Callable[[str], Iterable[Span]]], ...] = (
    ("key", find_keys),
    ("link", find_links),
    ("mail", find_mails),
    ("iban", find_ibans),
    ("card", find_cards),
    ("ip", find_addresses),
    ("birth", find_births),
    ("number", find_personal_ids),
    ("phone", find_phones),
    ("number", find_long_numbers),
)


@dataclass(frozen=True)
class Redaction:
    """Redacted notes and what was done to them.

    Attributes
    ----------
    notes : list of str or None
        In the order in which they came.
    counts : dict of str to int
        Marks set, by kind; ``cut`` counts notes that were longer than ``MAX_CHARACTERS``.
    """

    notes: list[str | None]
    counts: dict[str, int] = field(default_factory=dict)


def redact(note: str, name_finder: NameFinder | None = None) -> str:
    """Return the note with marks in place of what points to a person.

    Redacting twice changes nothing. Kinds: ``<mail>``, ``<phone>``, ``<card>`` (with a valid check
    digit), ``<iban>``, ``<ip>`` (network addresses), ``<birth>`` (dates said to be of birth),
    ``<link>`` (links with a user's own parts), ``<key>`` (passwords, tokens, codes), ``<number>``
    (nine digits and more) and ``<name>`` (with a ``name_finder``).

    Parameters
    ----------
    note : str
    name_finder : callable, optional
        Given the note without the above, returns start and end of each name.

    Examples
    --------
    >>> redact("Ring +46 70 123 45 67, error 0x800CCC0E in 115.3.1")
    'Ring <phone>, error 0x800CCC0E in 115.3.1'
    """
    return _redact_counted(note, name_finder, Counter())


def redact_notes(notes: Sequence[str | None], name_finder: NameFinder | None = None) -> Redaction:
    """Redact notes and count the marks; a missing note stays missing."""
    counts: Counter[str] = Counter()
    redacted = [
        note if note is None else _redact_counted(note, name_finder, counts) for note in notes
    ]
    return Redaction(redacted, dict(sorted((+counts).items())))


def _redact_counted(note: str, name_finder: NameFinder | None, counts: Counter[str]) -> str:
    """Redact until nothing is left to find, which is what makes a second call change nothing."""
    counts["cut"] += len(note) > MAX_CHARACTERS
    while True:
        note = cut_at_space(note, MAX_CHARACTERS)
        found = _find_all(note, name_finder)
        if not found:
            return note
        counts.update(kind for _, _, kind in found)
        note = _mark(note, found)


def _find_all(note: str, name_finder: NameFinder | None) -> list[tuple[int, int, str]]:
    alike = read_alike(note)
    taken = bytearray(len(note))
    for mark in MARK.finditer(alike) if "<" in alike else ():
        _claim(taken, mark.span())
    found = [
        (*span, kind) for kind, finder in _FINDERS for span in finder(alike) if _claim(taken, span)
    ]
    if name_finder and not found:
        spans = _checked(name_finder(note), len(note))
        found = [(*span, "name") for span in spans if _claim(taken, span)]
    return sorted(found)


def _claim(taken: bytearray, span: Span) -> bool:
    """Take a stretch of the note unless part of it is taken; say whether it was free."""
    start, end = span
    if start >= end or taken.find(1, start, end) >= 0:
        return False
    taken[start:end] = b"\x01" * (end - start)
    return True


def _checked(spans: list[Span], length: int) -> list[Span]:
    wrong = [span for span in spans if not 0 <= span[0] <= span[1] <= length]
    if wrong:
        raise SettingsError(
            f"name_finder: {len(wrong)} of {len(spans)} stretches lie outside the note of "
            f"{length:,} characters (first: {wrong[0]}). Return pairs of start and end."
        )
    return spans


def _mark(note: str, found: list[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for start, end, kind in found:
        parts += [note[at:start], f"<{kind}>"]
        at = end
    return "".join([*parts, note[at:]])
