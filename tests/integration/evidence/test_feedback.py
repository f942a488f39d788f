"""Feedback on a version: kept, told once as read, and peers only where the district lets them."""

from uuid import uuid4

from shared.runtime.access.questions import Access
from tests.integration.evidence.conftest import People
from tests.support.evidence import Running, applied, attempt
from tests.support.pieces import started, version


async def test_feedback_is_given_and_read_once(evidence: Running, people: People) -> None:
    work = await started(people.teacher, people.amara)
    draft = version()
    assert (await people.teacher.post(f"/v1/works/{work}/versions", draft)).status_code == 201
    path, wish = f"/v1/works/{work}/versions/{draft['id']}/feedback", {"id": str(uuid4()), "text": "Say why."}
    first, again = [await people.teacher.post(path, wish) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert (first.json()["type"], first.json()["stream"]) == ("FeedbackGiven", f"feedback/{wish['id']}")
    other = await people.teacher.post(path, {**wish, "text": "Say more."})
    assert (other.status_code, other.json()["type"]) == (422, "urn:ascertain:problem:mismatch")
    amara, bao = evidence.person(people.amara), evidence.person(people.bao)
    read = f"/v1/feedback/{wish['id']}/read"
    told = [(await amara.post(read, {})) for _ in range(2)]
    assert [answer.status_code for answer in told] == [201, 200], told[0].text
    assert told[0].json()["id"] == told[1].json()["id"]
    for client in (bao, people.teacher, people.stranger):
        assert (await client.post(read, {})).status_code == 404
        assert (await client.post(path, {**wish, "id": str(uuid4())})).status_code == (
            201 if client is people.teacher else 404
        )
    assert (await people.teacher.post(f"/v1/works/{work}/versions", version(expected_version=2))).status_code == 201


async def test_feedback_is_of_a_version_of_that_work(people: People) -> None:
    work, other = [await started(people.teacher, people.amara) for _ in range(2)]
    draft = version()
    assert (await people.teacher.post(f"/v1/works/{work}/versions", draft)).status_code == 201
    piece = attempt(people.amara)
    assert (await people.teacher.post("/v1/evidence", piece)).status_code == 201
    for one, event in ((other, draft["id"]), (work, piece["id"]), (work, work), (work, str(uuid4()))):
        wish = {"id": str(uuid4()), "text": "Say why."}
        answer = await people.teacher.post(f"/v1/works/{one}/versions/{event}/feedback", wish)
        assert answer.status_code == 404, answer.text
    assert (await people.teacher.post(f"/v1/feedback/{piece['id']}/read", {})).status_code == 404


async def test_who_is_in_a_section_with_whom(evidence: Running, people: People) -> None:
    await applied(evidence)
    access = Access(evidence.owner)  # type: ignore[arg-type]  # a connection asks as a pool does
    both = [people.amara, people.bao]
    assert await access.classmates(people.amara, both) == {people.bao}
    assert await access.classmates(people.teacher.id, both) == set()
    assert await access.classmates(str(uuid4()), both) == set()
