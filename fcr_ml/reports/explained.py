"""An explained link as words, a table and a waterfall chart.

Enters: explanations of links. Leaves: text for the terminal, or sections of a page. No
note is shown, and nothing is computed but running sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fcr_ml.reports import charts, wording
from fcr_ml.reports.explain import LinkExplanation
from fcr_ml.reports.rungs import SLIGHT, length_of_time, signed
from fcr_ml.reports.tables import (
    Cell,
    Chart,
    Folded,
    Part,
    Points,
    Section,
    Table,
    numbers,
    percent_cell,
    text_cell,
    words,
)

if TYPE_CHECKING:
    from fcr_ml.reports.screen import Block

HOW_TO_READ = (
    "Each bar is what one piece of evidence adds to the log-odds of a link: to the right it "
    "speaks for a link, to the left against. At the dashed line both are as likely."
)


def render_explanation(explanation: LinkExplanation, width: int = 100, colour: bool = False) -> str:
    """Give an explained link as text: what it is, its rungs, its four probabilities.

    Parameters
    ----------
    explanation : LinkExplanation
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    """
    from fcr_ml.reports.screen import as_text, grid, line

    rungs = [
        (row["rung"], row["finding"], signed(row["weight"]), _percent(row["probability_so_far"]))
        for row in explanation.rungs.to_dict("records")
    ]
    total = ("together", "", signed(explanation.log_odds), _percent(explanation.link_probability))
    verdicts = [
        (wording.verdict(verdict), _percent(probability))
        for verdict, probability in explanation.probabilities.items()
    ]
    headings = ["rung", "finding", "#weight", "#probability so far"]
    blocks: list[Block] = [
        [line(title_of(explanation), "bold"), line(facts_of(explanation))],
        [line(sentence) for sentence in in_words(explanation)],
        [line("Weights in log-odds", "bold"), grid(headings, [*rungs, total])],
        [line("Verdicts", "bold"), grid(["verdict", "#probability"], verdicts)],
    ]
    return as_text(blocks, width, colour)


def in_words(explanation: LinkExplanation) -> tuple[str, ...]:
    """Give the verdict, what speaks for and against it, and the reaction, as sentences."""
    evidence = explanation.rungs.iloc[1:]
    strongest = evidence.reindex(evidence["weight"].abs().sort_values(ascending=False).index)
    speaks = [
        ("For a link", strongest[strongest["weight"] > SLIGHT]),
        ("Against it", strongest[strongest["weight"] < -SLIGHT]),
    ]
    sides = [
        f"{side}: {'; '.join(_said(row) for row in rungs.to_dict('records'))}."
        for side, rungs in speaks
        if len(rungs)
    ]
    verdict = (
        f"The verdict is {wording.verdict(explanation.verdict)}; the contacts belong together "
        f"with probability {_percent(explanation.link_probability)}."
    )
    return (verdict, *sides, *_reaction(explanation))


def examples_section(explanations: Sequence[LinkExplanation]) -> Section:
    """Give a section of the page that explains a few links.

    Parameters
    ----------
    explanations : sequence of LinkExplanation
        Such as ``example_explanations`` gives; none gives a section that says so.
    """
    title = "Why links got their verdicts"
    if not explanations:
        return Section("examples", title, ("No link with weights is there to explain.",))
    lead = (
        "One link of each verdict, chosen because its evidence shows most, not because it is "
        "typical. " + HOW_TO_READ,
    )
    parts: list[Part] = []
    for place, explanation in enumerate(explanations, start=1):
        parts += _parts(explanation, f"example-{place}")
    return Section("examples", title, lead, tuple(parts))


def explanation_sections(explanation: LinkExplanation) -> list[Section]:
    """Give the sections of a page about one link."""
    weights, verdicts = _chart(explanation, "link"), _verdicts_table(explanation, "link")
    return [
        Section("verdict", "Verdict", in_words(explanation), (verdicts,)),
        Section("weights", "Weights", (HOW_TO_READ,), (weights, _rungs_table(explanation, "link"))),
    ]


def title_of(explanation: LinkExplanation) -> str:
    """Name the two contacts."""
    return f"{wording.name(explanation.contact_id)} → {wording.name(explanation.follow_up_id)}"


def facts_of(explanation: LinkExplanation) -> str:
    """Say in a line when the two were."""
    return (
        f"Customer {wording.name(explanation.customer_id)}: "
        f"{wording.instant(explanation.started_at)}, and again "
        f"{length_of_time(explanation.hours_between)} later, "
        f"{wording.instant(explanation.follow_up_started_at)}"
    )


def _said(rung: dict[Any, Any]) -> str:
    return f"{rung['finding']}, {signed(rung['weight'])}"


def _reaction(explanation: LinkExplanation) -> tuple[str, ...]:
    if explanation.reaction is None:
        return ()
    reaction = wording.reading(explanation.reaction)
    needs_help = explanation.needs_help_probability
    if needs_help is None:
        return (f"As a return under the same case id it reads: {reaction}.",)
    return (
        f"As a return under the same case id it reads: {reaction}; it needs more help with "
        f"probability {_percent(needs_help)}.",
    )


def _percent(share: float) -> str:
    """Give a probability; the last tenth before certainty is not rounded away."""
    if 0 < share < 0.0005:
        return "< 0.1 %"
    return "> 99.9 %" if 0.9995 < share < 1 else wording.percent(share)


def _parts(explanation: LinkExplanation, key: str) -> list[Part]:
    chart = _chart(explanation, key)
    table = _rungs_table(explanation, key)
    shares = ", ".join(
        f"{wording.verdict(verdict)} {_percent(share)}"
        for verdict, share in explanation.probabilities.items()
    )
    told = f"{title_of(explanation)}. {facts_of(explanation)}."
    said = Points((told, *in_words(explanation), f"The four verdicts: {shares}."))
    return [said, chart, Folded("Figures behind the chart", table)]


def _chart(explanation: LinkExplanation, key: str) -> Chart:
    rungs = explanation.rungs
    in_all = (
        f"Waterfall of the {len(rungs)} weights of the link {title_of(explanation)}, which add up "
        f"to probability {_percent(explanation.link_probability)}. The table beside it holds the "
        "same figures."
    )
    return Chart(f"chart-{key}", charts.waterfall_chart(_records(explanation)), in_all)


def _records(explanation: LinkExplanation) -> list[dict[str, Any]]:
    ends = explanation.rungs["weight"].cumsum().round(6)
    records = [
        {
            "place": place,
            "finding": row["finding"],
            "begin": 0.0 if place == 0 else float(ends.iloc[place - 1]),
            "end": float(ends.iloc[place]),
            "next_place": place + 1,
            "weight": signed(row["weight"]),
            "side": "for" if row["weight"] >= 0 else "against",
            "figure": f"{signed(row['weight'])}, so far {_percent(row['probability_so_far'])}",
        }
        for place, row in enumerate(explanation.rungs.to_dict("records"))
    ]
    together = {
        "place": len(records),
        "finding": f"together: {_percent(explanation.link_probability)}",
        "begin": 0.0,
        "end": round(explanation.log_odds, 6),
        "next_place": None,
        "weight": signed(explanation.log_odds),
        "side": "sum",
        "figure": f"{signed(explanation.log_odds)}, {_percent(explanation.link_probability)}",
    }
    return [*records, together]


def _rungs_table(explanation: LinkExplanation, key: str) -> Table:
    rows = [
        (
            text_cell(row["rung"]),
            text_cell(row["finding"]),
            Cell(signed(row["weight"]), float(row["weight"])),
            Cell(_percent(row["probability_so_far"]), float(row["probability_so_far"])),
        )
        for row in explanation.rungs.to_dict("records")
    ]
    together = (
        text_cell("together"),
        Cell(""),
        Cell(signed(explanation.log_odds), explanation.log_odds),
        Cell(_percent(explanation.link_probability), explanation.link_probability),
    )
    headings = words("Rung", "Finding") + numbers("Weight (log-odds)", "Probability so far")
    caption = f"The weights of the link {title_of(explanation)}"
    return Table(f"{key}-rungs", caption, headings, (*rows, together), main_row=len(rows))


def _verdicts_table(explanation: LinkExplanation, key: str) -> Table:
    told = list(explanation.probabilities)
    rows = tuple(
        (
            text_cell(wording.verdict(verdict)),
            Cell(_percent(share), share, share=share) if share == share else percent_cell(None),
        )
        for verdict, share in explanation.probabilities.items()
    )
    main = told.index(explanation.verdict) if explanation.verdict in told else None
    caption = f"The four verdicts on {title_of(explanation)}; the one given is set in bold"
    headings = words("Verdict") + numbers("Probability")
    return Table(f"{key}-verdicts", caption, headings, rows, main_row=main)
