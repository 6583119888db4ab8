"""The parts of the pages that are written from the code and from a real run.

Enters: the declared tables, the exports, and the results of an analysis of the
simulated centre. Leaves: Markdown between two marks in a page. Write them anew with

    python -m tests.docs.generated [RESULTS]

where RESULTS is a results folder of the README's own commands; without it the parts
that tell results are left as they are.
"""

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from fcr_ml.contacts.exports import EXPORTS
from fcr_ml.contacts.set_aside import SET_ASIDE
from fcr_ml.features.described import DECLARED as FEATURES
from fcr_ml.features.described import GENERIC
from fcr_ml.frames.changes import CHANGES
from fcr_ml.frames.comparisons import COMPARISONS, TRADE_OFFS
from fcr_ml.frames.contrasts import CONTRASTS
from fcr_ml.frames.drift import DRIFT, RISK_WATCH
from fcr_ml.frames.drivers import DRIVERS
from fcr_ml.frames.effects import EFFECTS
from fcr_ml.frames.flagged import ACTED, FLAGGED, PROOF
from fcr_ml.frames.levers import LEVERS
from fcr_ml.frames.next_issues import AVOIDANCE, TRANSITIONS
from fcr_ml.frames.release_watch import RELEASE_WATCH
from fcr_ml.frames.tables import (
    CASEBOOK_TABLES,
    CONTACTS,
    EMERGING,
    FCR,
    FLAGS,
    Column,
    Table,
)
from fcr_ml.frames.trend import TREND
from fcr_ml.reports import wording
from fcr_ml.risk.pilot import plan_pilot

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
FILE_PAGE = ROOT / "docs" / "the-file-you-bring.md"
RESULTS_PAGE = ROOT / "docs" / "reading-the-results.md"
FEATURES_PAGE = ROOT / "docs" / "features.md"
PROOF_PAGE = ROOT / "docs" / "proving-that-calls-help.md"
WATCH_PAGE = ROOT / "docs" / "watching-a-release.md"
CASEBOOK_PAGE = ROOT / "docs" / "the-casebook.md"

_EXAMPLES = [f"contact-{number:07d}" for number in (69, 428, 434, 514, 532)]
"""A number to redact, a same issue under another code, a next issue under the same one."""

_KINDS = {
    "text": "text",
    "instant": "instant, UTC",
    "count": "count",
    "number": "number",
    "share": "0 to 1",
    "flag": "true or false",
    "vector": "list of numbers",
}
_UNITS = {"_seconds": "seconds", "hours": "hours", "_hours": "hours"}
_KNOWN = {"at_start": "at the start", "at_end": "at the end", "later": "later"}
_FEATURE_KNOWN = {"at_start": "at the start", "while_open": "while open", "at_end": "at the end"}
_SET_ASIDE_MEANINGS = (
    "the contact's id; empty where the row has none",
    "row in the file, counted from 1 over all sources; the heading is not counted",
    "why it is set aside",
    "what more can be said without quoting the row",
)


def part(text: str, name: str) -> str:
    """Give what stands between the marks of a generated part."""
    found = re.search(_marks(name), text, re.DOTALL)
    if found is None:
        raise LookupError(f"the page has no part '{name}'")
    return found[2].strip()


def contact_columns() -> str:
    """Give the columns of a contact log, with when each becomes known."""
    rows = [
        (
            f"`{name}`",
            column.meaning,
            _unit(name, column),
            "**yes**" if column.required else "",
            _KNOWN[column.known],
        )
        for name, column in CONTACTS.columns.items()
    ]
    return _table(("column", "meaning", "kind, unit", "required", "known"), rows)


def table_columns(table: Table) -> str:
    """Give the columns of a declared table."""
    rows = [
        (f"`{name}`", column.meaning, _unit(name, column), "" if column.required else "yes")
        for name, column in table.columns.items()
    ]
    return _table(("column", "meaning", "kind, unit", "may be empty"), rows)


def features() -> str:
    """Give every feature with its unit and from when on it is known."""
    rows = [
        (
            f"`{feature.name}`",
            feature.meaning,
            feature.unit,
            feature.group,
            "as its column" if feature in GENERIC[:2] else _FEATURE_KNOWN[feature.known],
        )
        for feature in (*FEATURES, *GENERIC)
    ]
    return _table(("feature", "meaning", "unit", "of", "known"), rows)


def set_aside_columns() -> str:
    """Give the columns of the rows set aside."""
    names = [f"`{name}`" for name in SET_ASIDE]
    return _table(("column", "meaning"), zip(names, _SET_ASIDE_MEANINGS, strict=True))


def exports() -> str:
    """Give the exports that are recognised and what they call our columns."""
    rows = []
    for export, columns in EXPORTS.items():
        needed = [f"`{columns[name][0]}`" for name in CONTACTS.required]
        others = [f"`{name}`" for name in columns if name not in CONTACTS.required]
        rows.append((export, *needed, ", ".join(others)))
    return _table(("export", *(f"`{name}`" for name in CONTACTS.required), "also found"), rows)


def log(results: Path) -> str:
    """Give five rows of the log that was analysed; it lies beside its results."""
    names = ["contact_id", "customer_id", "started_at", "channel", "reason_code", "note"]
    contacts = pd.read_parquet(results.parent / "contacts.parquet", columns=names)
    contacts = contacts[contacts["contact_id"].isin(_EXAMPLES)]
    began = contacts["started_at"].dt.strftime("%Y-%m-%d %H:%M")
    return _table(names, contacts.assign(started_at=began).itertuples(index=False))


def readings(results: Path) -> str:
    """Give FCR under every reading and window, from a results folder."""
    fcr = pd.read_csv(results / "fcr.csv", encoding="utf-8-sig")
    fcr = fcr[fcr["group"] == "all"]
    windows = list(dict.fromkeys(fcr["window"]))
    rows = []
    for reading in dict.fromkeys(fcr["reading"]):
        told = fcr[fcr["reading"] == reading].set_index("window").loc[windows]
        cells = [
            wording.percent_interval(row["fcr_rate"], row["fcr_rate_low"], row["fcr_rate_high"])
            for row in told.to_dict("records")
        ]
        rows.append((wording.reading(reading), *cells))
    return _table(("reading", *(f"within {window}" for window in windows)), rows)


def drivers(results: Path) -> str:
    """Give the first drivers, from a results folder."""
    found = pd.read_csv(results / "drivers.csv", encoding="utf-8-sig").head(5)
    rows = [
        (
            row["segment"],
            wording.count(row["closed_contacts"]),
            wording.percent(row["repeat_rate"]),
            wording.percent(row["expected_repeat_rate"]),
            wording.number_interval(
                row["excess_repeats"], row["excess_repeats_low"], row["excess_repeats_high"]
            ),
            wording.q_value(row["q_value"]),
            row["lever"],
        )
        for row in found.to_dict("records")
    ]
    headings = ("segment", "closed", "repeat rate", "its mix gives", "excess repeats", "q", "lever")
    return _table(headings, rows)


def pilots() -> str:
    """Give the contacts that a pilot takes, by what it promises and the share left alone."""
    shares = {"a tenth left alone": 0.1, "three tenths": 0.3, "half": 0.5}
    rows = []
    for gain in (0.08, 0.04, 0.02):
        for rate in (0.35, 0.5):
            counts = [plan_pilot(gain, 0.8, share, rate).contacts for share in shares.values()]
            told = (f"{100 * gain:.0f} points", f"{100 * rate:.0f} %")
            rows.append((*told, *map(wording.count, counts)))
    return _table(("gain promised", "return uncalled", *shares), rows)


DECLARED: dict[tuple[Path, str], Callable[[], str]] = {
    (FILE_PAGE, "contacts"): contact_columns,
    (FILE_PAGE, "exports"): exports,
    (FEATURES_PAGE, "features"): features,
    (RESULTS_PAGE, "fcr"): partial(table_columns, FCR),
    (RESULTS_PAGE, "drivers"): partial(table_columns, DRIVERS),
    (RESULTS_PAGE, "levers"): partial(table_columns, LEVERS),
    (RESULTS_PAGE, "contrasts"): partial(table_columns, CONTRASTS),
    (RESULTS_PAGE, "changes"): partial(table_columns, CHANGES),
    (RESULTS_PAGE, "comparisons"): partial(table_columns, COMPARISONS),
    (RESULTS_PAGE, "trade_offs"): partial(table_columns, TRADE_OFFS),
    (RESULTS_PAGE, "effects"): partial(table_columns, EFFECTS),
    (RESULTS_PAGE, "drift"): partial(table_columns, DRIFT),
    (RESULTS_PAGE, "risk_watch"): partial(table_columns, RISK_WATCH),
    (RESULTS_PAGE, "trend"): partial(table_columns, TREND),
    (RESULTS_PAGE, "transitions"): partial(table_columns, TRANSITIONS),
    (RESULTS_PAGE, "avoidance"): partial(table_columns, AVOIDANCE),
    (RESULTS_PAGE, "flags"): partial(table_columns, FLAGS),
    (RESULTS_PAGE, "flagged"): partial(table_columns, FLAGGED),
    (RESULTS_PAGE, "proof"): partial(table_columns, PROOF),
    (PROOF_PAGE, "acted"): partial(table_columns, ACTED),
    (PROOF_PAGE, "pilots"): pilots,
    (WATCH_PAGE, "release_watch"): partial(table_columns, RELEASE_WATCH),
    (RESULTS_PAGE, "emerging"): partial(table_columns, EMERGING),
    (RESULTS_PAGE, "set_aside"): set_aside_columns,
    **{
        (CASEBOOK_PAGE, f"casebook {name}"): partial(table_columns, table)
        for name, table in CASEBOOK_TABLES.items()
        if table not in (CONTACTS, EMERGING)  # whose columns stand on the other pages
    },
}
"""Parts that follow from the code alone, by page and name."""

TOLD: dict[tuple[Path, str], Callable[[Path], str]] = {
    (README, "log"): log,
    (README, "readings"): readings,
    (README, "drivers"): drivers,
}
"""Parts that tell what an analysis found, by page and name."""


def write(path: Path, name: str, text: str) -> None:
    """Put a part into its page."""
    page = path.read_text(encoding="utf-8")
    part(page, name)
    written = re.sub(_marks(name), lambda m: f"{m[1]}\n{text}\n{m[3]}", page, flags=re.DOTALL)
    path.write_text(written, encoding="utf-8")


def _marks(name: str) -> str:
    return rf"(<!-- generated: {re.escape(name)} -->)(.*?)(<!-- end -->)"


def _unit(name: str, column: Column) -> str:
    if column.kind == "number":
        return next((unit for end, unit in _UNITS.items() if name.endswith(end)), "number")
    return _KINDS[column.kind]


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    for (path, name), give in DECLARED.items():
        write(path, name, give())
    for (path, name), tell in TOLD.items() if len(sys.argv) > 1 else ():
        write(path, name, tell(Path(sys.argv[1])))
