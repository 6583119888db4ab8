"""The card of a release: what it is, what it rests on, what it is worth, and what was decided.

Enters: a decision and a release's manifest as plain mappings. Leaves: Markdown, one
self-contained page, or text for the terminal; the same decision gives the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fcr_ml.frames.storage import write_text
from fcr_ml.reports import wording
from fcr_ml.reports.comparisons import signed_interval
from fcr_ml.reports.markdown import render_markdown
from fcr_ml.reports.page import render_sheet
from fcr_ml.reports.release_words import (
    FIGURES,
    LEVEL,
    LIMITS,
    Told,
    chosen_row,
    failed_gates,
    figure_rows,
    gain_sentences,
    outcome_sentence,
    passed,
    reading_of,
    replayed,
    value_interval,
    verdict_sentence,
)
from fcr_ml.reports.screen import as_text, grid, line
from fcr_ml.reports.tables import (
    Cell,
    Points,
    Section,
    Table,
    Terms,
    numbers,
    text_cell,
    words,
)

if TYPE_CHECKING:
    from fcr_ml.reports.screen import Block

_MOMENTS = {"end": "ends", "start": "starts", "live": "is open"}


def card_markdown(decision: Told, manifest: Told) -> str:
    """Give the card of a release as Markdown.

    Parameters
    ----------
    decision : mapping
        ``as_of challenger champion months verdict``, as a month has decided.
    manifest : mapping
        ``name as_of told``, what the challenger says of itself.
    """
    return render_markdown(_title(manifest), _facts(manifest), card_sections(decision, manifest))


def render_card_page(decision: Told, manifest: Told) -> str:
    """Give the card of a release as one self-contained page."""
    return render_sheet(
        "sheet.html",
        card_sections(decision, manifest),
        kicker="Card of a release",
        title=_title(manifest),
        facts=_facts(manifest),
        closing="Every figure was computed when the release was fitted and judged.",
    )


def write_card_page(decision: Told, manifest: Told, path: Path) -> None:
    """Write the page of a card whole or not at all.

    Raises
    ------
    StorageError
        When the place cannot be written.
    """
    write_text(render_card_page(decision, manifest), Path(path))


def render_decision(
    decision: Told, in_use: str | None, place: Path, width: int = 100, colour: bool = False
) -> str:
    """Give what a month has decided as text: the outcome, its figures, where the card is.

    Parameters
    ----------
    decision : mapping
    in_use : str, optional
        The release that is in use now.
    place : pathlib.Path
        The folder of the card.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    """
    verdict = decision["verdict"]
    blocks: list[Block] = [[line(outcome_sentence(decision, in_use), "bold")]]
    rows = figure_rows(verdict["figures"])
    if rows:
        told = (replayed(decision), *gain_sentences(verdict["figures"]))
        said = [line(" ".join(told[:2])), *map(line, told[2:])]
        heads = ("", "#AP", "#AUC", "#Brier score", "#calibration error")
        blocks.append([*said, grid(heads, rows)])
    else:
        blocks.append([line(verdict["why"])])
    failed = failed_gates(verdict)
    if failed:
        faults = [line(f"- {gate['name']}: {gate['told']}") for gate in failed]
        blocks.append([line("What it fails", "bold"), *faults])
    elif verdict["gates"]:
        blocks.append([line(f"All {len(verdict['gates'])} conditions are met.")])
    if decision["challenger"] != in_use:
        models = Path(place).parent.parent
        promote = f"fcr releases promote {decision['challenger']} --models {models} --why '...'"
        blocks.append([line(f"To take it into use by hand: {promote}")])
    blocks.append([line(f"The card: {Path(place) / 'card.html'}", "bold")])
    return as_text(blocks, width, colour)


def card_sections(decision: Told, manifest: Told) -> list[Section]:
    """Give the sections of a card in their order."""
    return [
        _decision_section(decision),
        _replay_section(decision, manifest),
        _gates_section(decision),
        _test_section(manifest),
        _purpose_section(manifest),
        _log_section(manifest),
        _making_section(manifest),
        Section("limits", "What not to use it for", (), (Points(LIMITS),)),
        _versions_section(manifest),
    ]


def _title(manifest: Told) -> str:
    return f"Release {wording.name(manifest['name'])}"


def _facts(manifest: Told) -> str:
    return (
        f"As of {wording.instant(manifest['as_of'])} · reading and window: {reading_of(manifest)}"
    )


def _decision_section(decision: Told) -> Section:
    lead = (verdict_sentence(decision), decision["verdict"]["why"])
    return Section("decision", "Decision", lead)


def _replay_section(decision: Told, manifest: Told) -> Section:
    title, figures = "Past months once more", decision["verdict"]["figures"]
    rows = figure_rows(figures)
    if not rows:
        return Section("replay", title, (replayed(decision), *_no_replay(decision)), ())
    lead = (
        f"{replayed(decision)} Each month was ranked by what had been fitted by its first day: by "
        "the champion, by the challenger's recipe refitted as of that day, and by the rule of "
        "thumb. What came afterwards judged them.",
        *gain_sentences(figures),
    )
    caption = f"Champion, challenger and rule on the same contacts ({reading_of(manifest)})"
    cells = tuple(tuple(Cell(text) for text in row) for row in rows)
    headings = words("Scorer") + numbers(*FIGURES.values())
    return Section(
        "replay",
        title,
        lead,
        (
            Table("replay-table", caption, headings, cells, main_row=_place(rows)),
            _months_table(decision),
        ),
    )


def _place(rows: list[tuple[str, ...]]) -> int | None:
    return next((place for place, row in enumerate(rows) if row[0] == "challenger"), None)


def _no_replay(decision: Told) -> tuple[str, ...]:
    if decision["champion"] is None:
        return ("There was no release to compare with.",)
    return ("Nothing was compared; the decision above says why.",)


def _months_table(decision: Told) -> Table:
    rows = tuple(
        (
            Cell(wording.day(begin)),
            Cell(wording.day(end)),
            text_cell("the champion itself" if stand_in == champion else stand_in),
            text_cell(champion),
        )
        for begin, end, stand_in, champion in decision["months"]
    )
    headings = words("From", "To", "Stood for the challenger", "Champion")
    return Table("months-table", "The months, and what ranked their contacts", headings, rows)


def _gates_section(decision: Told) -> Section:
    title, gates = "Conditions", decision["verdict"]["gates"]
    if not gates:
        return Section("gates", title, ("None was asked, for nothing was compared.",))
    failed = len(failed_gates(decision["verdict"]))
    lead = (
        f"A better ranking is not enough: {len(gates)} conditions were asked, {failed} failed. A "
        f"group counts as served worse only where the whole {LEVEL} interval, widened for the "
        "number of groups, says so and the loss is large enough to matter.",
    )
    rows = tuple(
        (
            text_cell(gate["name"]),
            Cell(passed(gate), passed(gate), is_mark=not gate["is_passed"]),
            text_cell(gate["told"]),
        )
        for gate in gates
    )
    headings = words("Condition", "Result", "Figures")
    return Section(
        "gates", title, lead, (Table("gates-table", "Every condition asked", headings, rows),)
    )


def _test_section(manifest: Told) -> Section:
    title, figures = "Its own test", manifest["told"]["figures"]
    remarks = tuple(manifest["told"].get("remarks") or ())
    tried = figures.get("tried") or []
    if not tried:
        lead = (
            "The log was too small or too short to test a risk model on contacts it had not "
            f"learned from; {figures['chosen']} ranks until then.",
            *remarks,
        )
        return Section("test", title, lead)
    first = chosen_row(figures) or tried[0]
    lead = (
        f"Tried on the latest {wording.count(first['contacts'])} closed contacts with "
        f"{wording.count(first['repeats'])} expected repeats "
        f"({wording.percent(first['base_rate'])}), {reading_of(manifest)}; learned from those "
        f"before, a whole window between. Chosen: {wording.name(figures['chosen'])}.",
        *remarks,
    )
    return Section("test", title, lead, (_tried_table(figures),))


def _tried_table(figures: Told) -> Table:
    tried = sorted(figures["tried"], key=lambda row: -(row["average_precision"] or 0))
    rows = tuple(
        (
            text_cell(row["scorer"]),
            Cell(value_interval(row, "auc"), row["auc"]),
            Cell(_gain(row)),
            *(
                Cell(wording.number(row[key], 3), row[key])
                for key in ("average_precision", "brier_score", "calibration_error")
            ),
        )
        for row in tried
    )
    headings = words("Scorer") + numbers(
        "AUC (95 %)", "Gain over earlier contacts (95 %)", *list(FIGURES.values())[:1]
    )
    headings += numbers("Brier score", "Calibration error")
    names = [row["scorer"] for row in tried]
    main = names.index(figures["chosen"]) if figures["chosen"] in names else None
    caption = (
        "The chosen scorer in bold, beside what it has to beat. Earlier contacts: the customer's "
        "count before; intervals by customer"
    )
    return Table("test-table", caption, headings, rows, main_row=main)


def _gain(row: Told) -> str:
    value, low, high = (row.get(name) for name in ("auc_gain", "auc_gain_low", "auc_gain_high"))
    return signed_interval(value, low, high, 3)


def _purpose_section(manifest: Told) -> Section:
    moment = manifest["told"]["settings"].get("risk", {}).get("moment", "end")
    lead = (
        "Everything that one contact log taught as of one moment: topics and their names, the "
        "weights by which later contacts are tied to earlier ones, and the risk that a contact "
        "will be repeated.",
        "It is for later contacts of the same centre: to place them in topics, to tie follow-ups "
        "to what they follow, and to say whom to call first while the window is running. The risk "
        f"is the one that is known when a contact {_MOMENTS.get(moment, moment)}.",
    )
    return Section("purpose", "What it is for", lead)


def _log_section(manifest: Told) -> Section:
    told = manifest["told"]
    log, figures = told["log"], told["figures"]
    days = (wording.day(log.get(name)) for name in ("first_started_at", "last_started_at"))
    pairs = (
        ("Contacts", wording.count(log.get("contacts"))),
        ("Customers", wording.count(log.get("customers"))),
        ("From – to", " – ".join(days)),
        ("Still open then", wording.count(figures.get("open_contacts"))),
        ("Columns", ", ".join(log.get("columns") or ()) or wording.NOTHING),
        ("Fingerprint of the log", wording.name(log.get("fingerprint"))),
        ("Release before it", told.get("forerunner") or "none"),
    )
    remarks = tuple(told.get("log_remarks") or ())
    return Section(
        "log", "What it was fitted on", (), (Terms(pairs), *((Points(remarks),) if remarks else ()))
    )


def _making_section(manifest: Told) -> Section:
    told = manifest["told"]
    figures, casebook = told["figures"], told["settings"]["casebook"]
    attributes = ", ".join(f"{n} ({when})" for n, when in casebook.get("attributes", {}).items())
    pairs = (
        ("Reading and window", f"{reading_of(manifest)}, from the {casebook['window_from']}"),
        ("Encoder", f"{told['encoder']['name']} ({told['encoder']['fingerprint']})"),
        ("Topics", f"{wording.count(figures['topics'])}; {_without(figures)}"),
        ("Links", _links(figures.get("links") or {})),
        ("Scorer", wording.name(figures["chosen"])),
        ("Attributes beside the usual columns", attributes or "none"),
        ("Fingerprint of the recipe", wording.name(told.get("recipe"))),
    )
    return Section("making", "How it was fitted", (), (Terms(pairs),))


def _without(figures: Told) -> str:
    return f"{wording.percent(figures['without_topic_rate'])} of contacts without a topic"


def _links(links: Told) -> str:
    told = str(links.get("method") or wording.NOTHING)
    judged = links.get("judged_pairs")
    return told if judged is None else f"{told}; {wording.count(judged)} judged pairs"


def _versions_section(manifest: Told) -> Section:
    told = manifest["told"]
    libraries = sorted((told.get("libraries") or {}).items())
    pairs = [("fcr_ml", told.get("program_version")), *libraries]
    terms = Terms(tuple((name, str(number)) for name, number in pairs))
    return Section("versions", "Versions", (), (terms,))
