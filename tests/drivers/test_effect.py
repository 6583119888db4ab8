"""The effect of a lever: known answers, other routes, planted effects and none, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fcr_ml.drivers.doubly_robust import (
    Estimate,
    Sides,
    difference_of_rates,
    estimate_effect,
    fit_logistic,
)
from fcr_ml.drivers.effect import (
    column_shifts,
    e_value,
    e_value_of_interval,
    measure_effects,
)
from fcr_ml.drivers.levers_set import levers_set
from fcr_ml.drivers.segments import Levels
from fcr_ml.errors import SettingsError

from .numbered_log import draw_customers, draw_log, levels, log_of


def draw_sides(size: int, seed: int, effect: float, strength: float = 1.5) -> Sides:
    """Draw a lever set more often where contacts repeat more, in two columns."""
    draw = np.random.default_rng(seed)
    owners = draw_customers(size, draw)
    topic, busy = draw.integers(0, 6, size), draw.integers(0, 3, size)
    likely = 1 / (1 + np.exp(2 - strength * (topic / 5 + busy / 2)))
    is_set = draw.random(size) < likely
    rate = 0.1 + 0.05 * topic + 0.08 * busy + draw.beta(0.4, 1.6, size)[owners] * 0.3
    repeated = draw.random(size) < np.clip(rate + effect * is_set, 0, 1)
    return Sides(is_set, repeated.astype(float), owners, [levels(topic), levels(busy)])


def test_one_column_is_standardised_by_its_own_rates() -> None:
    # Hard: 300 set repeat at 60 %, 100 not at 50 %. Easy: 100 at 30 %, 300 at 20 %. Those
    # set would repeat 42.5 % otherwise, not 52.5 %: ten points; raw it is 25.
    cells = [("hard", 1, 3_000, 1_800), ("hard", 0, 1_000, 500)]
    cells += [("easy", 1, 1_000, 300), ("easy", 0, 3_000, 600)]
    topic = np.concatenate([[name] * count for name, _, count, _ in cells])
    is_set = np.concatenate([np.full(count, bool(one)) for _, one, count, _ in cells])
    repeated = np.concatenate([np.arange(count) < some for *_, count, some in cells])
    sides = Sides(is_set, repeated.astype(float), np.arange(8_000), [levels(topic)])

    assert difference_of_rates(sides).value == pytest.approx(0.525 - 0.275)
    told = estimate_effect(sides)
    assert told.effect.value == pytest.approx(0.10, abs=2e-3)
    assert told.ratio.value == pytest.approx(0.525 / 0.425, abs=0.01)
    assert told.overlap_rate == 1.0
    assert told.imbalance_after < 0.01 < told.imbalance_before


def test_it_agrees_with_mantel_and_haenszel() -> None:
    # With one effect in every stratum the two estimate the same; statsmodels has the other.
    sm = pytest.importorskip("statsmodels.api")
    sides = draw_sides(12_000, 3, 0.08)
    strata = sides.columns[0].codes * 10 + sides.columns[1].codes
    table = pd.crosstab([strata, sides.is_set], sides.repeated)
    ours = estimate_effect(sides)
    top, bottom = 0.0, 0.0
    for stratum in np.unique(strata):
        (none, some), (kept, more) = table.loc[stratum].to_numpy()
        a, b, total = kept + more, none + some, table.loc[stratum].to_numpy().sum()
        top += (more * b - some * a) / total
        bottom += a * b / total
    assert ours.effect.value == pytest.approx(top / bottom, abs=0.012)
    dummies = pd.get_dummies(strata, drop_first=True).to_numpy(dtype=float)
    design = sm.add_constant(np.column_stack([sides.is_set, dummies]).astype(float))
    fitted = sm.OLS(sides.repeated, design).fit(
        cov_type="cluster", cov_kwds={"groups": sides.customers}
    )
    assert ours.effect.value == pytest.approx(fitted.params[1], abs=0.012)
    half = (ours.effect.high - ours.effect.low) / 2
    assert half == pytest.approx(1.96 * fitted.bse[1], rel=0.25)


def test_the_likelihoods_are_those_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    sides = draw_sides(2_000, 1, 0.0)
    columns = [Levels(np.zeros(2_000, dtype=np.int64), []), *sides.columns]
    design = np.column_stack(
        [one.codes == code for one in sides.columns for code in range(1, len(one.names) + 1)]
    )
    route = LogisticRegression(C=1.0, tol=1e-10, max_iter=5_000).fit(design, sides.is_set)
    effects = fit_logistic(columns, sides.is_set.astype(float))

    begins = [2, 2 + columns[1].size]
    told = [
        effects[at + c]
        for at, one in zip(begins, sides.columns, strict=True)
        for c in range(1, len(one.names) + 1)
    ]
    assert told == pytest.approx(route.coef_[0], abs=1e-4)
    assert effects[0] == pytest.approx(route.intercept_[0], abs=1e-4)


def test_planted_effects_are_recovered_and_their_intervals_hold() -> None:
    told = [estimate_effect(draw_sides(4_000, seed, 0.10)) for seed in range(16)]
    values = [one.effect.value for one in told]
    assert np.mean(values) == pytest.approx(0.10, abs=0.015)
    assert np.mean([one.effect.low <= 0.10 <= one.effect.high for one in told]) >= 0.8
    raw = [difference_of_rates(draw_sides(4_000, seed, 0.10)).value for seed in range(10)]
    assert np.mean(raw) > 0.14  # what confounds them was there to be taken off


def test_nothing_is_found_where_nothing_was_planted() -> None:
    told = [estimate_effect(draw_sides(4_000, 100 + seed, 0.0)).effect for seed in range(16)]
    assert np.mean([one.low <= 0 <= one.high for one in told]) >= 0.8
    assert abs(np.mean([one.value for one in told])) < 0.015


@pytest.mark.parametrize("is_rate_odd", [True, False])
def test_it_is_right_if_either_model_is(is_rate_odd: bool) -> None:
    # Rates that only a pair of values raises, or a lever that only a pair makes likely: one
    # of the additive models is wrong, and with the other one right the estimate stands.
    values = []
    for seed in range(10):
        draw = np.random.default_rng(seed)
        one, other = draw.integers(0, 2, (2, 10_000))
        is_both = (one == 1) & (other == 1)
        likely, rate = 0.2 + 0.6 * is_both, 0.2 + 0.2 * one + 0.2 * other
        if is_rate_odd:
            likely, rate = 1 / (1 + np.exp(1.5 - one - other)), 0.2 + 0.4 * is_both
        is_set = draw.random(10_000) < likely
        repeated = (draw.random(10_000) < rate + 0.1 * is_set).astype(float)
        sides = Sides(is_set, repeated, np.arange(10_000), [levels(one), levels(other)])
        values.append(estimate_effect(sides).effect.value)
    assert np.mean(values) == pytest.approx(0.1, abs=3 * np.std(values) / np.sqrt(10))


def test_e_values_are_those_of_vanderweele_and_ding() -> None:
    # Their example: a risk ratio of 3.9 (1.8 to 8.7) has 7.26, and 3.0 at the nearer end.
    assert e_value(3.9) == pytest.approx(7.26, abs=0.01)
    assert e_value_of_interval(Estimate(3.9, 1.8, 8.7)) == pytest.approx(3.0, abs=0.01)
    assert e_value(1 / 3.9) == pytest.approx(e_value(3.9))
    assert e_value_of_interval(Estimate(0.9, 0.7, 1.2)) == 1.0
    assert np.isnan(e_value_of_interval(Estimate(np.nan, np.nan, np.nan)))


def test_the_strongest_column_is_the_one_that_confounds() -> None:
    sides = draw_sides(8_000, 2, 0.0)
    draw = np.random.default_rng(0)
    idle = levels(draw.integers(0, 4, 8_000))
    shifts = column_shifts(
        Sides(sides.is_set, sides.repeated, sides.customers, [idle, *sides.columns])
    )
    assert shifts[0] < 0.005 < min(shifts[1:])


def test_levers_are_told_from_a_log() -> None:
    log = draw_log(8_000, 1, transfer=0.1)
    told = measure_effects(log).set_index("value")
    assert told.index.tolist() == ["transferred", "chat", "email"]
    assert told.loc["transferred", "effect"] == pytest.approx(0.1, abs=0.04)
    assert told.loc["transferred", "difference"] > told.loc["transferred", "effect"]
    assert told.loc["transferred", "adjusted_for"] == "channel + topic"
    # The channel is no more known before the channel than the queue is.
    assert told.loc["chat", "adjusted_for"] == "topic"
    assert measure_effects(log, "transfer").set_index("value").equals(told.loc[["transferred"]])


def test_handle_time_is_never_adjusted_for() -> None:
    for lever in levers_set(draw_log(500, 0)):
        assert not {"handle_minutes", "csat", "transfers"} & set(lever.columns)


def test_late_answers_are_held_against_those_in_time_where_answers_take_hours() -> None:
    draw = np.random.default_rng(0)
    channel = draw.choice(["voice", "email"], 4_000)
    hours = np.where(channel == "email", draw.exponential(20, 4_000), 0.1)
    repeated = draw.random(4_000) < 0.2 + 0.2 * ((hours > 12) & (channel == "email"))
    log = log_of(repeated, channel=channel, topic=draw.integers(0, 3, 4_000), answer_hours=hours)
    told = measure_effects(log, "first_answer").iloc[0]
    assert told["against"] == "answered within 12 hours"
    assert told["closed_with"] + told["closed_without"] == (channel == "email").sum()
    assert told["effect_low"] <= 0.2 <= told["effect_high"]


def test_an_estimate_without_others_alike_is_refused_with_words() -> None:
    # Everything transferred is about one topic, and everything about it is transferred.
    draw = np.random.default_rng(0)
    topic = draw.integers(0, 3, 3_000)
    log = log_of(draw.random(3_000) < 0.3, topic=topic, transfers=topic == 0)
    told = measure_effects(log).iloc[0]
    assert told["verdict"] == "no estimate"
    assert "of its contacts have others like them" in told["remark"]
    assert told[["effect", "e_value"]].isna().all()
    assert told["closed_with"] == (topic == 0).sum()


@pytest.mark.parametrize("count", [0, 5])
def test_a_side_with_too_few_contacts_has_no_estimate(count: int) -> None:
    log = log_of(
        np.arange(200) % 4 == 0, topic=np.arange(200) % 3, transfers=np.arange(200) < count
    )
    told = measure_effects(log, "transfer").iloc[0]
    assert told["remark"] == "not enough contacts transferred"
    assert pd.isna(told["difference"])


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_logs_that_all_repeat_or_not_at_all_show_no_effect(rate: float) -> None:
    log = log_of(np.full(400, rate), topic=np.arange(400) % 3, transfers=np.arange(400) % 2)
    told = measure_effects(log).iloc[0]
    assert told["verdict"] == "no estimate"
    assert told["remark"] == "all contacts agree, so there is nothing to compare"


def test_a_side_that_agrees_is_not_certain() -> None:
    # None of 40 transferred repeated, of the others one in four: the exact 95 % interval of
    # none in forty reaches to 9 %, and so must the doubt of the effect.
    place = np.arange(400)
    log = log_of((place % 4 == 0) & (place >= 40), topic=place % 3, transfers=place < 40)
    told = measure_effects(log).iloc[0]
    assert told["effect"] == pytest.approx(-0.25, abs=0.02)
    assert told["effect_high"] - told["effect"] > 0.05


def test_a_log_without_levers_says_so() -> None:
    log = log_of(np.arange(100) % 3 == 0, topic=np.arange(100) % 4)
    assert measure_effects(log).empty
    with pytest.raises(SettingsError, match="it needs the column transfers"):
        measure_effects(log, "transfer")
    with pytest.raises(SettingsError, match="did you mean transfer"):
        measure_effects(log, "transfers")


def test_two_runs_give_the_same() -> None:
    log = draw_log(2_000, 3)
    pd.testing.assert_frame_equal(measure_effects(log), measure_effects(log))
