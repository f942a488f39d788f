"""Portfolios and works over HTTP: what is asked of the services, what is shown, and that a file goes by in parts."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.gateway.domain.route import FILE
from tests.support import portfolio_answers as told
from tests.support.browser import Browser
from tests.support.signing_in import Door

Somebody = tuple[Browser, str]


def answering(door: Door, learner: str, **more: Any) -> list[tuple[str, str, Any]]:
    """Let the services answer for this learner; what was written, by method, path and body."""
    answers = {
        "/reveal": told.revealed(learner),
        "/portfolio": told.portfolio(learner),
        "/curation": told.portfolio(learner) | told.coverage(learner) | told.SUGGESTIONS,
        f"/works/{told.LETTER}": told.work(learner),
        **more,
    }
    written: list[tuple[str, str, Any]] = []

    async def answer(request: Request) -> Response:
        path = request.url.path
        if request.method == "POST" and path != "/reveal":
            is_file = path.endswith("/files")
            written.append((request.method, path, len(await request.body()) if is_file else await request.json()))
            given = more.get(f"POST {path.rpartition('/')[2]}", told.RECEIPT)
            return given if isinstance(given, Response) else JSONResponse(given, 201)
        found = next((one for end, one in answers.items() if path.endswith(end)), None)
        return (
            JSONResponse({"type": "urn:ascertain:problem:not-found", "title": "No"}, 404)
            if found is None
            else JSONResponse(found)
        )

    for upstream in door.world.services.values():
        upstream.answer = answer
    return written


async def token_of(door: Door, browser: Browser) -> str:
    return str((await browser.send("GET", f"{door.url}/v1/session")).json()["csrf_token"])


async def sent(door: Door, browser: Browser, path: str, **fields: str) -> Any:
    form = {"csrf_token": await token_of(door, browser), "id": str(uuid4()), **fields}
    return await browser.send("POST", f"{door.url}{path}", form=form)


async def test_a_learner_sees_what_she_shows_why_and_what_it_covers(door: Door, somebody: Somebody) -> None:
    browser, person = somebody
    answering(door, person)
    answer = await browser.send("GET", f"{door.url}/learners/{person}/portfolio?done=chosen&seen={told.POSITION}")
    assert answer.status_code == 200, answer.text
    for words in ("A letter to Napoleon", "It took me three drafts.", "Traces how a theme grows.", "Worth showing"):
        assert words in answer.text
    assert "1 by exhibits, 1 by evidence alone, 1 not yet" in answer.text
    assert "It is in the portfolio now." in answer.text
    asked = [request.query_params.get("at_least") for request in door.world.services["portfolio"].seen]
    assert asked.count(told.POSITION) == 1, "what was just written is waited for"


async def test_a_portfolio_of_somebody_else_has_no_buttons_and_is_in_her_log(door: Door, somebody: Somebody) -> None:
    browser, person = somebody
    learner = str(uuid4())
    answering(door, learner)
    answer = await browser.send("GET", f"{door.url}/learners/{learner}/portfolio")
    assert answer.status_code == 200, answer.text
    assert "The portfolio of Amara" in answer.text
    for button in ("Withdraw", "Make a link", "Choose a work", "Begin a work", "Worth showing"):
        assert button not in answer.text
    rows = await door.pool.fetch(
        "SELECT what FROM gateway.disclosures WHERE learner = $1 AND person = $2", learner, person
    )
    assert {"curation", "texts", "names"} <= {row["what"] for row in rows}


async def test_an_auditor_is_led_on_to_a_transcript_as_what_she_is(door: Door, somebody: Somebody) -> None:
    browser, person = somebody
    learner = str(uuid4())
    answering(door, learner)
    await door.pool.execute(
        "INSERT INTO access.grants (person, role, scope, owner) VALUES ($1, 'auditor', 'district', $1)", person
    )
    shown = await browser.send("GET", f"{door.url}/learners/{learner}/portfolio")
    assert f"/v1/learners/{learner}/transcript.html?purpose=audit" in shown.text
    await door.pool.execute("DELETE FROM access.grants WHERE person = $1", person)


async def test_exhibits_are_chosen_moved_and_withdrawn(door: Door, somebody: Somebody) -> None:
    browser, person = somebody
    written = answering(door, person)
    path = f"/learners/{person}/portfolio"
    form = await browser.send("GET", f"{door.url}{path}/choose?version={told.SECOND}&shows={told.SHOWN}")
    assert f'name="shows/{told.SHOWN}" value="1" checked' in form.text
    chosen = await sent(
        door, browser, f"{path}/choose", version=told.SECOND, reason="Why\r\nnot", **{f"shows/{told.SHOWN}": "1"}
    )
    assert (chosen.status_code, chosen.headers["location"]) == (303, f"{path}?done=chosen&seen={told.POSITION}")
    moved = await sent(
        door,
        browser,
        f"{path}/order",
        version="3",
        order=f"{told.EXHIBIT} {told.SECOND_EXHIBIT}",
        move=f"earlier/{told.SECOND_EXHIBIT}",
    )
    assert moved.status_code == 303
    assert (await sent(door, browser, f"{path}/exhibits/{told.EXHIBIT}/withdraw")).status_code == 303
    api = f"/v1{path}"
    assert [(place, {name: value for name, value in body.items() if name != "id"}) for _, place, body in written] == [
        (f"{api}/exhibits", {"version": told.SECOND, "competencies": [told.SHOWN], "reason": "Why\nnot"}),
        (f"{api}/exhibits/order", {"exhibits": [told.SECOND_EXHIBIT, told.EXHIBIT], "expected_version": 3}),
        (f"{api}/exhibits/{told.EXHIBIT}/withdraw", {}),
    ]


async def test_a_refused_choice_keeps_what_was_typed(door: Door, somebody: Somebody) -> None:
    browser, person = somebody
    refusal = {"type": "urn:ascertain:problem:invalid", "title": "No", "detail": "Say what it shows."}
    answering(door, person, **{"POST exhibits": JSONResponse(refusal, 422)})
    path = f"/learners/{person}/portfolio/choose"
    answer = await sent(door, browser, path, version=told.SECOND, reason="<b>Mine</b>")
    assert (answer.status_code, "Say what it shows." in answer.text) == (422, True)
    assert "&lt;b&gt;Mine&lt;/b&gt;</textarea>" in answer.text


async def test_a_link_is_told_once_and_stands_in_no_address(door: Door, somebody: Somebody) -> None:
    browser, person = somebody
    receipt = {**told.RECEIPT, "secret": "s" * 43, "address": f"/v1/shares/{'s' * 43}"}
    written = answering(door, person, **{"POST shares": receipt})
    path = f"/learners/{person}/portfolio/shares"
    fields = {"audience": "college", "until": "2126-01-31", f"show/{told.EXHIBIT}": "1"}
    answer = await sent(door, browser, path, **fields)
    assert answer.status_code == 200, answer.text
    assert answer.text.count(f"/v1/shares/{'s' * 43}") == 2, "to be copied, and to be opened"
    assert answer.headers["cache-control"] == "no-store"
    [(_, _, body)] = written
    assert body["expires_at"] == "2126-01-31T23:59:59.999Z"
    assert body["exhibits"] == [told.EXHIBIT]
    assert (await sent(door, browser, path, audience="college", until="soon")).status_code == 422


async def test_drafts_stand_beside_each_other_with_what_was_said(door: Door, somebody: Somebody) -> None:
    browser, person = somebody
    withheld = {**told.work(person), "withheld": "…"}
    answering(door, person, **{f"/works/{told.LETTER}": withheld})
    answer = await browser.send("GET", f"{door.url}/works/{told.LETTER}")
    assert answer.status_code == 200, answer.text
    for words in ("Draft 1", "Draft 2", "Say why.", "poster.pdf", "1.2 MB", "I have read it", "and one other"):
        assert words in answer.text
    assert "Look at it yourself first" in answer.text
    assert f'href="/v1/artefacts/{told.FILE}"' in answer.text


def multipart(
    fields: dict[str, str], file: bytes | None, name: str = "poster.pdf"
) -> tuple[AsyncIterator[bytes], dict[str, str]]:
    """What a browser sends, the file in parts that come as they are asked for."""
    boundary = "----WebKitFormBoundaryx"

    async def parts() -> AsyncIterator[bytes]:
        for field, value in fields.items():
            yield f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        head = f'Content-Disposition: form-data; name="upload"; filename="{name}"\r\nContent-Type: application/pdf'
        yield f"--{boundary}\r\n{head}\r\n\r\n".encode()
        for start in range(0, len(file or b""), 100_000):
            yield (file or b"")[start : start + 100_000]
        yield f"\r\n--{boundary}--\r\n".encode()

    return parts(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


async def handed_in(door: Door, browser: Browser, fields: dict[str, str], file: bytes | None) -> Any:
    body, headers = multipart(fields, file)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies[door.url].items())
    path = f"{door.url}/works/{told.LETTER}/versions"
    return await browser.http.post(path, content=body, headers={**headers, "Cookie": cookies})


KEPT = {"file": told.OTHER, "media_type": "application/pdf", "size": 3_000_000, "sha256": "f" * 64}


async def test_a_draft_with_a_file_is_handed_in(door: Door, somebody: Somebody) -> None:
    browser, person = somebody
    written = answering(door, person, **{"POST files": KEPT})
    fields = {
        "csrf_token": await token_of(door, browser),
        "id": str(uuid4()),
        "version": "3",
        "text": "Dear\r\nNapoleon",
    }
    answer = await handed_in(door, browser, fields, b"\r\n--x" * 600_000)
    assert (answer.status_code, answer.text) == (303, "")
    [(_, files, size), (_, versions, body)] = written
    assert (files, size) == (f"/v1/works/{told.LETTER}/files", 3_000_000)
    assert versions == f"/v1/works/{told.LETTER}/versions"
    assert body["expected_version"] == 3
    assert body["artefacts"] == [
        {"kind": "text", "content": "Dear\nNapoleon"},
        {"kind": "file", "file": told.OTHER, "name": "poster.pdf"},
    ]
    [asked] = [one for one in door.world.services["evidence"].seen if one.url.path.endswith("/files")]
    assert asked.headers["content-type"] == "application/pdf"
    assert "content-length" not in asked.headers, "it goes on while it comes"


async def test_a_draft_without_a_file_is_handed_in_too(door: Door, somebody: Somebody) -> None:
    browser, person = somebody
    written = answering(door, person)
    fields = {"csrf_token": await token_of(door, browser), "id": str(uuid4()), "version": "3", "text": "A"}
    assert (await handed_in(door, browser, fields, None)).status_code == 303
    assert [path for _, path, _ in written] == [f"/v1/works/{told.LETTER}/versions"]


async def test_a_stale_draft_keeps_what_was_typed_and_the_file(door: Door, somebody: Somebody) -> None:
    browser, person = somebody
    stale = JSONResponse({"type": "urn:ascertain:problem:stale-version", "title": "S", "detail": "d"}, 409)
    answering(door, person, **{"POST files": KEPT, "POST versions": stale})
    fields = {"csrf_token": await token_of(door, browser), "id": str(uuid4()), "version": "2", "text": "Mine"}
    answer = await handed_in(door, browser, fields, b"%PDF")
    assert (answer.status_code, "Another draft came in meanwhile" in answer.text) == (409, True)
    assert "Mine</textarea>" in answer.text
    assert f'name="file" value="{told.OTHER}"' in answer.text


async def test_a_file_that_is_too_large_is_said_on_the_page(door: Door, somebody: Somebody) -> None:
    browser, person = somebody
    written = answering(door, person, **{"POST files": KEPT})
    fields = {"csrf_token": await token_of(door, browser), "id": str(uuid4()), "version": "3", "text": "Mine"}
    answer = await handed_in(door, browser, fields, bytes(FILE + 1))
    assert (answer.status_code, "at most 25 MiB" in answer.text, "Mine</textarea>" in answer.text) == (413, True, True)
    assert not [one for one in written if one[1].endswith("/versions")]


@pytest.mark.parametrize("token", ["", "x" * 43])
async def test_no_byte_of_a_file_goes_on_before_its_form_is_known_to_be_ours(
    door: Door, somebody: Somebody, token: str
) -> None:
    browser, person = somebody
    written = answering(door, person)
    fields = {"id": str(uuid4()), "version": "3", **({"csrf_token": token} if token else {})}
    assert (await handed_in(door, browser, fields, b"%PDF")).status_code == 403
    assert written == []


async def test_a_work_is_begun_read_reflected_on_and_spoken_of(door: Door, somebody: Somebody) -> None:
    browser, person = somebody
    written = answering(door, person)
    path = f"/works/{told.LETTER}"
    assert (await sent(door, browser, "/works", title=" A map ")).status_code == 303
    assert (
        await sent(door, browser, f"{path}/reflections", text="Good", at="2026-11-02T09:30:00.000Z")
    ).status_code == 303
    assert (await sent(door, browser, f"{path}/feedback", text="Why?", version=told.SECOND)).status_code == 303
    assert (await sent(door, browser, f"{path}/feedback/{told.FEEDBACK}/read")).status_code == 303
    assert [place for _, place, _ in written] == [
        "/v1/works",
        "/v1/evidence",
        f"/v1{path}/versions/{told.SECOND}/feedback",
        f"/v1/feedback/{told.FEEDBACK}/read",
    ]
    assert written[0][2]["members"] == [person]
    assert written[1][2]["body"] == {"learner": person, "work": told.LETTER}
