"""Clients for the servers and services around."""

import ssl

import pytest

from shared.service.http_client import _certificate_authorities, make_http_client


async def test_the_clients_of_a_process_read_the_certificate_authorities_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _certificate_authorities.cache_clear()
    contexts: list[ssl.SSLContext] = []
    create = ssl.create_default_context

    def create_and_count(*, cafile: str) -> ssl.SSLContext:
        contexts.append(create(cafile=cafile))
        return contexts[-1]

    monkeypatch.setattr(ssl, "create_default_context", create_and_count)
    for _ in range(3):
        async with make_http_client(timeout_s=1):
            pass

    assert len(contexts) == 1
    assert contexts[0].verify_mode is ssl.CERT_REQUIRED
    assert contexts[0].get_ca_certs()
