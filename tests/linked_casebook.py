"""Small casebooks whose links have weights that add up, written by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.frames import Casebook, write_casebook

AS_OF = pd.Timestamp("2025-07-01", tz="UTC")
BEGAN = pd.Timestamp("2025-03-01T08:00", tz="UTC")

CONTACTS = [
    ("c1", "u1", 0.0, "inbound"),
    ("c2", "u1", 31.0, "inbound"),
    ("c3", "u1", 32.0, "outbound"),
    ("c4", "u1", 33.0, "inbound"),
    ("c5", "u1", 90 * 24.0, "inbound"),
    ("d1", "u2", 5.0, "inbound"),
    ("d2", "u2", 15.0, "inbound"),
    ("e1", "u3", 0.0, "inbound"),
    ("e2", "u3", 0.5, "inbound"),
]
"""Contact, customer, hours after the log began, direction."""

NOTHING = {
    "hours_since_end": None,
    "note_similarity": None,
    "shared_meaning": None,
    "word_similarity": None,
    "is_same_reason_code": None,
    "is_same_case": None,
}


def link(
    contact_id: str, follow_up_id: str, hours_between: float, /, **given: Any
) -> dict[str, Any]:
    """Give a link whose probability is that of its weights."""
    weights = {
        f"{name}_weight": given.pop(name, 0.0)
        for name in ("prior", "hours", "customer", "meaning", "words", "code", "desk")
    }
    probability = 1 / (1 + math.exp(-sum(weights.values())))
    shares = dict(zip(("double_post", "same_issue", "next_issue"), (0.1, 0.7, 0.2), strict=True))
    row = {
        "contact_id": contact_id,
        "follow_up_id": follow_up_id,
        "hours_between": hours_between,
        "link_probability": probability,
        "verdict": "same_issue" if probability >= 0.5 else "unrelated",
        "reaction": None,
        "needs_help_probability": None,
        "reasons": "written by hand",
    }
    told = {f"{verdict}_probability": share * probability for verdict, share in shares.items()}
    return row | NOTHING | weights | told | given


LINKS = [
    link(
        "c1", "c2", 31.0, prior=-2.0, hours=0.8, meaning=2.5, words=1.2, code=-0.4,
        note_similarity=0.66, shared_meaning=0.71, word_similarity=0.25,
        is_same_reason_code=False, is_same_case=False,
    ),
    link("d1", "d2", 10.0, prior=-2.0, hours=1.1, customer=-0.3, meaning=0.2),
    link(
        "e1", "e2", 0.5, prior=-2.0, hours=1.5, words=0.5, desk=4.0, note_similarity=0.4,
        word_similarity=0.1, is_same_case=True, reaction="still_broken",
        needs_help_probability=0.9,
    ),
]  # fmt: skip


def small_casebook(folder: Path, links: list[dict[str, Any]] | None = None) -> Casebook:
    """Write nine contacts of three customers, three of their pairs compared."""
    rows = LINKS if links is None else links
    return write_casebook(
        folder / "casebook",
        {"contacts": _contacts(CONTACTS), "links": pd.DataFrame(rows)},
        AS_OF,
        {"window": "7d"},
    )


def large_tables(pairs: int = 400, random_state: int = 0) -> dict[str, pd.DataFrame]:
    """Give contacts, notes and links of as many customers with two contacts each.

    Every tenth pair is the desk's own, one pair in twenty lacks a note, and probabilities
    crowd at both ends, as real ones do.
    """
    random = np.random.default_rng(random_state)
    hours = random.uniform(0.2, 700, pairs)
    log_odds = random.normal(0.5, 3.0, pairs)
    is_same_case = np.arange(pairs) % 10 == 0
    rows = [
        link(f"a{n:03d}", f"b{n:03d}", h, prior=-1.0, meaning=m + 1.0, is_same_case=bool(s))
        for n, (h, m, s) in enumerate(zip(hours, log_odds, is_same_case, strict=True))
    ]
    links = pd.DataFrame(rows)
    kinds = np.array(["double_post", "same_issue", "next_issue"])
    related = kinds[random.integers(0, 3, pairs)]
    links["verdict"] = np.where(links["link_probability"] < 0.5, "unrelated", related)
    contacts = [(f"a{n:03d}", f"u{n:03d}", n * 1.0, "inbound") for n in range(pairs)]
    contacts += [(f"b{n:03d}", f"u{n:03d}", n + h, "inbound") for n, h in enumerate(hours)]
    ids = [contact_id for contact_id, *_ in contacts]
    has_note = [int(contact_id[1:]) % 20 != 7 for contact_id in ids]
    notes = pd.DataFrame(
        {
            "contact_id": ids,
            "note": [
                f"note of {one}" if has else None for one, has in zip(ids, has_note, strict=True)
            ],
            "resolution_note": [f"answer to {one}" for one in ids],
            "words": 3,
            "is_thin": False,
        }
    )
    return {"contacts": _contacts(contacts), "notes": notes, "links": links}


def large_casebook(folder: Path, pairs: int = 400) -> Casebook:
    """Write :func:`large_tables` as a casebook."""
    return write_casebook(folder / "casebook", large_tables(pairs), AS_OF, {"window": "7d"})


def _contacts(rows: list[tuple[str, str, float, str]]) -> pd.DataFrame:
    contacts = pd.DataFrame(rows, columns=["contact_id", "customer_id", "hours", "direction"])
    started_at = BEGAN + pd.to_timedelta(contacts.pop("hours"), unit="h")
    return contacts.assign(started_at=started_at, channel="chat")
