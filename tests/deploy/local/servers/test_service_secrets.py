"""Services get secrets of the data folder, but never in place of those that the operator has configured."""

from functools import partial
from pathlib import Path

import pytest

from deploy.local.servers.service_secrets import generated_secrets, reads_setting
from deploy.local.settings import LocalSettings, child_environment, load_local_settings
from services.ingest.settings import IngestSettings
from services.nudges.settings import NudgesSettings
from services.scoring.settings import ScoringSettings
from shared.service.settings import CommonSettings

GENERATED = [
    ("ingest", "privacy", "contact_secret", "DAYMARK_PRIVACY__CONTACT_SECRET"),
    ("ingest", "ingest", "sources_key", "DAYMARK_INGEST__SOURCES_KEY"),
    ("scoring", "privacy", "forget_key", "DAYMARK_PRIVACY__FORGET_KEY"),
    ("scoring", "scoring", "api_token", "DAYMARK_SCORING__API_TOKEN"),
    ("nudges", "privacy", "forget_key", "DAYMARK_PRIVACY__FORGET_KEY"),
    ("nudges", "nudges", "link_secret", "DAYMARK_NUDGES__LINK_SECRET"),
]


def _load(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str = "") -> LocalSettings:
    config = folder / "daymark.toml"
    config.write_text(text)
    monkeypatch.setenv("DAYMARK_CONFIG", str(config))
    monkeypatch.setenv("DAYMARK_LOCAL__DATA", str(folder / "data"))
    return load_local_settings(config=None, data=None)


def test_each_service_gets_the_secrets_that_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _load(tmp_path, monkeypatch)

    secrets = {service: generated_secrets(settings, service) for service in ("ingest", "scoring", "nudges")}

    assert sorted((service, variable) for service, variables in secrets.items() for variable in variables) == sorted(
        (service, variable) for service, _, _, variable in GENERATED
    )
    for variables in secrets.values():
        for reference in variables.values():
            assert Path(reference.removeprefix("file:")).read_text()


@pytest.mark.parametrize(("service", "section", "key", "variable"), GENERATED)
def test_a_configured_secret_stays_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, service: str, section: str, key: str, variable: str
) -> None:
    generated = generated_secrets(_load(tmp_path, monkeypatch), service)

    configured = generated_secrets(_load(tmp_path, monkeypatch, f'[{section}]\n{key} = "env:MY_SECRET"\n'), service)

    assert generated.keys() - configured.keys() == {variable}


def test_a_secret_that_is_configured_in_the_environment_stays_in_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYMARK_NUDGES__LINK_SECRET", "env:MY_SECRET")

    assert "DAYMARK_NUDGES__LINK_SECRET" not in generated_secrets(_load(tmp_path, monkeypatch), "nudges")


WITH_SECRETS = """\
[nats]
password = "env:OF_NATS"
[postgres]
url = "postgresql://admin@host/daymark"
password = "env:OF_THE_ADMIN"
[privacy]
contact_secret = "env:OF_CONTACTS"
forget_key = "env:OF_ERASURE"
[ingest]
[scoring]
api_token = "env:OF_SCORING"
[nudges]
link_secret = "env:OF_NUDGES"
[channels.webhook]
secrets = ["env:OF_WEBHOOK_1", "env:OF_WEBHOOK_2"]
[channels.chat.room]
url = "env:OF_ROOM"
[sources.acme]
secrets = ["env:OF_ACME_NEW", "env:OF_ACME_OLD"]
[sources.globex]
secrets = ["env:OF_NATS"]
"""
SECRETS_OF = {
    "ingest": {"OF_NATS", "OF_CONTACTS", "OF_ACME_NEW", "OF_ACME_OLD", "OF_INITECH"},
    "scoring": {"OF_NATS", "OF_ERASURE", "OF_SCORING"},
    "nudges": {"OF_NATS", "OF_ERASURE", "OF_NUDGES", "OF_WEBHOOK_1", "OF_WEBHOOK_2", "OF_ROOM"},
}


@pytest.mark.parametrize("service", SECRETS_OF)
def test_a_service_gets_only_the_secrets_of_settings_that_it_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    """One that two settings refer to is given to the readers of both. The role of a service has a password of its own."""
    _load(tmp_path, monkeypatch, WITH_SECRETS)
    for name in {"OF_THE_ADMIN", *SECRETS_OF["ingest"], *SECRETS_OF["scoring"], *SECRETS_OF["nudges"]}:
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("DAYMARK_SOURCES__INITECH__SECRETS", '["env:OF_INITECH"]')
    monkeypatch.setenv("NOT_A_SECRET", "text")

    environment = child_environment({"DAYMARK_POSTGRES__PASSWORD": "file:its-own"}, reads=partial(reads_setting, service))

    assert {name for name in environment if name.startswith("OF_")} == SECRETS_OF[service]
    assert environment["NOT_A_SECRET"] == "text"


@pytest.mark.parametrize(
    ("service", "settings"), [("ingest", IngestSettings), ("scoring", ScoringSettings), ("nudges", NudgesSettings)]
)
def test_a_service_reads_the_sections_of_its_settings(service: str, settings: type[CommonSettings]) -> None:
    """Those without secrets do not matter, and ingest has no database."""
    read = {section for section in settings.model_fields if reads_setting(service, (section,))}

    without = {"clock", "logs", "experiments"} | ({"postgres"} if service == "ingest" else set())
    assert read == settings.model_fields.keys() - without
