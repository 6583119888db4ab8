"""The split of a difference in repeat rate: exact, symmetric, and as sure as it says."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.stats import false_discovery_control, t

from fcr_ml.drivers.split import (
    PARTS,
    Cells,
    name_parts,
    rate_p_values,
    split_exactly,
    standard_errors,
)

Counts = NDArray[np.int64]


def cells_of(closed: list[NDArray[Any]], repeated: list[NDArray[Any]]) -> Cells:
    """Give counts by customer and segment, before and after, as cells."""
    sides = [tuple(csr_matrix(one.astype(float)) for one in two) for two in (closed, repeated)]
    return Cells(sides[0], sides[1])  # type: ignore[arg-type]


def draw_cells(
    seed: int, shares: list[list[float]], rates: list[list[float]], customers: int = 400
) -> Cells:
    """Draw contacts of customers who differ, half of them heard on both sides.

    A customer's repeat rate lies up to .15 above or below that of the segment, and the
    number of contacts is very unequal, so that contacts are far from independent.
    """
    generator = np.random.default_rng(seed)
    own = generator.uniform(-0.15, 0.15, customers)
    closed, repeated = [], []
    for side, (share, rate) in enumerate(zip(shares, rates, strict=True)):
        is_heard = generator.random(customers) < 0.75
        number = np.minimum(generator.zipf(2.2, customers), 12) * is_heard
        placed = generator.multinomial(number, share)
        likely = np.clip(np.array(rate) + own[:, None], 0, 1)
        closed.append(placed)
        repeated.append(generator.binomial(placed, likely))
        assert side < 2
    return cells_of(closed, repeated)


def split(cells: Cells, minimum_contacts: int = 1) -> dict[tuple[int, str], Fraction]:
    closed, repeated = cells.counts(cells.closed), cells.counts(cells.repeated)
    return split_exactly(closed, repeated, name_parts(closed, minimum_contacts))


def true_parts(
    shares: list[list[float]], rates: list[list[float]]
) -> dict[str, NDArray[np.float64]]:
    """Give what the split would find in endlessly many contacts, segment by segment."""
    s, p = np.array(shares), np.array(rates)
    centre = (s * p).sum(axis=1).mean()
    return {
        "rate": s.mean(axis=0) * (p[1] - p[0]),
        "mix": (s[1] - s[0]) * (p.mean(axis=0) - centre),
    }


def test_two_segments_by_hand() -> None:
    # Before: 60 contacts, 6 repeated (10 %), and 40, 20 repeated (50 %): 26 % in all.
    # After: 40 contacts, 8 repeated (20 %), and 60, 30 repeated (50 %): 38 % in all.
    told = split_exactly(
        np.array([[60, 40], [40, 60]]), np.array([[6, 20], [8, 30]]), [("rate", "mix")] * 2
    )
    # c = 32 %. Rate: .5 x (.2 - .1) = .05 and nothing.
    # Mix: -.2 x (.15 - .32) = .034 and .2 x (.5 - .32) = .036. Together .12.
    assert told == {
        (0, "rate"): Fraction(5, 100),
        (0, "mix"): Fraction(34, 1000),
        (1, "rate"): 0,
        (1, "mix"): Fraction(36, 1000),
    }
    assert sum(told.values()) == Fraction(38 - 26, 100)


def test_new_vanished_and_too_small_by_hand() -> None:
    closed = np.array([[80, 20, 0, 0], [70, 0, 25, 5]])
    repeated = np.array([[16, 4, 0, 0], [14, 0, 10, 1]])
    assert name_parts(closed, 30) == [("rate", "mix"), ("vanished",), ("new",), ("new",)]
    told = split_exactly(closed, repeated, name_parts(closed, 30))
    # Rates 20 and 25 %, c = 22.5 %. Vanished: -.2 x (.2 - .225); new: .25 x (.4 - .225)
    # and .05 x (.2 - .225); the first: -.1 x (.2 - .225). Together .05.
    assert told == {
        (0, "rate"): 0,
        (0, "mix"): Fraction(25, 10_000),
        (1, "vanished"): Fraction(5, 1000),
        (2, "new"): Fraction(4375, 100_000),
        (3, "new"): Fraction(-125, 100_000),
    }
    assert sum(told.values()) == Fraction(5, 100)


def test_a_rate_told_by_a_few_contacts_is_not_split() -> None:
    assert name_parts(np.array([[1, 29, 30], [500, 31, 30]]), 30) == [
        ("not_split",),
        ("not_split",),
        ("rate", "mix"),
    ]
    # Even where everything may be split, what is not there has no rate.
    assert name_parts(np.array([[0, 5], [5, 0]]), 0) == [("new",), ("vanished",)]


def _random_counts(seed: int) -> tuple[Counts, Counts]:
    """Give counts of up to 30 segments, some new, some vanished, most of them small."""
    generator = np.random.default_rng(seed)
    segments = int(generator.integers(1, 30))
    closed = generator.poisson(generator.gamma(0.5, 120, segments), (2, segments))
    closed[generator.integers(0, 2), generator.random(segments) < 0.2] = 0
    closed[:, 0] += 1
    closed = closed[:, closed.sum(axis=0) > 0]
    return closed, generator.binomial(closed, generator.beta(2, 5, closed.shape))


@pytest.mark.parametrize("seed", range(200))
def test_the_parts_add_up_exactly_and_turn_their_signs(seed: int) -> None:
    closed, repeated = _random_counts(seed)
    told = split_exactly(closed, repeated, name_parts(closed, 30))
    rates = [
        Fraction(int(r), int(n))
        for n, r in zip(closed.sum(axis=1), repeated.sum(axis=1), strict=True)
    ]
    assert sum(told.values()) == rates[1] - rates[0]
    # Neither side is the measure of the other: read backwards, every sign turns.
    back = split_exactly(closed[::-1], repeated[::-1], name_parts(closed[::-1], 30))
    turned = {"new": "vanished", "vanished": "new"}
    assert back == {(k, turned.get(part, part)): -v for (k, part), v in told.items()}


def test_what_is_not_split_is_the_sum_of_what_would_be() -> None:
    closed, repeated = np.array([[50, 50], [20, 80]]), np.array([[5, 15], [2, 32]])
    apart = split_exactly(closed, repeated, [("rate", "mix")] * 2)
    together = split_exactly(closed, repeated, [("rate", "mix"), ("not_split",)])
    assert together[1, "not_split"] == apart[1, "rate"] + apart[1, "mix"]


def test_standard_errors_agree_with_leaving_one_customer_out() -> None:
    cells = draw_cells(3, [[0.4, 0.4, 0.2, 0.0]] * 2, [[0.2, 0.3, 0.4, 0.3]] * 2, 150)
    closed, repeated = ([one.toarray() for one in two] for two in (cells.closed, cells.repeated))
    # The third segment vanishes and a fourth is new.
    for counts in (closed, repeated):
        counts[1][:, 3], counts[1][:, 2] = counts[1][:, 2], 0
    cells = cells_of(closed, repeated)
    names = name_parts(cells.counts(cells.closed), 30)
    assert names[2:] == [("vanished",), ("new",)]

    def parts_without(customer: int | None) -> dict[tuple[int, str], float]:
        kept = np.arange(150) != customer
        left = cells_of([one[kept] for one in closed], [one[kept] for one in repeated])
        told = split_exactly(left.counts(left.closed), left.counts(left.repeated), names)
        sums = {(-1, p): sum(v for (_, q), v in told.items() if q == p) for p in PARTS}
        sums[-1, "difference"] = sum(told.values())
        return {key: float(value) for key, value in (told | sums).items()}

    left_out = [parts_without(customer) for customer in range(150)]
    errors = standard_errors(cells, names)["standard_error"]
    for key, error in errors.items():
        values = np.array([told[key] for told in left_out])
        jackknife = np.sqrt(149 / 150 * ((values - values.mean()) ** 2).sum())
        assert error == pytest.approx(jackknife, rel=0.08), key


SAME = [0.5, 0.3, 0.2]
OTHER = [0.3, 0.4, 0.3]
LOW = [0.2, 0.3, 0.5]
HIGH = [0.2, 0.42, 0.5]
PLANTED = {
    "nothing": ([SAME, SAME], [LOW, LOW]),
    "a shift of the mix": ([SAME, OTHER], [LOW, LOW]),
    "a higher rate": ([SAME, SAME], [LOW, HIGH]),
    "both": ([SAME, OTHER], [LOW, HIGH]),
}


@pytest.mark.parametrize("name", list(PLANTED))
def test_planted_changes_are_found_where_they_are(name: str) -> None:
    shares, rates = PLANTED[name]
    true = true_parts(shares, rates)
    held, found = [], []
    for seed in range(300):
        cells = draw_cells(seed, shares, rates)
        told = split(cells)
        errors = standard_errors(cells, [("rate", "mix")] * 3)
        half = t.ppf(0.975, errors["degrees"]) * errors["standard_error"]
        for part in ("rate", "mix"):
            estimates = [float(told[place, part]) for place in range(3)]
            found.append((part, sum(estimates)))
            gaps = [*(np.array(estimates) - true[part]), sum(estimates) - true[part].sum()]
            held += [
                (part, abs(gap) <= half[place, part])
                for place, gap in zip((0, 1, 2, -1), gaps, strict=True)
            ]
    for part in ("rate", "mix"):
        mean = np.mean([value for name, value in found if name == part])
        # The mean over 300 logs lies within four of its standard errors, about .001.
        assert mean == pytest.approx(true[part].sum(), abs=0.005)
    # A shift of the mix is no rate, and a rate no shift.
    assert true["rate"].sum() == pytest.approx(0 if rates[0] == rates[1] else 0.036, abs=0.007)
    # 95 % of some 1,200 not quite independent cases; a mix that moves by the product of two
    # small differences has no normal law, and is held more often than stated.
    of_rate = np.mean([is_held for part, is_held in held if part == "rate"])
    of_mix = np.mean([is_held for part, is_held in held if part == "mix"])
    assert 0.93 <= of_rate <= 0.97
    assert 0.93 <= of_mix <= (0.97 if shares[0] != shares[1] else 1.0)


def test_where_nothing_changed_hardly_a_log_shows_a_changed_rate() -> None:
    generator = np.random.default_rng(0)
    shown = []
    for seed in range(400):
        share = generator.dirichlet(np.full(25, 1.0))
        rate = generator.uniform(0.16, 0.5, 25)
        cells = draw_cells(seed, [list(share)] * 2, [list(rate)] * 2, 900)
        closed = cells.counts(cells.closed)
        is_told = closed.min(axis=0) >= 30
        q_values = false_discovery_control(rate_p_values(cells)[is_told])
        shown.append((q_values <= 0.05).any())
    # 5 % of 400 logs, and two standard errors of such a share.
    assert np.mean(shown) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 400)


def test_where_all_contacts_agree_the_interval_stays_open() -> None:
    ones = np.ones((200, 1), dtype=int)
    cells = cells_of([ones, ones], [0 * ones, 0 * ones])
    errors = standard_errors(cells, [("rate", "mix")])["standard_error"]
    # None of 200 twice: each rate may well be 1 %, the difference too.
    assert 0.004 < errors[-1, "difference"] < 0.02
    assert 0.004 < errors[0, "rate"] < 0.02
    assert rate_p_values(cells).tolist() == [1.0]


def test_one_customer_alone_proves_nothing() -> None:
    busy = cells_of([np.array([[400]])] * 2, [np.array([[40]]), np.array([[200]])])
    p_value = rate_p_values(busy)[0]
    assert p_value > 0.2
