"""One customer with more contacts than a person has, beside usual ones."""

from __future__ import annotations

import logging
import time

import numpy as np
import pandas as pd
import pytest

from fcr_ml.engine import DuckEngine
from fcr_ml.frames import RepeatWindow
from fcr_ml.links.candidates import MAX_LATER, Candidates, find_candidates
from fcr_ml.links.evidence import EvidenceBook
from fcr_ml.links.table import TiedLinks, tie_links

from .conftest import timeline_on
from .edge_logs import AS_OF, log_at

MONTH = RepeatWindow.parse("30d")
EPOCH = int(AS_OF.timestamp())


def _usual(customers: int = 300) -> pd.DataFrame:
    """Give customers with four contacts each, some days apart, half of them under one code."""
    random = np.random.default_rng(0)
    begins = random.uniform(0, 90, customers)
    begins[0] = 0.0  # the log begins with a usual customer
    gaps = random.exponential(15, (customers, 3)).cumsum(axis=1)
    days = (begins[:, None] + np.c_[np.zeros(customers), gaps]).clip(0, 150)
    codes = random.choice(["billing", "fault", "order", "move"], (customers, 4))
    codes[::2, 1:] = codes[::2, :1]
    names = [f"u{place:04d}" for place in range(customers)]
    log = log_at(list(np.repeat(names, 4)), days.ravel(), "u")
    return log.assign(reason_code=codes.ravel())


def _with_shared(usual: pd.DataFrame, contacts: int) -> pd.DataFrame:
    """Add a customer, in the middle of the others by id, with so many contacts."""
    shared = log_at(["u0150-shared"] * contacts, np.linspace(0.1, 150, contacts), "s")
    return pd.concat([usual, shared], ignore_index=True)


def _found(engine: DuckEngine, log: pd.DataFrame) -> Candidates:
    timeline_on(engine, log)
    return find_candidates(engine, MONTH, EPOCH)


def _tied(engine: DuckEngine, log: pd.DataFrame) -> TiedLinks:
    timeline_on(engine, log)
    nothing = pd.array([None] * len(log), dtype="string")
    notes = pd.DataFrame({"contact_id": log["contact_id"], "note": nothing})
    topics = pd.DataFrame({"contact_id": log["contact_id"], "topic_id": nothing})
    book = EvidenceBook(log, notes, topics, np.full((len(log), 1), np.nan, np.float32))
    return tie_links(engine, book, MONTH, EPOCH)


def test_a_hundred_thousand_contacts_of_one_customer_are_no_square(engine: DuckEngine) -> None:
    usual = _found(engine, _usual())
    began = time.perf_counter()

    found = _found(engine, _with_shared(_usual(), 100_000))

    is_shared = found.near["contact_id"].str.startswith("s")
    assert found.near[is_shared].groupby("contact_id").size().max() == MAX_LATER
    assert not found.near.loc[is_shared, "is_learnt_from"].any()
    # What lies in memory grows with the pairs: at most twenty a contact.
    assert found.near.memory_usage(deep=True).sum() < 2**30
    for ours, alone in ((found.far, usual.far), (found.apart, usual.apart)):
        pd.testing.assert_frame_equal(ours, alone)
    own = found.near[~is_shared].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, usual.near)
    assert time.perf_counter() - began < 30


def test_a_shared_account_is_told_with_its_contacts(
    engine: DuckEngine, caplog: pytest.LogCaptureFixture
) -> None:
    said = "fcr_ml.links.candidates"
    with caplog.at_level(logging.WARNING, logger=said):
        _found(engine, _usual())
        of_usual = [record for record in caplog.records if record.name == said]
        _found(engine, _with_shared(_usual(), 1_234))
    told = [record.getMessage() for record in caplog.records if record.name == said]

    assert of_usual == []
    assert len(told) == 1
    assert "shared account" in told[0]
    assert "1,234" in told[0]


@pytest.mark.parametrize(
    ("customers", "method"), [(40, "built-in weights"), (1_200, "near against far")]
)
def test_usual_customers_are_linked_as_if_the_shared_account_were_not_there(
    engine: DuckEngine, customers: int, method: str
) -> None:
    alone = _tied(engine, _usual(customers))

    tied = _tied(engine, _with_shared(_usual(customers), 2_000))

    assert alone.account["method"] == tied.account["method"] == method
    own = tied.links[tied.links["contact_id"].str.startswith("u")].reset_index(drop=True)
    columns = ["contact_id", "follow_up_id", "link_probability", "verdict"]
    assert len(own) > customers
    pd.testing.assert_frame_equal(own[columns], alone.links[columns])


def test_strangers_are_drawn_among_usual_customers(engine: DuckEngine) -> None:
    # What unrelated contacts look like must not be learnt from one account's, nor
    # must that account leave next to none to learn from.
    alone = _found(engine, _usual()).others

    others = _found(engine, _with_shared(_usual(), 20_000)).others

    drawn = pd.concat([others["contact_id"], others["follow_up_id"]])
    assert not drawn.str.startswith("s").any()
    assert len(others) > 0.9 * len(alone)
