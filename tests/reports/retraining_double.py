"""A decision, a release's manifest and a backtest of known figures."""

from __future__ import annotations

from typing import Any

import pandas as pd

CHAMPION, CHALLENGER = "2025-06-01-aaaaaaaa", "2025-07-01-bbbbbbbb"


def scorer(ap: float, auc: float = 0.6) -> dict[str, float]:
    return {"ap": ap, "auc": auc, "brier": 0.15, "calibration_error": 0.02}


def figures(value: float = 0.04, low: float = 0.01, high: float = 0.07) -> dict[str, Any]:
    return {
        "contacts": 1200,
        "customers": 400,
        "repeats": 240.5,
        "champion": scorer(0.30),
        "challenger": scorer(0.30 + value, 0.65),
        "rule": scorer(0.25, 0.55),
        "gain": {"value": value, "low": low, "high": high},
        "gain_over_rule": {"value": 0.05 + value, "low": 0.02, "high": 0.12},
    }


def gate(name: str, is_passed: bool = True, told: str = "AUC 0.650, champion 0.600") -> Any:
    return {"name": name, "is_passed": is_passed, "told": told}


def decision(outcome: str = "promote", **changes: Any) -> dict[str, Any]:
    verdict = {
        "outcome": outcome,
        "why": "The challenger ranks better: average precision 0.340 against 0.300.",
        "gates": [gate("calibration"), gate("links")],
        "figures": figures(),
    }
    verdict |= {name: changes.pop(name) for name in list(changes) if name in verdict}
    return {
        "as_of": "2025-07-01T00:00:00+00:00",
        "challenger": CHALLENGER,
        "champion": CHAMPION,
        "months": (("2025-06-01T00:00:00+00:00", "2025-07-01T00:00:00+00:00", "r", CHAMPION),),
        "verdict": verdict,
    } | changes


def first_decision() -> dict[str, Any]:
    why = "There was no release to compare with; its log is too small or short to try it."
    return decision(champion=None, months=(), why=why, gates=(), figures={})


def tried(name: str, ap: float, **changes: Any) -> dict[str, Any]:
    return {
        "scorer": name,
        "contacts": 500,
        "repeats": 90.2,
        "base_rate": 0.18,
        "auc": 0.612,
        "auc_low": 0.55,
        "auc_high": 0.67,
        "auc_gain": 0.05,
        "auc_gain_low": -0.01,
        "auc_gain_high": 0.11,
        "average_precision": ap,
        "brier_score": 0.14,
        "calibration_error": 0.03,
    } | changes


def manifest(name: str = CHALLENGER, **told: Any) -> dict[str, Any]:
    casebook = {"reading": "same_issue", "window": "7d", "window_from": "end", "attributes": {}}
    log = {
        "fingerprint": "57351f159581c614",
        "contacts": 2199,
        "customers": 524,
        "first_started_at": "2025-01-06T07:22:16+00:00",
        "last_started_at": "2025-06-30T17:28:17+00:00",
        "columns": ["contact_id", "customer_id", "started_at"],
    }
    known = {
        "topics": 19,
        "without_topic_rate": 0.0805,
        "open_contacts": 63,
        "links": {"method": "near against far", "judged_pairs": 0},
        "chosen": "risk model",
        "tried": [tried("base rate", 0.18), tried("risk model", 0.268)],
    }
    said: dict[str, Any] = {
        "settings": {"casebook": casebook, "risk": {}, "contacts": {}},
        "recipe": "db8fd22248156ca4",
        "encoder": {"name": "words", "fingerprint": "words-1024-1"},
        "program_version": "0.1.0",
        "libraries": {"numpy": "2.4.6"},
        "forerunner": CHAMPION,
        "log": log,
        "figures": known,
        "remarks": ["The risk model ranks better than the best baseline."],
        "log_remarks": ["set aside: started_at missing, 3 of 2,202 rows (first: row 9)."],
    }
    return {"name": name, "as_of": "2025-07-01T00:00:00+00:00", "told": said | told}


def backtest_row(
    month: str, way: str, release: str | None, ap: float | None, **changes: Any
) -> Any:
    known = {} if ap is None else {"auc": 0.6, "brier_score": 0.15, "calibration_error": 0.02}
    gains = {} if ap is None else {"caught_rate": 0.2, "gain": 0.0, "gain_low": 0.0, "gain_high": 0}
    return {
        "month": month,
        "way": way,
        "release": release,
        "contacts": 1200,
        "repeats": 240.0,
        "average_precision": ap,
        "verdict": None if month == "all" else "promote",
        **known,
        **gains,
        **changes,
    }


def backtest(low: float = 0.01, high: float = 0.05) -> pd.DataFrame:
    """Give two months: one release in the first, another in the second."""
    gain = {"gain": 0.03, "gain_low": low, "gain_high": high}
    return pd.DataFrame(
        [
            backtest_row("all", "retrained", None, 0.335, contacts=2400, **gain),
            backtest_row("all", "never retrained", None, 0.305, contacts=2400),
            backtest_row("all", "rule of thumb", None, 0.25, contacts=2400),
            backtest_row("2025-07-01", "retrained", "b", 0.34, **gain),
            backtest_row("2025-07-01", "never retrained", "a", 0.31),
            backtest_row("2025-07-01", "rule of thumb", "b", 0.25),
            backtest_row("2025-06-01", "retrained", "a", 0.30),
            backtest_row("2025-06-01", "never retrained", "a", 0.30),
            backtest_row("2025-06-01", "rule of thumb", "a", 0.25),
        ]
    )
