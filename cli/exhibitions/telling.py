"""Exhibitions and what an audience said, told at a terminal."""

from collections.abc import Mapping
from typing import Any

from cli.connection import connect
from cli.errors import CommandError
from cli.exhibitions.holding import questions_of
from cli.gateway import Gateway
from cli.listing import minute, table
from cli.naming import roster_id
from cli.receipts import out, print_json

KINDS = {"section": "class", "school": "org", "learner": "user"}
"""What the roster calls each of whose exhibitions are listed."""


async def show(exhibition: str, *, json: bool) -> None:
    async with connect() as gateway:
        known = await gateway.get(f"/v1/exhibitions/{exhibition}")
        titles = {} if json else await _titles(gateway, [shown["work"] for shown in known["works"]])
    if json:
        print_json(known)
        return
    ballots = known["ballots"]
    shown = len(known["works"]) + known["others"]
    out.print(f"exhibition {exhibition}: {known['state']}, {_counted(shown, 'work')}, version {known['version']}")
    out.print(f"  {_counted(ballots['issued'], 'ballot')} issued, {ballots['voted']} voted.")
    for one in known["works"]:
        title = titles.get(one["work"], "")
        out.print(f"  work {one['number']}: {one['work']}  {title}", markup=False, soft_wrap=True)
    if known.get("under_review"):
        out.print("  More of it waits to be looked at.")


async def results(exhibition: str, *, json: bool) -> None:
    async with connect() as gateway:
        answer = await gateway.get(f"/v1/exhibitions/{exhibition}/results")
        questions = {} if json else await questions_of(gateway, answer)
        rated = list(dict.fromkeys(item["work"] for item in answer["items"] if "work" in item))
        titles = {} if json else await _titles(gateway, rated)
    if json:
        print_json(answer)
        return
    ballots = answer["ballots"]
    out.print(f"{_counted(ballots['issued'], 'ballot')} issued, {ballots['voted']} voted.")
    words = {question["code"]: question for question in questions.get("questions", ())}
    for item in answer["items"]:
        _print_result(item, words.get(item["question"], {}), titles.get(item.get("work"), item.get("work")))
    if answer["others"]:
        out.print(f"{_counted(answer['others'], 'more work')} rated, not yours to see.")
    if "note" in answer:
        out.print(answer["note"], soft_wrap=True)
    if answer.get("recountable"):
        out.print(f"Anyone may count again: ./ascertain recount {exhibition}", soft_wrap=True)


async def list_exhibitions(whose: Mapping[str, str | None], *, json: bool) -> None:
    async with connect() as gateway:
        given = await _whose(gateway, whose)
        found: list[dict[str, Any]] = []
        after: Any = None
        while True:
            page = await gateway.get("/v1/exhibitions", **given, after=after)
            found += page["items"]
            after = page["next"]
            if after is None:
                break
    if json:
        print_json({"items": found})
        return
    rows = table("planned", "exhibition", "state", "works", "voted", whole=("planned", "exhibition"))
    for one in found:
        turnout = f"{one['ballots']['voted']} of {one['ballots']['issued']}"
        works = str(len(one["works"]) + one["others"])
        rows.add_row(minute(one["planned_at"]), one["exhibition"], one["state"], works, turnout)
    out.print(rows if found else "No exhibitions.")


async def due(whose: Mapping[str, str | None], *, json: bool) -> None:
    async with connect() as gateway:
        answer = await gateway.get("/v1/exhibitions-due", **await _whose(gateway, whose))
        names = {} if json else await _names(gateway, answer["learners"])
    if json:
        print_json(answer)
        return
    missing, of = answer["learners"], answer["of"]
    year = f"from {answer['begins_at'][:10]} to {answer['ends_at'][:10]}"
    out.print(
        f"{len(missing)} of {_counted(of, 'learner')} had no exhibition in the school year {year}.", soft_wrap=True
    )
    for learner in sorted(missing, key=lambda one: (names.get(one, ""), one)):
        out.print(f"  {learner}  {names.get(learner, '')}", markup=False, soft_wrap=True)


async def _whose(gateway: Gateway, whose: Mapping[str, str | None]) -> dict[str, str]:
    """What was given, by id. Raises CommandError unless that is exactly one."""
    given = [(kind, name) for kind, name in whose.items() if name is not None]
    if len(given) != 1:
        raise CommandError(f"Give exactly one of {', '.join(f'--{kind}' for kind in whose)}.")
    [(kind, name)] = given
    return {kind: await roster_id(gateway, KINDS[kind], name)}


async def _names(gateway: Gateway, learners: list[str]) -> dict[str, str]:
    """Family and given names, of those whose names the caller may read."""
    if not learners:
        return {}
    _, answer = await gateway.post("/v1/reveal", {"purpose": "teaching", "texts": [], "names": learners})
    return {person: f"{name['family']}, {name['given']}" for person, name in answer["names"].items()}


async def _titles(gateway: Gateway, works: list[str]) -> dict[str, str]:
    """The titles of works by their ids, of those that have one which the caller may read."""
    told = [await gateway.get(f"/v1/works/{work}") for work in works]
    refs = {work["work"]: work["title_ref"] for work in told if "title_ref" in work}
    if not refs:
        return {}
    asked = {"purpose": "teaching", "texts": sorted(set(refs.values())), "names": []}
    _, answer = await gateway.post("/v1/reveal", asked)
    return {work: answer["texts"][ref] for work, ref in refs.items() if ref in answer["texts"]}


def _print_result(item: Mapping[str, Any], words: Mapping[str, Any], work: str | None) -> None:
    titles = {one.get("code", one.get("value")): one["title"] for one in words.get("options", words.get("scale", ()))}
    of_work = f" (work {item['number']}, {work})" if "work" in item else ""
    out.print(f"{words.get('title', item['question'])}{of_work}", markup=False, soft_wrap=True)
    for who, answered in [("all", item), *((row["role"], row) for row in item.get("roles", ()))]:
        rows = [(titles.get(count["option"], count["option"]), count["count"]) for count in answered.get("counts", ())]
        said = ", ".join(f"{title} {count}" for title, count in rows) or answered["withheld"]
        out.print(
            f"  {who}: {said} ({answered['answers']} answered, {answered['abstained']} left it blank)",
            markup=False,
            soft_wrap=True,
        )


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
