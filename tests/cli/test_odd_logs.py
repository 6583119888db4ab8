"""Logs with rows that cannot be used: set aside with a reason and a count, never lost."""

from __future__ import annotations

import pandas as pd
import pytest

from fcr_ml.frames import Casebook
from fcr_ml.notes.redact import MAX_CHARACTERS

TEN_SCRIPTS = [
    "The invoice shows the wrong amount again.",
    "Fakturan visar fel belopp, kunden är arg på oss.",
    "Счёт снова показывает неверную сумму.",
    "发票上的金额又错了，客户很不满意。",
    "請求書の金額がまた間違っています。",
    "청구서의 금액이 또 잘못되었습니다.",
    "الفاتورة تظهر المبلغ الخاطئ مرة أخرى.",
    "החשבונית שוב מציגה סכום שגוי.",
    "चालान में फिर से गलत राशि दिख रही है।",
    "ใบแจ้งหนี้แสดงยอดเงินผิดอีกแล้ว",
    "Το τιμολόγιο δείχνει πάλι λάθος ποσό.",
    "விலைப்பட்டியல் மீண்டும் தவறான தொகையைக் காட்டுகிறது.",
]


def _analyze(fcr, path, *more):
    """Analyze into a folder beside the log with the quickest encoder."""
    out = path.parent / "results"
    ran = fcr("--quiet", "analyze", path, "--out", out, "--encoder", "words", *more)
    assert ran.code == 0, ran.err
    return ran, out


def _set_aside(out) -> dict[str, int]:
    return pd.read_csv(out / "set_aside.csv")["reason"].value_counts().to_dict()


def _contact_ids(out) -> list[str]:
    return Casebook.open(out / "casebook").table("contacts")["contact_id"].tolist()


ODD = {
    "a repeated id": ({"contact_id": "c00"}, "contact_id repeated with other values"),
    "an end before the start": (
        {"ended_at": "2024-01-01T00:00:00Z"},
        "ends before it starts",
    ),
    "a date to come": (
        {"started_at": "2099-01-01T08:00:00Z", "ended_at": "2099-01-01T09:00:00Z"},
        "later than the moment of the analysis",
    ),
    "no customer": ({"customer_id": None}, "customer_id missing"),
}


@pytest.mark.parametrize("name", list(ODD))
def test_rows_that_cannot_be_used_are_set_aside_and_said(fcr, write_log, log_rows, name) -> None:
    changed, reason = ODD[name]
    odd = log_rows.copy()
    odd.loc[30, list(changed)] = list(changed.values())

    ran, out = _analyze(fcr, write_log(odd))

    assert _set_aside(out) == {reason: 1}
    assert len(_contact_ids(out)) == 59
    assert reason in " ".join(ran.out.split())


def test_broken_quoting_costs_the_broken_records_only(fcr, write_log, log_rows) -> None:
    text = log_rows.assign(note="fine").to_csv(index=False)
    broken = text.replace("c59,", '"c59"x,', 1)

    _, out = _analyze(fcr, write_log(broken))

    kept, aside = _contact_ids(out), _set_aside(out)
    assert len(kept) + sum(aside.values()) == 60
    assert set(log_rows["contact_id"][:59]) <= set(kept)


def test_a_quote_that_never_closes_is_told(fcr, write_log, log_rows) -> None:
    text = log_rows.assign(note="fine").to_csv(index=False)
    lines = text.splitlines()
    lines[31] = lines[31].removesuffix("fine") + '"never closed'

    ran = fcr("check", write_log("\n".join(lines)))

    assert "broken quoting" in " ".join((ran.out + ran.err).split())


def test_notes_in_many_scripts_and_with_control_characters(fcr, write_log, log_rows) -> None:
    marks = ["\x00", "\x07", "\u200b", "\u202e", "\ufeff", "\x1b[31m", "\r\n", "\u2028"]
    notes = [TEN_SCRIPTS[n % 12] + marks[n % 8] + " end" for n in range(60)]

    _, out = _analyze(fcr, write_log(log_rows.assign(note=notes), "log.parquet"))

    kept = Casebook.open(out / "casebook").table("notes")["note"]
    assert kept.notna().all()
    assert not kept.str.contains("[\x00-\x08\x0b-\x1f\u200b\u202e\ufeff]").any()
    page = (out / "report.html").read_text(encoding="utf-8")
    assert not any(note in page for note in TEN_SCRIPTS)


def test_notes_of_a_megabyte_are_read_and_cut_down_to_size(fcr, write_log, log_rows) -> None:
    long = "The router blinks red and the line is dead since Monday. " * 20_000
    notes = [long[: 1_000_000 + n] if n < 3 else "The router blinks red." for n in range(60)]

    _, out = _analyze(fcr, write_log(log_rows.assign(note=notes)))

    casebook = Casebook.open(out / "casebook")
    assert casebook.table("notes", ["note"])["note"].str.len().max() <= MAX_CHARACTERS
    assert casebook.settings["redacted"]["cut"] == 3


def test_a_single_contact_is_enough_to_be_told_there_is_not_enough(fcr, write_log, log_rows):
    ran, out = _analyze(fcr, write_log(log_rows.head(1)))

    assert "not enough contacts" in ran.out
    assert _contact_ids(out) == ["c00"]
    assert len(pd.read_csv(out / "drivers.csv")) == 0


def test_what_the_log_lacks_is_said_and_not_invented(fcr, write_log, log_rows) -> None:
    ran, out = _analyze(fcr, write_log(log_rows))

    said = " ".join(ran.out.split())
    assert "The log has no notes: there are no topics" in said
    assert "Links could not be learnt from a log so small or short" in said
    casebook = Casebook.open(out / "casebook")
    assert set(casebook.table("topics")["no_topic_reason"]) == {"no_note"}
    assert casebook.table("links")["note_similarity"].isna().all()
    fcr_figures = pd.read_csv(out / "fcr.csv")
    assert set(fcr_figures["group"]) == {"all", "channel", "reason_code", "month"}


@pytest.mark.slow
def test_one_customer_with_thirty_thousand_contacts(fcr, write_log, tmp_path) -> None:
    """A shared account: one pair a contact and position, never a square of pairs.

    Thirty thousand would make 450 million pairs; links alone are tried with a hundred.
    """
    rows = 30_000
    started = pd.Timestamp("2025-01-01T00:00Z") + pd.to_timedelta(range(rows), unit="min") * 2
    account = pd.DataFrame(
        {
            "contact_id": [f"c{n}" for n in range(rows)],
            "customer_id": "u1",
            "started_at": started,
            "ended_at": started + pd.Timedelta("1min"),
            "reason_code": ["a", "b", "c", "d"] * (rows // 4),
        }
    )

    ran, out = _analyze(fcr, write_log(account, "log.parquet"))

    assert "shared accounts" in " ".join(ran.out.split())
    casebook = Casebook.open(out / "casebook")
    assert len(casebook.table("links", ["contact_id"])) <= 20 * rows
    outcomes = casebook.table("outcomes", ["reading", "window", "is_closed", "outcome"])
    returned = outcomes[(outcomes["reading"] == "any_return") & outcomes["is_closed"]]
    # Somebody comes every two minutes, so everybody has returned.
    assert set(returned["outcome"]) == {"repeated"}
