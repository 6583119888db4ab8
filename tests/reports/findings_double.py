"""Invented findings for the report tests: nothing in here was ever measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from fcr_ml.frames.changes import CHANGES
from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.drivers import DRIVERS
from fcr_ml.frames.tables import FCR, FLAGS, TOPIC_CARDS
from fcr_ml.frames.window import DEFAULT_WINDOWS, READINGS
from fcr_ml.reports import Findings

from .reconciliation_double import definition_rows, net_rows, silence_rows

AS_OF = pd.Timestamp("2025-07-01", tz="UTC")
INJECTION = '</script><script>alert("x")</script><img src=x onerror=alert(1)>'
LONG_NAME = "Delivery slot moved by the carrier without telling anybody " * 6

_SIDES = ("before", "after")
_RATES = {"any_return": 0.66, "same_code": 0.88, "same_issue": 0.79, "related": 0.71}
_TOPICS = (
    "Invoice shows the wrong amount",
    "Router loses the line every evening",
    "发票金额不对",
    "الفاتورة غير صحيحة",
    "ใบแจ้งหนี้ไม่ถูกต้อง",
    "Reset mail never arrives",
    INJECTION,
    LONG_NAME,
)


def findings(flags: int = 50, topics: int = 40, drivers: int = 14) -> Findings:
    """Give findings of a mid-sized centre, odd names included."""
    return Findings(
        title="Parcel and line desk, first half of 2025",
        as_of=AS_OF,
        reading="related",
        window="7d",
        contacts=44_912,
        customers=18_240,
        set_aside=pd.DataFrame(
            {"reason": ["ends before it starts", "same contact_id twice"], "rows": [14, 1_203]}
        ),
        remarks=["The log has no team: drivers by team are switched off.", "12 notes were cut."],
        first_contact_at=pd.Timestamp("2025-01-01 06:02", tz="UTC"),
        last_contact_at=pd.Timestamp("2025-06-30 22:41", tz="UTC"),
        fcr=fcr_rows(),
        curve=curve_rows(),
        definitions=definition_rows(),
        net=net_rows(),
        silence=silence_rows(),
        drivers=driver_rows(drivers),
        segments_looked_at=2_293,
        topics=topic_rows(topics),
        share_without_topic=0.118,
        no_topic_rates={"thin": 0.07, "not_alike": 0.03, "no_note": 0.018},
        verdicts=pd.DataFrame(
            {
                "verdict": ["double_post", "same_issue", "next_issue", "unrelated"],
                "pairs": [312, 5_204, 3_310, 8_120],
                "expected_pairs": [298.4, 5_310.2, 3_122.0, 8_215.4],
            }
        ),
        examples=[],
        risk=risk_rows(),
        calibration=calibration_rows(),
        risk_remark="Measured on 6,120 contacts of the last closed month, trained up to 2025-05.",
        flags=flag_rows(flags),
        open_contacts=1_604,
        changes=change_rows(),
    )


def nothing_found() -> Findings:
    """Give findings of a log without notes, drivers, flags or enough contacts."""
    none = pd.DataFrame()
    tiny = fcr_row("all", "all", "related", "7d", 3, 1, 2)
    return replace(
        findings(),
        title="Tiny log",
        contacts=5,
        customers=4,
        set_aside=none,
        remarks=[],
        fcr=conform(FCR, pd.DataFrame([tiny])),
        curve=none,
        definitions=none,
        net=none,
        silence=none,
        drivers=empty(DRIVERS),
        segments_looked_at=0,
        topics=none,
        share_without_topic=None,
        verdicts=none,
        examples=[],
        risk=none,
        calibration=none,
        risk_remark="",
        flags=empty(FLAGS),
        open_contacts=2,
        changes=empty(CHANGES),
    )


def fcr_row(
    group: str,
    value: str,
    reading: str,
    window: str,
    closed: int,
    repeated: int,
    open_contacts: int = 0,
) -> dict[str, object]:
    """Give an FCR row; under 30 closed contacts there is no rate."""
    is_enough = closed >= 30
    rate = 1 - repeated / closed if is_enough else None
    half = 1.96 * np.sqrt(rate * (1 - rate) / closed) if rate is not None else 0.0
    return {
        "group": group,
        "value": value,
        "reading": reading,
        "window": window,
        "closed_contacts": closed,
        "open_contacts": open_contacts,
        "repeated_contacts": repeated,
        "fcr_rate": rate,
        "fcr_rate_low": None if rate is None else max(0.0, rate - half),
        "fcr_rate_high": None if rate is None else min(1.0, rate + half),
        "expected_fcr_rate": None if rate is None else rate - 0.011,
        "expected_fcr_rate_low": None if rate is None else max(0.0, rate - 0.011 - 1.5 * half),
        "expected_fcr_rate_high": None if rate is None else min(1.0, rate - 0.011 + 1.5 * half),
        "survival_fcr_rate": None if rate is None else rate - 0.004,
        "remark": None if is_enough else "not enough contacts",
    }


def fcr_rows() -> pd.DataFrame:
    """Give FCR overall, by month and by a few groups."""
    rows = []
    for reading in READINGS:
        for place, window in enumerate(DEFAULT_WINDOWS):
            rate = _RATES[reading] + 0.06 - 0.06 * place
            closed = 43_308 - 900 * place
            rows.append(
                fcr_row("all", "all", reading, window, closed, round(closed * (1 - rate)), 1_604)
            )
    for place in range(18):
        month = str(pd.Period("2024-01", "M") + place)
        rate = 0.68 + 0.03 * np.sin(place / 3) + 0.002 * place
        open_contacts = 1_604 if month == "2025-06" else 3
        repeated = round(2_400 * (1 - rate))
        rows.append(fcr_row("month", month, "related", "7d", 2_400, repeated, open_contacts))
    groups = {
        "channel": ["phone", "chat", "e-mail"],
        "queue": ["Billing", INJECTION, "技术支持", "Retention"],
        "language": ["en", "zh", "ar", "th"],
    }
    for group, values in groups.items():
        for place, value in enumerate(values):
            closed = 9_000 // (place + 1) if value != "Retention" else 12
            repeated = round(closed * (0.25 + 0.05 * place))
            rows.append(fcr_row(group, value, "related", "7d", closed, repeated, 40))
    return conform(FCR, pd.DataFrame(rows))


def curve_rows() -> pd.DataFrame:
    """Give repeat rates that grow with the window."""
    hours = [1, 3, 6, 12, 24, 48, 72, 120, 168, 336, 504, 720]
    return pd.DataFrame(
        [
            {
                "reading": reading,
                "hours": float(hour),
                "repeat_rate": (1 - _RATES[reading]) * np.log1p(hour) / np.log1p(168),
                "closed_contacts": 43_000 - 3 * hour,
                "longest_repeated_contacts": 14_200,
                "missed_rate": 1 - np.log1p(hour) / np.log1p(720),
                "missed_rate_low": max(0.0, 0.99 - np.log1p(hour) / np.log1p(720)),
                "missed_rate_high": min(1.0, 1.01 - np.log1p(hour) / np.log1p(720)),
            }
            for reading in READINGS
            for hour in hours
        ]
    )


CONFIRMATIONS = ("held", "not held", "too few contacts to tell", "not found before")


def driver_rows(count: int) -> pd.DataFrame:
    """Give drivers of falling excess, odd names among them."""
    names = [
        "queue = Billing",
        f"queue = {INJECTION}",
        "topic = 发票金额不对",
        "channel = chat + topic = Reset mail never arrives",
        f"topic = {LONG_NAME}",
        "topic = الفاتورة غير صحيحة",
        "product = ใบแจ้งหนี้",
    ]
    rows = []
    for place in range(count):
        excess = 820 / (place + 1)
        rows.append(
            {
                "rank": place + 1,
                "segment": names[place] if place < len(names) else f"product = Model {place}",
                "columns": "queue",
                "closed_contacts": 6_204 - 311 * place,
                "repeated_contacts": 2_310.4 - 120 * place,
                "repeat_rate": 0.372,
                "expected_repeat_rate": 0.24,
                "excess_repeats": excess,
                "excess_repeats_low": excess * 0.8 - 20,
                "excess_repeats_high": excess * 1.2 + 20,
                "q_value": 0.0001 * 3**place if place < 8 else 0.09,
                **_range("handle_hours", None if place == 3 else excess * 0.21),
                **_range("cost", excess * 6),
                **_range("avoidable_per_month", excess / 6),
                **_range("best_quarter_per_month", None if place % 2 else excess / 5),
                "best_quarter_of": place,
                "lever": "knowledge" if place % 2 else "authority",
                "error_source": "organisation",
                "confirmation": CONFIRMATIONS[place % 4],
                "confirmation_month": "2025-05",
                "confirmed_contacts": 900 - 60 * place,
                "earlier_excess_rate": 0.1 if place % 4 < 3 else None,
                "confirmed_excess_rate": 0.08 if place % 4 < 3 else None,
                "confirmed_excess_rate_low": 0.02 if place % 4 < 3 else None,
                "confirmed_excess_rate_high": 0.14 if place % 4 < 3 else None,
                "confirmation_p_value": 0.01 if place % 4 < 3 else None,
                "reading": "related",
                "window": "7d",
            }
        )
    return conform(DRIVERS, pd.DataFrame(rows))


def _range(name: str, value: float | None) -> dict[str, float | None]:
    """Give a figure from half to half as much again, or none."""
    low, high = (None, None) if value is None else (value * 0.5, value * 1.5)
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def change_rows() -> pd.DataFrame:
    """Give two months and what two topics make of their difference of 12 points."""
    parts = [
        ("all", "all", "difference", 0.12, (100, 100), (26, 38), None),
        ("all", "all", "rate", 0.05, (100, 100), (26, 38), None),
        ("all", "all", "mix", 0.07, (100, 100), (26, 38), None),
        ("topic", INJECTION, "rate", 0.05, (60, 40), (6, 8), 0.031),
        ("topic", INJECTION, "mix", 0.034, (60, 40), (6, 8), None),
        ("topic", LONG_NAME, "rate", 0.0, (40, 60), (20, 30), 0.9),
        ("topic", LONG_NAME, "mix", 0.036, (40, 60), (20, 30), None),
    ]
    rows = [
        {
            "before": "2025-05",
            "after": "2025-06",
            **dict(zip(("group", "value", "part", "change"), named, strict=True)),
            "change_low": named[3] - 0.13,
            "change_high": named[3] + 0.13,
            "q_value": q_value,
            **{f"closed_{side}": n for side, n in zip(_SIDES, closed, strict=True)},
            **{f"repeated_{side}": r for side, r in zip(_SIDES, repeated, strict=True)},
            **{f"share_{side}": n / 100 for side, n in zip(_SIDES, closed, strict=True)},
            "repeat_rate_before": repeated[0] / closed[0],
            "repeat_rate_after": repeated[1] / closed[1],
            "open_before": 0 if named[2] == "difference" else None,
            "open_after": 1_604 if named[2] == "difference" else None,
            "reading": "related",
            "window": "7d",
            "remark": None,
        }
        for *named, closed, repeated, q_value in parts
    ]
    return conform(CHANGES, pd.DataFrame(rows))


def topic_rows(count: int) -> pd.DataFrame:
    """Give topics in several scripts, one too small for a rate."""
    rows = []
    for place in range(count):
        contacts = 5_200 // (place + 1)
        rate = 0.2 + 0.02 * (place % 12) if contacts >= 130 else None
        rows.append(
            {
                "topic_id": f"t{place:03}",
                "level": "topic",
                "theme": ["paying", "moving"][place % 2],
                "topic": _TOPICS[place] if place < len(_TOPICS) else f"Order question {place}",
                "terms": "amount · invoice · wrong · charged twice · refund",
                "contacts": contacts,
                "example_contact_id": f"c-{place:06}",
                "first_seen_at": pd.Timestamp("2025-01-02", tz="UTC"),
                "last_seen_at": pd.Timestamp("2025-06-30", tz="UTC"),
                "closed_contacts": contacts - 3,
                "repeat_rate": rate,
                "low": None if rate is None else rate - 0.03,
                "high": None if rate is None else rate + 0.03,
            }
        )
    topics = pd.DataFrame(rows)
    extra = topics[["closed_contacts", "repeat_rate", "low", "high"]].astype("Float64")
    return conform(TOPIC_CARDS, topics).join(extra).join(topics["theme"])


def flag_rows(count: int) -> pd.DataFrame:
    """Give flags of falling risk, with ties and one in eight left alone."""
    rows = []
    for place in range(count):
        tie = place - place % 3 + 1
        rows.append(
            {
                "rank": place + 1,
                "contact_id": f"c-{91_000 + place}",
                "customer_id": f"k-{4_000 + place}",
                "ended_at": AS_OF - pd.Timedelta(hours=3 * place + 1),
                "hours_left": 168.0 - (3 * place + 1),
                "risk": 0.83 * 0.99 ** (place - place % 3),
                "topic": _TOPICS[place % len(_TOPICS)] if place % 5 else None,
                "channel": "phone",
                "queue": "技术支持" if place % 7 == 0 else "Billing",
                "reason_1": "third contact of the customer in 30 days",
                "reason_2": "topic repeats in 41 % of closed contacts",
                "reason_3": None if place % 4 == 0 else "transferred twice",
                "earlier_contact_id": f"c-{88_000 + place}" if place % 3 == 0 else None,
                "is_left_alone": place % 8 == 5,
                "tie_low": tie,
                "tie_high": tie + 2,
            }
        )
    return conform(FLAGS, pd.DataFrame(rows))


def risk_rows() -> pd.DataFrame:
    """Give the model and two baselines under two measures."""
    values = {
        "AUC": {"model": 0.701, "prior contacts": 0.645, "same queue's rate": 0.58},
        "precision at 60": {"model": 0.52, "prior contacts": 0.44, "same queue's rate": 0.37},
    }
    return pd.DataFrame(
        [
            {
                "name": name,
                "measure": measure,
                "value": value,
                "low": value - 0.014,
                "high": value + 0.014,
                "contacts": 6_120,
            }
            for measure, by_name in values.items()
            for name, value in by_name.items()
        ]
    )


def calibration_rows() -> pd.DataFrame:
    """Give ten bins close to agreement."""
    predicted = np.linspace(0.06, 0.74, 10)
    observed = predicted + 0.02 * np.sin(np.arange(10))
    return pd.DataFrame(
        {
            "predicted": predicted,
            "observed": observed,
            "contacts": 612,
            "low": np.maximum(observed - 0.04, 0),
            "high": observed + 0.04,
        }
    )
