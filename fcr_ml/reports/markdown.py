"""Sections as Markdown, for a page that is read as plain text too.

Enters: sections as the page's template takes them. Leaves: Markdown. Charts and maps are
left out; whatever comes out of the data cannot steer what shows it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from fcr_ml.reports import wording
from fcr_ml.reports.tables import Cell, Folded, Inside, Part, Points, Section, Table, Terms

_STEERING = re.compile(r"[\\`*\[\]<>|#~]|(?<!\w)_|_(?!\w)")


def render_markdown(title: str, facts: str, sections: Sequence[Section]) -> str:
    """Give sections under a title as Markdown."""
    blocks = [f"# {escaped(title)}", escaped(facts)]
    for section in sections:
        blocks += [f"## {escaped(section.title)}", *map(escaped, section.lead)]
        for part in section.parts:
            blocks += _blocks(part)
    return "\n\n".join(blocks) + "\n"


def escaped(text: str) -> str:
    r"""Give text in which no sign is markup.

    Examples
    --------
    >>> escaped("a|b, first_started_at, _c_")
    'a\\|b, first_started_at, \\_c\\_'
    """
    return _STEERING.sub(lambda found: "\\" + found[0], wording.name(text))


def _blocks(part: Part) -> list[str]:
    if isinstance(part, Table):
        return [escaped(part.caption), _table(part)]
    if isinstance(part, Folded):
        return _blocks(part.table)
    if isinstance(part, Inside):
        return [*map(escaped, part.told), *(b for inner in part.tables for b in _blocks(inner))]
    if isinstance(part, Terms):
        return ["\n".join(f"- **{escaped(w)}**: {escaped(meaning)}" for w, meaning in part.pairs)]
    if isinstance(part, Points):
        return ["\n".join(f"- {escaped(sentence)}" for sentence in part.sentences)]
    return []


def _table(table: Table) -> str:
    heads = [escaped(heading.title) for heading in table.headings]
    sides = ["---:" if heading.is_number else "---" for heading in table.headings]
    rows = [
        [_bold(_told(cell), place == table.main_row) for cell in row]
        for place, row in enumerate(table.rows)
    ]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heads, sides, *rows))


def _told(cell: Cell) -> str:
    text = "; ".join(cell.items) if cell.items else cell.text
    return escaped(f"{text} ({cell.note})" if cell.note else text)


def _bold(text: str, is_main: bool) -> str:
    return f"**{text}**" if is_main and text else text
