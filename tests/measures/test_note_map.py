"""What the map may show of a contact, and what it may not."""

from __future__ import annotations

import pandas as pd

from fcr_ml.measures.note_map import COLUMNS, placed_notes

from .conftest import CasebookOf, contacts_of, outcomes_of


def _tables() -> dict[str, pd.DataFrame]:
    contacts = contacts_of(
        ["u1", "u1", "u2", "u3"],
        ["2025-01-05", "2025-01-06", "2025-02-07T23:59", "2025-03-30"],
    )
    ids = contacts["contact_id"]
    notes = pd.DataFrame(
        {
            "contact_id": ids,
            "note": ["a secret", "of theirs", None, "again"],
            "language": ["en", "sv", None, "en"],
            "words": [2, 2, 0, 1],
            "is_thin": False,
        }
    )
    topics = pd.DataFrame(
        {
            "contact_id": ids,
            "topic_id": ["t001", None, None, "t001"],
            "map_x": [0.25, 0.5, None, 1.0],
            "map_y": [0.75, 0.5, None, 0.0],
        }
    )
    outcomes = pd.concat(
        [
            outcomes_of(contacts, [24, None, None, None], "7d"),
            outcomes_of(contacts, [24, None, None, None], "30d", "same_code"),
        ]
    )
    return {"contacts": contacts, "notes": notes, "topics": topics, "outcomes": outcomes}


def test_a_dot_says_where_what_when_in_which_language_and_how_it_ended(
    casebook_of: CasebookOf,
) -> None:
    dots = placed_notes(casebook_of(**_tables()))

    assert tuple(dots.columns) == COLUMNS
    # The third has no note; the fourth is still open.
    assert dots.astype(object).where(dots.notna(), None).to_numpy().tolist() == [
        [0.25, 0.75, "t001", "2025-01", "en", "repeated"],
        [1.0, 0.0, "t001", "2025-03", "en", None],
        [0.5, 0.5, None, "2025-01", "sv", "resolved"],
    ]


def test_the_order_of_the_dots_leads_back_to_nobody(casebook_of: CasebookOf) -> None:
    tables = _tables()
    turned = {name: rows.iloc[::-1].reset_index(drop=True) for name, rows in tables.items()}

    dots = placed_notes(casebook_of(**tables))

    pd.testing.assert_frame_equal(dots, placed_notes(casebook_of(**turned)))


def test_a_casebook_without_places_has_no_dots(casebook_of: CasebookOf) -> None:
    tables = _tables()
    bare = tables | {"topics": tables["topics"][["contact_id", "topic_id"]]}

    assert placed_notes(casebook_of(**bare)).empty
    assert placed_notes(casebook_of(contacts=tables["contacts"])).empty
