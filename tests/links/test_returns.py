"""Which returns get a reaction, and to which contact."""

import numpy as np
import pandas as pd

from fcr_ml.links.returns import tell_reactions

NOTES = pd.DataFrame(
    {
        "contact_id": ["a", "b", "c", "d"],
        "note": [
            "The router drops the line every evening.",
            "It is still not working, the light stays red.",
            "Thank you so much, that solved it!",
            None,
        ],
        "words": [7, 9, 7, 0],
        "language": "en",
        "resolution_note": ["Restart the router.", "Replace the cable.", None, None],
    }
).astype({"note": "string", "resolution_note": "string"})


def _links(*pairs: tuple[str, str, float, float | None]) -> pd.DataFrame:
    names = ["contact_id", "follow_up_id", "hours_between", "is_same_case"]
    return pd.DataFrame(pairs, columns=names).assign(verdict="same_issue")


def _told(links: pd.DataFrame) -> pd.DataFrame:
    return tell_reactions(links, NOTES, np.full((len(NOTES), 1), np.nan), None)


def test_a_return_has_one_reaction_whichever_contact_it_is_held_against() -> None:
    told = _told(_links(("a", "b", 5.0, 1.0), ("a", "c", 30.0, np.nan), ("b", "c", 25.0, 1.0)))

    assert told["reaction"].tolist() == ["still_broken", "thanks", "thanks"]
    assert told["needs_help_probability"].iloc[0] > 0.5
    assert (told["needs_help_probability"].iloc[1:] < 0.3).all()


def test_only_returns_under_the_same_case_with_a_note_have_one() -> None:
    told = _told(_links(("a", "b", 5.0, 0.0), ("a", "c", 30.0, np.nan), ("b", "d", 40.0, 1.0)))

    assert told["reaction"].isna().all()
    assert told["needs_help_probability"].isna().all()


def test_no_links_have_no_reactions() -> None:
    told = _told(_links(("a", "b", 5.0, 1.0)).iloc[:0])

    assert list(told["reaction"]) == []
