"""Services get secrets of the data folder, but never in place of those that the operator has configured."""

from pathlib import Path

import pytest

from deploy.local.servers.service_secrets import generated_secrets
from deploy.local.settings import LocalSettings, load_local_settings

GENERATED = [
    ("ingest", "privacy", "contact_secret", "DAYMARK_PRIVACY__CONTACT_SECRET"),
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
