"""What the experiments may be set to."""

import pytest

from services.nudges.decide.policy.holdout import Lottery
from services.nudges.settings import NudgesSettings
from shared.service.settings import SettingsRefused, load_settings


def test_one_in_ten_is_held_out_by_default() -> None:
    lottery = load_settings(NudgesSettings).experiments.lottery()

    assert lottery == Lottery(seed="daymark", held_out=0.1, by_rule={})


def test_a_rule_may_have_a_probability_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYMARK_EXPERIMENTS__HELD_OUT_BY_RULE", '{"plan_done": 0.05}')

    lottery = load_settings(NudgesSettings).experiments.lottery()

    assert (lottery.held_out_of("plan_done"), lottery.held_out_of("comeback")) == (0.05, 0.1)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("HELD_OUT", "0.6", "less than or equal to 0.5"),
        ("HELD_OUT", "-0.1", "greater than or equal to 0"),
        ("HELD_OUT_BY_RULE", '{"plan_dnoe": 0.2}', "there is no rule plan_dnoe; there are comeback, step_reached"),
        ("HELD_OUT_BY_RULE", '{"plan_done": 0.9}', "less than or equal to 0.5"),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, value: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"DAYMARK_EXPERIMENTS__{name}", value)

    with pytest.raises(SettingsRefused, match=why):
        load_settings(NudgesSettings)
