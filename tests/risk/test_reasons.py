"""Reasons in the desk's words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fcr_ml.features import Feature, Features
from fcr_ml.features.described import DECLARED
from fcr_ml.risk.reasons import NOTHING_STANDS_OUT, explain

RATES = (
    Feature("topic_repeat_rate", "", "share", "contact", of="topic_id"),
    Feature("agent_repeat_rate", "", "share", "contact", of="agent_id"),
    Feature("customer_repeat_rate", "", "share", "customer", of="customer_id"),
    Feature("attribute_plan_repeat_rate", "", "share", "contact", of="attribute_plan"),
    Feature("attribute_devices", "devices", "number", "contact"),
    Feature("meaning_01", "", "number", "wording"),
)
FEATURES = Features(pd.DataFrame(), (*DECLARED, *RATES), ())
TOPICS = {"t1": "cannot send mail"}

EMPTY = {feature.name: np.nan for feature in FEATURES.described} | {
    "earlier_contacts_7d": 0.0,
    "earlier_contacts_30d": 0.0,
    "earlier_contacts_365d": 0.0,
    "earlier_contacts": 0.0,
    "end_hour": 9.0,
    "end_weekday": 0.0,
}


def reasons(contributions: dict[str, float], **values: object) -> list[str | None]:
    rows = pd.DataFrame([EMPTY | values])
    told = explain(rows, pd.DataFrame([contributions]), FEATURES, TOPICS)
    return told.loc[0].tolist()


@pytest.mark.parametrize(
    ("feature", "values", "told"),
    [
        ("earlier_contacts", {"earlier_contacts_30d": 3.0}, "3 earlier contacts in 30 days"),
        ("earlier_contacts_7d", {"earlier_contacts_7d": 1.0}, "1 earlier contact in 7 days"),
        ("earlier_contacts", {"earlier_contacts": 2.0}, "2 earlier contacts"),
        ("earlier_contacts", {}, "the customer's first contact"),
        ("transfers", {"transfers": 2.0}, "transferred twice"),
        ("transfers", {"transfers": 5.0}, "transferred 5 times"),
        (
            "topic_repeat_rate",
            {"topic_id": "t1", "topic_repeat_rate": 0.41, "topic_closed": 212.0},
            "topic 'cannot send mail' repeats 41% so far (n=212)",
        ),
        ("topic_repeat_rate", {"topic_id": None}, "no topic is known"),
        (
            "customer_repeat_rate",
            {"customer_id": "u1", "customer_repeat_rate": 0.5, "customer_closed": 4.0},
            "this customer repeats 50% so far (n=4)",
        ),
        (
            "attribute_plan_repeat_rate",
            {
                "attribute_plan": "large",
                "attribute_plan_repeat_rate": 0.2,
                "attribute_plan_closed": 1234.0,
            },
            "plan 'large' repeats 20% so far (n=1,234)",
        ),
        (
            "agent_repeat_rate",
            {"agent_id": "a-secret", "agent_repeat_rate": 0.9, "agent_closed": 50.0},
            "who handled it",
        ),
        ("attribute_devices", {"attribute_devices": 3.0}, "devices: 3"),
        ("attribute_devices", {}, "not known: devices"),
        ("meaning_01", {"meaning_01": 0.3}, "the note's wording"),
        ("hours_to_end", {"hours_to_end": 31.0}, "took 31 hours to end"),
        (
            "hours_since_previous",
            {"hours_since_previous": 72.0, "is_previous_running": 1.0},
            "the previous contact began 3 days before and had not ended",
        ),
        ("earlier_in_case", {"earlier_in_case": 2.0}, "contact 3 of its case"),
        (
            "hold_share",
            {"handle_minutes": 20.0, "hold_share": 0.4},
            "handled for 20 minutes, 40% of it on hold",
        ),
        ("end_hour", {"end_weekday": 4.0, "end_hour": 7.0}, "ended on a Friday at 07 h UTC"),
        ("not_resolvable", {"not_resolvable": 1.0}, "tagged as not resolvable at once"),
    ],
)
def test_a_reason_is_told_in_words(feature: str, values: dict[str, object], told: str) -> None:
    assert reasons({feature: 1.0}, **values) == [told, None, None]


def test_every_feature_can_be_told_even_when_nothing_is_known() -> None:
    for feature in FEATURES.described:
        told = reasons({feature.name: 1.0})
        assert told[0]
        assert "nan" not in str(told[0])


def test_like_features_are_one_reason_and_their_shares_are_added() -> None:
    shares = {"earlier_contacts_7d": 0.2, "earlier_contacts": 0.2, "transfers": 0.3}
    told = reasons(shares, earlier_contacts_7d=2.0, transfers=1.0)
    assert told == ["2 earlier contacts in 7 days", "transferred once", None]


def test_what_lowers_the_risk_is_no_reason() -> None:
    shares = {"transfers": -2.0, "hours_to_end": 0.01}
    assert reasons(shares, transfers=0.0, hours_to_end=1.0) == [NOTHING_STANDS_OUT, None, None]


def test_a_rate_below_the_desks_own_is_no_reason() -> None:
    known = {"attribute_plan": "large", "attribute_plan_closed": 90.0, "desk_repeat_rate": 0.21}
    shares = {"attribute_plan_repeat_rate": 0.5, "transfers": 0.2}
    lower = reasons(shares, attribute_plan_repeat_rate=0.17, transfers=1.0, **known)
    assert lower == ["transferred once", None, None]
    higher = reasons(shares, attribute_plan_repeat_rate=0.25, transfers=1.0, **known)
    assert higher == ["plan 'large' repeats 25% so far (n=90)", "transferred once", None]


def test_no_more_than_three_the_strongest_first() -> None:
    shares = {
        "transfers": 0.1,
        "hours_to_end": 0.4,
        "earlier_in_case": 0.3,
        "attribute_devices": 0.2,
    }
    told = reasons(shares, transfers=3.0, hours_to_end=2.0, earlier_in_case=1.0)
    assert told == ["took 2 hours to end", "contact 2 of its case", "not known: devices"]


def test_no_features_no_reason() -> None:
    rows = pd.DataFrame([EMPTY, EMPTY])
    told = explain(rows, pd.DataFrame(index=rows.index), FEATURES)
    assert (told["reason_1"] == NOTHING_STANDS_OUT).all()
