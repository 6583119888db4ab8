"""What a month has decided, in the words of a team lead.

Enters: a decision and a release's manifest as plain mappings. Leaves: sentences. Nothing
is computed; the figures are those of the decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from fcr_ml.reports import wording
from fcr_ml.reports.comparisons import signed_interval

Told = Mapping[str, Any]

LEVEL = "99 %"
"""Of the intervals that a verdict rests on; a page says 95 % everywhere else."""

SCORERS = {"champion": "champion", "challenger": "challenger", "rule": "rule of thumb"}

LIMITS = (
    "It knows one contact log. It is not for the log of another centre, nor for what began there "
    "after its moment: a new channel, product or kind of contact it has never seen.",
    "A risk is a probability that a contact will be repeated. It is no verdict on a customer: do "
    "not use it to refuse, delay or price anything, and never as the reason for how someone is "
    "treated.",
    "People are not drivers: neither risk nor topics judge an agent, and neither is a target.",
    "Nobody has to be called because of a risk; it says whom to call first when not all can be.",
    "Resolved means that no follow-up was seen. Some customers give up; a low risk does not know.",
    "Figures of past months hold for months like them. Contacts that were helped because they "
    "were flagged are left out of what it learns from, and so it needs the share that is left "
    "alone.",
    "Its own test and the replay rank contacts by repeats that links found; a link has a "
    "probability, and a wrong link is a wrong repeat.",
)


def outcome_sentence(decision: Told, in_use: str | None) -> str:
    """Give what has happened and why, in one sentence.

    Parameters
    ----------
    decision : mapping
    in_use : str, optional
        The release that is in use now.
    """
    challenger, champion = decision["challenger"], decision["champion"]
    outcome = decision["verdict"]["outcome"]
    if challenger == in_use and outcome == "promote":
        return f"{challenger} is in use: {_why_it_comes(decision)}."
    if challenger == in_use:
        return f"{challenger} is in use: somebody took it into use, whatever the verdict."
    if outcome == "promote":
        return (
            f"{in_use} stays in use: it was taken into use later, or was not what {challenger} was "
            "compared with."
        )
    stays = "No release is in use" if champion is None else f"{champion} stays in use"
    return f"{stays}: {_why_it_stays(decision)}."


def _why_it_comes(decision: Told) -> str:
    champion = decision["champion"]
    if champion is None:
        return "it is the first release"
    if "gain" not in decision["verdict"]["figures"]:
        return f"{champion} cannot be read by this program"
    return f"it finds repeats better than {champion} did"


def _why_it_stays(decision: Told) -> str:
    challenger, verdict = decision["challenger"], decision["verdict"]
    gain, failed = verdict["figures"].get("gain"), failed_gates(verdict)
    if decision["champion"] is None:
        return f"{challenger}, the first, is too good to be true"
    if verdict["outcome"] == "keep" and gain is None:
        return f"{challenger} tells risks of another thing"
    if gain is None:
        return f"there is not enough yet to compare {challenger} with it"
    if verdict["outcome"] == "too close":
        return f"{challenger} is not shown to find repeats better or worse"
    if gain["high"] < 0:
        return f"{challenger} finds repeats worse"
    conditions = "one condition" if len(failed) == 1 else f"{len(failed)} conditions"
    return f"{challenger} fails {conditions} that a release must meet"


def verdict_sentence(decision: Told) -> str:
    """Give the verdict of a card, which does not know what is in use when it is read."""
    outcome, champion = decision["verdict"]["outcome"], decision["champion"]
    if outcome == "promote":
        place = "" if champion is None else f", in place of {champion}"
        return f"Verdict: promote{place}; {_why_it_comes(decision)}."
    if outcome == "keep" and champion is not None:
        return f"Verdict: keep {champion}; {_why_it_stays(decision)}."
    stays = "" if champion is None else f"; {champion} stays"
    return f"Verdict: {outcome}{stays}: {_why_it_stays(decision)}."


def failed_gates(verdict: Told) -> list[Told]:
    """Give the conditions that were not met."""
    return [gate for gate in verdict["gates"] if not gate["is_passed"]]


def gain_sentences(figures: Told) -> tuple[str, ...]:
    """Give the differences in average precision with their intervals and counts."""
    if "gain" not in figures:
        return ()
    contacts, customers = (wording.count(figures[name]) for name in ("contacts", "customers"))
    repeats = wording.count(figures["repeats"])
    over = [("gain", "over the champion"), ("gain_over_rule", "over the rule of thumb")]
    gains = "; ".join(
        f"{signed_interval(told['value'], told['low'], told['high'], 3)} {name}"
        for key, name in over
        if (told := figures.get(key)) is not None
    )
    return (
        f"{contacts} contacts of {customers} customers with {repeats} expected repeats; none had "
        "been seen by what ranked it.",
        f"Difference in average precision (AP), {LEVEL} interval by customer: {gains}.",
    )


def replayed(decision: Told) -> str:
    """Say which months were replayed."""
    months = decision["months"]
    if not months:
        return "No past month was replayed."
    compared = [month for month in months if month[2] != month[3]]
    first, last = (wording.day(moment) for moment in (months[0][0], months[-1][1]))
    count = f"{len(months)} month" if len(months) == 1 else f"{len(months)} months"
    told = f"{count} replayed, {first} to {last}"
    if not compared or len(compared) == len(months):
        return f"{told}."
    first, last = (wording.day(moment) for moment in (compared[0][0], compared[-1][1]))
    return f"{told}; {len(compared)} compared, {first} to {last}: before, both are one release."


def figure_rows(figures: Told) -> list[tuple[str, ...]]:
    """Give a row of figures a scorer, the champion first; none where nothing was compared."""
    return [
        (name, *(wording.number(told.get(key), 3) for key in FIGURES))
        for scorer, name in SCORERS.items()
        if (told := figures.get(scorer)) is not None
    ]


FIGURES = {
    "ap": "Average precision",
    "auc": "AUC",
    "brier": "Brier score",
    "calibration_error": "Calibration error",
}


def passed(gate: Told) -> str:
    """Say whether a condition is met."""
    return "passed" if gate["is_passed"] else "failed"


def reading_of(manifest: Told) -> str:
    """Give the reading and the window that a release is about, such as ``related, 7 days``."""
    casebook = manifest["told"]["settings"]["casebook"]
    return f"{wording.reading(casebook['reading'])}, {wording.window(casebook['window'])}"


def chosen_row(figures: Told) -> Told | None:
    """Give the figures of a release's scorer on its own test; None where it had none."""
    tried = figures.get("tried") or []
    return next((row for row in tried if row["scorer"] == figures.get("chosen")), None)


def value_interval(row: Told, key: str, digits: int = 3) -> str:
    """Give a figure of a row with its interval, where there is one."""
    value, low, high = (row.get(name) for name in (key, f"{key}_low", f"{key}_high"))
    if value is None or pd.isna(value):
        return wording.NOTHING
    return wording.number_interval(value, low, high, digits)
