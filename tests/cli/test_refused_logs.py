"""Logs that cannot be used: a message with the mend, code 1, and nothing left behind."""

from __future__ import annotations

import pandas as pd
import pytest

HEADER = "contact_id,customer_id,started_at"
FIRST = "c1,u1,2025-03-01T10:00:00Z"

REFUSED = {
    "empty file": ("", ["the file is empty", "export the log again"]),
    "blank lines": ("\n\n\n", ["the file is empty"]),
    "header only": (f"{HEADER}\n", ["a header and no contacts"]),
    "missing column": (
        f"contact_id,custmer,started_at\n{FIRST}\n",
        ["customer_id is missing", "the nearest is 'custmer'", "--columns customer_id=custmer"],
    ),
    "two columns missing": (
        "contact_id,colour\nc1,red\n",
        ["customer_id is missing", "started_at is missing"],
    ),
    "times without a zone": (
        f"{HEADER}\nc1,u1,2025-03-01 10:00:00\nc2,u1,2025-03-02 10:00:00\n",
        ["2 of 2 times carry no zone", "first: row 1", "--time-zone"],
    ),
    "times that are none": (
        f"{HEADER}\nc1,u1,yesterday\nc2,u1,soon\n",
        ["started_at: none of 2 times can be read", "export them as 2025-"],
    ),
    "null customers": (
        f"{HEADER}\nc1,,2025-03-01T10:00:00Z\nc2,NULL,2025-03-02T10:00:00Z\n",
        ["no contact is left", "all 2 rows", "customer_id missing 2"],
    ),
    "wrong encoding": (
        f"{HEADER},note\n{FIRST},Gerät läuft nicht für längere Zeit\n".encode("cp1252"),
        ["1 of 2 lines are not UTF-8", "first: line 2", "--encoding"],
    ),
    "no CSV at all": (b"\x00\x01\x02\x03" * 200, []),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_a_log_that_cannot_be_used_is_refused_before_any_work(
    fcr, write_log, tmp_path, name: str
) -> None:
    content, told = REFUSED[name]
    path = write_log(content)

    ran = fcr("--quiet", "analyze", path, "--out", tmp_path / "results")

    assert ran.code == 1
    assert ran.err.startswith("fcr: ")
    assert "Traceback" not in ran.err
    assert ran.out == ""
    for words in told:
        assert words in ran.err
    assert sorted(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", list(REFUSED))
def test_the_check_says_the_same_with_the_same_code(fcr, write_log, name: str) -> None:
    content, told = REFUSED[name]

    ran = fcr("check", write_log(content))

    said = " ".join((ran.out + ran.err).split())
    assert ran.code == 1
    for words in told:
        assert words in said


def test_parquet_of_something_else_is_refused_with_its_columns(fcr, write_log, tmp_path) -> None:
    invoices = pd.DataFrame({"invoice": [1, 2], "amount": [9.5, 3.0], "paid": [True, False]})
    path = write_log(invoices, "invoices.parquet")

    ran = fcr("analyze", path, "--out", tmp_path / "results")

    assert ran.code == 1
    for column in ("contact_id", "customer_id", "started_at"):
        assert f"{column} is missing" in ran.err
    assert not (tmp_path / "results").exists()


def test_parquet_of_other_types_is_refused(fcr, write_log, log_rows, tmp_path) -> None:
    path = write_log(log_rows.assign(started_at=[[1, 2]] * len(log_rows)), "log.parquet")

    ran = fcr("analyze", path, "--out", tmp_path / "results")

    assert ran.code == 1
    assert "started_at" in ran.err


def test_a_damaged_parquet_file_is_refused(fcr, write_log, log_rows, tmp_path) -> None:
    whole = write_log(log_rows, "log.parquet").read_bytes()
    path = write_log(whole[: len(whole) // 2], "half.parquet")

    ran = fcr("analyze", path, "--out", tmp_path / "results")

    assert ran.code == 1
    assert "half.parquet" in ran.err
    assert not (tmp_path / "results").exists()


def test_a_file_that_is_not_there_names_the_nearest(fcr, write_log, log_rows) -> None:
    path = write_log(log_rows)

    ran = fcr("check", path.with_name("lgo.csv"))

    assert ran.code == 1
    assert "there is no such file; the nearest name there is log.csv" in ran.err


def test_an_unknown_kind_of_file_is_wrong_usage(fcr, write_log) -> None:
    ran = fcr("check", write_log("words", "log.docx"))

    assert ran.code == 2
    assert "files of this kind are not read" in ran.err
    assert ".parquet" in ran.err


def test_all_faults_of_a_file_come_at_once(fcr, write_log, log_rows) -> None:
    broken = log_rows.drop(columns="customer_id").assign(
        started_at=log_rows["started_at"].str.removesuffix("Z")
    )

    ran = fcr("check", write_log(broken))

    said = " ".join(ran.out.split())
    assert ran.code == 1
    assert "customer_id is missing" in said
    assert "60 of 60 times carry no zone" in said
