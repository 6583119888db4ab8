"""The shape of answers, by hand."""

from __future__ import annotations

import pandas as pd

from fcr_ml.drivers.answers import describe_answers

from .conftest import CasebookOf, draw_rows


def test_answers_by_hand(casebook_of: CasebookOf) -> None:
    drawn = draw_rows(4, 0).contacts
    answers = [None, "Done.", "Could you send the form? " * 3, "See https://a.example " * 9]
    notes = pd.DataFrame(
        {
            "contact_id": drawn["contact_id"],
            "note": "a note",
            "resolution_note": answers,
            "words": 2,
            "is_thin": False,
        }
    )
    contacts = casebook_of(drawn).table("contacts")
    gaps = pd.to_timedelta([5, 5, 30, 60 * 24 * 4], unit="min")
    contacts = contacts.assign(ended_at=contacts["started_at"] + gaps)
    told = describe_answers(casebook_of(drawn, tables={"notes": notes, "contacts": contacts}))
    told = told.set_index("contact_id").loc[drawn["contact_id"]]
    assert told["answer_length"].tolist() == ["none", "short", "middle", "long"]
    assert told["answer_asks"].tolist()[1:] == ["no", "yes", "no"]
    assert told["answer_links"].tolist()[1:] == ["no", "no", "yes"]
    assert told["answer_time"].tolist()[1:] == ["within 15 min", "15 min to 1 h", "after 3 d"]
    assert told["answer_asks"].isna().tolist() == [True, False, False, False]


def test_a_log_without_answers_has_no_shape(casebook_of: CasebookOf) -> None:
    assert describe_answers(casebook_of(draw_rows(4, 0).contacts)).empty
