"""Signing in at an issuer that others wrote, and what does not sign anybody in there."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest

from services.gateway.http.cookies import SESSION, SIGN_IN
from services.gateway.signing_in import CALLBACK
from tests.support.browser import Browser, query_of
from tests.support.foreign_issuer import ForeignIssuer, answered, foreign_issuer
from tests.support.signing_in import CLIENT, Door, sign_in_door

REFUSED = 400


@pytest.fixture(scope="module")
async def foreign() -> AsyncIterator[ForeignIssuer]:
    async with foreign_issuer() as running:
        yield running


@pytest.fixture(scope="module")
async def door(
    pool: asyncpg.Pool, tmp_path_factory: pytest.TempPathFactory, foreign: ForeignIssuer
) -> AsyncIterator[Door]:
    async with sign_in_door(pool, tmp_path_factory.mktemp("foreign"), foreign.url) as made:
        yield made


async def back(door: Door, browser: Browser, subject: str) -> str:
    """The callback of a sign-in that was begun in this browser, not yet opened."""
    return await answered(browser, await door.question(browser), subject)


def changed(url: str, **parameters: str | None) -> str:
    """The URL with some of its parameters changed or, where None, left out."""
    query = {name: value for name, value in (query_of(url) | parameters).items() if value is not None}
    return str(httpx.URL(url.partition("?")[0], params=query))


async def test_whom_the_issuer_names_and_we_know_is_signed_in(door: Door) -> None:
    browser, person = door.browser(), await door.link("alice")
    question = query_of(await door.question(browser, "/docs"))
    assert (question["response_type"], question["scope"]) == ("code", "openid")
    assert (question["code_challenge_method"], len(question["code_challenge"])) == ("S256", 43)
    assert question["redirect_uri"] == door.url + CALLBACK
    assert len(question["state"]) == len(question["nonce"]) == 43
    url = await answered(browser, await door.question(browser, "/docs"), "alice")
    answer = await browser.send("GET", url)
    assert (answer.status_code, answer.headers["location"]) == (303, "/docs")
    session = await browser.send("GET", f"{door.url}/v1/session")
    assert session.json()["person"] == person


async def test_the_cookies_are_for_this_host_for_https_and_for_no_script(door: Door) -> None:
    browser = door.browser()
    await door.link("alice")
    await browser.send("GET", await back(door, browser, "alice"))
    lines = {line.partition("=")[0]: line.partition("; ")[2] for line in browser.set_cookies if "Max-Age=0" not in line}
    assert lines == {
        SESSION: "Path=/; Secure; HttpOnly; SameSite=Lax",
        SIGN_IN: "Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Lax",
    }
    assert browser.cookie(door.url, SIGN_IN) is None, "it is taken away with the sign-in"


@pytest.mark.parametrize("state", [None, "", "x" * 43, "short", "ä" * 43])
async def test_a_wrong_or_missing_state(door: Door, state: str | None) -> None:
    browser = door.browser()
    await door.link("alice")
    answer = await browser.send("GET", changed(await back(door, browser, "alice"), state=state))
    assert answer.status_code == REFUSED
    assert not await door.is_signed_in(browser)


async def test_the_answer_to_another_browsers_question(door: Door) -> None:
    """Login CSRF: a person is led to an answer that an attacker asked for."""
    attacker, victim = door.browser(), door.browser()
    await door.link("alice")
    url = await back(door, attacker, "alice")
    await door.question(victim)
    assert (await victim.send("GET", url)).status_code == REFUSED
    assert (await door.browser().send("GET", url)).status_code == REFUSED, "nor in one that asked nothing"
    assert not await door.is_signed_in(victim)
    assert (await attacker.send("GET", url)).status_code == 303, "nor is it used up by them"


async def test_an_answer_is_taken_once(door: Door) -> None:
    browser = door.browser()
    await door.link("alice")
    url, cookie = await back(door, browser, "alice"), browser.cookie(door.url, SIGN_IN)
    assert (await browser.send("GET", url)).status_code == 303
    browser.cookies[door.url][SIGN_IN] = str(cookie)
    assert (await browser.send("GET", url)).status_code == REFUSED
    assert await door.is_signed_in(browser), "the session of the first is left alone"


async def test_a_code_is_taken_once(door: Door) -> None:
    browser = door.browser()
    await door.link("alice")
    first = await back(door, browser, "alice")
    assert (await browser.send("GET", first)).status_code == 303
    other = door.browser()
    second = changed(await back(door, other, "alice"), code=query_of(first)["code"])
    assert (await other.send("GET", second)).status_code == REFUSED
    assert not await door.is_signed_in(other)


async def test_a_code_of_another_sign_in_has_another_nonce(door: Door) -> None:
    """A stolen code, put into a sign-in of the thief's own; this issuer does not look at the verifier."""
    victim, thief = door.browser(), door.browser()
    await door.link("alice")
    stolen = query_of(await back(door, victim, "alice"))["code"]
    answer = await thief.send("GET", changed(await back(door, thief, "mallory"), code=stolen))
    assert answer.status_code == REFUSED
    assert "could not be trusted" in answer.text
    assert not await door.is_signed_in(thief)


async def test_a_code_of_ones_own_older_sign_in_has_another_nonce(door: Door) -> None:
    browser = door.browser()
    await door.link("alice")
    older = query_of(await back(door, browser, "alice"))["code"]
    answer = await browser.send("GET", changed(await back(door, browser, "alice"), code=older))
    assert answer.status_code == REFUSED
    assert not await door.is_signed_in(browser)


async def test_an_answer_in_the_name_of_another_issuer(door: Door) -> None:
    browser = door.browser()
    await door.link("alice")
    answer = await browser.send("GET", changed(await back(door, browser, "alice"), iss="https://other.test"))
    assert answer.status_code == REFUSED


async def test_an_issuer_that_calls_itself_something_else(
    pool: asyncpg.Pool, tmp_path: Path, foreign: ForeignIssuer
) -> None:
    async with sign_in_door(pool, tmp_path, f"{foreign.url}/") as door:
        answer = await door.browser().send("GET", f"{door.url}/sign-in")
        assert answer.status_code == 503
        assert "does not answer" in answer.text


class SwapsTokens(httpx.AsyncHTTPTransport):
    """Stands between the gateway and the issuer, and answers the exchange of a code with another token."""

    token = ""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(200, json={"id_token": self.token}, request=request)
        return await super().handle_async_request(request)


async def test_a_token_that_the_issuer_made_for_another_client(
    pool: asyncpg.Pool, tmp_path: Path, foreign: ForeignIssuer
) -> None:
    between = SwapsTokens()
    async with sign_in_door(pool, tmp_path, foreign.url, transport=between) as door:
        await door.link("alice")
        for client, status in (("another-client", REFUSED), (CLIENT, 303)):
            browser = door.browser()
            question = changed(await door.question(browser), client_id=client)
            url = await answered(browser, question, "alice")
            form = {
                "grant_type": "authorization_code",
                "code": query_of(url)["code"],
                "redirect_uri": door.url + CALLBACK,
            }
            answer = await door.world.http.post(f"{foreign.url}/oauth2/token", data=form, auth=(client, "any"))
            between.token = answer.json()["id_token"]
            assert (await browser.send("GET", url)).status_code == status, client


async def test_keys_that_were_rotated(pool: asyncpg.Pool, tmp_path: Path) -> None:
    async with foreign_issuer() as issuer, sign_in_door(pool, tmp_path, issuer.url) as door:
        await door.link("alice")
        for _ in range(2):
            browser = door.browser()
            assert (await browser.send("GET", await back(door, browser, "alice"))).status_code == 303
            await issuer.rotate()


async def test_a_token_that_has_expired(pool: asyncpg.Pool, tmp_path: Path) -> None:
    async with foreign_issuer(token_seconds=1) as issuer, sign_in_door(pool, tmp_path, issuer.url) as door:
        browser = door.browser()
        door.clock.ahead = 2_000
        await door.link("alice")
        answer = await browser.send("GET", await back(door, browser, "alice"))
        assert answer.status_code == REFUSED
        assert "could not be trusted" in answer.text


async def test_a_subject_that_nobody_linked(door: Door) -> None:
    browser, subject = door.browser(), f"<b>{uuid4()}</b>"
    answer = await browser.send("GET", await back(door, browser, subject))
    assert answer.status_code == 403
    assert "no account here yet" in answer.text
    assert "<b>" not in answer.text
    assert browser.cookie(door.url, SESSION) is None


async def test_the_same_subject_of_another_issuer_is_someone_else(
    door: Door, pool: asyncpg.Pool, tmp_path: Path
) -> None:
    subject = str(uuid4())
    await door.link(subject)
    async with foreign_issuer() as issuer, sign_in_door(pool, tmp_path, issuer.url) as other:
        browser = other.browser()
        assert (await browser.send("GET", await back(other, browser, subject))).status_code == 403


async def test_who_is_not_let_in_by_the_issuer(door: Door) -> None:
    browser = door.browser()
    question = await door.question(browser)
    denied = await browser.send("POST", question, form={"action": "deny"})
    state = query_of(question)["state"]
    answer = await browser.send("GET", changed(denied.headers["location"], state=state))
    assert answer.status_code == REFUSED
    assert "did not let you in" in answer.text


async def test_an_issuer_that_is_down(pool: asyncpg.Pool, tmp_path: Path) -> None:
    async with foreign_issuer() as issuer, sign_in_door(pool, tmp_path, issuer.url) as door:
        await door.link("alice")
        browser = door.browser()
        url = await back(door, browser, "alice")
        issuer.stop()
        assert (await browser.send("GET", url)).status_code == 503
        await issuer.start()
        again = await back(door, browser, "alice")
        assert (await browser.send("GET", again)).status_code == 303, "and up again"
