"""What two releases say of the contacts of a month, laid side by side."""

import pandas as pd

from fcr_ml.backtest.readings import Reading, compare_readings, labels_of

BEGIN, END = (pd.Timestamp(day, tz="UTC") for day in ("2025-05-01", "2025-06-01"))


def _reading(risks: dict[str, float], topic: str, links: dict[tuple[str, str], float]) -> Reading:
    days = {
        "early": "2025-04-30",
        "first": "2025-05-01",
        "last": "2025-05-31",
        "late": "2025-06-01",
    }
    contacts = pd.DataFrame({"contact_id": list(risks), "risk": list(risks.values())})
    moments = [int(pd.Timestamp(days[name], tz="UTC").timestamp()) for name in risks]
    contacts = contacts.assign(
        customer_id="u", moment_epoch=moments, rule=0.5, topic_id=topic, repeated_probability=1.0
    )
    pairs = pd.DataFrame([(*pair, p) for pair, p in links.items()],
                         columns=["contact_id", "follow_up_id", "link_probability"])  # fmt: skip
    return Reading(contacts, pairs)


def test_contacts_of_the_month_that_have_a_label_and_their_pairs() -> None:
    risks = {"early": 0.1, "first": 0.2, "last": 0.3, "late": 0.4}
    champion = _reading(risks, "t1", {("first", "last"): 0.9, ("early", "first"): 0.8})
    challenger = _reading(
        {name: risk + 0.5 for name, risk in risks.items()}, "t2", {("last", "late"): 0.7}
    )
    labels = pd.Series({"early": 1.0, "first": 0.25, "last": 0.0, "late": 1.0})

    compared, pairs = compare_readings(champion, challenger, labels, BEGIN, END)

    told = compared.set_index("contact_id")
    assert told.index.tolist() == ["first", "last"]
    assert told["champion"].tolist() == [0.2, 0.3]
    assert told["challenger"].tolist() == [0.7, 0.8]
    assert told["repeated_probability"].tolist() == [0.25, 0.0]
    assert set(told["champion_topic_id"]) == {"t1"}
    assert set(told["challenger_topic_id"]) == {"t2"}
    # A pair that one of them does not weigh has no weight there.
    assert pairs.sort_values("champion").to_numpy().tolist() == [[0.0, 0.7], [0.9, 0.0]]


def test_a_contact_without_a_label_is_left_out() -> None:
    one = _reading({"first": 0.2, "last": 0.3}, "t1", {})
    compared, pairs = compare_readings(one, one, pd.Series({"last": 1.0}), BEGIN, END)
    assert compared["contact_id"].tolist() == ["last"]
    assert pairs.empty


def test_labels_are_those_of_closed_contacts() -> None:
    one = _reading({"first": 0.2, "last": 0.3}, "t1", {})
    one.contacts.loc[one.contacts["contact_id"] == "last", "repeated_probability"] = None
    assert labels_of(one).to_dict() == {"first": 1.0}
