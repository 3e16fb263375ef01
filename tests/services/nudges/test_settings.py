"""What the experiments may be set to."""

import pytest

from services.nudges.decide.policy.holdout import Holdout
from services.nudges.settings import NudgesSettings
from shared.service.settings import SettingsRefused, load_settings


def test_one_in_ten_is_withheld_by_default() -> None:
    holdout = load_settings(NudgesSettings).experiments.policy

    assert holdout == Holdout(seed="daymark", share=0.1, by_rule={})


def test_a_rule_may_have_a_probability_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYMARK_EXPERIMENTS__HOLDOUT_BY_RULE", '{"plan_done": 0.05}')

    holdout = load_settings(NudgesSettings).experiments.policy

    assert (holdout.share_of("plan_done"), holdout.share_of("comeback")) == (0.05, 0.1)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("HOLDOUT", "0.6", "less than or equal to 0.5"),
        ("HOLDOUT", "-0.1", "greater than or equal to 0"),
        ("HOLDOUT_BY_RULE", '{"plan_dnoe": 0.2}', "no such rule: plan_dnoe; the rules are comeback, step_reached"),
        ("HOLDOUT_BY_RULE", '{"plan_done": 0.9}', "less than or equal to 0.5"),
    ],
)
def test_settings_that_make_no_sense_are_refused(name: str, value: str, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"DAYMARK_EXPERIMENTS__{name}", value)

    with pytest.raises(SettingsRefused, match=problem):
        load_settings(NudgesSettings)
