import pandas as pd
import pytest

from fcr_ml.errors import DataError
from fcr_ml.frames.conform import conform
from fcr_ml.frames.tables import NOTES
from fcr_ml.notes.table import build_notes, hash_note


def _contacts() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "contact_id": ["c4", "c1", "c3", "c2", "c5"],
            "note": [
                "<p>My refund has not arrived, mail a@b.example</p>",
                None,
                "My refund has not arrived, mail x@y.example",
                "谢谢",
                " \u200b ",
            ],
            "resolution_note": [None, "Called +46 70 123 45 67", "", None, None],
            "language": [None, None, "pt-BR", "", None],
        }
    )


def test_every_contact_has_a_row_in_its_order() -> None:
    contacts = _contacts()
    notes, counts = build_notes(contacts)
    note = "My refund has not arrived, mail <mail>"
    assert notes["contact_id"].tolist() == ["c4", "c1", "c3", "c2", "c5"]
    assert notes["note"].fillna("-").tolist() == [note, "-", note, "谢谢", "-"]
    assert notes["resolution_note"].fillna("-").tolist() == ["-", "Called <phone>", "-", "-", "-"]
    assert notes["language"].fillna("-").tolist() == ["en", "-", "pt", "zh", "-"]
    assert notes["words"].tolist() == [6, 0, 6, 1, 0]
    assert notes["is_thin"].tolist() == [False, True, False, True, True]
    assert notes["note_hash"].fillna("-").tolist()[:3] == [hash_note(note), "-", hash_note(note)]
    assert counts == {"mail": 2, "phone": 1}
    pd.testing.assert_frame_equal(contacts, _contacts())


def test_the_table_is_the_declared_one() -> None:
    notes, _ = build_notes(_contacts())
    pd.testing.assert_frame_equal(conform(NOTES, notes), notes)


@pytest.mark.parametrize("rows", [0, 2])
def test_contacts_without_notes_give_rows_without_notes(rows: int) -> None:
    notes, counts = build_notes(pd.DataFrame({"contact_id": ["c1", "c2"][:rows]}))
    assert list(notes.columns) == list(NOTES.columns)
    assert len(notes) == rows
    assert notes["note"].isna().all()
    assert notes["is_thin"].all()
    assert counts == {}
    conform(NOTES, notes)


def test_equal_notes_are_worked_on_once() -> None:
    seen = []

    def find_names(note: str) -> list[tuple[int, int]]:
        seen.append(note)
        return []

    contacts = pd.DataFrame({"contact_id": ["c1", "c2"], "note": ["same words here"] * 2})
    build_notes(contacts, find_names)
    assert seen == ["same words here"]


def test_contacts_without_ids_are_refused() -> None:
    with pytest.raises(DataError, match="contact_id is missing"):
        build_notes(pd.DataFrame({"note": ["text"]}))
