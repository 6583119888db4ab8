"""Which source column is which of ours, and how that was understood.

Enters: the names of a log's columns and what the user said about them. Leaves: a
:class:`ColumnPlan`; what could not be settled is told there as faults, all at once.
Values are not looked at.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fcr_ml.contacts.exports import EXPORTS, USUAL_NAMES
from fcr_ml.errors import SettingsError
from fcr_ml.frames.tables import CASEBOOK_TABLES, CONTACTS

KNOWN_AT = ("at_start", "at_end", "later")

# An attribute may not bear a name that any table of the casebook uses.
_TAKEN = {name for table in CASEBOOK_TABLES.values() for name in table.columns}
_LISTED_NAMES = 12
_PAIR = re.compile(r"\s*([A-Za-z_]\w*)\s*=(.*?)(?=,\s*[A-Za-z_]\w*\s*=|$)", re.DOTALL)


@dataclass(frozen=True)
class ColumnPlan:
    """How a log's columns are understood.

    Parameters
    ----------
    mapping : dict of str to str
        Our column to the source's name, in the order of the contacts table.
    how : dict of str to str
        Our column to ``given``, ``same name``, ``usual name`` or
        ``known export name (...)``.
    unknown : list of str
        Source columns that are none of ours; they are kept as attributes.
    attributes : dict of str to str
        Safe attribute name to the source's name, for every unknown column.
    known : dict of str to str
        Safe attribute name to ``at_start``, ``at_end`` or ``later`` as the
        settings say, ``unknown`` where they are silent.
    export : str or None
        The export that was recognised by its names.
    faults : list of str
        What has to be mended before the log can be used.
    """

    mapping: dict[str, str]
    how: dict[str, str]
    unknown: list[str]
    attributes: dict[str, str]
    known: dict[str, str]
    export: str | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def missing(self) -> list[str]:
        """Our required columns that no source column was found for."""
        return [name for name in CONTACTS.required if name not in self.mapping]


def understand_columns(names: Sequence[str], given: Mapping[str, str] | None = None) -> ColumnPlan:
    """Find our columns among the source's names.

    What the user gave comes first, then the names of a recognised export, then
    our own name in any spelling, then usual names. An export is recognised when
    its names cover the three required columns and ours do not.

    Parameters
    ----------
    names : sequence of str
        The source's columns.
    given : mapping of str to str, optional
        Our column to the source's name.

    Returns
    -------
    ColumnPlan
        Never raises: what is missing or fits twice is told in ``faults``.

    Examples
    --------
    >>> plan = understand_columns(["Contact ID", "customer_id", "Started at", "Mood"])
    >>> plan.mapping["contact_id"], plan.unknown
    ('Contact ID', ['Mood'])
    """
    search = _Search(names)
    search.take_given(given or {})
    export = _recognised_export(names)
    if export:
        search.take_export(export)
    search.take_usual({ours: (ours,) for ours in CONTACTS.columns}, "same name")
    search.take_usual(USUAL_NAMES, "usual name")
    mapping = {ours: search.mapping[ours] for ours in CONTACTS.columns if ours in search.mapping}
    missing = [ours for ours in CONTACTS.required if ours not in mapping | search.faults]
    used = set(mapping.values())
    unknown = [name for name in names if name not in used]
    faults = [*search.faults.values(), *(_missing(ours, unknown) for ours in missing)]
    attributes = _safe_names(unknown)
    known = dict.fromkeys(attributes, "unknown")
    return ColumnPlan(mapping, search.how, unknown, attributes, known, export, faults)


class _Search:
    """Our columns found so far; a source column is taken once."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        self.mapping: dict[str, str] = {}
        self.how: dict[str, str] = {}
        self.faults: dict[str, str] = {}

    def take_given(self, given: Mapping[str, str]) -> None:
        """Take what the user named; a name that is not there is a fault."""
        for ours, theirs in given.items():
            if ours not in CONTACTS.columns:
                self.faults[ours] = f"--columns: {_unknown_column(ours)}"
                continue
            found = theirs if theirs in self.names else self._alike((theirs,))[:1]
            if found:
                self._take(ours, found if isinstance(found, str) else found[0], "given")
            else:
                near = _nearest(theirs, self.names)
                hint = f"the nearest is {near!r}" if near else _listed(self.names)
                self.faults[ours] = f"--columns: {ours}={theirs} names no column; {hint}"

    def take_export(self, export: str) -> None:
        """Take a recognised export's names, the preferred one where it has several."""
        for ours, theirs in EXPORTS[export].items():
            found = [alike for name in theirs for alike in self._alike((name,))]
            if found and ours not in self.mapping:
                self._take(ours, found[0], f"known export name ({export})")

    def take_usual(self, spellings: Mapping[str, tuple[str, ...]], way: str) -> None:
        """Take the one column that fits; two that fit are put as a question."""
        for ours in CONTACTS.columns:
            if ours in self.mapping or ours in self.faults:
                continue
            found = self._alike(spellings.get(ours, ()))
            if ours in found or len(found) == 1:
                self._take(ours, ours if ours in found else found[0], way)
            elif found:
                self.faults[ours] = (
                    f"{' and '.join(repr(name) for name in found)} both fit {ours}; say which "
                    f"with --columns {ours}={_quoted(found[0])}"
                )

    def _alike(self, spellings: Iterable[str]) -> list[str]:
        wanted = {_plain(spelling) for spelling in spellings}
        taken = set(self.mapping.values())
        return [name for name in self.names if _plain(name) in wanted and name not in taken]

    def _take(self, ours: str, theirs: str, way: str) -> None:
        self.mapping[ours], self.how[ours] = theirs, way


def _recognised_export(names: Sequence[str]) -> str | None:
    """Give the export whose names cover the required columns, the best covered first."""
    present = {_plain(name) for name in names}
    if {_plain(name) for name in CONTACTS.required} <= present:
        return None
    covered = {}
    for export, columns in EXPORTS.items():
        hits = [ours for ours, theirs in columns.items() if present & set(map(_plain, theirs))]
        if set(CONTACTS.required) <= set(hits):
            covered[export] = len(hits)
    return max(covered, key=lambda export: covered[export]) if covered else None


def name_attributes(plan: ColumnPlan, settings: Mapping[str, str] | None) -> ColumnPlan:
    """Add what the settings say of attributes: when the value of each becomes known.

    Parameters
    ----------
    plan : ColumnPlan
        A plan without such knowledge.
    settings : mapping of str to str or None
        Attribute, by its safe or its source name, to ``at_start``, ``at_end`` or
        ``later``.
    """
    safe_by_source = {source: safe for safe, source in plan.attributes.items()}
    known, faults = dict(plan.known), list(plan.faults)
    for name, when in (settings or {}).items():
        safe = safe_by_source.get(name, name)
        if safe not in plan.attributes:
            near = _nearest(name, [*plan.attributes, *plan.unknown])
            hint = f"the nearest is {near!r}" if near else _listed(list(plan.attributes))
            faults.append(f"attributes: there is no further column {name!r}; {hint}")
        elif when not in KNOWN_AT:
            faults.append(f"attributes: {name} is known {when!r}; say one of {', '.join(KNOWN_AT)}")
        else:
            known[safe] = when
    return replace(plan, known=known, faults=faults)


def parse_columns(text: str) -> dict[str, str]:
    """Read ``customer_id=CallerID,started_at=Start Time`` into a mapping.

    Raises
    ------
    SettingsError
        When it is not such a list, or a name of ours is unknown.

    Examples
    --------
    >>> parse_columns("customer_id=CallerID, note=Notes, free text")
    {'customer_id': 'CallerID', 'note': 'Notes, free text'}
    """
    pairs = [(found[1], found[2].strip()) for found in _PAIR.finditer(text)]
    if not pairs or not all(theirs for _, theirs in pairs) or not _PAIR.match(text):
        raise SettingsError(
            f"--columns: '{text}' is not understood; write OURS=THEIRS, several separated by "
            "commas, such as customer_id=CallerID,started_at=Start Time."
        )
    faults = [_unknown_column(ours) for ours, _ in pairs if ours not in CONTACTS.columns]
    ours_named = [ours for ours, _ in pairs]
    faults += [f"{ours} is given twice" for ours in CONTACTS.columns if ours_named.count(ours) > 1]
    if faults:
        raise SettingsError(f"--columns: {'; '.join(faults)}.")
    return dict(pairs)


def _unknown_column(ours: str) -> str:
    near = _nearest(ours, list(CONTACTS.columns))
    hint = f"the nearest is {near}" if near else f"there are {', '.join(CONTACTS.columns)}"
    return f"{ours} is not one of the contact columns; {hint}"


def _missing(ours: str, names: Sequence[str]) -> str:
    """Say that a required column is missing, and which of theirs it may be."""
    spellings = {ours, *USUAL_NAMES.get(ours, ())}
    spellings |= {name for columns in EXPORTS.values() for name in columns.get(ours, ())}
    closeness = {
        name: max(
            difflib.SequenceMatcher(None, _plain(name), _plain(spelling)).ratio()
            for spelling in sorted(spellings)
        )
        for name in names
    }
    best = max(closeness, key=lambda name: closeness[name], default=None)
    # Below this, difflib's own default, names have little more than letters in common.
    if best is None or closeness[best] < 0.6:
        return (
            f"the required column {ours} is missing; {_listed(names)}; name it with "
            f"--columns {ours}=THEIR_NAME"
        )
    return (
        f"the required column {ours} is missing; the nearest is {best!r}: if that is it, give "
        f"--columns {ours}={_quoted(best)}"
    )


def _safe_names(names: Sequence[str]) -> dict[str, str]:
    """Give every further column a plain name that no table of ours uses."""
    safe: dict[str, str] = {}
    for place, source in enumerate(names, start=1):
        base = _snake(source) or f"attribute_{place}"
        if base[0].isdigit() or base in _TAKEN:
            base = f"source_{base}"
        name, copy = base, 2
        while name in safe:
            name, copy = f"{base}_{copy}", copy + 1
        safe[name] = source
    return safe


def _snake(name: str) -> str:
    """Give a name in lower-case ASCII snake case; empty when nothing of it is ASCII.

    Examples
    --------
    >>> _snake("Contact Mood (0-5)"), _snake("contactMood"), _snake("Größe")
    ('contact_mood_0_5', 'contact_mood', 'groe')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")[:60]


def _plain(name: str) -> str:
    """Give a name without case, spaces, dots and underscores, for comparing."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", name).lower() if sign.isalnum())


def _nearest(name: str, names: Sequence[str]) -> str | None:
    by_plain = {_plain(candidate): candidate for candidate in reversed(names)}
    near = difflib.get_close_matches(_plain(name), list(by_plain), n=1)
    return by_plain[near[0]] if near else None


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "there are no further columns"
    shown = ", ".join(names[:_LISTED_NAMES])
    more = len(names) - _LISTED_NAMES
    return f"there are {shown}" + (f" and {more} more" if more > 0 else "")


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
