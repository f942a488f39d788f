"""A transcript as a page and as a tagged PDF: what mastery says, with her name, and both in her log."""

from html.parser import HTMLParser
from typing import Any

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.support.attempt_counts import counted
from tests.support.gateway import World
from tests.support.paper import Paper
from tests.support.relations import new_id

LEARNER, TEACHER = new_id(), new_id()
CODE = "ABCDEFGH-IJKLMNOP-QRSTUVWX-YZ234567"
SPOKEN = "Speaks <so> that #all & $everyone hears."
TRANSCRIPT: dict[str, Any] = {
    "learner": LEARNER,
    "as_of": {"pins": [{"ledger": "definitions", "shard": 0, "position": 3}]},
    "under_review": False,
    "code": CODE,
    "frameworks": [
        {
            "framework": new_id(),
            "title": "English",
            "areas": [
                {"competencies": [
                    {"competency": new_id(), "level": "Begun", "status": "not_enough", "judged": True,
                     "under_review": False, "kinds": [], "state": "b" * 64}
                ]},
                {
                    "title": "Speaking and listening",
                    "competencies": [
                        {
                            "competency": new_id(), "code": "sl.1", "statement": SPOKEN, "level": "Proficient",
                            "status": "mastered", "at": "2026-11-12T09:00:00.000Z", "judged": False,
                            "under_review": True, "kinds": ["attempt", "rubric_score"], "state": "a" * 64,
                        }
                    ],
                },
            ],
        }
    ],
    "grades": [
        {"grade": new_id(), "course": new_id(), "period": new_id(), "at": "2026-11-20T09:00:00.000Z",
         "under_review": False, "levels": [{"competency": new_id(), "code": "sl.1", "level": "Proficient"}]}
    ],
}  # fmt: skip


def arranged(world: World) -> None:
    async def states(request: Request) -> Response:
        assert request.scope["path"] == f"/v1/learners/{LEARNER}/transcript"
        return JSONResponse(TRANSCRIPT)

    async def names(_request: Request) -> Response:
        named = {"person": LEARNER, "given": "Amara", "family": "Okafor", "learner": True}
        return JSONResponse({"texts": [], "names": [named]})

    world.services["mastery"].answer, world.services["evidence"].answer = states, names


class Outline(HTMLParser):
    """Every start of an element, with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


async def test_as_a_page_it_has_a_language_headings_and_tables_with_heads(world: World) -> None:
    arranged(world)
    answer = await world.http.get(f"/v1/learners/{LEARNER}/transcript.html", headers=world.signed_in(LEARNER))
    assert answer.status_code == 200
    outline = Outline()
    outline.feed(answer.text)
    tags = [tag for tag, _ in outline.seen]
    assert ("html", {"lang": "en"}) in outline.seen
    assert [tag for tag in tags if tag[0] == "h" and tag[1:].isdigit()] == ["h1", "h2", "h3", "h2", "h3", "h2"]
    assert {attributes.get("scope") for tag, attributes in outline.seen if tag == "th"} == {"col", "row"}
    assert "script" not in tags
    assert "Transcript of Amara Okafor" in answer.text
    assert "Speaks &lt;so&gt; that #all &amp; $everyone hears." in answer.text
    assert "Proficient (under review)" in answer.text
    assert "attempt, rubric score" in answer.text
    assert "Latest evidence" in answer.text
    assert list(counted(answer.text)) == []
    assert CODE in answer.text


async def test_who_reads_spanish_gets_it_in_spanish_on_paper_too(world: World) -> None:
    arranged(world)
    headers = world.signed_in(LEARNER) | {"Accept-Language": "es"}
    seen = await world.http.get(f"/v1/learners/{LEARNER}/transcript.html", headers=headers)
    assert '<html lang="es">' in seen.text
    assert all(said in seen.text for said in ("Competente (en revisión)", "Calificaciones publicadas", SPOKEN[-9:]))
    paper = Paper((await world.http.get(f"/v1/learners/{LEARNER}/transcript.pdf", headers=headers)).content)
    assert (paper.title, paper.language) == ("Expediente de Amara Okafor", "es")
    assert "Evidencia más nueva" in " ".join(paper.pages)


async def test_as_a_pdf_it_is_tagged_and_no_text_becomes_markup(world: World) -> None:
    arranged(world)
    answer = await world.http.get(f"/v1/learners/{LEARNER}/transcript.pdf", headers=world.signed_in(LEARNER))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    paper = Paper(answer.content)
    assert (paper.title, paper.language, paper.is_marked) == ("Transcript of Amara Okafor", "en", True)
    assert {"H1", "H2", "H3", "Table", "THead", "TH", "TBody", "TR", "TD"} <= set(paper.tags)
    text = " ".join(paper.pages)
    assert SPOKEN in text
    assert CODE in text
    assert list(counted(text.replace("Nov 12, 2026", "the day"))) == []  # the next cell begins with "attempt"


async def test_who_reads_it_for_another_says_why_and_both_are_logged(world: World, pool: asyncpg.Pool) -> None:
    arranged(world)
    path, headers = f"/v1/learners/{LEARNER}/transcript.pdf", world.signed_in(TEACHER)
    assert (await world.http.get(path, headers=headers)).status_code == 422
    assert (await world.http.get(f"{path}?purpose=administration", headers=headers)).status_code == 200
    rows = await pool.fetch(
        "SELECT person::text, what, purpose FROM gateway.disclosures WHERE learner = $1 ORDER BY number", LEARNER
    )
    assert [tuple(row) for row in rows] == [(TEACHER, "transcript", None), (TEACHER, "names", "administration")]


async def test_what_mastery_refuses_is_refused(world: World) -> None:
    async def gone(_request: Request) -> Response:
        refused = {"type": "urn:ascertain:problem:gone", "title": "Gone.", "status": 410, "detail": "So."}
        return JSONResponse(refused, 410)

    world.services["mastery"].answer = gone
    answer = await world.http.get(f"/v1/learners/{LEARNER}/transcript.html", headers=world.signed_in(LEARNER))
    assert answer.status_code == 410
    odd = await world.http.get("/v1/learners/x/transcript.html", headers=world.signed_in(LEARNER))
    assert odd.status_code == 404
