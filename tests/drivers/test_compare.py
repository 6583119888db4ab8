"""Units against their own mix: known answers, other routes, planted units and none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csc_matrix

from fcr_ml.drivers.compare import compare_units
from fcr_ml.drivers.effect import measure_effects
from fcr_ml.drivers.estimates import MixModel
from fcr_ml.drivers.mix import Mix
from fcr_ml.drivers.numbered import Numbered, read_numbered
from fcr_ml.drivers.rows import read_segment_rows
from fcr_ml.drivers.segments import number_levels
from fcr_ml.drivers.spread import ordinary_spread, shrink_to_mean
from fcr_ml.drivers.trade_off import measure_trade_offs
from fcr_ml.drivers.within_mix import WithinMix, choose_mix, tau
from fcr_ml.errors import SettingsError
from fcr_ml.frames import write_casebook

from .conftest import AS_OF, CasebookOf, draw_rows
from .numbered_log import draw_log, levels, log_of


def _contacts(*cells: tuple[str, str, int, int]) -> Numbered:
    """Give contacts of (team, topic, how many, how many of them repeated)."""
    rows = [
        (team, topic, number < repeated)
        for team, topic, count, repeated in cells
        for number in range(count)
    ]
    team, topic, repeated = zip(*rows, strict=True)
    return log_of(repeated, team=team, topic=topic, mix=["topic"])


def test_a_team_is_held_against_what_the_others_make_of_its_topics() -> None:
    # B makes 10 % of easy and 50 % of hard ones; of A's mix, three hard to one easy, it
    # would make 40 %. A makes 45 %, raw ten points more than B's 20 %... and five on its mix.
    log = _contacts(
        ("A", "easy", 1_000, 150),
        ("A", "hard", 3_000, 1_650),
        ("B", "easy", 3_000, 300),
        ("B", "hard", 1_000, 500),
    )
    told = compare_units(log, ["team"]).set_index("value")

    assert told.loc["A", "repeat_rate"] == 0.45
    assert told.loc["A", "expected_repeat_rate"] == pytest.approx(0.40, abs=1e-3)
    assert told.loc["A", "excess_rate"] == pytest.approx(0.05, abs=1e-3)
    assert told.loc["B", "excess_rate"] == pytest.approx(-0.05, abs=1e-3)
    assert told.loc["A", "ratio"] == pytest.approx(0.45 / 0.40, abs=0.01)
    assert list(told["verdict"]) == ["worse", "better"]
    # Two cannot say how far two differ as a rule, so neither is drawn anywhere.
    assert told["shrunk_rate"].tolist() == told["excess_rate"].tolist()


def test_the_estimate_is_that_of_the_drivers_and_so_is_its_error() -> None:
    log = draw_log(3_000, 1, {"team 03": 0.1})
    team = log.columns["team"]
    starts = np.flatnonzero(np.diff(log.customers, prepend=-1))
    members = csc_matrix(np.column_stack([team.codes == code for code in range(1, 13)]) * 1.0)
    mix = Mix(log.repeated, starts, log.columns, log.mix)
    model = MixModel(mix, ["channel", "topic"], csc_matrix((len(log), 0)))
    route = model.estimate(members)
    ours = WithinMix(log, ["channel", "topic"]).beyond(team, log.repeated, is_rate=True)

    assert ours.excess[1:13] == pytest.approx(route["excess_rate"].to_numpy(), abs=1e-4)
    # That of the drivers is exact; ours takes a unit's customers for typical of its doubt.
    assert ours.standard_error[1:13] == pytest.approx(route["standard_error"], rel=0.1)


def test_rows_are_those_of_the_drivers_with_the_measures_of_their_contacts(
    casebook_of: CasebookOf,
) -> None:
    drawn = draw_rows(2_000, 3)
    casebook = casebook_of(drawn.contacts)
    numbered, rows = read_numbered(casebook), read_segment_rows(casebook)

    assert len(numbered) == len(rows.contacts)
    assert numbered.mix == rows.mix_columns
    assert set(numbered.columns) == {*rows.mix_columns, "queue", "channel", "team"}
    stored = casebook.table("contacts").set_index("contact_id").loc[rows.contacts["contact_id"]]
    for name in ("queue", "channel", "team"):
        levels = numbered.columns[name]
        told = np.array(["", *levels.names, "rare"])[levels.codes]
        assert told.tolist() == stored[name].tolist()
    assert numbered.measures["transfers"].tolist() == stored["transfers"].tolist()
    assert (numbered.measures["handle_minutes"] == 10).all()
    assert numbered.repeated.tolist() == rows.contacts["repeated_probability"].tolist()
    customers = pd.Series(numbered.customers).groupby(stored["customer_id"].to_numpy())
    assert (customers.nunique() == 1).all()
    assert len(np.unique(numbered.customers)) == stored["customer_id"].nunique()


def test_what_nearly_names_the_unit_stays_out_of_its_mix() -> None:
    team = np.repeat(["A", "B", "C"], 200)
    log = log_of(np.arange(600) % 3 == 0, team=team, queue=team, topic=np.arange(600) % 4)
    assert tau(log.columns["team"], log.columns["queue"]) == pytest.approx(1)
    assert choose_mix(log, "team") == ["topic"]


def test_teams_that_share_no_queue_are_held_against_those_of_their_own() -> None:
    # North 1 and 2 answer in a queue that repeats at 50 %, South 1 and 2 at 10 %.
    rates = {"North 1": 0.55, "North 2": 0.45, "South 1": 0.10, "South 2": 0.10}
    rows = [
        (team, team[:5], number < 1_000 * r) for team, r in rates.items() for number in range(1_000)
    ]
    team, queue, repeated = zip(*rows, strict=True)
    told = compare_units(log_of(repeated, team=team, queue=queue), ["team"]).set_index("value")

    assert told.loc["North 1", "excess_rate"] == pytest.approx(0.10, abs=2e-3)
    assert told.loc["South 1", "excess_rate"] == pytest.approx(0.0, abs=2e-3)


def test_a_unit_without_others_alike_gets_no_figure() -> None:
    # Only A answers in French, and only in French; the others share the rest.
    team = np.repeat(["A", "B", "C", "D", "E"], 100)
    language = np.where(team == "A", "fr", "en")
    log = log_of(np.arange(500) % 4 == 0, team=team, language=language, topic=np.arange(500) % 3)
    told = compare_units(log, ["team"]).set_index("value")
    assert told.loc["A", "verdict"] == "no others alike"
    assert pd.isna(told.loc["A", "excess_rate"])
    assert told.loc["B", "verdict"] == "as expected"


def test_neither_the_order_of_rows_nor_a_common_rise_matters() -> None:
    # A rise common to all contacts is part of everybody's mix.
    log = draw_log(1_500, 5)
    turned = log.only(np.ones(len(log), dtype=bool))
    more = Numbered(
        log.customers, log.repeated * 0.5 + 0.2, log.columns, {}, log.mix, "related", "7d"
    )
    first, same, raised = (compare_units(one, ["team"]) for one in (log, turned, more))
    pd.testing.assert_frame_equal(
        first.drop(columns=first.filter(like="handle").columns),
        same.drop(columns=same.filter(like="handle").columns),
    )
    halved = raised.set_index("value")["excess_rate"]
    pd.testing.assert_series_equal(
        first.set_index("value")["excess_rate"] / 2, halved.loc[first["value"]], atol=1e-3
    )


def test_planted_teams_are_found_and_nothing_else_is() -> None:
    found, wrong, held = 0, 0, []
    for seed in range(12):
        planted = {"team 02": 0.12, "team 07": -0.12}
        told = compare_units(draw_log(6_000, seed, planted), ["team"]).set_index("value")
        found += told.loc["team 02", "verdict"] == "worse"
        found += told.loc["team 07", "verdict"] == "better"
        none = compare_units(draw_log(6_000, 100 + seed), ["team"])
        wrong += none["verdict"].isin(["worse", "better"]).any()
        within = (none["excess_rate_low"] <= 0) & (none["excess_rate_high"] >= 0)
        held += within.tolist()

    assert found >= 0.9 * 24
    assert wrong <= 2  # one in twenty logs is allowed to show a unit by chance
    assert 0.91 <= np.mean(held) <= 0.985  # 95 % of 144, two standard errors to either side


def test_a_hard_mix_makes_no_worse_team() -> None:
    # Team 04 and 09 lean towards the topic that repeats 20 points more; raw they stand out.
    log = draw_log(20_000, 8)
    told = compare_units(log, ["team"]).set_index("value")
    raw = told["repeat_rate"] - told["repeat_rate"].mean()
    assert raw["team 04"] > 0.03
    assert abs(told.loc["team 04", "excess_rate"]) < 0.02


def test_small_units_are_not_enough_contacts() -> None:
    team = np.array(["A"] * 60 + ["B"] * 60 + ["C"] * 3)
    log = log_of(np.arange(123) % 3 == 0, team=team, topic=np.arange(123) % 2)
    told = compare_units(log, ["team"])
    last = told.iloc[-1]
    assert (last["value"], last["closed_contacts"]) == ("all smaller ones", 3)
    assert last["verdict"] == "not enough contacts"
    assert pd.isna(last["repeat_rate"])


def test_one_customer_is_not_enough() -> None:
    team = np.repeat(["A", "B"], 50)
    log = log_of(
        np.arange(100) % 4 == 0,
        np.where(team == "A", 0, np.arange(100)),
        team=team,
        topic=np.arange(100) % 2,
    )
    told = compare_units(log, ["team"]).set_index("value")
    assert told.loc["A", "verdict"] == "not enough contacts"


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_log_that_all_repeats_or_not_at_all_shows_nothing(rate: float) -> None:
    log = log_of(np.full(300, rate), team=np.arange(300) % 3, topic=np.arange(300) % 4)
    told = compare_units(log, ["team"])
    assert told["verdict"].eq("as expected").all()
    assert told["excess_rate"].abs().max() < 1e-3
    assert (told["excess_rate_high"] > 0.005).all()  # a hundred that agree prove no certainty


def test_one_weak_link_does_not_make_a_unit_certain() -> None:
    # Forty contacts of team A, none repeated, against a fifth of the others.
    team = np.repeat(["A", "B", "C"], [40, 200, 200])
    repeated = np.where(team == "A", 0.0, np.arange(440) % 5 == 0)

    def width(weak: float) -> float:
        log = log_of(np.where(np.arange(440) == 0, weak, repeated), team=team)
        told = compare_units(log, ["team"]).set_index("value").loc["A"]
        return float(told["excess_rate_high"] - told["excess_rate_low"])

    assert width(0.0) > 0.05
    assert [width(weak) for weak in (1e-6, 0.001, 0.01)] == pytest.approx([width(0.0)] * 3, rel=0.1)


def test_nothing_repeated_in_many_units_still_counts_their_contacts() -> None:
    log = log_of(np.zeros(600), team=np.arange(600) % 6, topic=np.arange(600) % 5)
    told = compare_units(log, ["team"])
    assert told["effective_contacts"].between(50, 100).all()


@pytest.mark.parametrize("size", [0, 1])
def test_a_log_without_closed_contacts_compares_nothing(size: int, casebook_of: CasebookOf) -> None:
    casebook = casebook_of(draw_rows(50, 0).contacts)
    outcomes = casebook.table("outcomes")
    is_closed = pd.Series(outcomes.index < size, dtype="boolean")
    tables = {name: casebook.table(name) for name in ("contacts",)}
    tables["outcomes"] = outcomes.assign(is_closed=is_closed)
    numbered = read_numbered(write_casebook(casebook.folder, tables, AS_OF, casebook.settings))

    assert len(numbered) == size
    assert compare_units(numbered).empty
    assert measure_trade_offs(numbered).table.empty
    assert measure_effects(numbered)["verdict"].isin(["no estimate"]).all()
    with pytest.raises(SettingsError, match="no two values of queue"):
        compare_units(numbered, ["queue"])


def test_people_are_compared_only_where_asked_for() -> None:
    log = log_of(np.arange(90) % 3 == 0, agent_id=np.arange(90) % 2, topic=np.arange(90) % 3)
    assert compare_units(log).empty
    with pytest.raises(SettingsError, match="agents are people"):
        compare_units(log, ["agent_id"])
    assert set(compare_units(log, agents=True)["column"]) == {"agent_id"}


@pytest.mark.parametrize(("column", "said"), [("teem", "did you mean team"), ("topic", "give one")])
def test_what_cannot_be_compared_is_named(column: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        compare_units(draw_log(100, 0), [column])


def test_two_thousand_agents_are_compared_at_once() -> None:
    draw = np.random.default_rng(0)
    agent = draw.integers(0, 2_000, 100_000)
    repeated = draw.random(100_000) < np.where(agent == 7, 0.9, 0.2)
    log = log_of(repeated, agent_id=agent, topic=draw.integers(0, 50, 100_000), mix=["topic"])
    told = compare_units(log, agents=True)
    assert told[told["verdict"] == "worse"]["value"].tolist() == ["7"]
    assert bool(told["is_beyond_spread"].iloc[0])


def test_measures_stand_beside_the_rate() -> None:
    log = draw_log(4_000, 2)
    told = compare_units(log, ["team"]).set_index("value")
    # Handle time was drawn 4 minutes apart between the first team and the last.
    apart = (
        told.loc["team 11", "handle_minutes_excess"] - told.loc["team 00", "handle_minutes_excess"]
    )
    assert apart == pytest.approx(4.0 * 12 / 11, abs=0.4)
    assert told["csat"].isna().all()


def test_estimates_are_drawn_towards_their_mean_as_morris_has_it() -> None:
    # Equal variances: A = k / (k - 1) · mean square - V, so the pull is (k - 3) / (k - 1) ·
    # V (k - 1) / sum of squares = (k - 3) V / sum of squares: James and Stein's.
    estimates = np.array([-0.04, -0.01, 0.0, 0.02, 0.03])
    variance = 0.0002
    kept = 1 - 2 * variance / (estimates**2).sum()
    told = shrink_to_mean(estimates, np.full(5, variance))
    assert told.value == pytest.approx(kept * estimates, abs=1e-6)
    assert (told.high - told.low < 2 * 1.96 * np.sqrt(variance) * 1.1).all()


def test_shrunk_intervals_hold_the_truth() -> None:
    draw = np.random.default_rng(0)
    held = []
    for _ in range(200):
        truth = draw.normal(0.01, 0.03, 15)
        variances = draw.uniform(0.0002, 0.002, 15)
        told = shrink_to_mean(draw.normal(truth, np.sqrt(variances)), variances)
        held += ((told.low <= truth) & (truth <= told.high)).tolist()
    assert 0.93 <= np.mean(held) <= 0.98


def test_ordinary_spread_is_nothing_by_chance_and_not_widened_by_a_few() -> None:
    draw = np.random.default_rng(1)
    variances = np.full(100, 0.0004)
    chance = draw.normal(0, 0.02, 100)
    outlying = np.append(chance[:97], [0.5, 0.6, 0.7])
    spread = draw.normal(0, np.sqrt(0.0004 + 0.0009), 100)
    assert ordinary_spread(chance, variances) < 0.0001
    assert ordinary_spread(outlying, variances) < 0.0001
    # Winsorised at a tenth, what remains of a normal spread is about 0.65 of it.
    assert 0.0003 < ordinary_spread(spread, variances) < 0.0010
    assert ordinary_spread(spread[:4], variances[:4]) == 0.0


def test_levels_of_the_double_are_numbered_as_the_drivers_do() -> None:
    values = pd.Series(["b", "a", "a", "c", "c"], dtype="string")
    assert levels(values).names == number_levels(values, 1).names
