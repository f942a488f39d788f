"""Sessions: what one opens, what guards it, and when it is over."""

import asyncio
import re
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from services.gateway.domain.sessions import IDLE, LIFE
from services.gateway.domain.sign_in import ATTEMPT_LIFE
from services.gateway.flows.prune import KEPT_REVOKED, prune
from services.gateway.http.cookies import LOOKED, RECORDED, SESSION, SIGN_IN
from services.gateway.postgres.leftovers import StoredLeftovers
from services.gateway.settings import GatewaySettings
from services.gateway.signing_in import CALLBACK, pruner, signing_in
from shared.runtime.clock import now
from shared.runtime.tokens import Verifier
from tests.support.browser import Browser
from tests.support.gateway import gateway_world, problem
from tests.support.hostile_issuer import HostileIssuer
from tests.support.relations import TENANT, new_id
from tests.support.signing_in import Door, csrf
from tests.support.waiting import until

MINUTE = 60_000


async def test_a_service_sees_an_access_token_and_no_cookie(door: Door, browser: Browser, person: str) -> None:
    answer = await browser.send("GET", f"{door.url}/v1/evidence/{new_id()}")
    seen = answer.json()["headers"]
    assert "cookie" not in seen
    assert Verifier(TENANT, door.world.trusted).person(seen["authorization"]).id == person


async def test_a_session_opens_the_gateways_own_routes_too(door: Door, browser: Browser) -> None:
    assert (await browser.send("GET", f"{door.url}/v1/personal-tokens")).status_code == 200


@pytest.mark.parametrize("cookie", ["", "x", "x" * 43, "x" * 5000, "ä" * 43, "../../x", "a=b"])
async def test_a_cookie_that_is_no_session(door: Door, cookie: str) -> None:
    header = {"Cookie": f"{SESSION}={cookie}".encode("latin-1")}
    answer = await door.world.http.get(f"/v1/evidence/{new_id()}", headers=header)  # type: ignore[arg-type]
    assert answer.status_code == 401
    problem(answer)
    assert door.world.untouched


async def test_two_sessions_in_one_request_are_none(door: Door, browser: Browser) -> None:
    value = browser.cookie(door.url, SESSION)
    header = {"Cookie": f"{SESSION}={value}; {SESSION}={value}"}
    assert (await door.world.http.get("/v1/session", headers=header)).status_code == 401


# Where a sign-in leads


@pytest.mark.parametrize(
    "return_to",
    [
        "https://evil.test/",
        "//evil.test/",
        "///evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "/\t/evil.test",
        "/\n/evil.test",
        "/ /evil.test",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.test",
        "http:evil.test",
        "@evil.test",
        "/docs\r\nSet-Cookie: x=1",
        "/docs#@evil.test",
        "/docs?to=https://evil.test\\",
        "/sign-in",
        "/sign-in?return_to=/sign-in",
        "/ünï",
        "",
        "/" + "x" * 600,
    ],
)
async def test_a_sign_in_leads_to_no_other_place(
    door: Door, hostile: HostileIssuer, person: str, return_to: str
) -> None:
    answer = await door.signed_in(door.browser(), hostile, return_to)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("return_to", ["/", "/docs", "/v1/learners/x/mastery?as_of=2026-11-24&at_least=a:1:2", "/a/b/"])
async def test_a_sign_in_leads_where_one_was(door: Door, hostile: HostileIssuer, person: str, return_to: str) -> None:
    answer = await door.signed_in(door.browser(), hostile, return_to)
    assert answer.headers["location"] == return_to


# Fixation


async def test_a_planted_session_is_not_the_one_that_is_opened(door: Door, hostile: HostileIssuer, person: str) -> None:
    planted, browser = "p" * 43, door.browser()
    browser.cookies[door.url] = {SESSION: planted}
    await door.signed_in(browser, hostile)
    assert browser.cookie(door.url, SESSION) not in (None, planted)
    attacker = door.browser()
    attacker.cookies[door.url] = {SESSION: planted}
    assert not await door.is_signed_in(attacker)


async def test_signing_in_again_ends_the_session_before(door: Door, hostile: HostileIssuer, browser: Browser) -> None:
    older = door.browser()
    older.cookies[door.url] = dict(browser.cookies[door.url])
    await door.signed_in(browser, hostile)
    assert await door.is_signed_in(browser)
    assert not await door.is_signed_in(older)


async def test_who_is_known_to_the_issuer_alone_loses_the_session_before(
    door: Door, hostile: HostileIssuer, browser: Browser
) -> None:
    hostile.claims = {"sub": str(uuid4())}
    assert (await door.signed_in(browser, hostile)).status_code == 403
    assert not await door.is_signed_in(browser)


async def test_an_answer_that_comes_twice_at_once_opens_one_session(
    door: Door, hostile: HostileIssuer, person: str
) -> None:
    browser = door.browser()
    state = hostile.asked(await door.question(browser))
    url = f"{door.url}{CALLBACK}?code=c&state={state}"
    cookie = {"Cookie": f"{SIGN_IN}={browser.cookie(door.url, SIGN_IN)}"}
    answers = await asyncio.gather(*(door.world.http.get(url, headers=cookie) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [303] + [400] * 7


async def test_a_sign_in_that_takes_too_long(door: Door, hostile: HostileIssuer, person: str) -> None:
    for ahead, status in ((ATTEMPT_LIFE + 1, 400), (ATTEMPT_LIFE // 2, 303)):
        browser = door.browser()
        state = hostile.asked(await door.question(browser))
        door.clock.ahead = ahead
        hostile.claims |= {"iat": door.clock() // 1000, "exp": door.clock() // 1000 + 300}
        answer = await browser.send("GET", f"{door.url}{CALLBACK}?code=c&state={state}")
        assert answer.status_code == status
        door.clock.ahead = 0


async def test_who_was_forgotten_is_not_signed_in(
    door: Door, hostile: HostileIssuer, person: str, pool: asyncpg.Pool
) -> None:
    await pool.execute("INSERT INTO gateway.forgotten (person) VALUES ($1)", person)
    assert (await door.signed_in(door.browser(), hostile)).status_code == 403


# Ends


async def test_signing_out_by_the_page(door: Door, browser: Browser) -> None:
    """Of the scores that a teacher just gave the next one at her device finds none either."""
    browser.cookies[door.url] |= {RECORDED: "scores", LOOKED: "scores"}
    older = dict(browser.cookies[door.url])
    page = await browser.open(f"{door.url}/")
    answer = await browser.press(page)
    assert answer.status_code == 200
    assert "You are signed out" in answer.text
    assert [browser.cookie(door.url, name) for name in (SESSION, RECORDED, LOOKED)] == [None, None, None]
    browser.cookies[door.url] = older
    assert not await door.is_signed_in(browser), "it is over here too, not only in that browser"
    assert (await browser.send("GET", f"{door.url}/v1/evidence/{new_id()}")).status_code == 401


async def test_signing_out_where_nobody_is_signed_in(door: Door) -> None:
    assert (await door.browser().send("POST", f"{door.url}/sign-out")).status_code == 200


async def test_a_session_that_is_not_used_ends_after_an_hour(door: Door, browser: Browser) -> None:
    door.clock.ahead = IDLE - MINUTE
    assert await door.is_signed_in(browser)
    door.clock.ahead += IDLE - MINUTE
    assert await door.is_signed_in(browser), "its last use was less than an hour ago"
    door.clock.ahead += IDLE
    assert not await door.is_signed_in(browser)


async def test_a_session_ends_after_twelve_hours_however_much_it_is_used(door: Door, browser: Browser) -> None:
    for _ in range(LIFE // (IDLE // 2) - 1):
        door.clock.ahead += IDLE // 2
        assert await door.is_signed_in(browser)
    door.clock.ahead = LIFE
    assert not await door.is_signed_in(browser)


async def test_when_it_ends_is_told(door: Door, browser: Browser) -> None:
    first = (await browser.send("GET", f"{door.url}/v1/session")).json()["expires_at"]
    door.clock.ahead = IDLE // 2
    later = (await browser.send("GET", f"{door.url}/v1/session")).json()["expires_at"]
    assert first < later


async def test_what_has_ended_is_thrown_away(door: Door, browser: Browser, person: str, pool: asyncpg.Pool) -> None:
    await door.question(browser)
    await pool.execute(
        "INSERT INTO gateway.personal_tokens (id, person, label, digest, created_ms, revoked_ms)"
        " SELECT gen_random_uuid(), $1, 'x', encode(sha256(n::text::bytea), 'hex'), 1, $2::bigint - n * $3::bigint"
        " FROM generate_series(0, 1) AS n",
        person,
        now() - KEPT_REVOKED // 2,
        KEPT_REVOKED,
    )

    async def left() -> list[int]:
        queries = (
            "SELECT count(*) FROM gateway.session WHERE person = $1",
            "SELECT count(*) FROM gateway.personal_tokens WHERE person = $1",
        )
        return [await pool.fetchval(query, person) for query in queries]

    await prune(StoredLeftovers(pool), now())
    assert await left() == [1, 1], "what still holds, or was revoked not long ago, stays"
    worker = asyncio.ensure_future(pruner(pool, lambda: now() + IDLE, every=0.01)())
    await until(lambda: _is(left(), [0, 1]), "the session is gone")
    await until(lambda: _is(pool.fetchval("SELECT count(*) FROM gateway.sign_in_attempt"), 0), "the sign-ins are gone")
    worker.cancel()


async def _is(question: object, answer: object) -> bool:
    return bool(await question == answer)  # type: ignore[misc]


# What is kept and shown


async def test_nothing_that_a_browser_holds_is_kept(
    door: Door, hostile: HostileIssuer, browser: Browser, pool: asyncpg.Pool
) -> None:
    state = hostile.asked(await door.question(browser))
    held = [state, hostile.nonce, *browser.cookies[door.url].values(), await csrf(door, browser)]
    rows = [
        str(tuple(row))
        for table in ("session", "sign_in_attempt", "account")
        for row in await pool.fetch(f"SELECT * FROM gateway.{table}")
    ]
    assert len(held) == 5
    assert not [secret for secret in held if any(secret in row for row in rows)]


async def test_the_pages_run_and_frame_nothing(door: Door, hostile: HostileIssuer, browser: Browser) -> None:
    pages = [
        await browser.open(f"{door.url}/"),
        await door.browser().open(f"{door.url}/"),
        await door.browser().send("GET", f"{door.url}{CALLBACK}?error=%3Cscript%3E&error_description=%3Cb%3E"),
        await browser.send("POST", f"{door.url}/sign-out"),
    ]
    for page in pages:
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src '")
        assert "form-action 'self'; frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["referrer-policy"] == "same-origin"
        assert page.headers["cache-control"] == "no-store"
        assert not re.search(r"<script|<b>|\son\w+=|javascript:|src=", page.text)


async def test_a_gateway_without_an_issuer(pool: asyncpg.Pool, tmp_path: Path) -> None:
    async with gateway_world(pool, tmp_path) as world:
        for path in ("/sign-in", f"{CALLBACK}?code=c&state=s"):
            assert (await world.http.get(path)).status_code in (400, 503)
        assert "No issuer is set up" in (await world.http.get("/sign-in")).text
        assert (await world.http.get("/")).status_code == 200
        assert (await world.http.post("/sign-out")).status_code == 200
        assert (await world.http.get("/v1/session", headers=world.signed_in(new_id()))).status_code == 404


@pytest.mark.parametrize(
    ("issuer", "public"),
    [
        ("http://issuer.test", "https://district.test"),
        ("https://issuer.test", "http://district.test"),
        ("https://issuer.test", ""),
        ("issuer.test", "https://district.test"),
    ],
)
async def test_nobody_signs_in_where_others_could_read_along(
    pool: asyncpg.Pool, tmp_path: Path, issuer: str, public: str
) -> None:
    settings = GatewaySettings(
        tenant=TENANT, database="", keys=tmp_path, trusted=tmp_path, oidc_issuer=issuer, public_url=public
    )
    with pytest.raises(ValueError, match="must begin with https://"):
        async with signing_in(settings, pool):
            pass
