"""What the experiments, and the sign-in of a company, may be set to."""

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


@pytest.mark.parametrize(
    ("issuer", "client_id", "problem"),
    [
        ("http://login.example.com", "daymark", "must begin with https://"),
        ("https://", "daymark", "must begin with https://"),
        ("https://user@login.example.com", "daymark", "without a user or a query"),
        ("https://login.example.com?tenant=1", "daymark", "without a user or a query"),
        ("https://login.example.com", "", "client_id and client_secret are missing"),
    ],
)
def test_an_issuer_that_cannot_be_trusted_or_asked_is_refused(
    monkeypatch: pytest.MonkeyPatch, issuer: str, client_id: str, problem: str
) -> None:
    monkeypatch.setenv("DAYMARK_OPENID__ISSUER", issuer)
    monkeypatch.setenv("DAYMARK_OPENID__CLIENT_ID", client_id)
    monkeypatch.setenv("DAYMARK_OPENID__CLIENT_SECRET", "env:OPENID_SECRET")

    with pytest.raises(SettingsRefused, match=problem):
        load_settings(NudgesSettings)


@pytest.mark.parametrize(
    ("public_url", "is_secure"), [("https://daymark.example.com", True), ("http://10.0.0.1", False), ("", False)]
)
def test_cookies_are_for_https_only_where_people_reach_the_pages_by_it(
    monkeypatch: pytest.MonkeyPatch, public_url: str, *, is_secure: bool
) -> None:
    monkeypatch.setenv("DAYMARK_NUDGES__PUBLIC_URL", public_url)

    assert load_settings(NudgesSettings).nudges.is_secure is is_secure


def test_messages_are_in_a_language_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(NudgesSettings).nudges.language == "en"

    monkeypatch.setenv("DAYMARK_NUDGES__LANGUAGE", "es")
    assert load_settings(NudgesSettings).nudges.language == "es"

    monkeypatch.setenv("DAYMARK_NUDGES__LANGUAGE", "spanish")
    with pytest.raises(SettingsRefused, match="there is no such language; the languages are en, es"):
        load_settings(NudgesSettings)
