"""An OpenID Connect provider on a real socket. It is strict about what it is asked, and a test may have it answer wrongly.

Its tokens are made with PyJWT, so that they are not checked with what made them.
"""

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.serving import served

CLIENT_ID: Final = "daymark"
CLIENT_SECRET: Final = "a secret of+the client, long enough for HMAC"
_BITS: Final = 2048


@dataclass
class Issuer:
    """`claims` replace those of the id token, and None leaves one out. `alg` signs it."""

    now: datetime
    url: str = ""
    redirect_uri: str = ""
    email: str = "ana@example.com"
    claims: dict[str, object] = field(default_factory=dict)
    metadata: dict[str, object] = field(default_factory=dict)
    userinfo: dict[str, object] = field(default_factory=dict)
    alg: str = "RS256"
    has_key_ids: bool = True
    fails: bool = False
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    keys: list[rsa.RSAPrivateKey] = field(default_factory=list)

    def rotate(self) -> None:
        """A new key replaces the one before."""
        self.keys.append(rsa.generate_private_key(public_exponent=65_537, key_size=_BITS))

    def authorize(self, address: str) -> str:
        """What a browser does at the address: its person agrees. Returns where it comes back to."""
        assert address.startswith(f"{self.url}/authorize?")
        asked = {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["redirect_uri"] == self.redirect_uri
        assert {"openid", "email"} <= set(asked["scope"].split())
        assert asked["code_challenge_method"] == "S256"
        assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{self.redirect_uri}?{urlencode({'code': code, 'state': asked['state']})}"

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/keys", self._keys),
                Route("/token", self._token, methods=["POST"]),
                Route("/userinfo", self._userinfo),
            ]
        )

    async def _metadata(self, _: Request) -> Response:
        self.asked.append("metadata")
        if self.fails:
            return Response(status_code=500)
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                **self.metadata,
            }
        )

    async def _keys(self, _: Request) -> Response:
        self.asked.append("keys")
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.keys[-1].public_key()))
        return JSONResponse({"keys": [{**public, "use": "sig", **self._key_id()}]})

    async def _token(self, request: Request) -> Response:
        self.asked.append("token")
        form = {name: str(value) for name, value in (await request.form()).items()}
        asked = self.codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or not _is_client(request, form)
            or form["grant_type"] != "authorization_code"
            or form["redirect_uri"] != self.redirect_uri
            or base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() != asked["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(
            {"access_token": "an access token", "token_type": "Bearer", "id_token": self._id_token(asked["nonce"])}
        )

    async def _userinfo(self, request: Request) -> Response:
        self.asked.append("userinfo")
        assert request.headers["authorization"] == "Bearer an access token"
        return JSONResponse({"sub": "1", **self.userinfo})

    def _id_token(self, nonce: str) -> str:
        claims = {
            "iss": self.url,
            "sub": "1",
            "aud": CLIENT_ID,
            "iat": self.now,
            "exp": self.now + timedelta(minutes=5),
            "nonce": nonce,
            "email": self.email,
            "email_verified": True,
            **self.claims,
        }
        key = self.keys[-1] if self.alg == "RS256" else CLIENT_SECRET if self.alg == "HS256" else ""
        present = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(present, key, self.alg, headers=self._key_id())

    def _key_id(self) -> dict[str, str]:
        return {"kid": f"key-{len(self.keys)}"} if self.has_key_ids else {}


def _is_client(request: Request, form: Mapping[str, str]) -> bool:
    """RFC 6749, section 2.3.1."""
    encoded = base64.b64encode(b"daymark:a%20secret%20of%2Bthe%20client%2C%20long%20enough%20for%20HMAC").decode()
    posted = (form.get("client_id"), form.get("client_secret"))
    return request.headers.get("authorization") == f"Basic {encoded}" or posted == (CLIENT_ID, CLIENT_SECRET)


@asynccontextmanager
async def issuing(redirect_uri: str, *, now: datetime) -> AsyncIterator[Issuer]:
    """An issuer that answers as it should, until a test changes it."""
    issuer = Issuer(now=now, redirect_uri=redirect_uri)
    issuer.rotate()
    async with served(issuer.application()) as port:
        issuer.url = f"http://127.0.0.1:{port}"
        yield issuer
