"""The simulated centre keeps what its answer key says."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from fcr_ml.frames.conform import conform
from fcr_ml.frames.tables import CONTACTS
from fcr_ml.simulate import CentrePlan, PlantedDriver, SimulatedCentre, simulate_centre

WEEK = pd.Timedelta(days=7)


@pytest.fixture(scope="module")
def centre() -> SimulatedCentre:
    return simulate_centre()


@pytest.fixture(scope="module")
def known(centre: SimulatedCentre) -> pd.DataFrame:
    return centre.contacts.merge(centre.key["issues"], on="contact_id", validate="1:1")


def _with_repeats(centre: SimulatedCentre) -> pd.DataFrame:
    """Give the counted contacts whose 7 days have run out, and whether they were repeated.

    Computed from the log and the listed pairs alone, not from how they were drawn.
    """
    contacts = centre.contacts.merge(centre.key["issues"], on="contact_id")
    times = contacts.set_index("contact_id")
    pairs = centre.key["follow_ups"].query("is_repeat")
    later = times["started_at"].reindex(pairs["follow_up_id"]).to_numpy()
    ended = times["ended_at"].reindex(pairs["contact_id"]).to_numpy()
    is_inside = (later > ended) & (later <= ended + WEEK)
    repeated = set(pairs["contact_id"][is_inside])
    is_closed = contacts["ended_at"] + WEEK < centre.plan.ends_at
    counted = contacts[is_closed.fillna(False) & contacts["kind"].eq("contact")]
    return counted.assign(is_repeated=counted["contact_id"].isin(repeated))


def test_contacts_conform_to_their_table(centre: SimulatedCentre) -> None:
    pd.testing.assert_frame_equal(conform(CONTACTS, centre.contacts), centre.contacts)
    assert list(centre.contacts.columns) == list(CONTACTS.columns)
    assert 6_000 <= len(centre.contacts) < 6_100
    assert centre.contacts["contact_id"].is_monotonic_increasing
    assert centre.contacts["started_at"].is_monotonic_increasing
    assert centre.contacts["started_at"].lt(centre.plan.ends_at).all()


def test_contacts_that_end_after_the_log_say_nothing_of_their_end() -> None:
    centre = simulate_centre(CentrePlan(contacts=1_500, days=15))
    still_open = centre.contacts[centre.contacts["ended_at"].isna()]
    assert len(still_open) > 0
    for column in ("agent_id", "handle_seconds", "resolution_note", "transfers"):
        assert still_open[column].isna().all()
        assert centre.contacts[column].notna().any()
    assert centre.contacts["ended_at"].dropna().lt(centre.plan.ends_at).all()


def test_same_seed_gives_the_same_frames_and_another_seed_others() -> None:
    plan = CentrePlan(contacts=400, random_state=3)
    first, second = simulate_centre(plan), simulate_centre(plan)
    pd.testing.assert_frame_equal(first.contacts, second.contacts)
    for name, frame in first.key.items():
        pd.testing.assert_frame_equal(frame, second.key[name])
    other = simulate_centre(CentrePlan(contacts=400, random_state=4))
    assert not first.contacts["note"].equals(other.contacts["note"].head(len(first.contacts)))


def test_key_knows_every_contact_and_only_them(centre: SimulatedCentre) -> None:
    ids = set(centre.contacts["contact_id"])
    assert set(centre.key["issues"]["contact_id"]) == ids
    pairs = centre.key["follow_ups"]
    assert set(pairs["contact_id"]) | set(pairs["follow_up_id"]) <= ids


def test_follow_ups_are_later_and_of_the_same_customer_and_matter(
    centre: SimulatedCentre, known: pd.DataFrame
) -> None:
    times = known.set_index("contact_id")
    pairs = centre.key["follow_ups"]
    earlier = times.loc[pairs["contact_id"]].reset_index()
    later = times.loc[pairs["follow_up_id"]].reset_index()
    assert earlier["customer_id"].equals(later["customer_id"])
    assert earlier["issue_id"].equals(later["issue_id"])
    assert later["started_at"].gt(earlier["started_at"]).all()
    hours = (later["started_at"] - earlier["started_at"]).dt.total_seconds() / 3_600
    np.testing.assert_allclose(pairs["hours_between"].astype(float), hours)
    is_same_topic = earlier["true_topic"].eq(later["true_topic"]).to_numpy()
    assert pairs["verdict"].eq("next_issue").to_numpy().tolist() == (~is_same_topic).tolist()


def test_a_double_post_begins_before_the_earlier_contact_ends_and_no_repeat_does(
    centre: SimulatedCentre, known: pd.DataFrame
) -> None:
    times = known.set_index("contact_id")
    pairs = centre.key["follow_ups"].query("is_direct")
    ended = times["ended_at"].reindex(pairs["contact_id"]).fillna(centre.plan.ends_at).array
    begins_before = times["started_at"].reindex(pairs["follow_up_id"]).array < ended
    is_double = pairs["verdict"].eq("double_post").to_numpy()
    assert is_double.sum() > 20
    assert begins_before.tolist() == is_double.tolist()


def test_reactions_are_given_only_under_one_case(centre: SimulatedCentre) -> None:
    cases = centre.contacts.set_index("contact_id")["case_id"]
    pairs = centre.key["follow_ups"].dropna(subset="reaction")
    earlier_case = cases.loc[pairs["contact_id"]].to_list()
    assert earlier_case == cases.loc[pairs["follow_up_id"]].to_list()
    assert set(pairs["reaction"]) == {
        "still_broken",
        "gives_asked_information",
        "follow_on_question",
        "thanks",
    }
    assert not pairs.loc[pairs["reaction"] == "thanks", "is_repeat"].any()


def test_extra_rows_have_no_repeat_probability(known: pd.DataFrame) -> None:
    is_counted = known["kind"].eq("contact")
    assert known["true_repeat_probability"].notna().tolist() == is_counted.tolist()
    assert set(known.loc[~is_counted, "kind"]) == {"double_post", "thanks", "call_back"}
    is_call_back = known["kind"].eq("call_back")
    assert known["direction"].eq("outbound").tolist() == is_call_back.tolist()


@pytest.mark.parametrize("random_state", [1, 2, 3])
def test_repeats_seen_agree_with_their_true_probabilities(random_state: int) -> None:
    # Each contact is an independent draw from its own probability, so the sum
    # lies within 4 standard errors but once in 16,000 seeds.
    counted = _with_repeats(simulate_centre(CentrePlan(contacts=3_000, random_state=random_state)))
    true = counted["true_repeat_probability"].astype(float)
    standard_error = np.sqrt((true * (1 - true)).sum())
    assert len(counted) > 2_000
    assert abs(counted["is_repeated"].sum() - true.sum()) < 4 * standard_error


def test_planted_drivers_repeat_more_by_what_they_add(centre: SimulatedCentre) -> None:
    counted = _with_repeats(centre)
    in_segment = {
        "was_transferred = yes": counted["transfers"].ge(1),
        "product = Fibre 1000": counted["product"].eq("Fibre 1000"),
        "channel = chat + reason_code = Billing": counted["channel"].eq("chat")
        & counted["reason_code"].eq("Billing"),
    }
    drivers = centre.key["drivers"].set_index("segment")
    assert set(drivers.index) == set(in_segment)
    for segment, is_inside in in_segment.items():
        inside, outside = counted[is_inside], counted[~is_inside]
        added = drivers["extra_repeat_probability"].to_dict()[segment]
        gap = inside["is_repeated"].mean() - outside["is_repeated"].mean()
        standard_error = np.sqrt(0.25 / len(inside) + 0.25 / len(outside))
        # Issue mix and the other drivers move the plain gap a little.
        assert abs(gap - added) < 3 * standard_error + 0.06


def test_nothing_planted_leaves_one_probability_for_all() -> None:
    plan = CentrePlan(contacts=1_500, drivers=(), issue_spread=0, base_repeat_rate=0.2)
    centre = simulate_centre(plan)
    true = centre.key["issues"]["true_repeat_probability"].dropna()
    assert len(true) > 1_000
    assert true.eq(0.2).all()
    assert len(centre.key["drivers"]) == 0


def test_a_driver_adds_exactly_what_it_says() -> None:
    driver = PlantedDriver((("team", "Care A"),), 0.4, "training")
    plan = CentrePlan(contacts=1_000, drivers=(driver,), issue_spread=0, base_repeat_rate=0.1)
    centre = simulate_centre(plan)
    known = centre.contacts.merge(centre.key["issues"].query("kind == 'contact'"), on="contact_id")
    known = known[known["team"].notna()]
    expected = np.where(known["team"] == "Care A", 0.5, 0.1)
    np.testing.assert_allclose(known["true_repeat_probability"].astype(float), expected)
    assert centre.key["drivers"]["contacts"].item() >= (expected == 0.5).sum() > 20


def test_exact_matching_does_badly(known: pd.DataFrame) -> None:
    later = known.assign(row=range(len(known)))
    pairs = later.merge(later, on="customer_id", suffixes=("", "_later"))
    days = (pairs["started_at_later"] - pairs["started_at"]).dt.total_seconds() / 86_400
    pairs = pairs[(pairs["row_later"] > pairs["row"]) & (days <= 30)]
    is_related = pairs["issue_id"] == pairs["issue_id_later"]
    is_same_code = pairs["reason_code"] == pairs["reason_code_later"]
    assert is_related.sum() > 1_000
    assert (~is_related).sum() > 1_000
    assert 0.6 < roc_auc_score(is_related, is_same_code) < 0.75


def test_coincidence_comes_evenly_and_more_from_some_customers(known: pd.DataFrame) -> None:
    firsts = known.drop_duplicates("issue_id")
    halves = firsts["started_at"].lt(pd.Timestamp("2025-04-06", tz="UTC")).mean()
    assert halves == pytest.approx(0.5, abs=0.04)
    per_customer = firsts["customer_id"].value_counts()
    assert per_customer.max() > 3 * per_customer.mean()


def test_next_issues_come_as_often_as_the_key_says(
    centre: SimulatedCentre, known: pd.DataFrame
) -> None:
    topics = known.set_index("contact_id")["true_topic"]
    pairs = centre.key["follow_ups"].query("is_direct and is_repeat")
    moves = pd.DataFrame(
        {
            "topic": topics.loc[pairs["contact_id"]].to_numpy(),
            "next_topic": topics.loc[pairs["follow_up_id"]].to_numpy(),
        }
    )
    next_issues = centre.key["next_issues"]
    assert next_issues.groupby("topic")["probability"].sum().round(6).eq(0.25).all()
    onward = moves[moves["topic"] != moves["next_topic"]]
    standard_error = np.sqrt(0.25 * 0.75 / len(moves))
    assert abs(len(onward) / len(moves) - 0.25) < 4 * standard_error
    planned = set(zip(next_issues["topic"], next_issues["next_topic"], strict=True))
    assert set(zip(onward["topic"], onward["next_topic"], strict=True)) <= planned
