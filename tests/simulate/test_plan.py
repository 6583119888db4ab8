"""Plans that do not make sense are refused with their mend."""

from typing import Any

import pytest

from fcr_ml.errors import SettingsError
from fcr_ml.simulate import CentrePlan, PlantedDriver


@pytest.mark.parametrize(
    ("knobs", "mend"),
    [
        ({"contacts": 0}, "contacts is 0; give a whole number of at least 1"),
        ({"days": 7}, "days is 7; give a whole number of at least 15"),
        ({"random_state": -1}, "give a whole number of at least 0"),
        ({"wrong_code_rate": 1.5}, "wrong_code_rate is 1.5; give a share between 0 and 1"),
        ({"base_repeat_rate": 0.8}, "give a share of at most 0.5"),
        ({"issue_spread": 2}, "issue_spread is 2; give a number between 0 and 1"),
        ({"coincidence": 0}, "coincidence must be above 0"),
        ({"start_at": "someday"}, "give one such as 2025-01-06"),
        ({"languages": {"xx": 1.0}}, "languages has no phrases for xx; use en, zh, sv, vi, de"),
        ({"languages": {}}, "languages needs weights"),
        ({"thin_note_rate": 0.6, "missing_note_rate": 0.6}, "together exceed 1; lower one"),
    ],
)
def test_a_senseless_knob_is_refused(knobs: dict[str, Any], mend: str) -> None:
    with pytest.raises(SettingsError, match="simulation plan: ") as fault:
        CentrePlan(**knobs)
    assert mend in str(fault.value)


@pytest.mark.parametrize(
    ("driver", "mend"),
    [
        (PlantedDriver((), 0.1, "routing"), "give at least one column and value"),
        (PlantedDriver((("agent_id", "a"),), 0.1, "routing"), "uses 'agent_id'; use one of"),
        (PlantedDriver((("channel", "fax"),), 0.1, "routing"), "use one of voice, chat"),
        (PlantedDriver((("channel", "chat"),), 1.0, "routing"), "above 0, at most 0.9"),
        (PlantedDriver((("channel", "chat"),), 0.1, "luck"), "lever 'luck'; use one of"),
    ],
)
def test_a_senseless_driver_is_refused(driver: PlantedDriver, mend: str) -> None:
    with pytest.raises(SettingsError) as fault:
        CentrePlan(drivers=(driver,))
    assert mend in str(fault.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as fault:
        CentrePlan(contacts=0, days=1, languages={"xx": 1.0})
    assert str(fault.value).count(";") >= 5
    assert str(fault.value).endswith(".")


def test_the_log_ends_where_the_plan_says() -> None:
    plan = CentrePlan(days=20, start_at="2025-03-01")
    assert str(plan.starts_at) == "2025-03-01 00:00:00+00:00"
    assert str(plan.ends_at) == "2025-03-21 00:00:00+00:00"
