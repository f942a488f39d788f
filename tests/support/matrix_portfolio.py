"""The rows of the matrix about portfolios, shares and transcripts, and the portfolio that they are about."""

from typing import Any

from shared.ledger.instants import instant_text
from shared.runtime.clock import now
from tests.support.matrix import ADMINISTER, FAMILY, PEOPLE, SEE, Request, Row, World, one
from tests.support.relations import new_id

Rows = dict[tuple[str, str], Row]

BY = "district administrator"
DAY = 86_400_000


def _send(url: str, **body: Any) -> Request:
    return {"url": url, "json": body}


def _read(path: str) -> Row:
    return Row(lambda _w, s, _p: {"url": path.format(s=s)}, SEE)


PORTFOLIOS: Rows = {
    ("GET", "/v1/learners/{}/portfolio/coverage"): _read("/v1/learners/{s.learner}/portfolio/coverage"),
    ("GET", "/v1/learners/{}/portfolio/curation"): _read("/v1/learners/{s.learner}/portfolio/curation"),
    ("GET", "/v1/learners/{}/portfolio/suggestions"): _read("/v1/learners/{s.learner}/portfolio/suggestions"),
    ("GET", "/v1/learners/{}/transcript"): _read("/v1/learners/{s.learner}/transcript"),
    ("GET", "/v1/learners/{}/transcript.html"): _read("/v1/learners/{s.learner}/transcript.html?purpose=family"),
    ("GET", "/v1/learners/{}/transcript.pdf"): _read("/v1/learners/{s.learner}/transcript.pdf?purpose=family"),
    ("GET", "/v1/transcripts/{}"): Row(lambda _w, _s, _p: {"url": "/v1/transcripts/NONE"}, PEOPLE),
    ("GET", "/v1/shares/{}"): Row(lambda _w, s, p: {"url": f"/v1/shares/{s.of('secret', p)}"}, PEOPLE),
    ("POST", "/v1/learners/{}/portfolio/exhibits"): Row(
        lambda w, s, p: _send(
            f"/v1/learners/{s.learner}/portfolio/exhibits",
            id=one(w, p, "exhibit"),
            version=s.of("later version", p),
            competencies=[w.real.competency],
            reason="My best.",
        ),
        ("learner",),
        201,
    ),
    ("POST", "/v1/learners/{}/portfolio/exhibits/{}/withdraw"): Row(
        lambda w, s, p: _send(
            f"/v1/learners/{s.learner}/portfolio/exhibits/{s.of('exhibit', p)}/withdraw", id=one(w, p, "withdraw")
        ),
        ("learner",),
        201,
    ),
    # As of a version that nobody has seen: whose portfolio it is is told so, and everyone else nothing.
    ("POST", "/v1/learners/{}/portfolio/exhibits/order"): Row(
        lambda w, s, p: _send(
            f"/v1/learners/{s.learner}/portfolio/exhibits/order",
            id=one(w, p, "order"),
            exhibits=[s.of("standing exhibit", p)],
            expected_version=2**30,
        ),
        ("learner",),
        409,
    ),
    ("POST", "/v1/learners/{}/portfolio/shares"): Row(
        lambda w, s, p: _send(
            f"/v1/learners/{s.learner}/portfolio/shares",
            id=one(w, p, "share"),
            audience="college",
            expires_at=instant_text(now() + DAY),
        ),
        FAMILY,
        201,
    ),
    ("POST", "/v1/learners/{}/portfolio/shares/{}/revoke"): Row(
        lambda w, s, p: _send(
            f"/v1/learners/{s.learner}/portfolio/shares/{s.of('share', p)}/revoke", id=one(w, p, "revoke")
        ),
        (*FAMILY, *ADMINISTER),
        201,
    ),
}


async def curate(world: World, learner: str, competency: str) -> dict[tuple[str, str], str]:
    """A work of the learner's with three versions, two of them exhibits, and a share for each person."""
    work, path = new_id(), f"/v1/learners/{learner}/portfolio"
    versions, exhibits = [new_id() for _ in range(3)], [new_id() for _ in range(2)]
    await world.done(BY, "/v1/works", {"id": work, "members": [learner]})
    for n, version in enumerate(versions, start=1):
        draft = {"id": version, "expected_version": n, "artefacts": [{"kind": "text", "content": f"Draft {n}."}]}
        await world.done(BY, f"/v1/works/{work}/versions", draft)
    for exhibit, version in zip(exhibits, versions[:2], strict=True):
        await world.done(
            "learner", f"{path}/exhibits", {"id": exhibit, "version": version, "competencies": [competency]}
        )
    things = {
        (what, person): id_
        for person in PEOPLE
        for what, id_ in (
            ("later version", versions[2]),
            ("exhibit", exhibits[0]),
            ("standing exhibit", exhibits[1]),
            ("share", new_id()),
        )
    }
    for person in PEOPLE:
        share = {"audience": "public", "expires_at": instant_text(now() + DAY)}
        await world.done("learner", f"{path}/shares", {"id": things["share", person], **share})
    lasting = await world.done("learner", f"{path}/shares", {"id": new_id(), **share})
    return things | {("secret", person): lasting["secret"] for person in PEOPLE}
