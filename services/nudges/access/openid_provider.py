"""The sign-in of a company: an OpenID Connect provider, asked with the authorization code flow and PKCE.

https://openid.net/specs/openid-connect-core-1_0.html. Authlib is imported when somebody signs in this way, and not before.
"""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from services.nudges.access.openid_requests import OpenIdRequest
from shared.errors import DaymarkError
from shared.service.http_client import make_http_client

_TIMEOUT_S: Final = 10.0
_CLOCK_SKEW_MAX_S: Final = 120
_CACHED_FOR: Final = timedelta(hours=1)
_SCOPE: Final = "openid email"
_ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
"""Those with a public key. With the others the client secret would be the key, or there would be no signature at all."""
_BASIC: Final = "client_secret_basic"

if TYPE_CHECKING:
    from joserfc.jwt import Token

Reply = TypeVar("Reply", bound=BaseModel)


class OpenIdRefused(DaymarkError):
    """The issuer's answer does not say who signs in. The log says why; check [openid] and the clock."""


class OpenIdUnreachable(DaymarkError):
    """The issuer does not answer, or what it answers is not OpenID Connect. Check openid.issuer."""


class _Reply(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Metadata(_Reply):
    """https://openid.net/specs/openid-connect-discovery-1_0.html, section 3. Only what is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = (_BASIC,)
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)


class _Tokens(_Reply):
    access_token: str
    id_token: str


class _KeySet(_Reply):
    """RFC 7517, section 5."""

    keys: tuple[dict[str, str | list[str]], ...]


class _Person(_Reply):
    """What the issuer says of a person. Some say the email only when they are asked for it with the access token."""

    sub: str
    email: str = ""
    email_verified: bool = False


@dataclass(slots=True)
class _Cached:
    """What does not have to be asked for again so soon."""

    metadata: _Metadata
    until: datetime
    keys: _KeySet | None = None


class OpenIdProvider:
    """`redirect_uri` is where people come back to. The client secret is read each time, so one in a file can be replaced."""

    def __init__(self, *, issuer: str, client_id: str, read_client_secret: Callable[[], str], redirect_uri: str) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._read_client_secret = read_client_secret
        self._redirect_uri = redirect_uri
        self._cached: _Cached | None = None

    async def authorization_url(self, state: str, request: OpenIdRequest, *, now: datetime) -> str:
        """Where somebody signs in.

        Raises:
            OpenIdUnreachable: the issuer cannot be asked where that is.
        """
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        metadata = (await self._known(now)).metadata
        url = prepare_grant_uri(
            metadata.authorization_endpoint,
            client_id=self._client_id,
            response_type="code",
            redirect_uri=self._redirect_uri,
            scope=_SCOPE,
            state=state,
            nonce=request.nonce,
            code_challenge=create_s256_code_challenge(request.verifier),
            code_challenge_method="S256",
        )
        return str(url)

    async def find_email(self, code: str, request: OpenIdRequest, *, now: datetime) -> str:
        """The email of whoever came back with this code, which the issuer has verified.

        Raises:
            OpenIdUnreachable: the issuer does not answer, or not as it should.
            OpenIdRefused: the issuer refuses the code, its answer is not for us or for this request, or no email is verified.
            SecretMissing: the client secret is not where the configuration says it is.
        """
        known = await self._known(now)
        tokens = await self._exchange(known.metadata, code, request)
        person = await self._verify(known, tokens, request, now=now)
        if not person.email and known.metadata.userinfo_endpoint:
            person = await self._ask_for_person(known.metadata, tokens, person)
        if not person.email or not person.email_verified:
            raise OpenIdRefused("no verified email")
        return person.email

    async def _exchange(self, metadata: _Metadata, code: str, request: OpenIdRequest) -> _Tokens:
        """RFC 6749, section 4.1.3; RFC 7636, section 4.5."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": request.verifier,
        }
        secret = self._read_client_secret()
        headers = {}
        if _BASIC in metadata.token_endpoint_auth_methods_supported:
            credential = f"{quote(self._client_id, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = f"Basic {b64encode(credential.encode()).decode()}"
        else:
            form |= {"client_id": self._client_id, "client_secret": secret}
        async with make_http_client(timeout_s=_TIMEOUT_S) as client:
            asked = client.post(metadata.token_endpoint, data=form, headers=headers, follow_redirects=False)
            response = await _answered(asked)
        if response.is_client_error:
            raise OpenIdRefused(f"the issuer refuses the code or the client ({response.status_code})")
        return _read(response, _Tokens)

    async def _verify(self, known: _Cached, tokens: _Tokens, request: OpenIdRequest, *, now: datetime) -> _Person:
        """Who the id token is about.

        Keys are asked for again if they do not fit its signature: issuers replace them.
        """
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        try:
            try:
                token = _decode(known.keys or await self._fetch_keys(known), tokens, known.metadata)
            except (JoseError, ValueError):
                token = _decode(await self._fetch_keys(known), tokens, known.metadata)
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": self._issuer},
                    "aud": {"essential": True, "value": self._client_id},
                    "nonce": {"essential": True, "value": request.nonce},
                },
                {"client_id": self._client_id, "nonce": request.nonce, "access_token": tokens.access_token},
            )
            claims.validate(now=int(now.timestamp()), leeway=_CLOCK_SKEW_MAX_S)
            return _Person.model_validate(dict(claims))
        except (JoseError, ValueError) as refused:
            raise OpenIdRefused(f"the id token ({type(refused).__name__})") from None

    async def _ask_for_person(self, metadata: _Metadata, tokens: _Tokens, claimed: _Person) -> _Person:
        """OpenID Connect Core, section 5.3."""
        headers = {"Authorization": f"Bearer {tokens.access_token}"}
        person = await self._fetch(metadata.userinfo_endpoint, _Person, headers=headers)
        if person.sub != claimed.sub:
            raise OpenIdRefused("the userinfo is about somebody else")
        return person

    async def _known(self, now: datetime) -> _Cached:
        if self._cached is None or self._cached.until <= now:
            metadata = await self._fetch(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration", _Metadata)
            if metadata.issuer != self._issuer:
                raise OpenIdUnreachable("the metadata is that of another issuer")
            self._cached = _Cached(metadata=metadata, until=now + _CACHED_FOR)
        return self._cached

    async def _fetch_keys(self, known: _Cached) -> _KeySet:
        known.keys = await self._fetch(known.metadata.jwks_uri, _KeySet)
        return known.keys

    async def _fetch(self, url: str, kind: type[Reply], *, headers: dict[str, str] | None = None) -> Reply:
        async with make_http_client(timeout_s=_TIMEOUT_S) as client:
            response = await _answered(client.get(url, headers=headers, follow_redirects=False))
        return _read(response, kind)


async def _answered(asked: Awaitable[httpx.Response]) -> httpx.Response:
    try:
        return await asked
    except (httpx.HTTPError, httpx.InvalidURL) as failed:
        raise OpenIdUnreachable(type(failed).__name__) from None


def _read(response: httpx.Response, kind: type[Reply]) -> Reply:
    if not response.is_success:
        raise OpenIdUnreachable(f"status {response.status_code}")
    try:
        return kind.model_validate_json(response.content)
    except ValidationError:
        raise OpenIdUnreachable(f"not {kind.__name__.removeprefix('_').lower()}") from None


def _decode(keys: _KeySet, tokens: _Tokens, metadata: _Metadata) -> "Token":
    """Check the signature.

    Raises:
        JoseError, ValueError: it is not one of these keys.
    """
    from joserfc import jwt
    from joserfc.jwk import KeySet

    allowed = sorted(_ALGORITHMS.intersection(metadata.id_token_signing_alg_values_supported))
    return jwt.decode(tokens.id_token, KeySet.import_key_set({"keys": list(keys.keys)}), algorithms=allowed)
