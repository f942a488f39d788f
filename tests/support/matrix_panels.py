"""The rows of the matrix about panels and passes, and the panel that they are about."""

import asyncio
from typing import Any

from tests.support.matrix import PEOPLE, RECORD, Request, Row, Subject, World, one
from tests.support.relations import new_id

Rows = dict[tuple[str, str], Row]

WHEN = "2026-01-05T09:00:00.000Z"
LEVELS = {"thesis": "3"}
BY = "district administrator"


def _send(url: str, **body: Any) -> Request:
    return {"url": url, "json": body}


def _conclude(world: World, subject: Subject, person: str) -> Request:
    url = f"/v1/exhibitions/{subject.panel}/works/{subject.of('work', person)}/panel"
    scores = [subject.of("panel score", person)]
    return _send(url, id=one(world, person, "conclude"), scores=scores, levels=LEVELS, occurred_at=WHEN)


PANELS: Rows = {
    ("GET", "/v1/exhibitions/{}/panel"): Row(
        lambda _w, s, _p: {"url": f"/v1/exhibitions/{s.panel}/panel"}, (*RECORD, "panelist")
    ),
    ("POST", "/v1/exhibitions/{}/panelists"): Row(
        lambda w, s, p: _send(
            f"/v1/exhibitions/{s.panel}/panelists",
            id=one(w, p, "appoint"),
            panelist=one(w, p, "expert"),
            role="work",
        ),
        RECORD,
        201,
    ),
    ("POST", "/v1/exhibitions/{}/panelists/{}/dismiss"): Row(
        lambda w, s, p: _send(
            f"/v1/exhibitions/{s.panel}/panelists/{s.of('panelist', p)}/dismiss", id=one(w, p, "dismiss")
        ),
        RECORD,
        201,
    ),
    ("POST", "/v1/exhibitions/{}/works/{}/panel-scores"): Row(
        lambda w, s, p: _send(
            f"/v1/exhibitions/{s.panel}/works/{s.work}/panel-scores", id=one(w, p, "panel score"), levels=LEVELS
        ),
        ("panelist",),
        201,
    ),
    ("POST", "/v1/exhibitions/{}/works/{}/panel"): Row(_conclude, RECORD, 201),
    ("GET", "/v1/passes"): Row(lambda _w, s, _p: {"url": f"/v1/passes?exhibition={s.panel}"}, RECORD),
    ("POST", "/v1/passes"): Row(
        lambda _w, s, _p: _send("/v1/passes", exhibition=s.panel, panelist=s.guest, ends_at="2099-01-01T00:00:00.000Z"),
        RECORD,
        201,
    ),
    ("DELETE", "/v1/passes/{}"): Row(lambda _w, s, p: {"url": f"/v1/passes/{s.of('pass', p)}"}, RECORD, 204),
}


async def panel(
    world: World, school: str, works: dict[str, str], rubric: str, ends_at: str
) -> tuple[str, str, dict[tuple[str, str], str]]:
    """An exhibition of everyone's works with a panel, its guest, and what is there once for each person. The guest has
    scored each of them, but for nobody's; from now on she is `panelist`, who signs in with a pass.
    """
    exhibition, appointment = new_id(), new_id()
    plan = {"id": exhibition, "school": school, "works": list(works.values()), "panel": {"rubric": rubric}}
    await world.done(BY, "/v1/exhibitions", plan)
    path = f"/v1/exhibitions/{exhibition}/panelists"
    name = {"given": "Ada", "family": "Reader"}
    wish = {"id": appointment, "role": "community", "name": name, "ends_at": ends_at}
    guest = world.people["panelist"] = (await world.done(BY, path, wish))["panelist"]
    things: dict[tuple[str, str], str] = {}

    async def sits(person: str) -> None:
        things["panelist", person] = new_id()
        await world.done(BY, path, {"id": new_id(), "role": "work", "panelist": things["panelist", person]})
        made = await world.done(BY, "/v1/passes", {"exhibition": exhibition, "panelist": guest})
        things["pass", person] = made["id"]
        things["panel score", person] = new_id()
        if person != "nobody":
            score = {"id": things["panel score", person], "levels": LEVELS}
            await world.done("panelist", f"/v1/exhibitions/{exhibition}/works/{works[person]}/panel-scores", score)

    await asyncio.gather(*(sits(person) for person in PEOPLE))
    own = await world.done(BY, "/v1/passes", {"exhibition": exhibition, "panelist": guest})
    world.personal_tokens["panelist"] = own["pass"]
    return exhibition, guest, things
