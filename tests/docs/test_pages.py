"""Hold the pages to the code: tables of columns, links, commands, examples, reasons, numbers."""

import doctest
import inspect
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import typer.core
import typer.main

from fcr_ml.cli.app import app
from fcr_ml.contacts.check import check_log
from fcr_ml.contacts.clean import clean_log
from fcr_ml.contacts.read import read_log
from fcr_ml.drivers.excess import rank_drivers
from fcr_ml.frames.tables import CASEBOOK_TABLES
from fcr_ml.links import candidates, coincidence, near_far, verdicts
from fcr_ml.topics import carriers, clusters, emerging, given_names, model, names, space, tree
from fcr_ml.topics import map as note_map
from tests.docs.conftest import Demonstration, console_lines
from tests.docs.generated import (
    CASEBOOK_PAGE,
    DECLARED,
    FILE_PAGE,
    README,
    RESULTS_PAGE,
    ROOT,
    part,
)

DOCS = ROOT / "docs"
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *DOCS.glob("*.md"),
        *ROOT.glob("pipelines/*.md"),
        *ROOT.glob("models/*.md"),
    ]
)
LIMITS = (DOCS / "limits.md").read_text(encoding="utf-8")
DEFINITIONS = (DOCS / "definitions.md").read_text(encoding="utf-8")
TOPICS = " ".join((DOCS / "topics.md").read_text(encoding="utf-8").split())


def _anchor(heading: str) -> str:
    """Give the anchor that a heading gets: lower case, no signs, dashes for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _anchors(page: Path) -> set[str]:
    text = page.read_text(encoding="utf-8")
    return {_anchor(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize(
    ("page", "name", "give"),
    [(path, name, give) for (path, name), give in DECLARED.items()],
    ids=[name for _, name in DECLARED],
)
def test_tables_agree_with_the_code(page: Path, name: str, give: Callable[[], str]) -> None:
    told = part(page.read_text(encoding="utf-8"), name)

    assert told == give(), "write it anew with python -m tests.docs.generated"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)

    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        assert "://" not in target, "the pages need nothing from outside"
        path, _, anchor = target.partition("#")
        aim = (page.parent / path) if path else page
        assert aim.exists(), target
        assert not anchor or anchor in _anchors(aim), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_are_understood(page: Path) -> None:
    for line in console_lines(page.read_text(encoding="utf-8")):
        words = shlex.split(line)
        if words[0] == "fcr":
            assert _understood(typer.main.get_group(app), words[1:]), line


@pytest.mark.parametrize("line", ["analyse contacts.csv", "analyze contacts.csv --readings 7d"])
def test_a_command_that_is_unknown_is_not_understood(line: str) -> None:
    with pytest.raises(Exception, match=r"analyse|No such option"):
        _understood(typer.main.get_group(app), shlex.split(line))


def _understood(group: typer.core.TyperGroup, words: list[str]) -> bool:
    """Read a command line as the program does; what it does not know raises."""
    command = group.commands[words[0]]
    if isinstance(command, typer.core.TyperGroup):
        return _understood(command, words[1:])
    return command.make_context(words[0], words[1:]).command is command


@pytest.mark.parametrize(
    "page", [README, *sorted(DOCS.glob("*.md"))], ids=lambda page: str(page.relative_to(ROOT))
)
def test_examples_run(
    page: Path, demonstration: Demonstration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(demonstration.folder)
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    example = doctest.DocTestParser().get_doctest(
        "\n".join(blocks), {}, page.name, str(page), lineno=0
    )

    failed, _ = doctest.DocTestRunner().run(example)

    assert failed == 0


def test_every_reason_for_setting_a_row_aside_is_explained(tmp_path: Path) -> None:
    log = tmp_path / "contacts.csv"
    log.write_text(
        "contact_id,customer_id,started_at,ended_at\n"
        "c1,a,2025-01-06T08:00Z,2025-01-06T09:00Z\n"
        "c1,a,2025-01-06T08:00Z,2025-01-06T09:00Z\n"
        "c1,b,2025-01-06T08:00Z,2025-01-06T09:00Z\n"
        ",a,2025-01-06T08:00Z,\n"
        "c2,unknown,2025-01-06T08:00Z,\n"
        "c3,a,,\n"
        "c4,a,den sjätte,\n"
        "c5,a,2025-01-06T08:00Z,sent\n"
        "c6,a,2025-01-06T08:00Z,2025-01-06T07:00Z\n"
        "c7,a,2025-03-06T08:00Z,\n"
        "c8,a,2025-01-06T08:00Z,,,,one,two,three\n",
        encoding="utf-8",
    )
    clean = clean_log(read_log([str(log)]), as_of="2025-02-01")

    reasons = set(clean.set_aside["reason"])
    page = FILE_PAGE.read_text(encoding="utf-8")
    assert len(reasons) == 10
    assert all(f"| `{reason}` |" in page for reason in reasons)


def test_everything_that_a_missing_column_switches_off_is_told(tmp_path: Path) -> None:
    log = tmp_path / "contacts.csv"
    days = [f"c{n},a,2025-{n // 28 + 1:02d}-{n % 28 + 1:02d}T08:00Z\n" for n in range(150)]
    log.write_text("contact_id,customer_id,started_at\n" + "".join(days))

    found = check_log(read_log([str(log)]))

    page = " ".join(FILE_PAGE.read_text(encoding="utf-8").split())
    assert len(found.switched_off) == 11
    for switched_off, lacks in found.switched_off:
        rows = re.findall(r"\| (`[^|]+) \| ([^|]+) \|", page)
        needed = " and ".join(f"`{name}`" for name in lacks.split(" or "))
        assert (needed, switched_off) in rows


def test_every_section_of_the_page_is_explained(demonstration: Demonstration) -> None:
    page = (demonstration.folder / "results" / "report.html").read_text(encoding="utf-8")
    titles = re.findall(r"<h2 id=[^>]*>([^<]+)</h2>", page)

    assert len(titles) == 25
    assert {_anchor(title) for title in titles} <= _anchors(RESULTS_PAGE)


def test_every_result_has_a_section(demonstration: Demonstration) -> None:
    anchors = _anchors(RESULTS_PAGE)
    results = demonstration.folder / "results"

    assert {_anchor(path.name) for path in results.glob("*.csv")} <= anchors
    tables = {path.stem for path in (results / "casebook").glob("*.parquet")}
    assert tables <= _anchors(CASEBOOK_PAGE)


def test_every_reason_for_having_no_topic_is_explained() -> None:
    meaning = CASEBOOK_TABLES["topics"].columns["no_topic_reason"].meaning
    reasons = re.findall(r"\w+", meaning.partition(";")[0].replace(" or ", " "))

    assert len(reasons) == 6
    assert all(f"| `{reason}` |" in TOPICS for reason in reasons)


def test_numbers_in_the_definitions_are_those_of_the_code() -> None:
    day = candidates.DAY
    far_from, span = 7 * candidates.FAR_WEEKS[0], candidates.FAR_SPAN_SECONDS // day
    far = f"{far_from} to {far_from + span} days after"

    assert far in " ".join(DEFINITIONS.split())
    assert candidates.FAR_WEEKS[1:] == (2,)
    assert "14 to 28 days after it" in " ".join(DEFINITIONS.split())
    assert candidates.APART_WEEKS == (26, 13, 7)
    assert "half a year apart, or as far as the log allows (13 or 7 weeks)" in " ".join(
        DEFINITIONS.split()
    )
    assert f"the {coincidence.NEAR_SPAN_SECONDS // day} days after a contact" in DEFINITIONS
    assert f"next {candidates.MAX_LATER} contacts" in DEFINITIONS
    assert f"fewer than {near_far.MINIMUM_PAIRS} pairs" in DEFINITIONS
    assert f"at least {verdicts.SAME_CASE_PROBABILITY}" in DEFINITIONS


def test_numbers_in_the_limits_are_those_of_the_code() -> None:
    least = inspect.signature(rank_drivers).parameters["minimum_contacts"].default

    assert f"fewer than {near_far.MINIMUM_PAIRS} pairs" in LIMITS
    assert f"fewer than {model.MINIMUM_NOTES} different notes" in LIMITS
    assert f"below {least} a segment is not looked at" in LIMITS


def test_numbers_on_topics_are_those_of_the_code() -> None:
    sample = inspect.signature(model.TopicModel).parameters["sample_size"].default

    assert f"more than {sample:,} of them" in TOPICS
    assert f"at most {sample:,} different notes" in DEFINITIONS
    assert f"the {space.MEANING_DIMENSIONS} directions" in TOPICS
    assert f"weigh {space.WORD_WEIGHT} beside it" in TOPICS
    assert f"smoothed over {clusters.SMOOTHING_NEIGHBOURS} neighbours" in TOPICS
    assert f"to {clusters.REDUCED_DIMENSIONS} components" in TOPICS
    assert f"parts of about {clusters.USUAL_SIZE}" in TOPICS
    assert f"{tree.MEANING_WEIGHT:.0f} × mean cosine" in TOPICS
    assert f"{_signed(tree.TOPIC_CUT)} − {tree.FALL} log(notes / {tree.USUAL_NOTES:,})" in TOPICS
    assert f"further down by {tree.RARE_STEP}, or is too rare" in TOPICS
    assert f"closer by {tree.LOYALTY}" in TOPICS
    assert f"than {1 - model.FLOOR_QUANTILE:.0%}".replace("%", " %") in TOPICS
    assert f"fewer than {model.MINIMUM_NOTES} different notes" in TOPICS
    assert f"exp(cosine / {model.WARMTH})" in DEFINITIONS
    assert f"at least {carriers.FEWEST_CUSTOMERS} customers' contacts" in DEFINITIONS
    assert f"{carriers.ONE_AGENT:.0%}".replace("%", " %") + " of\nat least" in DEFINITIONS
    assert f"at least {carriers.FEWEST_CONTACTS} contacts one agent's" in DEFINITIONS
    assert f"handles {carriers.SPECIALIST:.0%}".replace("%", " %") in DEFINITIONS
    assert f"one line of {given_names.LONGEST_NAME} characters" in TOPICS
    assert f"{names.SHOWN_CHARACTERS} characters of each" in TOPICS
    assert emerging.WEEKS == 12
    assert "the twelve weeks before" in TOPICS
    assert f"some {note_map.SAMPLE:,} notes" in TOPICS
    assert f"At most {note_map.NOTES_ON_MAP:,} notes" in TOPICS


def _signed(height: float) -> str:
    """Write a height as the pages do."""
    return f"−{abs(height):.1f}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_lines_are_short_enough_to_read(page: Path) -> None:
    for line in page.read_text(encoding="utf-8").splitlines():
        assert len(line) <= 120 or line.startswith(("|", "!["))
