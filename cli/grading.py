"""`release` and `grades`: releasing grades one by one or for a whole section, and looking at what was released."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from cli.connection import connect
from cli.errors import CommandError
from cli.gateway import Gateway
from cli.importing.references import read_json
from cli.listing import table
from cli.naming import roster_id
from cli.progress import bar
from cli.receipts import out, print_json, print_receipt

release = typer.Typer(help="Release grades: prepare a batch, look at it, let it go; amend or uphold what was released.")

Learner = Annotated[str, typer.Argument(help="The learner's id, or sourcedId in the roster.")]
Course = Annotated[str, typer.Option(help="The course's id or sourcedId.")]
Period = Annotated[str, typer.Option(help="The academic session's id or sourcedId.")]
Competencies = Annotated[
    list[str] | None, typer.Option("--competency", help="A competency that the grade shows; repeatable.")
]
Frameworks = Annotated[
    list[Path] | None,
    typer.Option("--framework", help="A framework file: its competencies but headings; repeatable."),
]
Grade = Annotated[str, typer.Argument(help="The id of the release.")]
Batch = Annotated[str, typer.Argument(help="The id of the batch.")]
Reason = Annotated[str, typer.Option(help="Why.")]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]

PAGE = 200
POLL = 0.2


@release.command("learner")
def release_learner(  # noqa: PLR0913 - what a grade is of
    learner: Learner,
    course: Course,
    period: Period,
    competency: Competencies = None,
    framework: Frameworks = None,
    *,
    json: AsJson = False,
) -> None:
    """Release one learner's grade, as her states are at this moment."""
    asyncio.run(_release_learner(learner, course, period, list(selected(competency, framework)), json))


@release.command("prepare")
def prepare(  # noqa: PLR0913 - what a batch is of
    course: Course,
    period: Period,
    *,
    section: Annotated[str | None, typer.Option(help="The section's id or sourcedId.")] = None,
    school: Annotated[str | None, typer.Option(help="The school's id or sourcedId.")] = None,
    competency: Competencies = None,
    framework: Frameworks = None,
    json: AsJson = False,
) -> None:
    """Prepare the grades of a whole section or school. They are held until `release batch` lets them go."""
    if (section is None) == (school is None):
        raise CommandError("Give exactly one of --section and --school.")
    scope: tuple[str, str, str] = ("section", "class", section) if section else ("school", "org", school or "")
    asyncio.run(_prepare(course, period, scope, selected(competency, framework), json))


@release.command("batch")
def release_batch(
    batch: Batch,
    leave_out: Annotated[list[str] | None, typer.Option(help="A learner to leave out; repeatable.")] = None,
    *,
    json: AsJson = False,
) -> None:
    """Let a prepared batch go, and say what became of each learner's grade. May be repeated."""
    asyncio.run(_release_batch(batch, leave_out or [], json))


@release.command("amend")
def amend(grade: Grade, reason: Reason, *, json: AsJson = False) -> None:
    """Set a grade anew, as its learner's states are at this moment."""
    asyncio.run(_judge(grade, "amend", reason, json))


@release.command("uphold")
def uphold(grade: Grade, reason: Reason, *, json: AsJson = False) -> None:
    """Leave a grade as it is, in the knowledge of what has changed since."""
    asyncio.run(_judge(grade, "uphold", reason, json))


@release.command("affected")
def affected(
    section: Annotated[str | None, typer.Option(help="The section's id or sourcedId.")] = None,
    school: Annotated[str | None, typer.Option(help="The school's id or sourcedId.")] = None,
    learner: Annotated[str | None, typer.Option(help="The learner's id or sourcedId.")] = None,
    *,
    json: AsJson = False,
) -> None:
    """The grades that rest on something that has changed since."""
    asyncio.run(_affected(section, school, learner, json))


def grades(
    learner: Learner,
    as_of: Annotated[str | None, typer.Option(help="An instant, a date, or pins.")] = None,
    *,
    json: AsJson = False,
) -> None:
    """A learner's grades, now or as they were."""
    asyncio.run(_grades(learner, as_of, json))


async def states_now(gateway: Gateway, learner: str, competencies: list[str]) -> list[dict[str, str]]:
    """The states of these competencies by their digests, as a page would show them to whoever releases."""
    states = {}
    for competency in competencies:
        state = await gateway.get(f"/v1/learners/{learner}/competencies/{competency}/explanation")
        states[competency] = state["digest"]
    return [{"competency": competency, "digest": digest} for competency, digest in sorted(states.items())]


async def followed(gateway: Gateway, batch: str, *, until: str, what: str) -> list[dict[str, Any]]:
    """Wait, with a bar, until a batch is in the state `until`; its learners."""
    with bar(what, None) as progress:
        done = 0
        while True:
            page = await gateway.get(f"/v1/release-batches/{batch}", limit=1)
            progress(page["done"] - done)
            done = page["done"]
            if page["state"] == until:
                break
            await asyncio.sleep(POLL)
    learners: list[dict[str, Any]] = []
    after = None
    while True:
        page = await gateway.get(f"/v1/release-batches/{batch}", limit=PAGE, after=after)
        learners += page["learners"]
        after = page["next"]
        if after is None:
            return learners


def show_batch(learners: list[dict[str, Any]], codes: Mapping[str, str] | None = None) -> None:
    """A line a learner: what became of the grade, and the levels. `codes` names the competencies where it can."""
    rows = table("learner", "grade", "levels", whole=("learner",))
    if learners:
        names = [(codes or {}).get(level["competency"], level["competency"]) for level in learners[0]["levels"]]
        out.print(f"The levels are of {', '.join(names)}, in this order.")
    for line in learners:
        levels = ", ".join(map(level_of, line["levels"]))
        problem = line.get("problem")
        rows.add_row(line["learner"], line["state"].replace("_", " "), problem["detail"] if problem else levels)
    out.print(rows)


async def _release_learner(learner: str, course: str, period: str, competencies: list[str], json: bool) -> None:
    async with connect() as gateway:
        id_ = await roster_id(gateway, "user", learner)
        request = {
            "id": str(uuid4()),
            "learner": id_,
            "course": await roster_id(gateway, "course", course),
            "period": await roster_id(gateway, "academicSession", period),
            "states": await states_now(gateway, id_, competencies),
            "expected_version": 0,
        }
        _, receipt = await gateway.post("/v1/releases", request)
    print_receipt(receipt, json=json)


async def _prepare(course: str, period: str, scope: tuple[str, str, str], codes: Mapping[str, str], json: bool) -> None:
    member, kind, name = scope
    async with connect() as gateway:
        request: dict[str, Any] = {
            "id": str(uuid4()),
            "course": await roster_id(gateway, "course", course),
            "period": await roster_id(gateway, "academicSession", period),
            "competencies": list(codes),
            member: await roster_id(gateway, kind, name),
        }
        _, batch = await gateway.post("/v1/release-batches", request)
        learners = await followed(gateway, batch["id"], until="held", what="Preparing the grades")
    if json:
        print_json({"id": batch["id"], "learners": learners})
        return
    show_batch(learners, codes)
    out.print(f"Batch {batch['id']} is held. Let it go with: ./ascertain release batch {batch['id']}", soft_wrap=True)


async def _release_batch(batch: str, leave_out: list[str], json: bool) -> None:
    async with connect() as gateway:
        left = [await roster_id(gateway, "user", name) for name in leave_out]
        await gateway.post(f"/v1/release-batches/{batch}/release", {"leave_out": left})
        learners = await followed(gateway, batch, until="released", what="Releasing the grades")
    if json:
        print_json({"id": batch, "learners": learners})
    else:
        show_batch(learners)
    if any(line["state"] == "refused" for line in learners):
        raise typer.Exit(1)


async def _judge(grade: str, how: str, reason: str, json: bool) -> None:
    async with connect() as gateway:
        released = await gateway.get(f"/v1/releases/{grade}")
        competencies = [level["competency"] for level in released["levels"]]
        request = {
            "id": str(uuid4()),
            "states": await states_now(gateway, released["learner"], competencies),
            "expected_version": released["version"],
            "reason": reason,
        }
        _, receipt = await gateway.post(f"/v1/releases/{grade}/{how}", request)
    print_receipt(receipt, json=json)


async def _affected(section: str | None, school: str | None, learner: str | None, json: bool) -> None:
    async with connect() as gateway:
        page = await gateway.get(
            "/v1/affected-grades",
            section=None if section is None else await roster_id(gateway, "class", section),
            school=None if school is None else await roster_id(gateway, "org", school),
            learner=None if learner is None else await roster_id(gateway, "user", learner),
        )
    if json:
        print_json(page)
        return
    rows = table("grade", "learner", "competency", "released", "now", whole=("grade", "released", "now"))
    for item in page["items"]:
        for one in item["competencies"]:
            rows.add_row(
                item["grade"], item["learner"], one["competency"], level_of(one["graded"]), level_of(one["now"])
            )
    out.print(rows if page["items"] else "Nothing that a grade rests on has changed.")


async def _grades(learner: str, as_of: str | None, json: bool) -> None:
    async with connect() as gateway:
        id_ = await roster_id(gateway, "user", learner)
        answer = await gateway.get(f"/v1/learners/{id_}/grades", as_of=as_of)
    if json:
        print_json(answer)
        return
    for grade in answer["grades"]:
        mark = ", affected" if grade["affected"] else ""
        out.print(f"[bold]{grade['id']}[/bold] {grade['state']}{mark}: course {grade['course']}", soft_wrap=True)
        for level in grade["levels"]:
            out.print(f"  {level.get('code') or level['competency']}: {level_of(level)}", soft_wrap=True)
    if not answer["grades"]:
        out.print("No grade was released.")


def level_of(level: dict[str, Any]) -> str:
    """A level's name, or why there is none."""
    return str(level.get("level") or level.get("status", "").replace("_", " "))


def selected(competencies: list[str] | None, frameworks: list[Path] | None) -> dict[str, str]:
    """The competencies chosen, each once, and what to call it. Raises CommandError where none is."""
    chosen = {competency: competency for competency in competencies or []}
    for file in frameworks or []:
        document = read_json(file)
        if not isinstance(document, dict) or document.get("format") != "ascertain.framework@1":
            raise CommandError(f"{file} is not of the format ascertain.framework@1.")
        headings = {competency.get("parent") for competency in document["competencies"]}
        chosen |= {one["id"]: one["code"] for one in document["competencies"] if one["id"] not in headings}
    if not chosen:
        raise CommandError("Say which competencies the grade shows: --competency ID or --framework FILE.")
    return chosen
