"""An HTTP client that posts only to public addresses, or to networks that the operator allows."""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import httpx

from services.nudges.deliver.public_addresses import Network, resolve

_ANSWER_BYTES_MAX: Final = 4_096
_ADDRESSES_MAX: Final = 3
_DRAIN_S: Final = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What is read of a response. `retry_after` is its header."""

    status: int
    retry_after: str | None


class PublicClient:
    """Redirects are not followed. `allow_key` names the setting that lists the networks in `allowed`."""

    def __init__(self, client: httpx.AsyncClient, *, timeout_s: float, allowed: Sequence[Network], allow_key: str) -> None:
        self._client = client
        self._timeout_s = timeout_s
        self._allowed = allowed
        self._allow_key = allow_key

    async def post(self, url: httpx.URL, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post JSON.

        Raises:
            TimeoutError: it took longer than `timeout_s` in total.
            HostUnresolved: the host has no address.
            AddressRefused: none of its addresses is allowed.
            httpx.HTTPError: there was no answer; `describe_failure` says why.
        """
        async with asyncio.timeout(self._timeout_s):
            return await self._post(url, body, headers)

    async def _post(self, url: httpx.URL, body: bytes, headers: Mapping[str, str]) -> Answer:
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = await resolve(url.host, port, allowed=self._allowed, allow_key=self._allow_key)
        all_headers = {
            "content-type": "application/json",
            "host": url.netloc.decode(),
            "user-agent": "Daymark",
            **headers,
        }
        last_failure: httpx.ConnectError | None = None
        for address in addresses[:_ADDRESSES_MAX]:
            try:
                return await self._post_to(address, url, body, all_headers)
            except httpx.ConnectError as failed:  # nothing has been sent yet
                last_failure = failed
        raise last_failure or httpx.ConnectError("no address")

    async def _post_to(self, address: str, url: httpx.URL, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post to the address that was checked. The certificate must be that of the name."""
        request = self._client.build_request(
            "POST",
            url.copy_with(host=address),
            content=body,
            headers=dict(headers),
            extensions={"sni_hostname": url.host, "timeout": httpx.Timeout(self._timeout_s).as_dict()},
        )
        response = await self._client.send(request, stream=True, follow_redirects=False)
        answer = Answer(status=response.status_code, retry_after=response.headers.get("retry-after"))
        try:
            with contextlib.suppress(httpx.HTTPError, TimeoutError):
                async with asyncio.timeout(_DRAIN_S):
                    await _drain(response)
        finally:
            await response.aclose()
        return answer


async def _drain(response: httpx.Response) -> None:
    """Read a short body to its end, so that the connection can be reused. Its content is ignored."""
    size_bytes = 0
    async for chunk in response.aiter_raw(_ANSWER_BYTES_MAX):
        size_bytes += len(chunk)
        if size_bytes >= _ANSWER_BYTES_MAX:
            return


def describe_failure(failed: BaseException) -> str:
    """The kind of failure, or why a certificate was rejected."""
    cause: BaseException | None = failed
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate was rejected: {cause.verify_message}"
        cause = cause.__cause__ or cause.__context__
    return type(failed).__name__


def http_client() -> httpx.AsyncClient:
    """A client that goes only where it is sent: it ignores proxies of the environment and does not follow redirects. It trusts
    the certificate authorities in SSL_CERT_FILE."""
    return httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(), follow_redirects=False)
