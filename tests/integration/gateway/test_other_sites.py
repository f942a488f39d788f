"""What another site may ask for in the browser of somebody who is signed in: nothing that changes anything."""

import httpx
import pytest

from shared.runtime.tokens import Verifier
from tests.support.browser import Browser, form_of
from tests.support.gateway import problem
from tests.support.hostile_issuer import HostileIssuer
from tests.support.relations import TENANT, new_id
from tests.support.signing_in import Door, csrf


async def tried(door: Door, browser: Browser, headers: dict[str, str]) -> httpx.Response:
    return await browser.send(
        "POST", f"{door.url}/v1/adoptions", headers={"Content-Type": "application/json", **headers}
    )


async def test_a_change_without_a_csrf_token(door: Door, browser: Browser) -> None:
    answer = await tried(door, browser, {})
    assert answer.status_code == 403
    assert "X-CSRF-Token" in problem(answer)["detail"]
    assert door.world.untouched


async def test_a_change_with_a_csrf_token_of_another_session(
    door: Door, browser: Browser, hostile: HostileIssuer
) -> None:
    other = door.browser()
    await door.signed_in(other, hostile)
    for token in (await csrf(door, other), "", "x" * 43, (await csrf(door, browser))[:-1]):
        assert (await tried(door, browser, {"X-CSRF-Token": token})).status_code == 403
    assert door.world.untouched


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
async def test_a_change_that_another_site_asks_for(door: Door, browser: Browser, headers: dict[str, str]) -> None:
    answer = await tried(door, browser, {"X-CSRF-Token": await csrf(door, browser), **headers})
    assert answer.status_code == 403
    assert door.world.untouched


async def test_a_change_that_a_page_of_ours_asks_for(door: Door, browser: Browser) -> None:
    token = {"X-CSRF-Token": await csrf(door, browser)}
    assert (await tried(door, browser, token)).status_code == 200
    told = token | {"Origin": door.url, "Sec-Fetch-Site": "same-origin"}
    assert (await tried(door, browser, told)).status_code == 200


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_the_gateways_own_changes_are_guarded_too(door: Door, browser: Browser, method: str) -> None:
    path = "/v1/personal-tokens" + ("" if method == "POST" else f"/{new_id()}")
    assert (await browser.send(method, door.url + path)).status_code == 403


async def test_an_access_token_goes_before_a_cookie(door: Door, browser: Browser) -> None:
    other = new_id()
    answer = await tried(door, browser, door.world.signed_in(other))
    assert answer.status_code == 200, "no other site can send one, so no CSRF token is asked for"
    seen = answer.json()["headers"]["authorization"]
    assert Verifier(TENANT, door.world.trusted).person(seen).id == other
    assert (await tried(door, browser, {"Authorization": "Bearer x.y.z"})).status_code == 401


async def test_another_site_cannot_sign_anybody_out(door: Door, browser: Browser) -> None:
    _, fields = form_of(await browser.open(f"{door.url}/"))
    url = f"{door.url}/sign-out"
    assert (await browser.send("POST", url)).status_code == 403
    assert (await browser.send("POST", url, form={"csrf_token": "x" * 43})).status_code == 403
    foreign = {"Origin": "https://evil.test"}
    assert (await browser.send("POST", url, form=fields, headers=foreign)).status_code == 403
    assert (await browser.send("GET", url)).status_code == 405
    assert await door.is_signed_in(browser)
