"""Settings: which source wins, how mistakes are reported, and which former names of keys are still read."""

import tomllib
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.ingest.settings import IngestSettings
from services.nudges.deliver.channels.chat import ChatKeys
from services.nudges.settings import NudgesSettings
from services.scoring.settings import ScoringSettings
from shared.service.settings import (
    DEFAULT_FILE,
    CommonSettings,
    SecretMissing,
    SecretTooShort,
    Section,
    SettingsRefused,
    load_settings,
    read_secret,
    read_strong_secret,
)
from shared.service.version import RENAMED_KEYS, VERSION
from tests.house import ROOT


def _configure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    file = tmp_path / "daymark.toml"
    file.write_text(text)
    monkeypatch.setenv("DAYMARK_CONFIG", str(file))


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _configure(monkeypatch, tmp_path, "[scoring]\nport = 1\nbatch_max = 7\n")
    monkeypatch.setenv("DAYMARK_SCORING__PORT", "2")

    scoring = load_settings(ScoringSettings).scoring

    assert (scoring.port, scoring.batch_max, scoring.host) == (2, 7, "127.0.0.1")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[scoring]\nprot = 1\n", "scoring.prot"),
        ('[scoring]\nport = "x"\n', "scoring.port"),
        ("[scoring\n", "line 1"),
        ('[clock]\nmode = "sundial"\n', "clock.mode"),
        ('[postgres]\npassword = "hunter2"\n', "a secret is never written into the file"),
    ],
)
def test_a_mistake_is_named_and_does_not_silently_leave_the_default_in_force(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, message: str
) -> None:
    _configure(monkeypatch, tmp_path, text)

    with pytest.raises(SettingsRefused) as refused:
        load_settings(ScoringSettings)

    assert message in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[sources.acme]\nkind = "fax"\nsecrets = ["env:X"]\n', "the kinds are attio, calendly, close, cloudevents"),
        ('[sources.acme]\nkind = "standard"\nsecrets = []\n', "sources.acme.secrets"),
        ('[sources."A.b"]\nkind = "standard"\nsecrets = ["env:X"]\n', "cannot be the name of a source"),
    ],
)
def test_an_invalid_source_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, message: str) -> None:
    _configure(monkeypatch, tmp_path, text)

    with pytest.raises(SettingsRefused, match=message):
        load_settings(IngestSettings)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            'kind = "standard"\nsecrets = ["hunter2"]\n',
            "secrets.0: Value error, a secret is never written into the file; refer to",
        ),
        ('kind = "standard"\nsecret = ["env:X"]\n', "secret: no such key; did you mean secrets?"),
        ('knid = "standard"\nsecrets = ["env:X"]\n', "knid: no such key; did you mean kind?"),
    ],
)
def test_one_mistake_in_a_source_is_one_problem(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, problem: str
) -> None:
    _configure(monkeypatch, tmp_path, f"[sources.acme]\n{text}")

    with pytest.raises(SettingsRefused) as refused:
        load_settings(IngestSettings)

    assert str(refused.value).startswith(f"sources.acme.{problem}")
    assert "; sources." not in str(refused.value)


@pytest.mark.parametrize(("secret", "is_refused"), [("hello", True), ("x" * 15, True), ("x" * 16, False), ("ü" * 8, False)])
def test_a_secret_that_could_be_guessed_is_refused(monkeypatch: pytest.MonkeyPatch, secret: str, *, is_refused: bool) -> None:
    monkeypatch.setenv("A_SECRET", f"{secret}\n")

    if is_refused:
        with pytest.raises(SecretTooShort, match=rf"nudges\.link_secret: {len(secret)} bytes"):
            read_strong_secret("env:A_SECRET", key="nudges.link_secret")
    else:
        assert read_strong_secret("env:A_SECRET", key="nudges.link_secret") == secret
    assert read_strong_secret("", key="nudges.link_secret") is None


def test_a_secret_comes_from_the_environment_or_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("A_SECRET", "from the environment")
    (tmp_path / "secret").write_text("from a file\n")

    assert read_secret("env:A_SECRET") == "from the environment"
    assert read_secret(f"file:{tmp_path}/secret") == "from a file"
    assert read_secret("") is None
    for missing in ("env:NOT_THERE", f"file:{tmp_path}/nothing"):
        with pytest.raises(SecretMissing):
            read_secret(missing)


def test_the_default_file_explains_every_key_that_a_service_reads() -> None:
    text = DEFAULT_FILE.read_text()
    keys = {
        line.partition("=")[0].strip()
        for line in text.splitlines()
        if "=" in line and not line.startswith("#") and "#" in line.partition("=")[2]
    }
    sections = tomllib.loads(text)

    for settings in (IngestSettings, ScoringSettings, NudgesSettings):
        assert set(settings.model_fields) <= set(sections)
    values = [key for section in sections.values() for key, value in section.items() if not isinstance(value, dict)]
    assert set(values) <= keys


class ExperimentsSection(Section):
    seed: str
    holdout: float
    holdout_by_rule: dict[str, float]


class SettingsWithRenamedKeys(CommonSettings):
    experiments: ExperimentsSection


def test_a_former_name_of_a_key_is_read_from_the_file_with_one_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _configure(monkeypatch, tmp_path, "[experiments]\nheld_out = 0.2\nholdout_by_rule = {drop = 0.3}\n")

    with capture_logs() as logs:
        experiments = load_settings(SettingsWithRenamedKeys).experiments

    assert (experiments.holdout, experiments.holdout_by_rule) == (0.2, {"drop": 0.3})
    assert [line["hint"] for line in logs] == ["experiments.held_out is now experiments.holdout; the old name still works."]


def test_a_former_name_of_a_key_is_read_from_the_environment_and_wins_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _configure(monkeypatch, tmp_path, "[experiments]\nholdout = 0.2\n")
    monkeypatch.setenv("DAYMARK_EXPERIMENTS__HELD_OUT", "0.4")
    monkeypatch.setenv("DAYMARK_EXPERIMENTS__HELD_OUT_BY_RULE", '{"drop": 0.1}')

    with capture_logs() as logs:
        experiments = load_settings(SettingsWithRenamedKeys).experiments

    assert (experiments.holdout, experiments.holdout_by_rule) == (0.4, {"drop": 0.1})
    assert [line["origin"] for line in logs] == ["environment", "environment"]


def test_both_names_of_a_key_in_one_file_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _configure(monkeypatch, tmp_path, "[experiments]\nheld_out = 0.2\nholdout = 0.3\n")

    with pytest.raises(SettingsRefused, match=r"experiments\.held_out and experiments\.holdout are the same key"):
        load_settings(SettingsWithRenamedKeys)


def test_a_service_that_does_not_read_a_section_does_not_warn_about_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _configure(monkeypatch, tmp_path, "[experiments]\nheld_out = 0.2\n")

    with capture_logs() as logs:
        load_settings(CommonSettings)

    assert logs == []


def test_the_default_file_has_every_renamed_key_under_its_new_name_only() -> None:
    sections = tomllib.loads(DEFAULT_FILE.read_text())

    for key in RENAMED_KEYS:
        assert key.new in sections[key.section]
        assert key.old not in sections[key.section]


ROOM = '[channels.chat.team-room]\nurl = "env:TEAM_ROOM_URL"\n'


def test_a_chat_channel_gets_celebrations_unless_it_is_configured_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _configure(monkeypatch, tmp_path, f'{ROOM}teams = ["north"]\n[channels.chat.mara]\nurl = "file:/mara"\nkinds = []\n')

    channels = load_settings(NudgesSettings).channels

    assert isinstance(channels, ChatKeys)
    chat = channels.chat
    assert (chat["team-room"].teams, chat["team-room"].kinds) == (("north",), ("celebration",))
    assert (chat["mara"].teams, chat["mara"].kinds) == ((), ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[channels]\nchat_schemes = ["slack", "json"]\n', "json: posts to any address"),
        ('[channels.chat.room]\nurl = "slack://a/b/hunter2"\n', "a secret is never written into the file"),
        ('[channels.chat.room]\nurl = ""\n', "channels.chat.room.url"),
        (ROOM + "timeout_s = 30\n", "channels.chat.team-room.timeout_s"),
        (ROOM + 'kinds = ["praise"]\n', "channels.chat.team-room.kinds"),
        (ROOM + 'colour = "red"\n', "channels.chat.team-room.colour"),
        (f'[channels.chat."Team Room"]\n{ROOM.splitlines()[1]}\n', "channels.chat"),
    ],
)
def test_a_mistake_in_a_chat_channel_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, message: str) -> None:
    _configure(monkeypatch, tmp_path, text)

    with pytest.raises(SettingsRefused) as refused:
        load_settings(NudgesSettings)

    assert message in str(refused.value)
    assert "hunter2" not in str(refused.value)


UNKNOWN = 'version = "{version}"\n[scoring]\nport = 7\nprot = 1\n[nats]\ncluster = {{names = ["a"]}}\n'


def test_keys_of_a_newer_version_are_ignored_with_one_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _configure(monkeypatch, tmp_path, UNKNOWN.format(version="0.2.0"))

    with capture_logs() as logs:
        settings = load_settings(ScoringSettings)

    assert settings.scoring.port == 7
    (warning,) = logs
    assert (warning["event"], warning["log_level"]) == ("settings_of_newer_version_ignored", "warning")
    assert warning["keys"] == ["nats.cluster", "scoring.prot"]
    assert warning["remedy"].startswith("upgrade this service")


def test_the_environment_can_say_that_the_configuration_is_of_a_newer_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYMARK_SCORING__PROT", "1")
    monkeypatch.setenv("DAYMARK_VERSION", "1.0.0")

    assert load_settings(ScoringSettings).scoring.port == 8082


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9"])
def test_an_unknown_key_of_this_version_or_an_earlier_one_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str
) -> None:
    _configure(monkeypatch, tmp_path, UNKNOWN.format(version=version))

    with pytest.raises(SettingsRefused) as refused:
        load_settings(ScoringSettings)

    assert "scoring.prot" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('version = "0.2.0"\n[scoring]\nport = "x"\nprot = 1\n', "scoring.port: "),
        ('version = "soon"\n', "version: not a version"),
        ('version = "1.2"\n', "version: not a version"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_newer_version_as_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, problem: str
) -> None:
    _configure(monkeypatch, tmp_path, text)

    with pytest.raises(SettingsRefused) as refused:
        load_settings(ScoringSettings)

    assert str(refused.value).startswith(problem)


@pytest.mark.parametrize("file", ["pyproject.toml", "deploy/docker/daymark.toml"])
def test_the_version_is_the_same_everywhere(file: str) -> None:
    document = tomllib.loads((ROOT / file).read_text())

    assert document.get("project", document)["version"] == VERSION
