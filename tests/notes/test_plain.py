import time

import pytest

from fcr_ml.notes.plain import plain_text

TRUTH = {
    "<p>Cannot&nbsp;pay</p><br>twice <b>charged</b>": "Cannot pay\ntwice charged",
    "<table><tr><td>Order</td><td>4711</td></tr></table>": "Order 4711",
    "<style>p {color: red}</style><!-- seen --><p>text</p>": "text",
    "a < b and <john@x.example> and <phone> stay": "a < b and <john@x.example> and <phone> stay",
    "write a&#64;b.example": "write a@b.example",
    "a\u200bb\u00adc\u0000d\ufeff": "abcd",
    "\ud800lone half": "lone half",
    "cafe\u0301": "café",
    "می\u200cخواهم": "می\u200cخواهم",
    "1\u200d2": "12",
    "two   blanks\t\tand\r\n\r\n\r\nlines": "two blanks and\nlines",
    "Still broken\n> did you restart?\n> regards": "Still broken",
    "No.\nOn Monday, A. wrote:\n> did it help?": "No.",
    "Thanks\n-----Original Message-----\nFrom: desk\nold text": "Thanks",
    "Danke\n-- \nA. Beispiel\nMusterweg 1": "Danke",
    "It works\nSent from my iPhone": "It works",
    "> only quoted": "> only quoted",
    "Open Tools > Options": "Open Tools > Options",
    "退款没到账，请帮忙": "退款没到账，请帮忙",
    "": "",
}


@pytest.mark.parametrize(("note", "expected"), TRUTH.items())
def test_plain_text_keeps_what_was_written(note: str, expected: str) -> None:
    assert plain_text(note) == expected


@pytest.mark.parametrize("piece", ["<!--", "<p ", "<script>", "-- \n", "> a\n", " ", "&amp;", "\n"])
def test_plain_text_takes_time_in_proportion(piece: str) -> None:
    started = time.perf_counter()
    plain_text(piece * (200_000 // len(piece)))
    assert time.perf_counter() - started < 2
