"""The embedded issuer by itself: whom it gives a code, and what it takes for one."""

import base64
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from deploy.local.home import Home
from deploy.local.issuer.app import Client, Issuer
from deploy.local.issuer.grants import CODE_SECONDS, Grant, Grants
from deploy.local.issuer.people import OPERATOR, Person, add_people, people_in
from deploy.local.issuer.registration import CLIENT_ID, registration
from deploy.local.ports import LOOPBACK, free_port
from tests.support.browser import Browser, form_of, query_of
from tests.support.serving import serving

CALLBACK = "http://127.0.0.1:9/sign-in/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Place:
    """A running issuer; `asked` is a question that is right."""

    url: str
    secret: str
    home: Home
    browser: Browser
    clock: list[float]

    @property
    def asked(self) -> dict[str, str]:
        return {
            "client_id": CLIENT_ID,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid",
            "state": "the state",
            "nonce": "the nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }

    async def ask(self, **changed: str) -> httpx.Response:
        query = {name: value for name, value in (self.asked | changed).items() if value}
        return await self.browser.send("GET", str(httpx.URL(f"{self.url}/authorize", params=query)))

    async def code(self) -> str:
        answer = await self.browser.press(await self.ask(), subject="operator")
        return query_of(answer.headers["location"])["code"]

    async def exchange(self, code: str, secret: str | None = None, **changed: str) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }
        credentials = (CLIENT_ID, self.secret if secret is None else secret)
        return await self.browser.http.post(f"{self.url}/token", data=form | changed, auth=credentials)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    home, port, clock = Home(tmp_path), free_port(), [0.0]
    add_people(home, [OPERATOR, Person("teacher", "<Ms Rivera>")])
    made = registration(home)
    secret = made.client_secret.read_text()
    issuer = Issuer(
        url=f"http://{LOOPBACK}:{port}",
        people=home.issuer_people,
        key=made.signing_key(),
        client=Client(CLIENT_ID, secret, CALLBACK),
        grants=Grants(lambda: clock[0]),
    )
    async with serving(issuer.app(), port=port) as url, httpx.AsyncClient(trust_env=False) as http:
        yield Place(url, secret, home, Browser(http), clock)


async def test_a_code_becomes_a_token_that_its_keys_verify(place: Place) -> None:
    answer = await place.browser.press(await place.ask(), subject="teacher")
    told = query_of(answer.headers["location"])
    assert answer.headers["location"].startswith(f"{CALLBACK}?")
    assert (told["state"], told["iss"]) == ("the state", place.url)
    given = await place.exchange(told["code"])
    assert given.headers["cache-control"] == "no-store"
    keys = KeySet.import_key_set((await place.browser.http.get(f"{place.url}/jwks")).json())
    assert not any(key.is_private for key in keys.keys)
    claims: dict[str, Any] = jwt.decode(given.json()["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["sub"], claims["aud"]) == (place.url, "teacher", CLIENT_ID)
    assert claims["nonce"] == "the nonce"
    described = (await place.browser.http.get(f"{place.url}/.well-known/openid-configuration")).json()
    assert described["issuer"] == place.url
    assert described["code_challenge_methods_supported"] == ["S256"]


async def test_who_is_added_is_on_the_next_page(place: Place) -> None:
    add_people(place.home, [Person("new", "Newly here"), Person("teacher", "Another label")])
    page = (await place.ask(login_hint="new")).text
    assert [label in page for label in ("Newly here", "Another label", "Rivera")] == [True, True, False]
    assert page.index("Newly here") < page.index("The administrator, who operates this")
    assert [person.subject for person in people_in(place.home.issuer_people)] == ["operator", "teacher", "new"]


async def test_the_page_runs_nothing_and_sends_its_form_to_the_client_alone(place: Place) -> None:
    page = await place.ask(state='"><script>x</script>')
    assert "<script" not in page.text
    assert "&lt;Ms Rivera&gt;" in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:9;" in policy
    assert "frame-ancestors 'none'" in policy
    assert form_of(page)[1]["state"] == '"><script>x</script>'


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "other"},
        {"client_id": ""},
        {"redirect_uri": "http://evil.test/"},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK + "?x=1"},
        {"redirect_uri": CALLBACK.upper()},
        {"redirect_uri": ""},
    ],
    ids=str,
)
async def test_nobody_is_sent_to_another_address(place: Place, changed: dict[str, str]) -> None:
    for answer in (
        await place.ask(**changed),
        await place.browser.send(
            "POST", f"{place.url}/authorize", form=place.asked | {"subject": "operator"} | changed
        ),
    ):
        assert answer.status_code == 400
        assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
    ],
    ids=str,
)
async def test_a_question_that_is_not_right(place: Place, changed: dict[str, str], error: str) -> None:
    answer = await place.ask(**changed)
    told = query_of(answer.headers["location"])
    assert (told["error"], told["state"]) == (error, "the state")


async def test_somebody_unknown_is_not_let_in(place: Place) -> None:
    answer = await place.browser.press(await place.ask(), subject="nobody")
    assert query_of(answer.headers["location"])["error"] == "access_denied"


async def test_a_page_under_another_name_is_none_of_ours(place: Place) -> None:
    """A name of an attacker's that leads to the loopback (DNS rebinding)."""
    answer = await place.browser.http.get(
        f"{place.url}/authorize", params=place.asked, headers={"Host": f"evil.test:{place.url.rsplit(':', 1)[1]}"}
    )
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"secret": "wrong"}, 401),
        ({"secret": ""}, 401),
        ({"code_verifier": "w" * 43}, 400),
        ({"code_verifier": ""}, 400),
        ({"code_verifier": CHALLENGE}, 400),
        ({"redirect_uri": CALLBACK + "/"}, 400),
        ({"grant_type": "password"}, 400),
    ],
    ids=str,
)
async def test_an_exchange_that_is_not_right(place: Place, changed: dict[str, str], status: int) -> None:
    answer = await place.exchange(await place.code(), **changed)
    assert answer.status_code == status
    assert "id_token" not in answer.text


async def test_a_code_is_good_once_and_for_a_minute(place: Place) -> None:
    code = await place.code()
    assert (await place.exchange(code)).status_code == 200
    assert (await place.exchange(code)).json() == {"error": "invalid_grant"}
    late = await place.code()
    place.clock[0] = CODE_SECONDS
    assert (await place.exchange(late)).json() == {"error": "invalid_grant"}
    tried = await place.code()
    assert (await place.exchange(tried, code_verifier="w" * 43)).status_code == 400
    assert (await place.exchange(tried)).status_code == 400, "a wrong try uses it up"


async def test_the_secret_and_the_key_are_made_once(place: Place) -> None:
    before = [file.read_bytes() for file in sorted(place.home.issuer.iterdir())]
    registration(place.home)
    assert [file.read_bytes() for file in sorted(place.home.issuer.iterdir())] == before


def test_codes_that_nobody_fetches_are_forgotten() -> None:
    now = 0.0
    grants = Grants(lambda: now)
    for _ in range(1500):
        grants.give(Grant("x", CALLBACK, None, CHALLENGE))
    assert len(grants._waiting) <= 1000
