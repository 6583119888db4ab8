"""One log under the definitions of FCR in common use, held against the main one.

Enters: a casebook. Leaves: one row a definition with its count, window, figure and
interval, and which contacts make it differ from the main reading and window. It
gives ids as examples, never a note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import pandas as pd

from fcr_ml.engine import DuckEngine, statement
from fcr_ml.frames import READINGS, Casebook, RepeatWindow
from fcr_ml.measures.fcr import with_rates
from fcr_ml.measures.groups import casebook_engine, put_asked, put_group

EXAMPLES = 5
"""Enough contacts to look a difference up in the desk's own system."""


@dataclass(frozen=True)
class Definition:
    """When a contact does not count as resolved at first contact.

    Parameters
    ----------
    definition : str
        Its key.
    name, failure : str
        What it is called, and what tells against a contact under it.
    reading, window : str
        The reading and the window; an empty window is the casebook's longest.
    is_two_sided : bool
        Whether a related contact in the window before counts as well.
    is_one_channel : bool
        Whether any contact in another channel, in the window before or after,
        counts as well.
    is_one_touch : bool
        Whether episodes are counted in place of contacts.
    """

    definition: str
    name: str
    failure: str
    reading: str = "related"
    window: str = "7d"
    is_two_sided: bool = False
    is_one_channel: bool = False
    is_one_touch: bool = False


DEFINITIONS = (
    Definition(
        "any_return",
        "No contact of any kind",
        "Any later contact, whatever it is about. The common vendor rule.",
        "any_return",
    ),
    Definition(
        "same_code",
        "No contact under the same code",
        "A later contact with the same reason code or case id.",
        "same_code",
    ),
    Definition(
        "same_issue", "Same issue", "A later contact about the very same issue.", "same_issue"
    ),
    Definition("related", "Related", "A later contact about the same issue or a next issue."),
    Definition(
        "strict",
        "Strict rule",
        "A related contact in the window before it or after it.",
        window="48h",
        is_two_sided=True,
    ),
    Definition(
        "one_contact",
        "One-contact resolution",
        "A related contact after it, or any contact in another channel before or after it.",
        is_one_channel=True,
    ),
    Definition(
        "one_touch",
        "One touch",
        "A second contact in the episode. Episodes are counted, not contacts.",
        window="",
        is_one_touch=True,
    ),
)
"""The definitions in common use, from the widest reading to the narrowest count."""


def reconcile_definitions(casebook: Casebook, minimum_contacts: int = 30) -> pd.DataFrame:
    """Give FCR of one log under every definition, and what makes each differ.

    Parameters
    ----------
    casebook : Casebook
        With contacts, links and outcomes under every reading.
    minimum_contacts : int
        Closed contacts below which a definition has no rate.

    Returns
    -------
    pandas.DataFrame
        One row a definition: ``definition``, ``name``, ``failure``, ``reading``,
        ``window``, ``is_main``; ``closed_contacts``, ``failed_contacts``,
        ``fcr_rate``, ``fcr_rate_low``, ``fcr_rate_high`` (95 %, by customer);
        ``failed_only_here`` and ``failed_only_in_main``, contacts that fail under
        this definition and not under the main one, and the other way round, with
        ``examples_only_here`` and ``examples_only_in_main``, up to five ids each
        as text. The main reading and window come first where they are none of
        the seven. A definition whose window is longer than the casebook's
        longest is left out, and so is one-contact resolution in a log without
        channels. Empty without outcomes.

    Notes
    -----
    ``failed_contacts`` = those of the main definition + ``failed_only_here`` -
    ``failed_only_in_main``: the differences add up. A contact that a definition
    does not count, or whose window still runs under it, does not fail under it.
    """
    longest = max(RepeatWindow.parse(window) for window in casebook.settings["windows"])
    asked = pd.DataFrame({"reading": READINGS, "repeat_window": str(longest)})
    with casebook_engine(casebook) as engine:
        put_asked(engine, asked, casebook.as_of)
        has_channels = _put_other_channel(engine, casebook)
        definitions, main = _applicable(casebook, longest, has_channels)
        _judge(engine, casebook, definitions)
        engine.run(statement("fcr_definition_counts"), out="counts")
        told = statement("fcr_definition_differences", main=main, examples=EXAMPLES)
        engine.run(told, out="differences")
        counts, differences = engine.fetch("counts"), engine.fetch("differences")
    if counts.empty:
        definitions = []
    rows = pd.DataFrame([asdict(d) for d in definitions], columns=list(asdict(DEFINITIONS[0])))
    rows = rows.drop(columns=["is_two_sided", "is_one_channel", "is_one_touch"])
    rows = rows.assign(is_main=rows["definition"] == main)
    rows = rows.merge(_rates(counts, minimum_contacts), on="definition", how="left")
    counted = ["closed_contacts", "failed_contacts"]
    rows[counted] = rows[counted].fillna(0).astype("int64")
    return rows.join(_differing(rows["definition"], differences))


def _applicable(
    casebook: Casebook, longest: RepeatWindow, has_channels: bool
) -> tuple[list[Definition], str]:
    """Give the definitions that this casebook can tell, and the key of the main one."""
    reading, window = casebook.settings["reading"], str(RepeatWindow.parse(_window(casebook)))
    told = [replace(d, window=d.window or str(longest)) for d in DEFINITIONS]
    told = [d for d in told if RepeatWindow.parse(d.window) <= longest]
    told = [d for d in told if has_channels or not d.is_one_channel]
    for plain in told:
        if plain.definition == reading and plain.window == window:
            return told, plain.definition
    failure = next(d.failure for d in DEFINITIONS if d.definition == reading)
    return [Definition("main", "Main", failure, reading, window), *told], "main"


def _window(casebook: Casebook) -> str:
    return str(casebook.settings["window"])


def _put_other_channel(engine: DuckEngine, casebook: Casebook) -> bool:
    """Make the nearest contact in another channel known; False in a log without channels."""
    if put_group(engine, casebook, "channel"):
        engine.run(statement("fcr_other_channel"), out="other_channel")
        return True
    put_group(engine, casebook, "all")
    none = {"contact_id": pd.Series(dtype="string"), "seconds": pd.Series(dtype="int64")}
    engine.put("other_channel", pd.DataFrame(none))
    return False


def _judge(engine: DuckEngine, casebook: Casebook, definitions: Sequence[Definition]) -> None:
    rules = pd.DataFrame([asdict(d) for d in definitions]).drop(columns=["name", "failure"])
    seconds = [RepeatWindow.parse(window).seconds for window in rules["window"]]
    flags = ["is_two_sided", "is_one_channel", "is_one_touch"]
    rules = rules.drop(columns="window").astype(dict.fromkeys(flags, "int64"))
    engine.put("definitions", rules.assign(seconds=seconds))
    from_start = int(casebook.settings["window_from"] == "start")
    engine.run(statement("fcr_definitions", from_start=from_start), out="judged")


def _rates(counts: pd.DataFrame, minimum_contacts: int) -> pd.DataFrame:
    rates = with_rates(counts).rename(columns={"repeated_contacts": "failed_contacts"})
    columns = ["fcr_rate", "fcr_rate_low", "fcr_rate_high"]
    rates[columns] = rates[columns].mask(rates["closed_contacts"] < minimum_contacts)
    return rates[["definition", "closed_contacts", "failed_contacts", *columns]]


def _differing(definitions: pd.Series, differences: pd.DataFrame) -> pd.DataFrame:
    """Give how many contacts differ and the first of them, in the order of the definitions."""
    columns = {}
    for side, name in (("here", "only_here"), ("main", "only_in_main")):
        of_side = differences[differences["side"] == side].groupby("definition")
        contacts = definitions.map(of_side["contacts"].first())
        columns[f"failed_{name}"] = contacts.fillna(0).astype("int64")
        columns[f"examples_{name}"] = definitions.map(of_side["contact_id"].agg(", ".join))
    return pd.DataFrame(columns, index=definitions.index).astype(
        {"examples_only_here": "string", "examples_only_in_main": "string"}
    )
