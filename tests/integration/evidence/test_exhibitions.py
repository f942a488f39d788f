"""Exhibitions over real databases: planned, opened, voted in through the gateway's door, closed and counted."""

from shared.contracts.exhibitions import AudienceTallied, TallyPublished
from shared.ledger.identifiers import digest
from tests.integration.evidence.conftest import People
from tests.support.evidence import Running
from tests.support.exhibitions import BEST, WELL, held
from tests.support.pieces import started


async def test_an_exhibition_from_its_plan_to_its_tally(evidence: Running, people: People) -> None:
    work = await started(people.teacher, people.amara, people.bao)
    show = await held(evidence, people.teacher, [work])
    tokens = await show.ballots("family", 6)
    for n, token in enumerate(tokens[:5]):
        answer = await show.vote(token, {BEST: "boxer" if n else "clover", f"{WELL}/{work}": str(n % 2 + 3)})
        assert (answer.status_code, answer.json()["outcome"]) == (201, "counted"), answer.text
    first = await show.vote(tokens[0], {BEST: "snowball"})
    assert (first.status_code, first.json()["outcome"]) == (200, "already counted")
    assert (await show.show(tokens[0])).json()["state"] == "counted"
    assert (await show.show(tokens[5])).json()["state"] == "open"
    closed = await show.close()
    assert (closed.status_code, closed.json()["tally"]) == (201, "published"), closed.text
    late = await show.vote(tokens[5], {BEST: "boxer"})
    assert late.status_code == 409, late.text
    assert (await show.vote(tokens[0], {})).json() == first.json()
    entries = await evidence.owner.fetch(
        "SELECT convert_from(body, 'UTF8') AS body, type FROM ledger.entry WHERE type LIKE '%Tall%'"
        " AND position(convert_to($1, 'UTF8') IN body) > 0",
        show.id,
    )
    told = TallyPublished.model_validate_json(
        next(row["body"] for row in entries if row["type"] == "ascertain.TallyPublished")
    )
    assert (told.issued, told.voted, told.key is None) == (6, 5, False)
    members = [
        AudienceTallied.model_validate_json(row["body"]) for row in entries if row["type"].endswith("AudienceTallied")
    ]
    assert {member.learner for member in members} == {people.amara, people.bao}
    assert {member.ratings[0].earned for member in members} == {"3.4"}
    assert digest(bytes.fromhex(tokens[0])) in first.json()["receipt"]["stream"]
