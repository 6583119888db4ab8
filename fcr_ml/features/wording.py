"""What the note and the desk's answer show without being understood.

Enters: redacted notes, in batches. Leaves: lengths, question marks and counts of
cue words in a dozen languages. No text leaves this room.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from fcr_ml.engine import DuckEngine

# Said by people who have been here before: still, again, already contacted.
_AGAIN = (
    r"still (?:not|no|have|having|get|getting|doesn|does|can|unable|waiting)",
    "again",
    "yet again",
    "once more",
    "keeps? (?:happening|on)",
    "same (?:problem|issue|error)",
    "already (?:called|tried|contacted|wrote|written|did|done|reported|asked)",
    "called before",
    r"(?:second|third|2nd|3rd) time",
    "immer noch",
    "schon wieder",
    "erneut",
    "nochmals?",
    "bereits (?:angerufen|gemeldet|geschrieben)",
    "toujours pas",
    "encore une fois",
    "de nouveau",
    "à nouveau",
    "déjà (?:appelé|contacté|écrit|signalé)",
    "todavía",
    "otra vez",
    "de nuevo",
    "sigue sin",
    "ya (?:llamé|escribí|contacté)",
    "ancora non",
    "di nuovo",
    "già (?:chiamato|scritto|segnalato)",
    "ainda não",
    "novamente",
    "outra vez",
    "já (?:liguei|escrevi|contatei)",
    "nog steeds",
    "nogmaals",
    "nog altijd",
    "nadal",
    "ponownie",
    "znowu",
    "fortfarande",
    "återigen",
    "снова",
    "опять",
    "до сих пор",
    "vẫn chưa",
    "lần nữa",
)
# Scripts written without spaces have no word boundaries to look for.
_AGAIN_UNSPACED = ("还是", "仍然", "再次", "又", "まだ", "再び", "もう一度", "다시", "아직")
_THANKS = (
    "thanks?",
    "thank you",
    "many thanks",
    "that (?:worked|fixed|solved|did) it",
    "solved",
    "danke",
    "vielen dank",
    "merci",
    "gracias",
    "grazie",
    "obrigad[oa]",
    "bedankt",
    "dank je",
    "dank u",
    "dziękuję",
    "tack",
    "спасибо",
    "cảm ơn",
)
_THANKS_UNSPACED = ("谢谢", "感谢", "ありがとう", "감사")
_QUESTION = "[?？؟]"

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_SIGN = rf"[{_UNSPACED}]"
_SPACED_WORD = rf"[^\s\pP\pS\pZ\pC{_UNSPACED}]+"
_LONG_WORD = rf"[^\s\pP\pS\pZ\pC{_UNSPACED}]{{7,}}"
"""More than six letters, as Björnsson counts a long word (LIX, 1968)."""
_SENTENCE_END = r"[.!?؟।…]+(?:[\s\pP]|$)|[。！？]+"
_SIGNS_A_WORD = 2
"""Chinese and Japanese words are about two signs long; others just count steadily."""


def _either(words: tuple[str, ...], unspaced: tuple[str, ...]) -> str:
    # Written out because the engine's own word boundary knows only plain Latin letters.
    return rf"(?:^|\PL)(?:{'|'.join(words)})(?:$|\PL)|{'|'.join(unspaced)}"


_AGAIN_CUES = _either(_AGAIN, _AGAIN_UNSPACED)
_THANKS_CUES = _either(_THANKS, _THANKS_UNSPACED)

OF_ANSWER = (
    "has_answer",
    "answer_characters",
    "answer_questions",
    "answer_sentence_words",
    "answer_long_word_rate",
)
"""What is counted in the desk's answer, which an open contact has not got."""

_SCHEMA = {
    "contact_id": "VARCHAR",
    "has_answer": "DOUBLE",
    "note_questions": "DOUBLE",
    "answer_characters": "DOUBLE",
    "answer_questions": "DOUBLE",
    "answer_sentence_words": "DOUBLE",
    "answer_long_word_rate": "DOUBLE",
    "again_words": "DOUBLE",
    "thanks_words": "DOUBLE",
}


def read_wording(engine: DuckEngine, notes: Path) -> pd.DataFrame:
    """Count cues in every note, a batch at a time.

    Parameters
    ----------
    engine : DuckEngine
        Reads the file so that the notes need not be in memory together.
    notes : pathlib.Path
        The casebook's ``NOTES`` file.

    Returns
    -------
    pandas.DataFrame
        By ``contact_id``; counts are NaN where there is no text to count in.
    """
    engine.put("notes", notes)
    engine.run("SELECT contact_id, note, resolution_note FROM notes", out="texts")
    engine.map_batches(count_cues, "texts", _SCHEMA, out="wording", batch_rows=20_000)
    return engine.fetch("wording").set_index("contact_id")


def count_cues(notes: pd.DataFrame) -> pd.DataFrame:
    """Count cues in a batch of notes.

    Parameters
    ----------
    notes : pandas.DataFrame
        ``contact_id``, ``note``, ``resolution_note``; texts may be null.

    Returns
    -------
    pandas.DataFrame
        One row a note, in the same order.

    Examples
    --------
    >>> note = pd.DataFrame({"contact_id": ["c1"], "note": ["It STILL does not work, again?"]})
    >>> counted = count_cues(note.assign(resolution_note=None))
    >>> counted[["again_words", "note_questions", "has_answer"]].iloc[0].tolist()
    [2.0, 1.0, 0.0]
    """
    import pyarrow as pa
    import pyarrow.compute as compute

    note = pa.array(notes["note"], pa.string(), from_pandas=True)
    answer = pa.array(notes["resolution_note"], pa.string(), from_pandas=True)
    counted = {
        "has_answer": compute.is_valid(answer),
        "note_questions": compute.count_substring_regex(note, _QUESTION),
        "answer_characters": compute.utf8_length(answer),
        "answer_questions": compute.count_substring_regex(answer, _QUESTION),
        "again_words": compute.count_substring_regex(note, _AGAIN_CUES, ignore_case=True),
        "thanks_words": compute.count_substring_regex(note, _THANKS_CUES, ignore_case=True),
    }
    numbers = {name: values.cast(pa.float64()).to_pandas() for name, values in counted.items()}
    numbers |= _readability(answer)
    return pd.DataFrame({"contact_id": notes["contact_id"].to_numpy(dtype=object), **numbers})


def _readability(answer: Any) -> dict[str, pd.Series]:
    """Give words a sentence and the share of long words, the two halves of LIX.

    Two signs of a script without spaces are a word, and none of them is long: texts with no
    other words have no share.
    """
    import pyarrow as pa
    import pyarrow.compute as compute

    patterns = {"spaced": _SPACED_WORD, "signs": _SIGN, "long": _LONG_WORD, "ends": _SENTENCE_END}
    found = {
        name: compute.count_substring_regex(answer, pattern).cast(pa.float64()).to_pandas()
        for name, pattern in patterns.items()
    }
    words = found["spaced"] + found["signs"] / _SIGNS_A_WORD
    return {
        "answer_sentence_words": (words / found["ends"].clip(lower=1)).where(words > 0),
        "answer_long_word_rate": found["long"] / found["spaced"].where(found["spaced"] > 0),
    }
