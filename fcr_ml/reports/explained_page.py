"""``fcr explain``: one link out of a results folder, as text and as a page of its own.

Enters: a results folder and two contacts. Leaves: text, and the page where one is asked
for.
"""

from __future__ import annotations

from pathlib import Path

from fcr_ml.frames import Casebook
from fcr_ml.frames.storage import write_text
from fcr_ml.reports.explain import LinkExplanation, explain_link
from fcr_ml.reports.explained import (
    explanation_sections,
    facts_of,
    render_explanation,
    title_of,
)
from fcr_ml.reports.page import render_sheet


def tell_link(
    results: Path,
    contact_id: str,
    follow_up_id: str,
    chart: Path | None = None,
    width: int = 100,
    colour: bool = False,
) -> str:
    """Explain a link of a results folder as text, and as a page where one is asked for.

    Parameters
    ----------
    results : pathlib.Path
        Holds the folder ``casebook``.
    contact_id, follow_up_id : str
        The earlier contact and the later one.
    chart : pathlib.Path, optional
        Where the page with the waterfall chart goes.
    width, colour
        As in :func:`render_explanation`.
    """
    casebook = Casebook.open(Path(results) / "casebook")
    explanation = explain_link(casebook, contact_id, follow_up_id)
    if chart is not None:
        write_explanation(explanation, chart)
    return render_explanation(explanation, width, colour)


def render_explanation_page(explanation: LinkExplanation) -> str:
    """Give an explained link as one self-contained page.

    Two equal explanations give the same bytes.
    """
    return render_sheet(
        "sheet.html",
        explanation_sections(explanation),
        kicker="Why a link got its verdict",
        title=title_of(explanation),
        facts=facts_of(explanation),
        closing="The weights are those the link was made with. No note is shown.",
    )


def write_explanation(explanation: LinkExplanation, path: Path) -> None:
    """Write the page of an explained link whole or not at all.

    Raises
    ------
    StorageError
        When the place cannot be written.
    """
    write_text(render_explanation_page(explanation), Path(path))
