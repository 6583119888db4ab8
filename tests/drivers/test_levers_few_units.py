"""Levers of logs that have next to nothing to compare: no crash, and no lever invented."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fcr_ml.drivers.excess import study_drivers
from fcr_ml.drivers.typical import pick_examples

from .conftest import CasebookOf, draw_rows

PLANTED = {(("queue", "Tech"),): 0.25}
HANDLING = ["channel", "product", "team", "was_transferred", "was_on_hold"]


@pytest.mark.parametrize("alike", [HANDLING, [*HANDLING, "reason_code"]])
def test_a_log_whose_only_unit_is_the_driver(casebook_of: CasebookOf, alike: list[str]) -> None:
    contacts = draw_rows(3_000, 0, PLANTED).contacts
    contacts[alike] = "no"
    studied = study_drivers(casebook_of(contacts), depth=1)
    assert studied.drivers["segment"].tolist()[:1] == ["queue = Tech"]
    assert set(studied.drivers["lever"]) <= {"routing", "not enough evidence"}


def test_nothing_repeated_outside_the_driver(casebook_of: CasebookOf) -> None:
    contacts = draw_rows(3_000, 0).contacts
    is_tech = contacts["queue"] == "Tech"
    contacts["repeated_probability"] = contacts["repeated_probability"].where(is_tech, 0.0)
    contacts["follow_up_id"] = contacts["follow_up_id"].where(is_tech)
    drivers = study_drivers(casebook_of(contacts), depth=1).drivers
    assert "queue = Tech" in set(drivers["segment"])


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_outcomes_that_are_all_alike_have_no_driver(
    casebook_of: CasebookOf, probability: float
) -> None:
    contacts = draw_rows(2_000, 0).contacts
    contacts["repeated_probability"] = probability
    assert study_drivers(casebook_of(contacts), depth=2).drivers.empty


def test_excerpts_hide_what_may_not_be_shown() -> None:
    contacts = pd.DataFrame(
        {
            "contact_id": [f"c-{n}" for n in range(8)],
            "customer_id": [f"k-{n}" for n in range(8)],
            "follow_up_id": ["f"] * 4 + [None] * 4,
            "note": ["Johan says the router still fails, regards David"] * 8,
        }
    )
    words = pd.DataFrame(
        {"value": ["the", "router", "still", "fails"], "evidence": [0.0, 4.0, 0.1, 0.2]}
    )
    told = pick_examples(contacts, words)
    assert len(told)
    assert set(told["excerpt"]) == {"… the router still fails, …"}
    assert not np.any([name in " ".join(told["excerpt"]) for name in ("Johan", "David")])
