"""Settings: which source wins, and what is said of mistakes."""

import tomllib
from pathlib import Path

import pytest

from services.ingest.settings import IngestSettings
from services.nudges.settings import NudgesSettings
from services.scoring.settings import ScoringSettings
from shared.service.settings import DEFAULT_FILE, SecretMissing, SettingsRefused, load_settings, read_secret


def _configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    file = tmp_path / "daymark.toml"
    file.write_text(text)
    monkeypatch.setenv("DAYMARK_CONFIG", str(file))


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _configured(monkeypatch, tmp_path, "[scoring]\nport = 1\nbatch_max = 7\n")
    monkeypatch.setenv("DAYMARK_SCORING__PORT", "2")

    scoring = load_settings(ScoringSettings).scoring

    assert (scoring.port, scoring.batch_max, scoring.host) == (2, 7, "127.0.0.1")


SHARED = '[sources.acme]\nkind = "shared-secret"\nsecrets = ["env:X"]\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[scoring]\nprot = 1\n", "scoring.prot"),
        ('[scoring]\nport = "x"\n', "scoring.port"),
        ("[scoring\n", "line 1"),
        ('[clock]\nmode = "sundial"\n', "clock.mode"),
        ('[postgres]\npassword = "hunter2"\n', "a secret is never a value in the file"),
    ],
)
def test_a_mistake_is_named_and_never_becomes_a_silent_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, said: str
) -> None:
    _configured(monkeypatch, tmp_path, text)

    with pytest.raises(SettingsRefused) as refused:
        load_settings(ScoringSettings)

    assert said in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[sources.acme]\nkind = "fax"\nsecrets = ["env:X"]\n', "the kinds are attio, calendly, close, cloudevents"),
        ('[sources.acme]\nkind = "standard"\nsecrets = []\n', "sources.acme.secrets"),
        ('[sources."A.b"]\nkind = "standard"\nsecrets = ["env:X"]\n', "cannot be the name of a source"),
    ],
)
def test_a_source_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, said: str) -> None:
    _configured(monkeypatch, tmp_path, text)

    with pytest.raises(SettingsRefused, match=said):
        load_settings(IngestSettings)


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

    for kind in (IngestSettings, ScoringSettings, NudgesSettings):
        assert set(kind.model_fields) <= set(sections)
    values = [key for section in sections.values() for key, value in section.items() if not isinstance(value, dict)]
    assert set(values) <= keys


ROOM = '[channels.chat.team-room]\nurl = "env:TEAM_ROOM_URL"\n'


def test_a_room_is_given_celebrations_unless_it_says_otherwise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _configured(monkeypatch, tmp_path, f'{ROOM}teams = ["north"]\n[channels.chat.mara]\nurl = "file:/mara"\nkinds = []\n')

    chat = load_settings(NudgesSettings).channels.chat

    assert (chat["team-room"].teams, chat["team-room"].kinds) == (("north",), ("celebration",))
    assert (chat["mara"].teams, chat["mara"].kinds) == ((), ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[channels]\nchat_schemes = ["slack", "json"]\n', "json: posts to any address"),
        ('[channels.chat.room]\nurl = "slack://a/b/hunter2"\n', "a secret is never a value in the file"),
        ('[channels.chat.room]\nurl = ""\n', "channels.chat.room.url"),
        (ROOM + "timeout_s = 30\n", "channels.chat.team-room.timeout_s"),
        (ROOM + 'kinds = ["praise"]\n', "channels.chat.team-room.kinds"),
        (ROOM + 'colour = "red"\n', "channels.chat.team-room.colour"),
        (f'[channels.chat."Team Room"]\n{ROOM.splitlines()[1]}\n', "channels.chat"),
    ],
)
def test_a_mistake_in_a_chat_channel_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, said: str) -> None:
    _configured(monkeypatch, tmp_path, text)

    with pytest.raises(SettingsRefused) as refused:
        load_settings(NudgesSettings)

    assert said in str(refused.value)
    assert "hunter2" not in str(refused.value)
