"""Sources that are added, changed and removed while two replicas of ingest run on one stream."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.ingest.metrics import IngestMetrics
from services.ingest.settings import IngestSettings, SignatureSection, SourceKeys
from services.ingest.sources.known_sources import KnownSources
from services.ingest.sources.sealed_secrets import SecretsKey
from services.ingest.sources.source_requests import SourceRequests
from shared.jetstream.client import LeanClient
from shared.jetstream.streams import SOURCE_CONFIGURED, SOURCES
from shared.languages.current import using_language
from shared.observation import SourceName
from shared.requests.client import NO_QUERY, Refused, ask
from shared.requests.router import RequestRouter
from shared.requests.sources.endpoints import (
    SOURCE_LIST,
    SOURCE_REMOVE,
    SOURCE_STORE,
    SignatureKeys,
    SourceDescription,
    SourceToStore,
    StoredName,
)
from shared.service.broker import ServiceBroker
from shared.service.settings import NatsSection, load_settings

FILED, ADDED = SourceName("filed"), SourceName("added")
SECRET, OTHER = "a-secret-of-the-crm", "another-secret-of-the-crm"
SIGNED = SourceDescription(
    kind="hmac",
    outcomes={'said "no"\x7f': "other", "Ünreached": "no_answer"},
    kinds={"visit": "meeting"},
    fields={"activity_id": "id", "kind": "type", "observed_at": "at"},
    signature=SignatureKeys(header="X-Signature", prefix="sha256=", tolerance_s=60),
    expires_at="2026-12-31T09:00:00Z",  # as TOML writes it
)


@dataclass(kw_only=True)
class Replicas:
    """`answering` handles the requests, `other` only follows."""

    answering: KnownSources
    other: KnownSources
    other_metrics: IngestMetrics


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> IngestSettings:
    """With one source in the file."""
    (tmp_path / "filed").write_text(SECRET)
    configuration = tmp_path / "daymark.toml"
    configuration.write_text(f'[sources.filed]\nkind = "twenty"\nsecrets = ["file:{tmp_path / "filed"}"]\n')
    monkeypatch.setenv("DAYMARK_CONFIG", str(configuration))
    return load_settings(IngestSettings)


def _known(settings: IngestSettings, nats: LeanClient, metrics: IngestMetrics, *, key: str | None) -> KnownSources:
    return KnownSources(settings, settings.read_sources(), SecretsKey(key), nats, metrics)


async def _serve(known: KnownSources, settings: IngestSettings, nats: LeanClient, url: str) -> ServiceBroker:
    requests = RequestRouter(queue="test")
    SourceRequests(settings, known, nats).register(requests)
    broker = ServiceBroker(LeanClient(), NatsSection(url=url, monitor_url="", user="", password=""), name="test")
    broker.include_router(requests.router)
    await broker.start()
    return broker


@pytest.fixture
async def replicas(settings: IngestSettings, nats: LeanClient, nats_url: str) -> AsyncIterator[Replicas]:
    metrics = IngestMetrics({})
    answering = _known(settings, nats, IngestMetrics({}), key="the-key-of-ingest")
    broker = await _serve(answering, settings, nats, nats_url)
    yield Replicas(answering=answering, other=_known(settings, nats, metrics, key="the-key-of-ingest"), other_metrics=metrics)
    await broker.stop()


def _to_store(*, kind: str = "twenty", secret: str = SECRET, name: str = ADDED, replaces: bool = False) -> SourceToStore:
    secrets = (secret,) if secret else ()
    return SourceToStore(name=name, description=SourceDescription(kind=kind), secrets=secrets, replaces=replaces)


async def _refusal(nats: LeanClient, query: SourceToStore) -> str:
    with pytest.raises(Refused) as refused:
        await ask(nats, SOURCE_STORE, query)
    return str(refused.value)


async def test_an_added_source_is_open_on_every_replica_until_it_is_removed(replicas: Replicas, nats: LeanClient) -> None:
    query = SourceToStore(name=ADDED, description=SIGNED, secrets=(f" {SECRET}\n", OTHER))

    await ask(nats, SOURCE_STORE, query)
    rows = (await ask(nats, SOURCE_LIST, NO_QUERY)).rows
    source = await replicas.other.find(ADDED)

    assert [(row.name, row.origin, row.problem) for row in rows] == [(ADDED, "stored", ""), (FILED, "file", "")]
    assert (rows[0].description, rows[0].secrets) == (SIGNED, ())
    assert source == replicas.answering.open[ADDED]
    assert source is not None
    assert source.secrets == (SECRET.encode(), OTHER.encode())
    assert source.signature is not None
    assert (source.signature.header, source.signature.tolerance_s) == ("X-Signature", 60)
    assert _expiry(replicas) == [1798707600.0]

    await ask(nats, SOURCE_REMOVE, StoredName(name=ADDED))
    with capture_logs() as logs:
        await replicas.other.follow()

    assert [log["event"] for log in logs] == ["sources_changed"]
    assert list(replicas.answering.open) == list(replicas.other.open) == [FILED]
    assert _expiry(replicas) == []
    assert [row.name for row in (await ask(nats, SOURCE_LIST, NO_QUERY)).rows] == [FILED]


def _expiry(replicas: Replicas) -> list[float]:
    gauge = replicas.other_metrics.expires_seconds
    return [sample.value for metric in gauge.collect() for sample in metric.samples]


async def test_secrets_are_on_the_stream_only_encrypted_and_gone_with_the_source(replicas: Replicas, nats: LeanClient) -> None:
    await ask(nats, SOURCE_STORE, _to_store())
    first = (await nats.jetstream().get_last_msg(SOURCES, f"{SOURCE_CONFIGURED}.{ADDED}")).data or b""
    await ask(nats, SOURCE_STORE, _to_store(secret=OTHER, replaces=True))
    state = (await nats.jetstream().stream_info(SOURCES)).state

    assert SECRET.encode() not in first
    assert b"sealed" in first
    assert state.messages == 1
    assert replicas.answering.open[ADDED].secrets == (OTHER.encode(),)

    await ask(nats, SOURCE_STORE, _to_store(kind="attio", secret="", replaces=True))

    assert (replicas.answering.open[ADDED].kind, replicas.answering.open[ADDED].secrets) == ("attio", (OTHER.encode(),))


async def test_what_cannot_be_a_source_is_refused_by_the_fields_of_the_form(replicas: Replicas, nats: LeanClient) -> None:
    await ask(nats, SOURCE_STORE, _to_store())

    assert "Change it there" in await _refusal(nats, _to_store(name=FILED))
    assert "was added before" in await _refusal(nats, _to_store())
    assert (await _refusal(nats, _to_store(kind="hubspots", name="new"))).startswith(
        "Kind: no such kind of source; the kinds are attio"
    )
    assert "Name of the source: 'New.>' cannot be the name of a source; use lower-case" in await _refusal(
        nats, _to_store(name="New.>")
    )
    assert (await _refusal(nats, _to_store(kind="shared-secret", name="new"))).startswith(
        "Where in the webhook the secret is: must say where in the webhook the secret is: header:NAME"
    )
    with using_language("es"):
        refusal = await _refusal(nats, _to_store(kind="salesforce", name="new"))
        assert refusal.startswith("Id de la organización: debe ser el id de la organización, de 15 o 18 letras y cifras: ")
        assert (await _refusal(nats, _to_store(name=FILED))).endswith("Cámbialo ahí y vuelve a iniciar ingest.")
    assert (await _refusal(nats, _to_store(name="new", secret="x" * 15))).startswith(
        "Secret: 15 bytes are too few; use at least 16"
    )
    assert (await _refusal(nats, _to_store(name="new", secret=""))).startswith("Secret: write at least one")
    for name, phrase in ((FILED, "Change it there"), (SourceName("aded"), "did you mean added?")):
        with pytest.raises(Refused, match=phrase):
            await ask(nats, SOURCE_REMOVE, StoredName(name=name))
    assert sorted(replicas.answering.open) == [ADDED, FILED]


async def test_a_source_of_the_file_wins_over_a_stored_one(
    replicas: Replicas, nats: LeanClient, settings: IngestSettings
) -> None:
    await ask(nats, SOURCE_STORE, _to_store(kind="attio"))
    section = settings.sources[FILED]
    later = _known(settings.model_copy(update={"sources": {ADDED: section}}), nats, IngestMetrics({}), key="the-key-of-ingest")

    kinds = []
    for bring_up_to_date in (later.follow, later.reload_secrets):
        await bring_up_to_date()
        kinds.append({name: source.kind for name, source in later.open.items()})

    assert kinds == [{ADDED: "twenty"}] * 2


@pytest.mark.parametrize(("key", "phrase"), [("another-key-of-ingest", "under another key"), (None, "Set ingest.sources_key")])
async def test_with_another_key_a_source_stays_closed_and_says_why(
    replicas: Replicas, nats: LeanClient, nats_url: str, settings: IngestSettings, key: str | None, phrase: str
) -> None:
    await ask(nats, SOURCE_STORE, _to_store())
    other = _known(settings, nats, IngestMetrics({}), key=key)

    with capture_logs() as logs:
        await other.follow()
        await other.follow()

    assert list(other.open) == [FILED]
    assert phrase in str(other.problems[ADDED])
    assert [(log["event"], log["source"]) for log in logs] == [("stored_source_not_opened", ADDED)]
    assert SECRET not in str(logs)


async def test_a_document_that_is_no_source_does_not_stand_in_the_way(replicas: Replicas, nats: LeanClient) -> None:
    await nats.jetstream().publish(f"{SOURCE_CONFIGURED}.broken", b"?")
    await ask(nats, SOURCE_STORE, _to_store())

    assert sorted(replicas.answering.open) == [ADDED, FILED]


def test_a_request_has_the_keys_that_a_source_of_the_file_has() -> None:
    """A request carries them unchecked, so that ingest refuses a mistake in the words of the file."""
    assert SourceDescription.model_fields.keys() == SourceKeys.model_fields.keys()
    assert SignatureKeys.model_fields.keys() == SignatureSection.model_fields.keys()
    for key, field in [*SourceKeys.model_fields.items(), *SignatureSection.model_fields.items()]:
        same = (SourceDescription.model_fields | SignatureKeys.model_fields)[key]
        assert (field.default, field.default_factory) == (same.default, same.default_factory)
