"""HTTP clients for the servers and services around, which share the certificate authorities of the process."""

import functools
import ssl

import httpx


def make_http_client(*, timeout_s: float) -> httpx.AsyncClient:
    """A client that is cheap to make: to read the certificate authorities takes 30 ms of processor time, which only the first
    client of a process pays."""
    return httpx.AsyncClient(verify=_certificate_authorities(), timeout=timeout_s)


@functools.cache
def _certificate_authorities() -> ssl.SSLContext:
    return httpx.create_ssl_context()
