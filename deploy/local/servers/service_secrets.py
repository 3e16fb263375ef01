"""The secrets of the data folder that stand in for those that the operator has not configured."""

from typing import Final

from deploy.database import OWNERS
from deploy.local.contact_keys import CONTACT_HASH_KEY_FILE
from deploy.local.servers.data_folder import ensure_secret
from deploy.local.settings import KeyPath, LocalSettings

_SECTIONS: Final = {
    "ingest": ("nats", "ingest", "sources"),
    "scoring": ("nats", "postgres", "scoring"),
    "nudges": ("nats", "postgres", "nudges", "channels", "openid"),
}
"""The sections with secrets that a service reads. Each key of `[privacy]` has services of its own."""
_READERS: Final = {"contact_secret": ("ingest",), "forget_key": tuple(OWNERS)}


def reads_setting(service: str, path: KeyPath) -> bool:
    """Whether a service reads a setting. If not, it gets no secret to which the setting refers."""
    section, *keys = path
    if section == "privacy":
        return not keys or service in _READERS.get(keys[0], ())
    return section in _SECTIONS[service]


def generated_secrets(settings: LocalSettings, service: str) -> dict[str, str]:
    """Environment variables for a service: a reference to each secret that it needs and that is not configured. The secrets are
    created in the data folder on first use."""
    files: list[tuple[str, str]] = []
    if service in OWNERS and not settings.privacy.forget_key:
        files.append(("DAYMARK_PRIVACY__FORGET_KEY", "forget-key"))
    if service == "ingest" and not settings.privacy.contact_secret:
        files.append(("DAYMARK_PRIVACY__CONTACT_SECRET", CONTACT_HASH_KEY_FILE))
    if service == "ingest" and not settings.ingest.sources_key:
        files.append(("DAYMARK_INGEST__SOURCES_KEY", "sources-key"))
    if service == "scoring" and not settings.scoring.api_token:
        files.append(("DAYMARK_SCORING__API_TOKEN", "api-token"))
    if service == "nudges" and not settings.nudges.link_secret:
        files.append(("DAYMARK_NUDGES__LINK_SECRET", "link-secret"))
    return {variable: f"file:{ensure_secret(settings.data, file)}" for variable, file in files}
