"""One self-contained HTML page: opens offline and asks for nothing from outside.

Enters: findings. Leaves: HTML text whose bytes depend on the findings alone. Every
value out of the data is escaped by the template; a content security policy allows
only the page's own scripts and style, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fcr_ml.frames.storage import write_text
from fcr_ml.reports import (
    appendix,
    changes,
    comparisons,
    control_chart,
    desk_list,
    effects,
    explained,
    figures,
    flag_quality,
    languages,
    next_issues,
    reconciliation,
    repeats,
    rising,
    risk_watch,
    topic_map,
    trade_offs,
    trends,
    wording,
)
from fcr_ml.reports.findings import Findings
from fcr_ml.reports.tables import Chart, NoteMap, Section

if TYPE_CHECKING:
    from jinja2 import Environment


def render_page(findings: Findings) -> str:
    """Give the page as HTML text.

    Parameters
    ----------
    findings : Findings
        Two equal findings give the same bytes.

    Returns
    -------
    str
        About 1 MB, most of it the script that draws the charts.
    """
    as_of, rule = wording.instant(findings.as_of), figures.rule_of(findings)
    return render_sheet(
        "page.html",
        sections(findings),
        kicker="First contact resolution",
        title=findings.title,
        facts=f"As of {as_of} · reading and window: {rule}",
        closing="Every figure here was computed from one frozen casebook.",
        headline=figures.headline(findings),
    )


def render_sheet(template: str, shown: Sequence[Section], **values: Any) -> str:
    """Give sections as one self-contained page under any of the templates.

    Parameters
    ----------
    template : str
        Name of a file in ``templates``.
    shown : sequence of Section
        In their order.
    **values
        What else the template asks for.
    """
    kinds = {type(part) for section in shown for part in section.parts}
    style = _asset("page.css")
    scripts = (
        *([chart_script()] if Chart in kinds else []),
        *([_asset("note_dots.js") + _asset("topic_map.js")] if NoteMap in kinds else []),
        _asset("page.js"),
    )
    return (
        _environment()
        .get_template(template)
        .render(
            sections=shown,
            style=style,
            scripts=scripts,
            policy=_policy(style, scripts),
            **values,
        )
    )


def write_page(findings: Findings, path: Path) -> None:
    """Write the page whole or not at all.

    Raises
    ------
    StorageError
        When the place cannot be written.
    """
    write_text(render_page(findings), Path(path))


def sections(findings: Findings) -> list[Section]:
    """Give the page's sections in their order."""
    shown = [
        figures.readings_section(findings),
        reconciliation.estimates_section(findings),
        reconciliation.reconciliation_section(findings),
        trends.months_section(findings),
        control_chart.weeks_section(findings),
        changes.changes_section(findings),
        trends.window_section(findings),
        rising.rising_section(findings),
        repeats.drivers_section(findings),
        comparisons.comparisons_section(findings),
        trade_offs.trade_offs_section(findings),
        effects.effects_section(findings),
        next_issues.next_issues_section(findings),
        repeats.topics_section(findings),
        topic_map.map_section(findings),
        languages.languages_section(findings),
        explained.examples_section(findings.examples),
        figures.groups_section(findings),
        desk_list.flags_section(findings),
        flag_quality.evaluation_section(findings),
        risk_watch.risk_watch_section(findings),
        appendix.missing_section(findings),
        appendix.definitions_section(),
        appendix.intervals_section(),
    ]
    return [section for section in shown if section is not None]


@lru_cache(maxsize=1)
def chart_script() -> str:
    """Give the script that draws the charts, everything it needs included."""
    import vl_convert

    # The one sequence that would end an inline script early.
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return bundle.replace("</script", "<\\/script")


def inert_json(value: Any) -> str:
    """Give JSON that cannot end the element which holds it, whatever names it carries.

    Examples
    --------
    >>> inert_json("</script>")
    '"\\\\u003c/script\\\\u003e"'
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _policy(style: str, scripts: tuple[str, ...]) -> str:
    allowed = " ".join(_hash_source(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash_source(style)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash_source(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _asset(name: str) -> str:
    return (files("fcr_ml.reports") / "templates" / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("fcr_ml.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # A percent sign stays on the line of its number.
        finalize=lambda value: (
            value.replace(" %", "\u00a0%")
            if isinstance(value, str) and not isinstance(value, Markup)
            else value
        ),
    )
    environment.filters["inert_json"] = lambda value: Markup(inert_json(value))
    environment.filters["count"] = wording.count
    environment.filters["sort_key"] = wording.sort_key
    return environment
