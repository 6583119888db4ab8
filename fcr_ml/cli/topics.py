"""``fcr topics``: look at the topics of results, and change them by hand.

Enters: words typed in a terminal. Leaves: text, and a changed folder ``topics`` in the
results; the figures follow with the next analysis.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from fcr_ml.cli.options import Results, width

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")

TopicId = Annotated[str, typer.Argument(help="The topic's id, such as t012.", show_default=False)]


@app.callback()
def topics() -> None:
    """Topics of results: look at them, and change them by hand.

    Example: `fcr topics list --results results/`
    """


@app.command(name="list")
def list_topics(results: Results = Path("results")) -> None:
    """List the topics: contacts, theme, what was done by hand, an example's id.

    Example: `fcr topics list --results results/`
    """
    from fcr_ml.topic_editing import tell_topics

    typer.echo(tell_topics(results, width(), sys.stdout.isatty()), nl=False)


@app.command()
def show(topic_id: TopicId, results: Results = Path("results")) -> None:
    """Show a topic: its terms, the topics closest to it, where it comes from.

    Example: `fcr topics show t012 --results results/`
    """
    from fcr_ml.topic_editing import tell_topic

    typer.echo(tell_topic(results, topic_id, width(), sys.stdout.isatty()), nl=False)


@app.command()
def history(topic_id: TopicId, results: Results = Path("results")) -> None:
    """Tell a topic's contacts by month, as sorted today and as sorted when first seen.

    Example: `fcr topics history t012 --results results/`
    """
    from fcr_ml.topic_editing import tell_history

    typer.echo(tell_history(results, topic_id, width(), sys.stdout.isatty()), nl=False)


@app.command()
def rename(
    topic_id: Annotated[str, typer.Argument(help="A topic or theme.", show_default=False)],
    name: Annotated[
        str | None, typer.Argument(help="Its new name, in quotes.", show_default=False)
    ] = None,
    found: Annotated[
        bool, typer.Option("--found", help="Take back the name given by hand.")
    ] = False,
    results: Results = Path("results"),
) -> None:
    """Rename a topic or theme; the name stays with its id.

    Example: `fcr topics rename t012 "Late refund"`

    To take the name back: `fcr topics rename t012 --found`
    """
    from fcr_ml.errors import UsageError

    if (name is None) != found:
        raise UsageError("rename: give either a new name in quotes, or --found.")
    _change(results, "rename", topic_id, name=name)


@app.command()
def merge(
    topic_id: Annotated[str, typer.Argument(help="The topic that stays.", show_default=False)],
    others: Annotated[
        list[str], typer.Argument(help="The topics that become part of it.", show_default=False)
    ],
    results: Results = Path("results"),
) -> None:
    """Merge topics into the first one; later fits keep them together.

    Example: `fcr topics merge t012 t045`
    """
    _change(results, "merge", topic_id, others=others)


@app.command()
def split(topic_id: TopicId, results: Results = Path("results")) -> None:
    """Split a topic in two by meaning; the larger part keeps the id.

    Example: `fcr topics split t012`
    """
    _change(results, "split", topic_id)


@app.command()
def pin(topic_id: TopicId, results: Results = Path("results")) -> None:
    """Pin a topic: later fits neither split it nor join it with others.

    Example: `fcr topics pin t012`
    """
    _change(results, "pin", topic_id)


@app.command()
def unpin(topic_id: TopicId, results: Results = Path("results")) -> None:
    """Unpin a topic: later fits may split it or join it with others.

    Example: `fcr topics unpin t012`
    """
    _change(results, "unpin", topic_id)


@app.command()
def ban(topic_id: TopicId, results: Results = Path("results")) -> None:
    """Ban a topic: notes like its own have none.

    Example: `fcr topics ban t013`
    """
    _change(results, "ban", topic_id)


@app.command()
def unban(topic_id: TopicId, results: Results = Path("results")) -> None:
    """Unban a topic: it comes back under its old id.

    Example: `fcr topics unban t013`
    """
    _change(results, "unban", topic_id)


@app.command()
def undo(results: Results = Path("results")) -> None:
    """Undo the last change by hand that the figures do not have yet.

    Example: `fcr topics undo --results results/`
    """
    from fcr_ml.topic_editing import undo_edit

    typer.echo(undo_edit(results, width()), nl=False)


def _change(results: Path, edit: str, topic_id: str, **what: str | list[str] | None) -> None:
    from fcr_ml.topic_editing import change_topics

    typer.echo(change_topics(results, edit, topic_id, width(), **what), nl=False)
