"""Signing in at the company's provider, from the sign-in page and back."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import asyncpg
import pytest
import structlog

from services.nudges.access.openid_provider import OpenIdProvider
from services.nudges.access.openid_requests import REQUEST_AGE_MAX
from services.nudges.access.operators import Operator, add_operator
from services.nudges.access.sessions import Origin, list_sessions
from services.nudges.pages.site import OpenId
from shared.events import PersonId
from shared.reach import ContactPoint
from tests.services.nudges.access.openid_stand_in import CLIENT_ID, CLIENT_SECRET, Issuer
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.pages.doors.company_sign_in import BACK, Company, company_sign_in
from tests.services.nudges.pages.doors.visits import HTTPS, visiting

SKEW: Final = timedelta(seconds=119)
TOO_MUCH: Final = timedelta(minutes=3)


@pytest.fixture
async def company(pool: asyncpg.Pool) -> AsyncIterator[Company]:
    async with company_sign_in(pool) as opened:
        yield opened


async def test_somebody_signs_in_with_their_company_account_and_comes_to_where_they_wanted(company: Company) -> None:
    async with company.visits.browser() as browser:
        page = await browser.get("/sign-in?next=/you/ana/-")
        back = await company.leave(browser, next_path="/you/ana/-")
        signed_in = await browser.get(back)
        own = await browser.get(signed_in.headers["location"])

    assert '<a class="quiet" href="/sign-in/openid?next=%2Fyou%2Fana%2F-">Sign in with Acme account</a>' in page.text
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/you/ana/-")
    assert "Sign out Ana Ruiz" in own.text
    (session,) = await list_sessions(company.visits.pool, None, now=NOON)
    assert (session.person_id, session.origin) == (ANA.id, Origin.OPENID)
    assert company.visits.count("signed_in") == 1


@pytest.mark.parametrize("skew", [SKEW, -SKEW - timedelta(minutes=5)], ids=["ahead", "behind"])
async def test_clocks_may_differ_by_two_minutes(company: Company, skew: timedelta) -> None:
    company.issuer.claims = {"iat": NOON + skew, "exp": NOON + skew + timedelta(minutes=5)}

    async with company.visits.browser() as browser:
        assert (await browser.get(await company.leave(browser))).status_code == 303


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another client"},
        {"aud": ["another client"], "azp": CLIENT_ID},
        {"aud": [CLIENT_ID, "another client"]},
        {"aud": [CLIENT_ID, "another client"], "azp": "another client"},
        {"aud": None},
        {"iss": "https://another.example"},
        {"iss": None},
        {"nonce": "another nonce"},
        {"nonce": None},
        {"exp": NOON - TOO_MUCH},
        {"exp": None},
        {"iat": NOON + TOO_MUCH, "exp": NOON + timedelta(hours=1)},
        {"sub": None},
        {"at_hash": "of another access token"},
        {"email_verified": False},
        {"email_verified": None},
        {"email": None},
    ],
    ids=str,
)
async def test_an_id_token_that_does_not_say_who_signs_in_here_and_now_signs_nobody_in(
    company: Company, claims: dict[str, object]
) -> None:
    company.issuer.claims = claims

    assert await company.refusal() == 403
    assert company.visits.count("refused") == 1


@pytest.mark.parametrize("alg", ["none", "HS256"])
async def test_a_token_without_a_signature_or_signed_with_the_client_secret_is_refused(company: Company, alg: str) -> None:
    company.issuer.alg = alg

    assert await company.refusal() == 403


@pytest.mark.parametrize("has_key_ids", [True, False])
async def test_the_issuer_may_replace_its_keys(company: Company, has_key_ids: bool) -> None:
    company.issuer.has_key_ids = has_key_ids
    statuses = []
    for rotates in (False, False, True):
        if rotates:
            company.issuer.rotate()
        async with company.visits.browser() as browser:
            statuses.append((await browser.get(await company.leave(browser))).status_code)

    assert statuses == [303, 303, 303]
    assert company.issuer.asked.count("keys") == 2
    assert company.issuer.asked.count("metadata") == 1


async def test_a_key_that_the_issuer_does_not_have_signs_nobody_in(company: Company) -> None:
    async with company.visits.browser() as browser:
        await browser.get(await company.leave(browser))
    foreign, own = Issuer(now=NOON), company.issuer.keys[-1]
    foreign.rotate()
    async with company.visits.browser() as browser:
        back = await company.leave(browser)
        token = company.issuer._id_token

        def forged(nonce: str) -> str:
            company.issuer.keys[-1] = foreign.keys[-1]
            try:
                return token(nonce)
            finally:
                company.issuer.keys[-1] = own

        company.issuer.__dict__["_id_token"] = forged
        response = await browser.get(back)

    assert response.status_code == 403


async def test_a_state_of_another_browser_signs_nobody_in(company: Company) -> None:
    async with company.visits.browser() as attacker, company.visits.browser() as browser:
        back = await company.leave(attacker)
        without = await browser.get(back)
        await company.leave(browser)
        with_another = await browser.get(back)
        with_none = await browser.get("/sign-in/openid/back?code=code-0")

    assert [response.status_code for response in (without, with_another, with_none)] == [403, 403, 403]
    assert await list_sessions(company.visits.pool, None, now=NOON) == []
    assert "token" not in company.issuer.asked


async def test_nobody_comes_back_twice(company: Company) -> None:
    async with company.visits.browser() as browser:
        back = await company.leave(browser)
        state = dict(browser.cookies)
        first = await browser.get(back)
    async with company.visits.browser() as thief:
        thief.cookies.update(state)
        again = await thief.get(back)

    assert (first.status_code, again.status_code) == (303, 403)
    assert company.issuer.asked.count("token") == 1


async def test_a_code_that_was_used_signs_nobody_in(company: Company) -> None:
    async with company.visits.browser() as browser:
        code = (await company.leave(browser)).partition("code=")[2].partition("&")[0]
        company.issuer.codes.clear()
        state = browser.cookies["daymark-openid"]
        response = await browser.get("/sign-in/openid/back", params={"code": code, "state": state})

    assert response.status_code == 403


@pytest.mark.parametrize(("elapsed", "status"), [(REQUEST_AGE_MAX - timedelta(seconds=1), 303), (REQUEST_AGE_MAX, 403)])
async def test_somebody_comes_back_within_ten_minutes(company: Company, elapsed: timedelta, status: int) -> None:
    async with company.visits.browser() as browser:
        back = await company.leave(browser)
        company.visits.pass_time(elapsed)
        company.issuer.now = NOON + elapsed
        assert (await browser.get(back)).status_code == status


async def test_an_email_of_nobody_in_the_roster_signs_nobody_in_and_is_not_logged(company: Company) -> None:
    company.issuer.email = "nils@example.com"
    with structlog.testing.capture_logs() as logs:
        assert await company.refusal() == 403

    assert logs == [
        {"event": "openid_sign_in_refused", "log_level": "warning", "because": "nobody in the roster has this email"}
    ]
    assert company.visits.count("not_listed") == 1


async def test_only_an_email_says_who_somebody_is(company: Company) -> None:
    company.issuer.email = "Ana Ruiz"

    assert await company.refusal() == 403


async def test_an_operator_signs_in_by_their_email(company: Company) -> None:
    contact = ContactPoint(transport="mail", address="olga@example.com")
    olga = Operator(id=PersonId("olga@example.com"), name="Olga", contacts=(contact,))
    await add_operator(company.visits.pool, olga, now=NOON)
    company.issuer.email = "Olga@example.com"

    async with company.visits.browser() as browser:
        await browser.get(await company.leave(browser))
        assert (await browser.get("/")).headers["location"] == "/delivery"


@pytest.mark.parametrize(
    ("userinfo", "status"),
    [
        ({"email": "ana@example.com", "email_verified": True}, 303),
        ({"email": "ana@example.com", "email_verified": True, "sub": "2"}, 403),
        ({"email": "ana@example.com"}, 403),
    ],
    ids=["verified", "of somebody else", "not verified"],
)
async def test_an_email_that_is_not_in_the_token_is_asked_for(
    company: Company, userinfo: dict[str, object], status: int
) -> None:
    company.issuer.claims = {"email": None, "email_verified": None}
    company.issuer.userinfo = userinfo

    async with company.visits.browser() as browser:
        assert (await browser.get(await company.leave(browser))).status_code == status


async def test_a_client_that_may_not_use_basic_authentication_posts_its_secret(company: Company) -> None:
    company.issuer.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}

    async with company.visits.browser() as browser:
        assert (await browser.get(await company.leave(browser))).status_code == 303


@pytest.mark.parametrize("metadata", [{"issuer": "https://another.example"}, {"token_endpoint": None}], ids=str)
async def test_while_the_issuer_does_not_answer_as_one_nobody_leaves(company: Company, metadata: dict[str, object]) -> None:
    company.issuer.metadata = metadata
    async with company.visits.browser() as browser:
        wrong = await browser.get("/sign-in/openid")
        company.issuer.metadata, company.issuer.fails = {}, True
        failing = await browser.get("/sign-in/openid")
        company.issuer.fails = False
        right = await browser.get("/sign-in/openid")

    assert [response.status_code for response in (wrong, failing, right)] == [503, 503, 303]


async def test_the_issuer_refusing_somebody_is_not_an_error_of_ours(company: Company) -> None:
    async with company.visits.browser() as browser:
        await company.leave(browser)
        state = browser.cookies["daymark-openid"]
        response = await browser.get("/sign-in/openid/back", params={"error": "access_denied", "state": state})

    assert response.status_code == 403
    assert "token" not in company.issuer.asked


async def test_nobody_is_redirected_to_another_site_by_it(company: Company) -> None:
    async with company.visits.browser() as browser:
        back = await company.leave(browser, next_path="//evil.example/")
        assert (await browser.get(back)).headers["location"] == "/"


async def test_the_state_is_kept_from_scripts_and_from_other_paths(company: Company, pool: asyncpg.Pool) -> None:
    async with company.visits.browser() as browser:
        plain = (await browser.get("/sign-in/openid")).headers["set-cookie"]
    provider = OpenIdProvider(
        issuer=company.issuer.url, client_id=CLIENT_ID, read_client_secret=lambda: CLIENT_SECRET, redirect_uri=BACK
    )
    openid = OpenId(name="Acme", provider=provider)
    async with visiting(pool, base_url=HTTPS, openid=openid) as visits, visits.browser() as browser:
        encrypted = (await browser.get("/sign-in/openid")).headers["set-cookie"]

    assert {"HttpOnly", "SameSite=lax", "Path=/sign-in/openid"} <= set(plain.split("; "))
    assert "Secure" in encrypted.split("; ")
    assert "Secure" not in plain.split("; ")
    stored = await pool.fetchval("SELECT string_agg(openid_request::text, '') FROM openid_request")
    assert plain.partition("=")[2].partition(";")[0] not in stored
