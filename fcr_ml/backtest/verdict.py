"""Challenger against champion: promote, keep, or too close to tell.

Enters: contacts that neither had seen, with both risks and a rule's, what the topics and
links of both say of them, and what came. Leaves: a verdict with its reasons and every
figure behind it. Nothing is fitted and nothing is promoted here.

The challenger is better where its average precision is above the champion's with the
whole interval of the difference, drawn by customer. Better is not enough: it must not be
behind the rule of thumb, nor worse calibrated, nor worse on first-time customers or on any
language or channel that is large enough to tell, its topics and links must be those that
people know, and it must not be too good to be true.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from fcr_ml.risk.evaluate import TOO_GOOD
from fcr_ml.risk.metrics import Ranking, brier_score, calibration_error, customer_draws

Outcome = Literal["promote", "keep", "too close"]

LEVEL = 0.99
"""Of every interval here. A verdict falls each month: at 95 % two equal releases would be
told apart every other year, at 99 % once in eight."""

DRAWS = 1_000
MOST_ROWS = 100_000
"""The latest contacts that are drawn from; more make no interval narrower that matters."""

CALIBRATION_MARGIN = 0.01
"""A rise of the calibration error that nobody on the desk could notice."""

GROUP_MARGIN = 0.01
"""A loss inside a group below this, in AUC or as a share of the Brier score, is none."""

FEWEST_IN_GROUP, FEWEST_OF_A_KIND = 200, 30
"""Smaller groups cannot tell two releases apart; they are not asked."""

LEAST_TOPICS_KEPT = 0.6
"""Refits of one log keep above nine tenths of contacts in their topic; below six tenths the
topics are others, and every figure by topic changes its meaning."""

MOST_MORE_WITHOUT_TOPIC = 0.05
LEAST_LINKS_KEPT = 0.5
"""Share of the weight of links that both must give to the same pairs: refits a month or two
apart keep .70 to .91 on logs of 1,500 contacts and more, .54 on one of 700."""

FEWEST_IN_TOPIC = 10


@dataclass(frozen=True)
class Gate:
    """One condition.

    Parameters
    ----------
    name : str
        What is asked.
    is_passed : bool
    told : str
        The figures, in words.
    """

    name: str
    is_passed: bool
    told: str


@dataclass(frozen=True)
class Verdict:
    """What is to be done with a challenger.

    Parameters
    ----------
    outcome : {'promote', 'keep', 'too close'}
        ``keep`` and ``too close`` leave the champion in use.
    why : str
        In words.
    gates : tuple of Gate
    figures : dict
        By scorer: ``ap``, ``auc``, ``brier``, ``calibration_error``; ``gain`` in average
        precision with ``low`` and ``high``, and over the rule; ``contacts``, ``customers``,
        ``repeats``.
    """

    outcome: Outcome
    why: str
    gates: tuple[Gate, ...]
    figures: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Give it as plain numbers and words."""
        return asdict(self)


def judge_challenger(compared: pd.DataFrame, pairs: pd.DataFrame, random_state: int = 0) -> Verdict:
    """Judge a challenger on contacts that came after what either has seen.

    Parameters
    ----------
    compared : pandas.DataFrame
        A row a closed contact: ``contact_id``, ``customer_id``, ``moment_epoch``,
        ``repeated_probability``, ``earlier_contacts``, the risks ``champion``,
        ``challenger`` and ``rule``, the topics ``champion_topic_id`` and
        ``challenger_topic_id``, and ``language`` and ``channel`` where the log has them.
    pairs : pandas.DataFrame
        ``champion`` and ``challenger``, the probability of a link of each pair that
        either weighs; 0 where one does not.
    random_state : int
        Seed of the bootstrap.

    Returns
    -------
    Verdict
        ``too close`` where there is nothing to compare.
    """
    rows = compared.sort_values(["moment_epoch", "contact_id"]).tail(MOST_ROWS)
    rows = rows.reset_index(drop=True)
    labels = rows["repeated_probability"].to_numpy(np.float64)
    if min(labels.sum(), (1 - labels).sum()) < FEWEST_OF_A_KIND:
        why = (
            f"{len(rows):,} contacts with {labels.sum():,.0f} repeats have closed since the "
            f"champion was fitted; {FEWEST_OF_A_KIND} repeated and as many resolved are needed."
        )
        return Verdict("too close", why, (), {"contacts": len(rows)})
    draws = customer_draws(pd.factorize(rows["customer_id"], sort=True)[0], DRAWS, random_state)
    figures = _figures(rows, labels, draws)
    gates = (_ahead_of_rule(figures), *_gates(rows, labels, draws, pairs))
    return _weigh(figures, gates)


def _weigh(figures: dict[str, Any], gates: tuple[Gate, ...]) -> Verdict:
    failed = [gate for gate in gates if not gate.is_passed]
    gain = figures["gain"]
    told = (
        f"average precision {figures['challenger']['ap']:.3f} against "
        f"{figures['champion']['ap']:.3f}, a difference of {_signed(gain['value'])} "
        f"({_signed(gain['low'])} to {_signed(gain['high'])}) on {figures['contacts']:,} contacts"
    )
    if gain["high"] < 0:
        too = f" It also fails: {', '.join(gate.name for gate in failed)}." if failed else ""
        return Verdict("keep", f"The challenger ranks worse: {told}.{too}", gates, figures)
    if failed:
        why = "; ".join(f"{gate.name}: {gate.told}" for gate in failed)
        return Verdict("keep", f"The challenger is refused. {why}.", gates, figures)
    if gain["low"] > 0:
        return Verdict("promote", f"The challenger ranks better: {told}.", gates, figures)
    return Verdict("too close", f"Neither ranks better: {told}.", gates, figures)


def _figures(rows: pd.DataFrame, labels: np.ndarray, draws: np.ndarray) -> dict[str, Any]:
    told: dict[str, Any] = {
        "contacts": len(rows),
        "customers": int(rows["customer_id"].nunique()),
        "repeats": round(float(labels.sum()), 1),
    }
    drawn = {}
    for name in ("champion", "challenger", "rule"):
        risks = rows[name].to_numpy(np.float64)
        ranking = Ranking.of(risks, labels)
        told[name] = {
            "ap": ranking.average_precision(),
            "auc": ranking.auc(),
            "brier": brier_score(risks, labels),
            "calibration_error": calibration_error(risks, labels),
        }
        drawn[name] = ranking.average_precisions(draws)
    for key, other in (("gain", "champion"), ("gain_over_rule", "rule")):
        low, high = _interval(drawn["challenger"] - drawn[other])
        value = told["challenger"]["ap"] - told[other]["ap"]
        told[key] = {"value": value, "low": low, "high": high}
    return told


def _gates(
    rows: pd.DataFrame, labels: np.ndarray, draws: np.ndarray, pairs: pd.DataFrame
) -> Iterator[Gate]:
    champion, challenger = (rows[n].to_numpy(np.float64) for n in ("champion", "challenger"))
    yield _not_too_good(champion, challenger, labels)
    yield _calibrated(champion, challenger, labels, draws)
    groups = list(_groups(rows, labels))
    # Many groups are asked at once; each is asked the more strictly for it.
    level = 1 - (1 - LEVEL) / max(len(groups), 1)
    for name, inside in groups:
        given = (champion[inside], challenger[inside], labels[inside], draws[:, inside])
        yield _not_worse(name, *given, level)
    yield from _topics_kept(rows)
    yield _links_kept(pairs)


def _ahead_of_rule(figures: dict[str, Any]) -> Gate:
    gain = figures["gain_over_rule"]
    told = (
        f"average precision {figures['challenger']['ap']:.3f}, rule "
        f"{figures['rule']['ap']:.3f} ({_signed(gain['low'])} to {_signed(gain['high'])})"
    )
    return Gate("rule of thumb", gain["high"] >= 0, told)


def _not_too_good(champion: np.ndarray, challenger: np.ndarray, labels: np.ndarray) -> Gate:
    was, now = (Ranking.of(risks, labels).auc() for risks in (champion, challenger))
    # A champion that is as good was taken into use by a person, who has looked.
    is_passed = now <= TOO_GOOD or was > TOO_GOOD
    told = f"AUC {now:.3f}, champion {was:.3f}"
    if not is_passed:
        told += "; treat it as a leak: look for a column that is filled in after the moment"
    return Gate("too good to be true", is_passed, told)


def _calibrated(
    champion: np.ndarray, challenger: np.ndarray, labels: np.ndarray, draws: np.ndarray
) -> Gate:
    was, now = (calibration_error(risks, labels) for risks in (champion, challenger))
    drawn = [
        calibration_error(challenger[rows], labels[rows])
        - calibration_error(champion[rows], labels[rows])
        for rows in _drawn_rows(draws[:300])
    ]
    low, _ = _interval(np.array(drawn))
    is_passed = low <= 0 or now - was <= CALIBRATION_MARGIN
    return Gate("calibration", is_passed, f"calibration error {now:.3f}, champion {was:.3f}")


def _groups(rows: pd.DataFrame, labels: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Give the groups that are large enough to tell two releases apart."""
    asked = [("first-time customers", (rows["earlier_contacts"] == 0).to_numpy())]
    for column in ("language", "channel"):
        if column in rows.columns:
            values = rows[column].astype(object)
            known = sorted(set(values.dropna()))
            asked += [(f"{column} {value}", (values == value).to_numpy(bool)) for value in known]
    for name, inside in asked:
        rarer = min(labels[inside].sum(), (1 - labels[inside]).sum())
        if inside.sum() >= FEWEST_IN_GROUP and rarer >= FEWEST_OF_A_KIND:
            yield name, inside


def _not_worse(
    name: str,
    champion: np.ndarray,
    challenger: np.ndarray,
    labels: np.ndarray,
    draws: np.ndarray,
    level: float,
) -> Gate:
    """Ask whether a group is served worse: ranked worse, or given risks further off."""
    rankings = [Ranking.of(risks, labels) for risks in (champion, challenger)]
    was, now = (ranking.auc() for ranking in rankings)
    _, high = _interval(rankings[1].aucs(draws) - rankings[0].aucs(draws), level)
    is_ranked_worse = high < 0 and now - was < -GROUP_MARGIN
    off = labels * (1 - challenger) ** 2 + (1 - labels) * challenger**2
    was_off = labels * (1 - champion) ** 2 + (1 - labels) * champion**2
    mean = draws @ (off - was_off) / np.maximum(draws.sum(axis=1), 1)
    low, _ = _interval(mean, level)
    is_further_off = low > 0 and off.mean() - was_off.mean() > GROUP_MARGIN * was_off.mean()
    told = (
        f"AUC {now:.3f}, champion {was:.3f}; Brier score {off.mean():.3f}, champion "
        f"{was_off.mean():.3f}; {len(labels):,} contacts"
    )
    return Gate(name, not (is_ranked_worse or is_further_off), told)


def _topics_kept(rows: pd.DataFrame) -> Iterator[Gate]:
    """Ask whether contacts that shared a topic still do, and how many have none."""
    was, now = (rows[f"{name}_topic_id"].astype(object) for name in ("champion", "challenger"))
    both = (was.notna() & now.notna()).to_numpy(bool)
    if both.any():
        kept = min(_together(was[both], now[both]), _together(now[both], was[both]))
        told = f"{kept:.0%} of contacts are with those they were with"
        yield Gate("topics", kept >= LEAST_TOPICS_KEPT, told)
    more = float(now.isna().mean() - was.isna().mean())
    told = f"{now.isna().mean():.1%} without a topic, champion {was.isna().mean():.1%}"
    yield Gate("share without topic", more <= MOST_MORE_WITHOUT_TOPIC, told)


def _together(these: pd.Series, those: pd.Series) -> float:
    """Give the share of contacts that most of their topic went with.

    Only topics of ten contacts and more can tell; one contact is always with itself.
    """
    counts = pd.crosstab(these.to_numpy(object), those.to_numpy(object)).to_numpy()
    large = counts[counts.sum(axis=1) >= FEWEST_IN_TOPIC]
    return float(large.max(axis=1).sum() / large.sum()) if large.size else 1.0


def _links_kept(pairs: pd.DataFrame) -> Gate:
    """Ask how much of the weight that either gives to pairs both give to them."""
    weights = pairs[["champion", "challenger"]].to_numpy(np.float64)
    either = float(weights.max(axis=1, initial=0.0).sum())
    if either < FEWEST_OF_A_KIND:
        return Gate("links", True, "too few pairs are linked to ask")
    kept = float(weights.min(axis=1).sum()) / either
    told = f"{kept:.0%} of the weight of links is on the same pairs, of {len(pairs):,}"
    return Gate("links", kept >= LEAST_LINKS_KEPT, told)


def _drawn_rows(draws: np.ndarray) -> Iterator[np.ndarray]:
    for counts in draws:
        yield np.repeat(np.arange(len(counts)), counts)


def _signed(value: float) -> str:
    rounded = round(value, 3)
    return f"{rounded:+.3f}".replace("-", "\u2212") if rounded else "0.000"


def _interval(values: np.ndarray, level: float = LEVEL) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
