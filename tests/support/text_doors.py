"""Every door through which a text comes in, for the tests that plant words behind each. A new door needs nothing but
its row.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from cli.gateway import Gateway
from deploy.local.stack import Stack
from shared.contracts.documents import document_digest
from tests.support.canaries import Canaries
from tests.support.evidence import THEME, moves, policy, roster, rubric
from tests.support.running import until_applied

PEOPLE = ("amara", "bao", "lindgren", "leaver")
NAMED = (*PEOPLE, "preferring")


@dataclass
class World:
    """A running district, everybody in it, and what the doors before made."""

    stack: Stack
    canaries: Canaries
    clients: dict[str, Gateway]
    ids: dict[str, str]
    made: dict[str, str] = field(default_factory=dict)
    seen: list[dict[str, str]] = field(default_factory=list)

    async def look(self) -> None:
        """See the learner's states as they are by now."""
        await until_applied(self.stack)
        page = await self.clients["lindgren"].get(f"/v1/learners/{self.ids['amara']}/mastery")
        self.seen = [{name: state[name] for name in ("competency", "digest")} for state in page["states"]]

    def new(self, name: str) -> str:
        self.made[name] = str(uuid4())
        return self.made[name]

    def text(self, of: str) -> str:
        return self.canaries.text(of)


@dataclass(frozen=True)
class Door:
    """Who sends what where. The body has a text of the canaries in every member that takes one.

    What is wrong is tried in every member, or in those within one; where rows are judged one by one, `refused` is 200.
    A decision on a grade `looks` at the states first.
    """

    path: Callable[[World], str]
    body: Callable[[World], dict[str, Any]]
    sender: str = "lindgren"
    within: str = ""
    refused: int = 422
    looks: bool = False


def named_users(world: World) -> list[dict[str, str]]:
    mark = world.canaries.mark
    return [
        {"sourcedId": name, "givenName": f"{mark} {name}", "familyName": f"{mark} of {name}"} for name in PEOPLE
    ] + [{"sourcedId": "preferring", "givenName": mark, "preferredGivenName": f"{mark} the preferred"}]


def titled_classes(world: World) -> list[dict[str, str]]:
    return [{**one, "title": f"{world.canaries.mark} {one['sourcedId']}"} for one in roster()["classes"]]


def named_orgs(world: World) -> list[dict[str, str]]:
    return [{**one, "name": f"{world.canaries.mark} {one['sourcedId']}"} for one in roster()["orgs"]]


def evidence(kind: str, member: str, name: str, **body: Any) -> Door:
    def item(world: World) -> dict[str, Any]:
        return {
            "id": world.new(name),
            "type": kind,
            "occurred_at": "2026-09-14T10:30:00.000Z",
            "body": {"learner": world.ids["amara"], **body},
            "texts": {member: world.text(f"{kind} {member}")},
        }

    return Door(lambda _world: "/v1/evidence", item)


def judged(name: str) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"id": world.new(name), "expected_version": 1, "reason": world.text(name)}


def adopted(world: World, scope: str) -> dict[str, Any]:
    why = world.text(f"reason of an adoption for {scope.partition('/')[0]}")
    return {
        "id": world.new("adoption"),
        "scope": scope,
        "policy": document_digest(policy()),
        "mode": "recompute",
        "reason": why,
    }


RESULTS = [{"competency": THEME, "earned": "3", "possible": "4"}]
SCORED = [{"competency": THEME, "criterion": "thesis", "earned": "3", "possible": "4"}]
WHEN = "2026-09-14T10:30:00.000Z"

DOORS: dict[str, Door] = {
    "names": Door(
        lambda _w: "/v1/rosters",
        lambda w: {
            **roster(["amara", "bao", "leaver"]),
            "orgs": named_orgs(w),
            "users": named_users(w),
            "classes": titled_classes(w),
        },
        sender="administrator",
        within="users/",
        refused=200,
    ),
    "feedback": evidence(
        "RubricScored",
        "feedback",
        "scored",
        rubric=document_digest(rubric()),
        purpose="performance",
        results=SCORED,
    ),
    "observation": evidence("ObservationRecorded", "note", "observed", purpose="performance", results=RESULTS),
    "reflection": evidence("ReflectionRecorded", "text", "reflected", ratings=RESULTS),
    "attestation": evidence(
        "PriorMasteryAttested", "note", "attested", basis="transfer", purpose="performance", results=RESULTS
    ),
    "title": Door(
        lambda _w: "/v1/works",
        lambda w: {
            "id": w.new("work"),
            "members": [w.ids["amara"], w.ids["bao"]],
            "title": w.text("title"),
            "occurred_at": WHEN,
        },
    ),
    "version": Door(
        lambda w: f"/v1/works/{w.made['work']}/versions",
        lambda w: {
            "id": w.new("version"),
            "expected_version": 1,
            "artefacts": [{"kind": "text", "content": w.text("artefact")}],
            "note": w.text("note of a version"),
        },
        sender="amara",
    ),
    "exhibit": Door(
        lambda w: f"/v1/learners/{w.ids['amara']}/portfolio/exhibits",
        lambda w: {
            "id": w.new("exhibit"),
            "version": w.made["version"],
            "competencies": [THEME],
            "reason": w.text("reason of an exhibit"),
        },
        sender="amara",
    ),
    "feedback on a version": Door(
        lambda w: f"/v1/works/{w.made['work']}/versions/{w.made['version']}/feedback",
        lambda w: {
            "id": w.new("said"),
            "rubric": document_digest(rubric()),
            "criterion": "thesis",
            "text": w.text("feedback on a version"),
        },
    ),
    "group score": Door(
        lambda w: f"/v1/works/{w.made['work']}/scores",
        lambda w: {
            "id": w.new("group"),
            "rubric": document_digest(rubric()),
            "purpose": "performance",
            "occurred_at": WHEN,
            "results": SCORED,
            "feedback": w.text("feedback of a group"),
        },
    ),
    "seminar": Door(
        lambda _w: "/v1/seminars",
        lambda w: {
            "seminar": w.new("seminar"),
            "moves_by": document_digest(moves()),
            "purpose": "performance",
            "occurred_at": WHEN,
            "observations": [
                {
                    "id": w.new("counted"),
                    "learner": w.ids["amara"],
                    "moves": [{"move": "asks", "count": 2}],
                    "note": w.text("note of a seminar"),
                }
            ],
        },
    ),
    "exhibition": Door(
        lambda _w: "/v1/exhibitions",
        lambda w: {
            "id": w.new("exhibition"),
            "school": w.ids["school"],
            "works": [w.made["work"]],
            "panel": {"rubric": document_digest(rubric())},
            "title": w.text("title of an exhibition"),
        },
    ),
    "panelist without an account": Door(
        lambda w: f"/v1/exhibitions/{w.made['exhibition']}/panelists",
        lambda w: {
            "id": w.new("guest"),
            "role": "community",
            "name": {"given": f"{w.canaries.mark} guest", "family": f"{w.canaries.mark} of guest"},
        },
    ),
    "panelist": Door(
        lambda w: f"/v1/exhibitions/{w.made['exhibition']}/panelists",
        lambda w: {"id": w.new("panelist"), "role": "teacher", "panelist": w.ids["lindgren"]},
    ),
    "panel score": Door(
        lambda w: f"/v1/exhibitions/{w.made['exhibition']}/works/{w.made['work']}/panel-scores",
        lambda w: {
            "id": w.new("panel score"),
            "levels": {"thesis": "3", "symbols": "4"},
            "note": w.text("note of a panelist"),
        },
    ),
    "panel": Door(
        lambda w: f"/v1/exhibitions/{w.made['exhibition']}/works/{w.made['work']}/panel",
        lambda w: {
            "id": w.new("panel"),
            "scores": [w.made["panel score"]],
            "levels": {"thesis": "3", "symbols": "4"},
            "resolution": w.text("resolution of a panel"),
            "occurred_at": WHEN,
        },
    ),
    "grade": Door(
        lambda _w: "/v1/releases",
        lambda w: {
            "id": w.new("grade"),
            "learner": w.ids["amara"],
            "course": w.ids["english-10"],
            "period": w.ids["year"],
            "states": w.seen,
            "expected_version": 0,
        },
        looks=True,
    ),
    "uphold": Door(
        lambda w: f"/v1/releases/{w.made['grade']}/uphold",
        lambda w: {**judged("uphold")(w), "states": w.seen},
        looks=True,
    ),
    "void": Door(lambda w: f"/v1/evidence/{w.made['attested']}/void", judged("void")),
    "supersede": Door(
        lambda w: f"/v1/evidence/{w.made['observed']}/supersede",
        lambda w: {
            "id": w.new("superseded"),
            "expected_version": 1,
            "reason": w.text("supersede"),
            "item": {
                "type": "ObservationRecorded",
                "body": {"learner": w.ids["amara"], "purpose": "performance", "results": RESULTS},
                "texts": {"note": w.text("note in its place")},
            },
        },
    ),
    "override": Door(
        lambda _w: "/v1/overrides",
        lambda w: {
            "id": w.new("override"),
            "learner": w.ids["amara"],
            "competency": THEME,
            "level": "Beginning",
            "reason": w.text("override"),
        },
    ),
    "amend": Door(
        lambda w: f"/v1/releases/{w.made['grade']}/amend",
        lambda w: {**judged("amend")(w), "states": w.seen, "expected_version": 2},
        looks=True,
    ),
    "clear": Door(lambda w: f"/v1/overrides/{w.made['override']}/clear", judged("clear")),
    "review": Door(
        lambda _w: "/v1/reviews",
        lambda w: {
            "id": w.new("review"),
            "learner": w.ids["amara"],
            "competency": THEME,
            "reason": w.text("review"),
        },
        sender="amara",
    ),
    "answer": Door(
        lambda w: f"/v1/reviews/{w.made['review']}/answer",
        lambda w: {
            "id": w.new("answer"),
            "expected_version": 1,
            "outcome": "unchanged",
            "answer": w.text("answer"),
        },
    ),
    "redo": Door(
        lambda _w: "/v1/redos",
        lambda w: {
            "id": w.new("redo"),
            "learner": w.ids["amara"],
            "competency": THEME,
            "note": w.text("redo"),
        },
        sender="amara",
    ),
    "relearn": Door(
        lambda w: f"/v1/redos/{w.made['redo']}/relearn",
        lambda w: {"id": w.new("relearn"), "kind": "reflection", "note": w.text("relearn")},
        sender="amara",
    ),
    "open redo": Door(
        lambda w: f"/v1/redos/{w.made['redo']}/open",
        lambda w: {"id": w.new("opening"), "expected_version": 2, "note": w.text("open redo")},
    ),
    "adoption": Door(lambda _w: "/v1/adoptions", lambda w: adopted(w, "district"), sender="administrator"),
    "accommodation": Door(
        lambda _w: "/v1/adoptions", lambda w: adopted(w, f"learner/{w.ids['amara']}"), sender="administrator"
    ),
    "forget": Door(
        lambda w: f"/v1/learners/{w.ids['leaver']}/forget",
        lambda w: {"id": w.new("forget"), "reason": w.text("forget")},
        sender="administrator",
    ),
}
"""Every door that takes text, in an order in which each finds what it needs."""
