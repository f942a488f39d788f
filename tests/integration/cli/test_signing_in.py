"""People sign in on a real stack, at its own issuer, and are who an administrator says they are."""

import json
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from deploy.local.description import describe
from deploy.local.issuer.people import Person, add_people, sign_in_url
from deploy.local.stack import Stack
from services.gateway.http.cookies import SESSION
from tests.support.browser import Browser
from tests.support.gateway import problem
from tests.support.waiting import until

pytestmark = pytest.mark.stack

ASKED = ("/v1/accounts", "/v1/adoptions")
"""What only an administrator may ask, of the gateway and of a service behind it."""


@pytest.fixture(scope="module", autouse=True)
async def _known(stack: Stack) -> None:
    """The stack knows by now what its operator may."""
    token = {"Authorization": f"Bearer {stack.operator.token}"}
    async with httpx.AsyncClient(base_url=stack.urls["gateway"], trust_env=False, timeout=30) as client:
        access = (await client.post("/v1/tokens", headers=token)).json()["access_token"]

        async def known() -> bool:
            answers = [await client.get(path, headers={"Authorization": f"Bearer {access}"}) for path in ASKED]
            return all(answer.status_code == 200 for answer in answers)

        await until(known, "the operator's rights are known", seconds=120)


@pytest.fixture(scope="module")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        yield client


async def signed_in(stack: Stack, http: httpx.AsyncClient, subject: str, return_to: str = "/") -> Browser:
    """A browser in which the person of this subject has pressed her button."""
    browser = Browser(http)
    page = await browser.open(sign_in_url(stack.urls["gateway"], subject, return_to))
    answer = await browser.follow(await browser.press(page, subject=subject))
    assert answer.status_code == 200, answer.text
    return browser


async def test_the_operator_signs_in_by_the_issuers_page(stack: Stack, http: httpx.AsyncClient) -> None:
    gateway = stack.urls["gateway"]
    browser = await signed_in(stack, http, "operator", return_to="/?from=here")
    assert browser.seen[-1] == f"{gateway}/?from=here"
    page = await browser.open(f"{gateway}/")
    assert "Sign out" in page.text
    assert "The district" in page.text, "she administers it"
    session = (await browser.open(f"{gateway}/v1/session")).json()
    assert session["person"] == stack.operator.person
    answer = await browser.send("GET", f"{gateway}/v1/adoptions")
    assert answer.status_code == 200, "a session opens what an access token opens"


async def test_who_is_linked_by_an_administrator_can_sign_in_until_the_link_is_removed(
    stack: Stack, http: httpx.AsyncClient
) -> None:
    gateway, subject, person = stack.urls["gateway"], f"teacher-{uuid4()}", str(uuid4())
    add_people(stack.home, [Person(subject, "Ms <Rivera>")])
    operator, teacher = await signed_in(stack, http, "operator"), Browser(http)
    page = await teacher.open(sign_in_url(gateway, subject))
    order = page.text.index("Ms &lt;Rivera&gt;"), page.text.index("The administrator, who operates this")
    assert order[0] < order[1], "her button is the first"
    nobody = await teacher.follow(await teacher.press(page, subject=subject))
    assert nobody.status_code == 403
    assert "no account here yet" in nobody.text
    assert subject in nobody.text
    assert teacher.cookie(gateway, SESSION) is None

    link = {"issuer": stack.urls["issuer"], "subject": subject, "person": person}
    made = await changed(operator, gateway, "PUT", "/v1/accounts", link)
    assert made.status_code == 201, made.text
    again = await changed(operator, gateway, "PUT", "/v1/accounts", link)
    assert (again.status_code, again.json()) == (200, made.json())
    other = await changed(operator, gateway, "PUT", "/v1/accounts", link | {"person": str(uuid4())})
    assert other.status_code == 409

    teacher = await signed_in(stack, http, subject)
    assert (await teacher.open(f"{gateway}/v1/session")).json()["person"] == person
    for method, path, body in (
        ("GET", "/v1/accounts", None),
        ("PUT", "/v1/accounts", link),
        ("DELETE", f"/v1/accounts/{made.json()['id']}", None),
    ):
        assert (await changed(teacher, gateway, method, path, body)).status_code == 404, "no administrator"

    listed = (await operator.send("GET", f"{gateway}/v1/accounts?person={person}")).json()
    assert [account["subject"] for account in listed["accounts"]] == [subject]
    gone = await changed(operator, gateway, "DELETE", f"/v1/accounts/{made.json()['id']}", None)
    assert gone.status_code == 204
    assert (await teacher.send("GET", f"{gateway}/v1/session")).status_code == 401
    assert (await changed(operator, gateway, "DELETE", f"/v1/accounts/{made.json()['id']}", None)).status_code == 404


async def test_a_session_survives_the_end_of_the_gateway(stack: Stack, http: httpx.AsyncClient) -> None:
    browser = await signed_in(stack, http, "operator")
    await stack.kill("gateway")
    await stack.until_up("gateway")
    assert (await browser.send("GET", f"{stack.urls['gateway']}/v1/session")).status_code == 200


async def test_a_second_person_of_one_browser_takes_the_first_ones_place(stack: Stack, http: httpx.AsyncClient) -> None:
    gateway = stack.urls["gateway"]
    browser = await signed_in(stack, http, "operator")
    before = browser.cookie(gateway, SESSION)
    page = await browser.open(sign_in_url(gateway, "operator"))
    await browser.follow(await browser.press(page, subject="operator"))
    assert browser.cookie(gateway, SESSION) != before
    stale = await http.get(f"{gateway}/v1/session", headers={"Cookie": f"{SESSION}={before}"})
    assert stale.status_code == 401
    problem(stale)


async def test_the_issuer_is_a_program_like_any_other(stack: Stack) -> None:
    described = describe(stack.home)
    assert described is not None
    assert described.urls["issuer"] == stack.urls["issuer"]
    assert described.programs["issuer"].state == "running"
    for file in (stack.home.issuer / "key.pem", stack.home.issuer / "client.secret", stack.home.issuer_people):
        assert file.stat().st_mode & 0o777 == 0o600


async def test_what_is_secret_is_in_no_log(stack: Stack, http: httpx.AsyncClient) -> None:
    browser = await signed_in(stack, http, "operator")
    secrets = [value for jar in browser.cookies.values() for value in jar.values()]
    secrets += [part for url in browser.seen for part in url.split("=")[1:] if "code=" in url]
    logs = logs_of(stack)
    assert secrets
    assert not [secret for secret in secrets if secret in logs]
    assert (stack.home.issuer / "client.secret").read_text() not in logs


def logs_of(stack: Stack) -> str:
    return "".join(log.read_text(errors="replace") for log in stack.home.logs.glob("*.log"))


async def changed(browser: Browser, gateway: str, method: str, path: str, body: object) -> httpx.Response:
    """A change as a page of ours asks for it."""
    token = (await browser.send("GET", f"{gateway}/v1/session")).json()["csrf_token"]
    jar = browser.cookies[gateway]
    headers = {
        "X-CSRF-Token": token,
        "Origin": gateway,
        "Sec-Fetch-Site": "same-origin",
        "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items()),
    }
    content = None if body is None else json.dumps(body)
    more = {} if body is None else {"Content-Type": "application/json"}
    return await browser.http.request(method, gateway + path, content=content, headers=headers | more)
