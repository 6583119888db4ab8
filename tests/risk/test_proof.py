"""Proof: the gain by hand, its error two ways, its reach against draws, and the record read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.errors import DataError, SettingsError
from fcr_ml.frames import Casebook, write_casebook
from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.flagged import ACTED, FLAGGED, PROOF
from fcr_ml.frames.storage import write_csv
from fcr_ml.proving import tell_proof
from fcr_ml.risk.looks import changed_looks, dates_told
from fcr_ml.risk.pilot import multiplier, plan_pilot, planned_contacts
from fcr_ml.risk.proof import compare_arms, gain_and_error
from tests.risk.planted_log import SETTINGS

BEGIN = pd.Timestamp("2025-03-03", tz="UTC")
AS_OF = BEGIN + pd.Timedelta(days=28)
DAY = pd.Timedelta(days=1)


def pilot_of(folder: Path, n: int, rates: tuple[float, float], seed: int = 0, share: float = 0.5):
    """Draw contacts flagged over three weeks; rates are those of called and left alone."""
    draw = np.random.default_rng(seed)
    alone = draw.random(n) < share
    returned = draw.random(n) < np.where(alone, rates[1], rates[0])
    flagged_at = BEGIN + pd.to_timedelta(draw.integers(0, 20, n), unit="D")
    ended = flagged_at - pd.Timedelta(hours=10)
    ids = [f"c{place:05d}" for place in range(n)]
    customers = [f"u{k}" for k in draw.integers(0, n, n)]
    contacts = pd.DataFrame({"contact_id": ids, "customer_id": customers, "started_at": ended})
    outcomes = pd.DataFrame(
        {
            "contact_id": ids,
            "reading": "related",
            "window": "7d",
            "is_counted": True,
            "is_closed": ended + 7 * DAY <= AS_OF,
            "outcome": np.where(returned, "repeated", "resolved"),
            "repeated_probability": returned.astype(float),
            "hours_to_return": np.where(returned, draw.uniform(11, 160, n), np.nan),
            "closes_at": ended + 7 * DAY,
            "episode_id": ids,
        }
    )
    tables = {"contacts": contacts.assign(ended_at=ended), "outcomes": outcomes}
    casebook = write_casebook(folder, tables, AS_OF, SETTINGS)
    flagged = pd.DataFrame(
        {
            "flagged_at": flagged_at,
            "rank": 1,
            "contact_id": ids,
            "customer_id": customers,
            "queue": None,
            "risk": 0.4,
            "saving": None,
            "is_left_alone": alone,
            "left_alone_share": share,
            "experiment": "calls",
            "closes_at": ended + 7 * DAY,
            "reading": "related",
            "window": "7d",
        }
    )
    return casebook, conform(FLAGGED, flagged), returned


def acted_on(flagged: pd.DataFrame) -> pd.DataFrame:
    called = flagged[~flagged["is_left_alone"].astype(bool)]
    acted = called[["contact_id", "flagged_at", "is_left_alone"]]
    return conform(ACTED, acted.assign(acted_at=acted["flagged_at"] + pd.Timedelta(hours=9)))


def test_gain_and_error_by_hand() -> None:
    returned = np.array([1, 0, 1, 1, 0, 0, 0, 1], dtype=bool)
    alone = np.array([1, 1, 1, 1, 0, 0, 0, 0], dtype=bool)
    gain, error = gain_and_error(returned, alone, np.arange(8))
    assert gain == pytest.approx(0.75 - 0.25)
    # (3 x 0.25² + 0.75²) / 4² in each arm, times 8 / 7 for eight customers.
    assert error**2 == pytest.approx(2 * 0.75 / 16 * 8 / 7)
    # Two contacts of one customer, one in each arm: what they share cancels.
    same = gain_and_error(returned, alone, np.array([0, 1, 2, 3, 1, 5, 6, 0]))[1]
    assert same < error


def test_where_all_of_an_arm_agree_the_error_is_not_nothing() -> None:
    alone = np.arange(80) < 40
    gain, error = gain_and_error(np.zeros(80, dtype=bool), alone, np.arange(80))
    assert gain == 0
    assert error > 0.02


def test_the_error_is_that_of_drawing_customers_anew() -> None:
    draw = np.random.default_rng(1)
    customers = draw.integers(0, 300, 900)
    risky = draw.beta(1, 2, 300)[customers]
    alone = draw.random(900) < 0.4
    returned = draw.random(900) < risky
    _, error = gain_and_error(returned, alone, customers)
    rows = [np.flatnonzero(customers == customer) for customer in range(300)]
    drawn = []
    for _ in range(400):
        chosen = np.concatenate([rows[k] for k in draw.integers(0, 300, 300)])
        rates = [returned[chosen][alone[chosen] == arm].mean() for arm in (True, False)]
        drawn.append(rates[0] - rates[1])
    # 400 draws tell a standard error to about 4 %.
    assert error == pytest.approx(np.std(drawn), rel=0.12)


def test_the_multiplier_by_hand_and_as_narrow_as_may_be_where_planned() -> None:
    # s = -2 log 0.05 + log(-2 log 0.05) + 1 = 5.9915 + 1.7904 + 1 = 8.7818 at the plan
    s = 8.7818
    by_hand = np.sqrt(2 * (1 + s) / s * np.log(np.sqrt(1 + s) / 0.05))
    assert multiplier(500, 500) == pytest.approx(by_hand, rel=1e-4)
    at_plan = float(multiplier(500, 500))
    others = [float(multiplier(500, planned)) for planned in (5, 50, 5_000, 50_000)]
    assert all(at_plan < other for other in others)


def test_over_many_looks_the_truth_is_missed_at_five_in_a_hundred_at_most() -> None:
    draw = np.random.default_rng(0)
    steps = draw.normal(size=(2_000, 400)).cumsum(axis=1)
    counts = np.arange(1, 401)
    is_far = np.abs(steps) / np.sqrt(counts) > multiplier(counts, 200.0)
    missed = is_far.any(axis=1).mean()
    # 5 % over all looks for ever; a standard error of half a point.
    assert missed < 0.05
    # Looked at with 1.96 each time it is missed in more than every third.
    assert (np.abs(steps) / np.sqrt(counts) > 1.96).any(axis=1).mean() > 0.33


def test_the_plan_by_hand() -> None:
    pilot = plan_pilot(0.04, 0.8, 0.5, 0.4, contacts_per_week=500, planned=10_000)
    variance = (0.36 * 0.64 + 0.4 * 0.6) / 0.5
    reach = 0.04 / np.sqrt(variance / pilot.contacts) - multiplier(pilot.contacts, 10_000)
    assert reach == pytest.approx(0.8416, abs=0.001)
    assert pilot.weeks == np.ceil(pilot.contacts / 500 + 1)
    # A tenth left alone takes longer than half, a smaller gain too.
    assert planned_contacts(0.04, 0.8, 0.1) > planned_contacts(0.04, 0.8, 0.5)
    assert planned_contacts(0.02, 0.8, 0.5) > 3 * planned_contacts(0.04, 0.8, 0.5)


@pytest.mark.parametrize("promise", [(0.0, 0.8, 0.1), (0.04, 1.0, 0.1), (4.0, 0.8, 0.1)])
def test_impossible_promises_are_refused(promise: tuple[float, float, float]) -> None:
    with pytest.raises(SettingsError, match=r"a gain of 4 points as 0\.04"):
        plan_pilot(*promise)


def test_a_large_planted_gain_is_found_and_right(tmp_path: Path) -> None:
    casebook, flagged, returned = pilot_of(tmp_path / "c", 3_000, (0.25, 0.40))
    proof = compare_arms(flagged, acted_on(flagged), casebook, 2_000)
    latest = proof.iloc[-1]
    assert latest["gain_low"] > 0
    assert latest["gain_low"] < 0.15 < latest["gain_high"]
    # two routes to one number
    alone = flagged["is_left_alone"].to_numpy(bool)
    assert latest["gain"] == pytest.approx(returned[alone].mean() - returned[~alone].mean())
    assert latest["called_repeats"] + latest["left_alone_repeats"] == returned.sum()
    assert latest["acted_rate"] == 1
    # Looks only grow.
    assert proof["called_contacts"].is_monotonic_increasing
    pd.testing.assert_frame_equal(proof, conform(PROOF, proof))


def test_nothing_is_found_where_nothing_is_planted(tmp_path: Path) -> None:
    for seed in range(4):
        casebook, flagged, _ = pilot_of(tmp_path / f"c{seed}", 400, (0.35, 0.35), seed)
        proof = compare_arms(flagged, acted_on(flagged), casebook, 2_000)
        told = proof.dropna(subset=["gain"])
        # At 5 % over all looks of a pilot, none of four pilots in 81 of 100 cases or more.
        assert ((told["gain_low"] < 0) & (told["gain_high"] > 0)).all()


def test_whoever_had_returned_or_has_not_closed_is_not_compared(tmp_path: Path) -> None:
    casebook, flagged, _ = pilot_of(tmp_path / "c", 400, (0.3, 0.3))
    whole = compare_arms(flagged, empty(ACTED), casebook, 500).iloc[-1]
    assert whole["called_contacts"] + whole["left_alone_contacts"] == 400
    late = flagged.assign(flagged_at=flagged["closes_at"])
    fewer = compare_arms(late, empty(ACTED), casebook, 500).iloc[-1]
    assert fewer["called_repeats"] + fewer["left_alone_repeats"] == 0
    early = Casebook(casebook.folder, BEGIN, casebook.settings)
    assert compare_arms(flagged, empty(ACTED), early, 500).empty
    few = compare_arms(flagged.head(40), empty(ACTED), casebook, 500).iloc[-1]
    assert few["remark"] == "not enough contacts"
    assert pd.isna(few["gain"])


def test_proof_is_told_from_files(tmp_path: Path) -> None:
    _, flagged, _ = pilot_of(tmp_path / "casebook", 3_000, (0.2, 0.4))
    write_csv(flagged, tmp_path / "flagged.csv")
    acted = acted_on(flagged)
    write_csv(acted, tmp_path / "acted.csv")
    told = tell_proof(tmp_path, tmp_path / "acted.csv", csv=tmp_path / "proof.csv")
    assert "Calls help: +" in told
    assert "100% of those to be called were" in told
    assert "takes up to" in told
    assert max(map(len, told.splitlines())) <= 100
    assert len(pd.read_csv(tmp_path / "proof.csv")) >= 2
    # A call before the list, and a draw that differs, are refused together.
    acted.loc[0, "acted_at"] = BEGIN - DAY
    acted.loc[1, "is_left_alone"] = True
    write_csv(acted, tmp_path / "acted.csv")
    with pytest.raises(DataError, match=r"1 of .* called before .*; 1 of .* left alone in one"):
        tell_proof(tmp_path, tmp_path / "acted.csv")


def test_proof_without_a_record_says_how_to_begin(tmp_path: Path) -> None:
    pilot_of(tmp_path / "casebook", 50, (0.3, 0.3))
    (tmp_path / "acted.csv").write_text("contact_id,acted_at\nc1,\n", encoding="utf-8")
    told = tell_proof(tmp_path, tmp_path / "acted.csv")
    assert "Nothing has been flagged in this experiment yet" in told


def test_looks_that_count_the_same_are_one_row_and_the_next_one_has_a_date(tmp_path: Path) -> None:
    casebook, flagged, _ = pilot_of(tmp_path / "casebook", 3_000, (0.3, 0.4), share=0.3)
    later = Casebook(casebook.folder, AS_OF + 21 * DAY, casebook.settings)
    proof = compare_arms(flagged, acted_on(flagged), later, 2_000)
    told = changed_looks(proof)
    assert len(told) < len(proof)
    assert not told[["called_contacts", "left_alone_contacts"]].duplicated().any()
    # The last look's figures are still there, under the day on which they first stood.
    assert told.iloc[-1]["gain"] == proof.iloc[-1]["gain"]
    assert told.iloc[-1]["closed_by"] < proof.iloc[-1]["closed_by"]

    pilot = plan_pilot(0.04, 0.8, 0.3, 0.4, contacts_per_week=1_000)
    ended = BEGIN + pilot.weeks * 7 * DAY
    (sentence, next_look) = dates_told(proof, pilot, flagged, later)
    assert "if 40.0 % of those left alone return; 3,000 have closed so far" in sentence
    assert f"by {ended:%Y-%m-%d}, {pilot.weeks} weeks after the first list" in sentence
    assert "no flagged contact's window still runs" in next_look


def test_the_next_look_is_when_enough_have_closed(tmp_path: Path) -> None:
    casebook, flagged, _ = pilot_of(tmp_path / "casebook", 400, (0.3, 0.4), share=0.3)
    early = Casebook(casebook.folder, BEGIN + 7 * DAY, casebook.settings)
    proof = compare_arms(flagged, empty(ACTED), early, 2_000)
    pilot = plan_pilot(0.04, 0.8, 0.3)
    sentence, next_look = dates_told(proof, pilot, flagged, early)
    assert "if 50.0 % of those left alone return, the worst case" in sentence
    closes = flagged.loc[flagged["is_left_alone"].astype(bool), "closes_at"].sort_values()
    expected = max(closes.iloc[29], early.as_of + 7 * DAY)
    assert f"Look again from {expected:%Y-%m-%d} on" in next_look
    few = dates_told(proof, pilot, flagged.head(20), early)[1]
    assert "30 of each have to close, and fewer are flagged so far" in few
    assert "can be ended now" in dates_told(proof, replace(pilot, contacts=0), flagged, early)[0]
