"""What rosters came to, as it is read back: schools and sections with counts, and who is in one, for whoever may."""

from uuid import uuid4

from tests.integration.evidence.conftest import People
from tests.support.evidence import Running, roster


async def test_an_outline_counts_learners_and_names_none(evidence: Running, people: People) -> None:
    names = [f"learner-{uuid4()}" for _ in range(2)]
    assert (await people.administrator.post("/v1/rosters", roster(names))).status_code == 200
    answer = await people.administrator.get("/v1/rosters")
    assert answer.status_code == 200, answer.text
    ids = [evidence.id("user", name) for name in names]
    assert not [id_ for id_ in ids if id_ in answer.text]
    school = next(one for one in answer.json()["schools"] if one["school"] == evidence.id("org", "school"))
    section = next(one for one in school["sections"] if one["section"] == evidence.id("class", "english"))
    assert section["learners"] >= len(names)
    assert evidence.id("user", "lindgren") in section["teachers"]
    members = await people.administrator.get(f"/v1/rosters/sections/{section['section']}")
    assert set(ids) <= set(members.json()["members"])
    assert section.items() <= members.json().items(), "one section is told as among all"
    assert members.json()["learners"] == len(members.json()["members"])


async def test_an_outline_is_not_for_who_teaches(people: People) -> None:
    assert (await people.teacher.get("/v1/rosters")).status_code == 404
    missing = await people.administrator.get(f"/v1/rosters/sections/{uuid4()}")
    assert missing.status_code == 404
