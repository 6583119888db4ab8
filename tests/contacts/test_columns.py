"""Columns: found by name, never by guess; what cannot be settled is told at once."""

from __future__ import annotations

import pytest

from fcr_ml.contacts.columns import (
    name_attributes,
    parse_columns,
    understand_columns,
)
from fcr_ml.contacts.exports import EXPORTS, USUAL_NAMES
from fcr_ml.errors import SettingsError
from fcr_ml.frames.tables import CASEBOOK_TABLES, CONTACTS

OURS = ["contact_id", "customer_id", "started_at"]


def plain(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())


def test_own_names_are_found_in_any_spelling():
    plan = understand_columns(["Contact ID", "CUSTOMER_ID", "started at", "reasonCode"])
    assert plan.mapping == {
        "contact_id": "Contact ID",
        "customer_id": "CUSTOMER_ID",
        "started_at": "started at",
        "reason_code": "reasonCode",
    }
    assert set(plan.how.values()) == {"same name"}
    assert plan.faults == plan.unknown == []


def test_exact_name_wins_over_another_spelling():
    plan = understand_columns([*OURS, "Customer ID", "customer"])
    assert plan.mapping["customer_id"] == "customer_id"
    assert plan.unknown == ["Customer ID", "customer"]
    assert list(plan.attributes) == ["source_customer_id", "customer"]


def test_two_that_fit_are_a_question_that_names_both():
    plan = understand_columns(["contact_id", "started_at", "Client ID", "account_id"])
    assert plan.faults == [
        "'Client ID' and 'account_id' both fit customer_id; say which with "
        '--columns customer_id="Client ID"'
    ]
    settled = understand_columns(
        ["contact_id", "started_at", "Client ID", "account_id"], {"customer_id": "account_id"}
    )
    assert settled.faults == []
    assert settled.how["customer_id"] == "given"


@pytest.mark.parametrize("export", EXPORTS)
def test_every_export_is_recognised_by_its_own_names(export):
    # Truth: an export that has the preferred name of each of our columns.
    names = {ours: theirs[0] for ours, theirs in EXPORTS[export].items()}
    plan = understand_columns(list(names.values()))
    assert plan.mapping == {ours: names[ours] for ours in CONTACTS.columns if ours in names}
    assert plan.export == export
    assert set(plan.how.values()) == {f"known export name ({export})"}


@pytest.mark.parametrize("export", EXPORTS)
def test_no_name_of_an_export_stands_for_two_of_ours(export):
    names = [plain(name) for theirs in EXPORTS[export].values() for name in set(map(plain, theirs))]
    assert sorted(names) == sorted(set(names))
    assert set(EXPORTS[export]) <= set(CONTACTS.columns)


def test_no_usual_name_stands_for_two_of_ours():
    names = [plain(name) for theirs in USUAL_NAMES.values() for name in theirs]
    names += [plain(ours) for ours in CONTACTS.columns]
    assert sorted(names) == sorted(set(names))


def test_contact_id_of_a_case_export_is_the_person():
    # There, ContactId names who wrote, and the case number names the contact.
    plan = understand_columns(["CaseNumber", "ContactId", "CreatedDate", "Subject"])
    assert plan.mapping["contact_id"] == "CaseNumber"
    assert plan.mapping["customer_id"] == "ContactId"


def test_own_names_keep_an_export_from_being_recognised():
    plan = understand_columns([*OURS, "CaseNumber", "CreatedDate"])
    assert plan.mapping["contact_id"] == "contact_id"
    assert plan.export is None


def test_missing_column_names_the_nearest():
    plan = understand_columns(["contact_id", "custmer_idd", "started_at"])
    assert plan.missing == ["customer_id"]
    assert plan.faults == [
        "the required column customer_id is missing; the nearest is 'custmer_idd': if that is "
        "it, give --columns customer_id=custmer_idd"
    ]


def test_missing_column_without_anything_near_lists_what_is_there():
    names = [f"field {n}" for n in range(20)]
    plan = understand_columns(names)
    assert len(plan.faults) == 3
    assert "field 0, field 1" in plan.faults[0]
    assert "and 8 more" in plan.faults[0]


def test_given_name_that_is_not_there_names_the_nearest():
    plan = understand_columns([*OURS, "CallerID"], {"customer_id": "CalerID"})
    assert plan.faults == [
        "--columns: customer_id=CalerID names no column; the nearest is 'CallerID'"
    ]


def test_given_in_another_spelling_is_taken():
    plan = understand_columns([*OURS, "Caller ID"], {"customer_id": "caller_id"})
    assert plan.mapping["customer_id"] == "Caller ID"
    # Our own name is then a further column, under a name no table uses.
    assert plan.attributes == {"source_customer_id": "customer_id"}


def test_attribute_names_are_safe_and_their_own():
    plan = understand_columns(
        [*OURS, "Größe (cm)", "GrosseCM", "优先级", "2nd level", "topic", "a-b", "a b"]
    )
    assert plan.attributes == {
        "groe_cm": "Größe (cm)",
        "grosse_cm": "GrosseCM",
        "attribute_3": "优先级",
        "source_2nd_level": "2nd level",
        "source_topic": "topic",
        "a_b": "a-b",
        "a_b_2": "a b",
    }
    taken = {name for table in CASEBOOK_TABLES.values() for name in table.columns}
    assert not taken & set(plan.attributes)


def test_attributes_take_what_settings_say():
    plan = understand_columns([*OURS, "Symptom", "made_sla", "city"])
    named = name_attributes(plan, {"Symptom": "at_start", "made_sla": "later"})
    assert named.known == {"symptom": "at_start", "made_sla": "later", "city": "unknown"}
    wrong = name_attributes(plan, {"sympton": "at_start", "city": "soon"})
    assert wrong.faults == [
        "attributes: there is no further column 'sympton'; the nearest is 'symptom'",
        "attributes: city is known 'soon'; say one of at_start, at_end, later",
    ]


def test_parse_columns_reads_names_with_spaces_and_commas():
    assert parse_columns("customer_id=CallerID,started_at=Start Time, note=Notes, long") == {
        "customer_id": "CallerID",
        "started_at": "Start Time",
        "note": "Notes, long",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "customer=CallerID",
            "customer is not one of the contact columns; the nearest is customer_id",
        ),
        ("customer_id", "is not understood; write OURS=THEIRS"),
        ("customer_id=", "is not understood; write OURS=THEIRS"),
        ("", "is not understood"),
        ("note=a,note=b", "note is given twice"),
    ],
)
def test_parse_columns_refuses_with_the_mend(text, message):
    with pytest.raises(SettingsError) as refusal:
        parse_columns(text)
    assert message in str(refusal.value)
