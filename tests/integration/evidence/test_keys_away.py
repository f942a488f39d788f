"""While the keys do not answer, whatever brings a text is refused whole, and whatever brings none goes on."""

from functools import partial
from typing import Any
from uuid import uuid4

from deploy.local.postgres import PostgresServer
from tests.integration.evidence.conftest import People
from tests.support.away import keys_away
from tests.support.evidence import Running, attempt
from tests.support.pieces import in_place, observed, scored, scores, started, version
from tests.support.waiting import until

WORDS = "Words that are nowhere to be kept."


async def test_what_brings_a_text_waits_and_the_rest_goes_on(
    evidence: Running, people: People, postgres: PostgresServer
) -> None:
    pieces = [attempt(people.amara) for _ in range(3)]
    assert (await people.teacher.post("/v1/evidence", pieces)).status_code == 201
    corrected, voided, plain = (piece["id"] for piece in pieces)
    work = await started(people.teacher, people.amara, people.bao)
    spoken: list[tuple[str, Any]] = [
        ("/v1/evidence", scored(people.amara, texts={"feedback": WORDS})),
        ("/v1/evidence", [attempt(people.amara), observed(people.bao, texts={"note": WORDS})]),
        (f"/v1/evidence/{corrected}/supersede", in_place(scored(people.amara, texts={"feedback": WORDS}))),
        (f"/v1/evidence/{voided}/void", {"id": str(uuid4()), "expected_version": 1, "reason": WORDS}),
        ("/v1/works", {"id": str(uuid4()), "members": [people.amara], "title": WORDS}),
        (f"/v1/works/{work}/scores", scores(feedback=WORDS)),
        (f"/v1/works/{work}/versions", version()),
    ]
    before = await evidence.count()
    async with keys_away(evidence, postgres):
        for path, body in spoken:
            answer = await people.teacher.post(path, body)
            assert answer.status_code == 503, (path, answer.text)
            assert int(answer.headers["Retry-After"]) >= 1
            assert answer.headers["content-type"] == "application/problem+json"
            assert WORDS not in answer.text
        assert await evidence.count() == before
        for path, body in (
            ("/v1/evidence", [attempt(people.amara), observed(people.bao), scored(people.amara)]),
            (f"/v1/evidence/{plain}/supersede", in_place(attempt(people.amara))),
            ("/v1/works", {"id": str(uuid4()), "members": [people.amara]}),
            (f"/v1/works/{work}/scores", scores()),
        ):
            assert (await people.teacher.post(path, body)).status_code == 201, path

    async def recorded(path: str, body: Any) -> bool:
        return (await people.teacher.post(path, body)).status_code in {200, 201}

    for path, body in spoken:
        await until(partial(recorded, path, body), f"{path} is recorded once the keys answer")
