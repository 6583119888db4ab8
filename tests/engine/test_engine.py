from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.engine import DuckEngine, statement
from fcr_ml.engine.duck import with_epochs

SQL_FOLDER = Path(__file__).parents[2] / "fcr_ml" / "engine" / "sql"


def test_times_become_whole_seconds() -> None:
    frame = pd.DataFrame(
        {"ended_at": pd.to_datetime(["1970-01-01 00:01:00.9", None], utc=True, format="ISO8601")}
    )

    epochs = with_epochs(frame)["ended_epoch"]

    assert epochs.tolist() == [60, pd.NA]


def test_batches_give_what_the_whole_gives() -> None:
    contacts = pd.DataFrame({"contact_id": [f"c{i}" for i in range(25)], "words": range(25)})
    with DuckEngine() as engine:
        engine.put("contacts", contacts)
        engine.map_batches(
            lambda batch: batch.assign(words=batch["words"] * 2),
            "contacts",
            {"contact_id": "VARCHAR", "words": "BIGINT"},
            out="doubled",
            batch_rows=7,
        )
        doubled = engine.fetch("doubled").sort_values("words")

    assert doubled["words"].tolist() == [2 * i for i in range(25)]
    assert len(doubled) == 25


def test_a_parquet_file_is_read_where_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "it's.parquet"
    pd.DataFrame({"words": [1, 2, 3]}).to_parquet(path)

    with DuckEngine() as engine:
        engine.put("notes", path)
        engine.run("SELECT SUM(words) AS words FROM notes", out="total")
        assert engine.fetch("total")["words"].tolist() == [6]


def test_statements_take_numbers_and_plain_names_only() -> None:
    assert "604800" in statement("outcomes", window_seconds=604_800, as_of_epoch=1)
    with pytest.raises(ValueError, match="plain name"):
        statement("outcomes", window_seconds="1; DROP TABLE contacts", as_of_epoch=1)
    with pytest.raises(ValueError, match="missing"):
        statement("outcomes", window_seconds=1)


@pytest.mark.parametrize("path", sorted(SQL_FOLDER.glob("*.sql")), ids=lambda path: path.stem)
@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
def test_statements_keep_to_the_portable_subset(path: Path, dialect: str) -> None:
    import re

    import sqlglot

    text = re.sub(r"\$\{(\w+)\}", "1", path.read_text(encoding="utf-8"))
    parsed = sqlglot.parse_one(text, dialect=dialect)

    assert parsed.key in ("select", "union")
    for forbidden in ("QUALIFY", "ASOF", "INTERVAL "):
        assert forbidden not in re.sub(r"--.*", "", text).upper()


def test_nothing_is_fetched_from_outside() -> None:
    import duckdb

    with DuckEngine() as engine, pytest.raises(duckdb.Error):
        engine.run("SELECT * FROM sqlite_scan('nowhere.db', 'contacts')", out="never")
