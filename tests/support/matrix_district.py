"""The district that the matrix is asked about: everyone and everything in it, brought in through the API."""

import asyncio
from typing import Any

import asyncpg

from cli.importing.commands import adopt_policy, publish
from shared.ledger.instants import instant_text
from shared.runtime.clock import now
from tests.support.documents import PNG
from tests.support.ledger_writer import framework_document, policy_document
from tests.support.matrix import ADMINISTER, PEOPLE, SIGNED_IN, Subject, World, attempt, one
from tests.support.matrix_documents import LEARNERS, moves, questions, roster, rubric
from tests.support.matrix_panels import panel
from tests.support.matrix_portfolio import curate
from tests.support.periods import name_periods
from tests.support.relations import new_id
from tests.support.running import administrator, until_applied
from tests.support.waiting import until

ADMINISTRATOR = "district administrator"


async def furnish(world: World) -> None:
    """Bring everyone and everything in, and wait until every service knows."""
    ids = await _people(world)
    judged = {person: new_id() for person in PEOPLE}
    redone = {(what, person): new_id() for what in ("redo", "relearn", "open redo") for person in PEOPLE}
    competency, graded = new_id(), new_id()
    async with administrator(world.stack) as gateway:
        await publish(gateway, framework_document(new_id(), [competency, graded, *judged.values(), *redone.values()]))
        policy, rubric_ = await publish(gateway, policy_document()), await publish(gateway, rubric(competency))
        moves_ = await publish(gateway, moves(rubric_))
        asked = await publish(gateway, questions())
        await adopt_policy(gateway, policy, "district")
    learner = world.people["learner"]
    things = await _record(world, learner, competency, graded)
    things |= await _judged(world, learner, judged)
    things |= await _redos(world, learner, redone)
    things |= await _exhibitions(world, ids["school here"], things["work", "nobody"], asked)
    works = {person: things["work", person] for person in PEOPLE}
    ends_at = instant_text(now() + 86_400_000)
    exhibition, guest, paneled = await panel(world, ids["school here"], works, rubric_, ends_at)
    things |= paneled
    things |= await curate(world, learner, competency)
    await until_applied(world.stack)
    digest = await _digest(world, learner, graded)
    course, section = ids["course here"], ids["class here"]
    states = [{"competency": graded, "digest": digest}]
    grades = await _grades(world, {"learner": learner, "course": course, "states": states, "expected_version": 0})
    batches = await _batches(world, {"section": section, "course": course, "competencies": [graded]})
    leaving, request = await _leaving(world)
    await until_applied(world.stack)
    verification = await world.done(ADMINISTRATOR, "/v1/verifications", {"learner": learner}, 202)
    audit = await world.done(ADMINISTRATOR, "/v1/audits", {"id": new_id(), "grade": grades["grade", "nobody"]}, 202)
    what_ifs = await _what_ifs(world, ids["school here"], policy)
    account = await world.ask("PUT", ADMINISTRATOR, _account(learner))
    await _sign_everyone_in(world)
    listed = (await world.ask("GET", "learner", {"url": "/v1/personal-tokens"})).json()["personal_tokens"]
    known = {**things, **grades, **batches, **what_ifs}
    world.real = Subject(
        learner=learner,
        competency=competency,
        graded=graded,
        digest=digest,
        school=ids["school here"],
        section=section,
        course=course,
        policy=policy,
        rubric=rubric_,
        moves=moves_,
        evidence=things["evidence", "nobody"],
        work=things["work", "nobody"],
        version=things["version", "nobody"],
        feedback=things["feedback", "nobody"],
        artefact=await _artefact(world, things["work", "nobody"]),
        grade=grades["grade", "nobody"],
        batch=batches["batch", "nobody"],
        what_if=what_ifs["what-if", "nobody"],
        verification=verification["id"],
        audit=audit["id"],
        personal_token=listed[0]["id"],
        account=account.json()["id"],
        leaving=leaving,
        panel=exhibition,
        guest=guest,
        of=lambda what, person: request if what == "forgetting" else known[what, person],
    )
    world.absent = _absent(world.real)


_TERMS = {"competency", "graded", "digest", "policy", "rubric", "moves"}


def _absent(real: Subject) -> Subject:
    """Nobody, with nothing, in no school; in terms of competencies and documents that there are."""
    return Subject(
        **{
            name: getattr(real, name) if name in _TERMS else "0" * 64 if name == "artefact" else new_id()
            for name in Subject.__dataclass_fields__
            if name != "of"
        },
        of=lambda _what, _person: new_id(),
    )


async def _people(world: World) -> dict[str, str]:
    """Everyone with what she is to the learner; the ids of schools, courses and sections by their names."""
    names = [*LEARNERS, "teacher", "other teacher"]
    async with administrator(world.stack) as gateway:
        _, answer = await gateway.post("/v1/rosters", roster())
        assert answer["refused"] == []
        ids: dict[str, str] = {}
        for kind, name in (("org", "school"), ("course", "course"), ("class", "class")):
            asked = {"kind": kind, "sourced_ids": [f"{name} here", f"{name} there"]}
            ids |= (await gateway.post("/v1/rosters/ids", asked))[1]["ids"]
        _, people = await gateway.post("/v1/rosters/ids", {"kind": "user", "sourced_ids": names})
    world.people |= people["ids"] | {ADMINISTRATOR: world.stack.operator.person, "stranger": new_id()}
    for person, kind, scope in (
        ("school administrator", "administrator", f"school/{ids['school here']}"),
        ("other school's administrator", "administrator", f"school/{ids['school there']}"),
        ("school auditor", "auditor", f"school/{ids['school here']}"),
        ("auditor", "auditor", "district"),
        ("second administrator", "administrator", "district"),
        ("another administrator", "administrator", f"school/{ids['school here']}"),
    ):
        world.people[person] = new_id()
        grant = {"id": new_id(), "person": world.people[person], "role": kind, "scope": scope}
        await world.done(ADMINISTRATOR, "/v1/roles", grant)
    world.people["guardian"] = new_id()
    for child in ("learner", "leaving"):
        link = {"id": new_id(), "learner": world.people[child], "guardian": world.people["guardian"]}
        await world.done(ADMINISTRATOR, "/v1/guardians", link)
    return ids


async def _record(world: World, learner: str, competency: str, graded: str) -> dict[tuple[str, str], str]:
    """Pieces of evidence to be voided and superseded, and works, one for each person."""
    things = {(what, person): new_id() for what in ("evidence", "void", "supersede", "work") for person in PEOPLE}
    pieces = [attempt(learner, competency, id_) for (what, _), id_ in things.items() if what != "work"]
    async with administrator(world.stack) as gateway:
        status, _ = await gateway.post("/v1/evidence", [*pieces, attempt(learner, graded, new_id())])
        assert status == 201
    works = [{"id": id_, "members": [learner]} for (what, _), id_ in things.items() if what == "work"]
    await asyncio.gather(*(world.done(ADMINISTRATOR, "/v1/works", work) for work in works))
    work, version, feedback = things["work", "nobody"], new_id(), new_id()
    handed_in = {"url": f"/v1/works/{work}/files", "content": PNG, "headers": {"Idempotency-Key": new_id()}}
    file = (await world.ask("POST", ADMINISTRATOR, handed_in)).json()["file"]
    draft = {
        "id": version,
        "expected_version": 1,
        "artefacts": [
            {"kind": "text", "content": "A draft."},
            {"kind": "file", "file": file, "name": "poster.png"},
        ],
    }
    await world.done(ADMINISTRATOR, f"/v1/works/{work}/versions", draft)
    said = {"id": feedback, "text": "The middle is strong."}
    await world.done(ADMINISTRATOR, f"/v1/works/{work}/versions/{version}/feedback", said)
    return {**things, ("version", "nobody"): version, ("feedback", "nobody"): feedback}


async def _artefact(world: World, work: str) -> str:
    """The reference of a work's file."""
    [version] = (await world.ask("GET", ADMINISTRATOR, {"url": f"/v1/works/{work}"})).json()["versions"]
    return str(version["artefacts"][1]["content_ref"])


async def _exhibitions(world: World, school: str, work: str, asked: str) -> dict[tuple[str, str], str]:
    """Exhibitions of one work, one for each person: planned ones to open, open ones to issue ballots for and to close;
    and ballots of another to read and to vote with.
    """
    things = {(what, person): new_id() for what in ("plan", "held", "closing") for person in PEOPLE}
    plan = {"school": school, "works": [work], "questions": asked}

    async def planned(what: str, id_: str) -> None:
        await world.done(ADMINISTRATOR, "/v1/exhibitions", {"id": id_, **plan})
        if what != "plan":
            opened = {"id": new_id(), "expected_version": 1}
            await world.done(ADMINISTRATOR, f"/v1/exhibitions/{id_}/open", opened)

    all_ = [*things.items(), (("votes", ""), votes := new_id())]
    await asyncio.gather(*(planned(what, id_) for (what, _), id_ in all_))
    wish = {"id": new_id(), "role": "family", "count": 2 * len(PEOPLE)}
    tokens = iter((await world.done(ADMINISTRATOR, f"/v1/exhibitions/{votes}/ballots", wish))["tokens"])
    ballots = {(what, person): next(tokens) for what in ("ballot", "vote") for person in PEOPLE}
    return {**things, **ballots}


async def _judged(world: World, learner: str, judged: dict[str, str]) -> dict[tuple[str, str], str]:
    """Levels set by judgement, and reviews asked by nobody of them all, one for each person."""
    things = {(what, person): new_id() for what in ("override", "review") for person in judged}

    async def judge(person: str, competency: str) -> None:
        about = {"learner": learner, "competency": competency, "reason": "Because."}
        level = {"id": things["override", person], "level": "Proficient", **about}
        await world.done(ADMINISTRATOR, "/v1/overrides", level)
        await world.done("second administrator", "/v1/reviews", {"id": things["review", person], **about})

    await asyncio.gather(*(judge(person, competency) for person, competency in judged.items()))
    return things


async def _redos(world: World, learner: str, redone: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """For each person a competency to be redone, and two redos that an administrator offered."""
    things = {(what, person): id_ for (what, person), id_ in redone.items() if what == "redo"}
    offers: list[dict[str, str]] = []
    for (what, person), competency in redone.items():
        if what != "redo":
            things[what, person] = new_id()
            offers.append({"id": things[what, person], "learner": learner, "competency": competency})
    await asyncio.gather(*(world.done(ADMINISTRATOR, "/v1/redos", offered) for offered in offers))
    return things


async def _periods(world: World, count: int) -> list[str]:
    """New academic sessions; with them those that the rows of the matrix name are made known too."""
    new = [new_id() for _ in range(count)]
    asked = [one(world, person, what) for person in SIGNED_IN for what in ("release period", "batch period")]
    connection = await asyncpg.connect(world.stack.superuser_of("evidence"))
    try:
        await name_periods(connection, [*new, *asked])
    finally:
        await connection.close()
    return new


async def _grades(world: World, release: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Released grades, to be amended and upheld, one for each person."""
    things = {(what, person): new_id() for what in ("amend", "uphold", "grade") for person in PEOPLE}
    asked = zip(things.values(), await _periods(world, len(things)), strict=True)
    releases = [{**release, "id": id_, "period": period} for id_, period in asked]
    await asyncio.gather(*(world.done(ADMINISTRATOR, "/v1/releases", one_) for one_ in releases))
    return things


async def _batches(world: World, batch: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Batches that are held, one for each person."""
    things = {("batch", person): new_id() for person in PEOPLE}
    asked = zip(things.values(), await _periods(world, len(things)), strict=True)
    batches = [{**batch, "id": id_, "period": period} for id_, period in asked]
    await asyncio.gather(*(world.done(ADMINISTRATOR, "/v1/release-batches", one_) for one_ in batches))

    async def held() -> bool:
        shown = [
            (await world.ask("GET", ADMINISTRATOR, {"url": f"/v1/release-batches/{id_}"})).json()
            for id_ in things.values()
        ]
        return all(one["state"] == "held" for one in shown)

    await until(held, "the batches are held", pause=0.2)
    return things


async def _what_ifs(world: World, school: str, policy: str) -> dict[tuple[str, str], str]:
    """What a policy would come to in the learner's school, asked for by one who asks nothing else, one for each person
    who may delete it. One is under way at a time.
    """
    things: dict[tuple[str, str], str] = {}
    asker = "another administrator"
    for person in ("nobody", *ADMINISTER):
        id_ = things["what-if", person] = new_id()
        asked = {"id": id_, "scope": f"school/{school}", "policy": policy}
        await world.done(asker, "/v1/what-ifs", asked, 202)

        async def done(id_: str = id_) -> bool:
            answer = await world.ask("GET", asker, {"url": f"/v1/what-ifs/{id_}"})
            return bool(answer.json()["state"] == "done")

        await until(done, "the what-if is done")
    return {("what-if", person): things.get(("what-if", person), things["what-if", "nobody"]) for person in PEOPLE}


async def _leaving(world: World) -> tuple[str, str]:
    """A learner of whom one administrator asked that she be forgotten, and the request."""
    leaving, request = world.people["leaving"], new_id()
    await world.done("second administrator", f"/v1/learners/{leaving}/forget", {"id": request})
    return leaving, request


async def _digest(world: World, learner: str, competency: str) -> str:
    path = f"/v1/learners/{learner}/competencies/{competency}/explanation"
    digest: str = (await world.ask("GET", ADMINISTRATOR, {"url": path})).json()["digest"]
    return digest


def _account(person: str) -> dict[str, Any]:
    return {
        "url": "/v1/accounts",
        "json": {"issuer": "https://issuer.test", "subject": "someone", "person": person},
    }


async def _sign_everyone_in(world: World) -> None:
    for person in (*(person for person in SIGNED_IN if person != "panelist"), "leaving"):
        made = await world.ask("POST", person, {"url": "/v1/personal-tokens", "json": {"label": "a script"}})
        world.personal_tokens[person] = made.json()["token"]
