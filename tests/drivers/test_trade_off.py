"""Short contacts and repeats: the slope between units, and what it must not take for one."""

from __future__ import annotations

import numpy as np
import pytest

from fcr_ml.drivers.numbered import Numbered
from fcr_ml.drivers.trade_off import (
    BETWEEN_CONTACTS,
    BETWEEN_UNITS,
    measure_trade_offs,
    pull_of_units,
    slope_of_totals,
)

from .numbered_log import draw_customers, draw_log, log_of


def _slope(log: Numbered, level: str, measure: str = "handle_minutes"):
    table = measure_trade_offs(log).table
    rows = table[(table["level"] == level) & (table["measure"] == measure)]
    return rows.iloc[0]


def draw_agents(size: int, seed: int, slope: float, spread: float = 1.5, agents: int = 60):
    """Draw agents whose usual handle time moves the repeat rate by ``slope`` a minute."""
    draw = np.random.default_rng(seed)
    owners = draw_customers(size, draw)
    agent = draw.integers(0, agents, size)
    usual = draw.normal(0, spread, agents)[agent]
    own = draw.normal(0, 0.02, agents)[agent]  # agents differ in other ways too
    topic = draw.integers(0, 4, size)
    matter = draw.normal(0, 1, size) + draw.normal(0, 1, size)[owners]
    rate = np.clip(0.3 + 0.05 * topic + slope * usual + own + 0.05 * matter, 0, 1)
    return log_of(
        draw.random(size) < rate,
        owners,
        agent_id=agent,
        topic=topic,
        mix=["topic"],
        handle_minutes=12 + usual + 2 * topic + 3 * matter,
    )


def test_the_slope_is_the_ratio_of_the_leave_out_sums() -> None:
    # Two units of two customers with one contact each, nothing to adjust for: a contact's
    # usual is the other one's measure.
    log = log_of([0, 1, 1, 1], agent_id=["a", "a", "b", "b"], handle_minutes=[8, 9, 4, 3], mix=[])
    pull = pull_of_units(log, "agent_id", log.measures["handle_minutes"], 2)
    # Off the mean of all, 6: usual is 3, 2, -3, -2 and the measure 2, 3, -2, -3.
    assert pull.usual == pytest.approx([3, 2, -3, -2])
    assert pull.measure == pytest.approx([2, 3, -2, -3])
    assert pull.repeated == pytest.approx([-0.75, 0.25, 0.25, 0.25])
    # Six times two such units, since two alone say nothing of their doubt.
    told = slope_of_totals(np.tile([-1.75, -1.25], 6), np.tile([12.0, 12.0], 6))
    assert told["slope"] == pytest.approx(-3.0 / 24)


def test_hard_contacts_do_not_hide_that_short_ones_are_bought() -> None:
    # Within the mix hard matters take longer and come back; agents who hurry repeat more.
    between, contacts = [], []
    for seed in range(8):
        log = draw_agents(12_000, seed, slope=-0.03)
        told = _slope(log, BETWEEN_UNITS)
        between.append(told["slope_low"] <= -0.03 <= told["slope_high"])
        assert told["verdict"] == "fewer repeats"
        assert told["repeats_per_hour"] == pytest.approx(-60 * told["slope"])
        contacts.append(_slope(log, BETWEEN_CONTACTS)["slope"])
    assert np.mean(between) >= 7 / 8
    assert min(contacts) > 0


def test_nothing_is_told_where_nothing_was_planted() -> None:
    logs = [draw_agents(6_000, 50 + seed, 0.0) for seed in range(16)]
    verdicts = [_slope(log, BETWEEN_UNITS)["verdict"] for log in logs]
    assert verdicts.count("cannot tell") >= 14


def test_agents_who_do_not_differ_cannot_tell() -> None:
    told = _slope(draw_agents(3_000, 3, 0.0, spread=0.0), BETWEEN_UNITS)
    assert told["verdict"] == "cannot tell"


def test_groups_follow_the_slope_and_name_nobody() -> None:
    groups = measure_trade_offs(draw_agents(12_000, 1, slope=-0.04)).groups
    # Whole units, so groups are about equal and may be one fewer than ten.
    assert len(groups) in (9, 10)
    assert groups["units"].min() >= 3
    assert groups["closed_contacts"].sum() == 12_000
    slope = np.polyfit(groups["handle_minutes_excess"], groups["excess_rate"], 1)[0]
    assert slope == pytest.approx(-0.04, abs=0.012)
    assert not {"agent_id", "value"} & set(groups.columns)


def test_teams_stand_in_where_there_are_no_agents() -> None:
    told = _slope(draw_log(6_000, 4, minute=-0.03), BETWEEN_UNITS)
    assert (told["column"], told["units"]) == ("team", 12)
    assert told["slope"] == pytest.approx(-0.03, abs=0.02)


def test_survey_answers_are_held_against_repeats_where_they_are_known() -> None:
    log = draw_agents(8_000, 2, 0.0)
    draw = np.random.default_rng(0)
    csat = np.where(draw.random(8_000) < 0.3, 4 - log.repeated + draw.normal(0, 0.5, 8_000), np.nan)
    asked = Numbered(
        log.customers, log.repeated, log.columns, {"csat": csat}, log.mix, "related", "7d"
    )
    told = _slope(asked, BETWEEN_CONTACTS, "csat")
    assert told["closed_contacts"] == np.isfinite(csat).sum()
    assert told["slope_high"] < 0
    assert measure_trade_offs(asked).groups.empty


def test_without_the_measures_or_units_nothing_is_told() -> None:
    none = log_of(np.arange(100) % 3 == 0, team=np.arange(100) % 2, topic=np.arange(100) % 3)
    assert measure_trade_offs(none).table.empty
    flat = log_of(np.arange(100) % 3 == 0, topic=np.arange(100) % 3, handle_minutes=np.full(100, 8))
    told = measure_trade_offs(flat).table
    assert told["level"].tolist() == [BETWEEN_CONTACTS]
    assert told["verdict"].tolist() == ["cannot tell"]


def test_one_call_left_open_is_not_its_agents_handle_time() -> None:
    log = draw_agents(4_000, 6, -0.03)
    log.measures["handle_minutes"][0] = 1e6
    assert abs(_slope(log, BETWEEN_UNITS)["slope"]) < 0.1
