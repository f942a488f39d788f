"""What stays open when the story is told: an exhibition of the poster, and ballots with which anyone may vote."""

from uuid import uuid4

from cli.demo.cast import Cast

BALLOTS = 3
"""Enough to see what happens to a vote, to a second one, and to one that says nothing."""


async def open_evening(cast: Cast) -> list[str]:
    """The addresses of its ballots: each counts once. Raises CommandError where the platform refuses."""
    amara, sato = await cast.as_person("learner-amara"), await cast.as_person("teacher-sato")
    works = (await amara.get(f"/v1/learners/{await cast.person('learner-amara')}/portfolio"))["works"]
    plan = {
        "id": str(uuid4()),
        "school": "roster:org/school-willowbrook-high",
        "section": "roster:class/class-art-10a",
        "works": [one["work"] for one in works if len(one["members"]) > 1],
        "roles": ["family"],
        "questions": "document:questions-animal-farm.json",
        "title": "Animal Farm: a second evening",
    }
    _, planned = await sato.post("/v1/exhibitions", await cast.resolved(plan))
    path = f"/v1/exhibitions/{planned['id']}"
    await sato.post(f"{path}/open", {"id": str(uuid4()), "expected_version": planned["version"]})
    _, issued = await sato.post(f"{path}/ballots", {"id": str(uuid4()), "role": "family", "count": BALLOTS})
    return [f"{cast.place.url}/vote/{token}" for token in issued["tokens"]]
