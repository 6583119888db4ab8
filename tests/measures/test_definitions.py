"""Seven definitions: a few contacts by hand, then what must add up for any log."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from fcr_ml.frames import READINGS
from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.tables import LINKS
from fcr_ml.measures.definitions import reconcile_definitions
from fcr_ml.measures.fcr import measure_fcr

from .conftest import AS_OF, CasebookOf, contacts_of, outcomes_of

NEVER = np.nan


def _links(*pairs: tuple[str, str, str, str | None], hours: float = 24.0) -> pd.DataFrame:
    rows = pd.DataFrame(pairs, columns=["contact_id", "follow_up_id", "verdict", "reaction"])
    rows = rows.assign(
        hours_between=hours,
        hours_since_end=hours - 1 / 6,
        link_probability=0.9,
        same_issue_probability=0.9,
        reasons="notes are near",
    )
    return conform(LINKS, rows)


def _everywhere(contacts: pd.DataFrame, hours: dict[str, list[float]]) -> pd.DataFrame:
    return pd.concat(
        outcomes_of(contacts, hours[reading], window="30d", reading=reading) for reading in READINGS
    )


def _six_contacts(casebook_of: CasebookOf, **settings: Any) -> Any:
    """a comes twice about one issue, b twice through two channels, c and d once."""
    contacts = contacts_of(
        [*"aabbcd"],
        [f"2025-02-0{day} 12:00" for day in (1, 2, 1, 4, 1, 1)],
        channel=["voice", "voice", "voice", "chat", "voice", None],
    )
    related = [24.0, NEVER, NEVER, NEVER, NEVER, NEVER]
    outcomes = _everywhere(
        contacts,
        {
            "any_return": [24.0, NEVER, 72.0, NEVER, NEVER, NEVER],
            "same_code": [NEVER] * 6,
            "same_issue": related,
            "related": related,
        },
    )
    links = _links(("c-000000", "c-000001", "same_issue", None))
    outcomes.loc[outcomes["contact_id"] == "c-000001", "episode_id"] = "c-000000"
    casebook = casebook_of(contacts=contacts, outcomes=outcomes, links=links, settings=settings)
    return reconcile_definitions(casebook, minimum_contacts=1).set_index("definition")


def test_six_contacts_by_hand(casebook_of: CasebookOf) -> None:
    told = _six_contacts(casebook_of)
    failed = {
        "any_return": 2,  # a's first and b's first
        "same_code": 0,
        "same_issue": 1,
        "related": 1,
        "strict": 2,  # a's second follows a related one
        "one_contact": 3,  # both of b, who used two channels
        "one_touch": 1,  # a's episode, of five
    }
    assert told["failed_contacts"].to_dict() == failed
    assert told["closed_contacts"].tolist() == [6, 6, 6, 6, 6, 6, 5]
    assert told.index[told["is_main"]].tolist() == ["related"]
    assert told["window"].tolist() == ["7d"] * 4 + ["48h", "7d", "30d"]
    assert told.loc["strict", "fcr_rate"] == pytest.approx(4 / 6)
    assert told.loc["strict", "fcr_rate_low"] < 4 / 6 < told.loc["strict", "fcr_rate_high"]


def test_the_contacts_that_make_each_difference(casebook_of: CasebookOf) -> None:
    told = _six_contacts(casebook_of)
    here = told["examples_only_here"]
    assert here["any_return"] == "c-000002"
    assert here["strict"] == "c-000001"
    assert here["one_contact"] == "c-000002, c-000003"
    assert told.loc["same_code", "examples_only_in_main"] == "c-000000"
    assert told.loc["related", ["failed_only_here", "failed_only_in_main"]].tolist() == [0, 0]
    assert here[["related", "same_code", "same_issue"]].isna().all()


def test_another_main_reading_stands_first(casebook_of: CasebookOf) -> None:
    told = _six_contacts(casebook_of, reading="any_return", window="48h")
    assert told.index[0] == "main"
    assert told.loc["main", ["reading", "window", "failed_contacts"]].tolist() == [
        "any_return",
        "48h",
        1,
    ]
    assert told.loc["any_return", "examples_only_here"] == "c-000002"
    assert len(told) == 8


def test_an_answer_given_or_thanks_do_not_tell_against_the_later_contact(
    casebook_of: CasebookOf,
) -> None:
    contacts = contacts_of([*"aabbcc"], ["2025-02-01 12:00", "2025-02-02 12:00"] * 3)
    outcomes = _everywhere(contacts, {reading: [NEVER] * 6 for reading in READINGS})
    links = _links(
        ("c-000000", "c-000001", "same_issue", "thanks"),
        ("c-000002", "c-000003", "same_issue", "gives_asked_information"),
        ("c-000004", "c-000005", "same_issue", "still_broken"),
    )
    told = reconcile_definitions(casebook_of(contacts=contacts, outcomes=outcomes, links=links), 1)
    strict = told.set_index("definition").loc["strict"]
    assert strict["failed_contacts"] == 1
    assert strict["examples_only_here"] == "c-000005"


def test_a_log_without_channels_has_no_one_contact_resolution(casebook_of: CasebookOf) -> None:
    contacts = contacts_of(["a", "b"], ["2025-02-01", "2025-02-01"])
    outcomes = _everywhere(contacts, {reading: [1.0, NEVER] for reading in READINGS})
    told = reconcile_definitions(
        casebook_of(contacts=contacts, outcomes=outcomes, links=empty(LINKS)), 3
    )
    assert "one_contact" not in told["definition"].tolist()
    assert len(told) == 6
    # Two contacts are under the minimum: they are counted and have no rate.
    assert set(told["closed_contacts"]) == {2}
    assert told["fcr_rate"].isna().all()


def test_a_window_longer_than_the_casebooks_is_left_out(casebook_of: CasebookOf) -> None:
    contacts = contacts_of(["a"], ["2025-02-01"])
    outcomes = pd.concat(outcomes_of(contacts, [1.0], "48h", reading) for reading in READINGS)
    settings = {"windows": ["48h"], "window": "48h"}
    told = reconcile_definitions(
        casebook_of(contacts=contacts, outcomes=outcomes, links=empty(LINKS), settings=settings)
    )
    assert told["definition"].tolist() == ["main", "strict", "one_touch"]


def test_without_outcomes_there_is_no_definition(casebook_of: CasebookOf) -> None:
    assert len(reconcile_definitions(casebook_of(links=empty(LINKS)))) == 0


@pytest.mark.parametrize("seed", range(3))
def test_differences_add_up_and_readings_agree_with_the_table(
    casebook_of: CasebookOf, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    size = 400
    hours = generator.uniform(1, 2000, size)
    started = [str(AS_OF - pd.Timedelta(hours=float(h))) for h in hours]
    customers = [f"k{k}" for k in generator.integers(0, 90, size)]
    channel = generator.choice(["voice", "chat", "mail"], size).astype(object)
    channel[generator.random(size) < 0.1] = None
    contacts = contacts_of(customers, started, channel=channel)
    returns = {reading: generator.exponential(300, size).round(3) for reading in READINGS}
    outcomes = pd.concat(
        outcomes_of(contacts, returns[reading], window, reading)
        for reading in READINGS
        for window in ("7d", "30d")
    )
    casebook = casebook_of(contacts=contacts, outcomes=outcomes, links=empty(LINKS))
    told: Any = reconcile_definitions(casebook).set_index("definition")

    difference = told["failed_only_here"] - told["failed_only_in_main"]
    main = told.loc["related", "failed_contacts"]
    assert (told["failed_contacts"] - main).tolist() == difference.tolist()

    week: Any = measure_fcr(casebook, []).set_index(["window", "reading"]).loc["7d"]
    for reading in READINGS:
        assert told.loc[reading, "failed_contacts"] == week.loc[reading, "repeated_contacts"]
        assert told.loc[reading, "fcr_rate_low"] == pytest.approx(week.loc[reading, "fcr_rate_low"])

    expected = [_fails_one_contact(contacts, returns["related"], row) for row in range(size)]
    assert told.loc["one_contact", "failed_contacts"] == sum(expected)


def _fails_one_contact(contacts: pd.DataFrame, related: np.ndarray, row: int) -> bool:
    """Look at every other contact of the customer, one by one."""
    of: Any = contacts.loc[row]
    week = pd.Timedelta(days=7)
    if of["ended_at"] + week > AS_OF:
        return False
    others = contacts[
        (contacts["customer_id"] == of["customer_id"])
        & contacts["channel"].notna()
        & (contacts["channel"] != of["channel"])
        & pd.notna(of["channel"])
    ]
    is_later = others["started_at"] > of["started_at"]
    between = (others["started_at"] - of["ended_at"]).where(
        is_later, of["started_at"] - others["ended_at"]
    )
    return bool(related[row] <= 168 or (between <= week).any())
