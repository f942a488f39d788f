"""The rows of the matrix: every route of the API, and who may."""

from typing import Any

from shared.contracts.documents import document_digest
from tests.support.documents import PNG
from tests.support.ledger_writer import framework_document
from tests.support.matrix import (
    ADMINISTER,
    AUDIT,
    DISTRICT,
    FAMILY,
    GRADE,
    PEOPLE,
    RECORD,
    SEE,
    SIGNED_IN,
    STAFF,
    VERIFY,
    Request,
    Row,
    Subject,
    World,
    attempt,
    one,
)
from tests.support.matrix_panels import PANELS
from tests.support.matrix_portfolio import PORTFOLIOS
from tests.support.relations import new_id

Rows = dict[tuple[str, str], Row]


def _read(path: str, may: tuple[str, ...] = SEE) -> Row:
    """A read of what the path names by the subject's members."""
    return Row(lambda _w, s, _p: {"url": path.format(s=s)}, may)


def _send(url: str, **body: Any) -> Request:
    return {"url": url, "json": body}


def framework(world: World, person: str) -> dict[str, Any]:
    return framework_document(one(world, person, "framework"), [one(world, person, "competency")])


def role(world: World, person: str) -> dict[str, str]:
    return {"person": one(world, person, "grantee"), "role": "auditor", "scope": f"school/{new_id()}"}


def seen(subject: Subject) -> list[dict[str, str]]:
    return [{"competency": subject.graded, "digest": subject.digest}]


READING: Rows = {
    ("GET", "/v1/learners/{}/mastery"): _read("/v1/learners/{s.learner}/mastery"),
    ("GET", "/v1/learners/{}/competencies/{}/explanation"): _read(
        "/v1/learners/{s.learner}/competencies/{s.competency}/explanation"
    ),
    ("GET", "/v1/learners/{}/history"): _read("/v1/learners/{s.learner}/history"),
    ("GET", "/v1/learners/{}/verified"): _read("/v1/learners/{s.learner}/verified"),
    ("GET", "/v1/learners/{}/grades"): _read("/v1/learners/{s.learner}/grades"),
    ("GET", "/v1/learners/{}/next"): _read("/v1/learners/{s.learner}/next"),
    ("GET", "/v1/learners/{}/map"): _read("/v1/learners/{s.learner}/map"),
    ("GET", "/v1/learners/{}/overview"): _read("/v1/learners/{s.learner}/overview"),
    ("GET", "/v1/sections/{}/readiness"): _read("/v1/sections/{s.section}/readiness", RECORD),
    ("GET", "/v1/sections/{}/grid"): _read("/v1/sections/{s.section}/grid", RECORD),
    ("GET", "/v1/learners/{}/portfolio"): _read("/v1/learners/{s.learner}/portfolio"),
    ("GET", "/v1/learners/{}/disclosures"): _read(
        "/v1/learners/{s.learner}/disclosures", (*FAMILY, *ADMINISTER, *AUDIT)
    ),
    ("GET", "/v1/evidence/{}"): _read("/v1/evidence/{s.evidence}"),
    ("GET", "/v1/works/{}"): _read("/v1/works/{s.work}", (*SEE, "panelist")),
    ("GET", "/v1/works"): _read("/v1/works?section={s.section}", RECORD),
    ("GET", "/v1/tasks"): _read("/v1/tasks", STAFF),
    ("GET", "/v1/frameworks"): _read("/v1/frameworks", STAFF),
    ("GET", "/v1/rubrics"): _read("/v1/rubrics", STAFF),
    ("GET", "/v1/moves"): _read("/v1/moves", STAFF),
    ("GET", "/v1/artefacts/{}"): Row(lambda _w, s, _p: {"url": f"/v1/artefacts/{s.artefact}"}, (*SEE, "panelist"), 303),
    ("GET", "/v1/releases/{}"): _read("/v1/releases/{s.grade}"),
    ("GET", "/v1/release-batches/{}"): _read("/v1/release-batches/{s.batch}", GRADE),
    ("GET", "/v1/verifications/{}"): _read("/v1/verifications/{s.verification}", VERIFY),
    ("GET", "/v1/audits/{}"): _read("/v1/audits/{s.audit}"),
    ("GET", "/v1/reviews"): _read("/v1/reviews?learner={s.learner}"),
    ("GET", "/v1/learners/{}/redos"): _read("/v1/learners/{s.learner}/redos"),
    ("GET", "/v1/redos"): _read("/v1/redos?learner={s.learner}", RECORD),
    ("GET", "/v1/affected-grades"): _read("/v1/affected-grades?learner={s.learner}", GRADE),
    ("GET", "/v1/states"): _read("/v1/states", (*DISTRICT, "auditor")),
    ("GET", "/v1/forgettings"): _read("/v1/forgettings", DISTRICT),
    ("GET", "/v1/rosters"): _read("/v1/rosters", (*VERIFY, "other school's administrator")),
    ("GET", "/v1/rosters/sections/{}"): _read("/v1/rosters/sections/{s.section}", VERIFY),
    ("GET", "/v1/documents/{}"): _read("/v1/documents/{s.policy}", SIGNED_IN),
    ("GET", "/v1/adoptions"): _read("/v1/adoptions?scope=learner/{s.learner}"),
    ("GET", "/v1/policies"): _read("/v1/policies?scope=learner/{s.learner}"),
    ("GET", "/v1/policies/preview"): _read("/v1/policies/preview?scope=school/{s.school}", ADMINISTER),
    ("POST", "/v1/reveal"): Row(lambda _w, s, _p: _send("/v1/reveal", purpose="audit", names=[s.learner]), SIGNED_IN),
}

RECORDING: Rows = {
    ("POST", "/v1/evidence"): Row(
        lambda w, s, p: {"url": "/v1/evidence", "json": attempt(s.learner, w.real.competency, one(w, p, "attempt"))},
        RECORD,
        201,
    ),
    ("POST", "/v1/evidence/{}/void"): Row(
        lambda w, s, p: _send(f"/v1/evidence/{s.of('void', p)}/void", id=one(w, p, "void"), expected_version=1),
        RECORD,
        201,
    ),
    ("POST", "/v1/evidence/{}/supersede"): Row(
        lambda w, s, p: _send(
            f"/v1/evidence/{s.of('supersede', p)}/supersede",
            id=one(w, p, "supersede"),
            expected_version=1,
            item={"type": "AttemptRecorded", "body": attempt(s.learner, w.real.competency, "")["body"]},
        ),
        RECORD,
        201,
    ),
    ("POST", "/v1/seminars"): Row(
        lambda w, s, p: _send(
            "/v1/seminars",
            seminar=one(w, p, "seminar"),
            moves_by=w.real.moves,
            purpose="performance",
            occurred_at="2026-01-05T09:00:00.000Z",
            observations=[{"id": one(w, p, "observed"), "learner": s.learner, "moves": [{"move": "asks", "count": 2}]}],
        ),
        RECORD,
        201,
    ),
    ("POST", "/v1/works"): Row(
        lambda w, s, p: _send("/v1/works", id=one(w, p, "work"), members=[s.learner], title="A poster"),
        ("learner", *RECORD),
        201,
    ),
    ("POST", "/v1/works/{}/files"): Row(
        lambda w, s, p: {
            "url": f"/v1/works/{s.work}/files",
            "content": PNG,
            "headers": {"Idempotency-Key": one(w, p, "file")},
        },
        ("learner", *RECORD),
        201,
    ),
    ("POST", "/v1/works/{}/versions"): Row(
        lambda w, s, p: _send(
            f"/v1/works/{s.of('work', p)}/versions",
            id=one(w, p, "version"),
            expected_version=1,
            artefacts=[{"kind": "text", "content": "A draft."}],
        ),
        ("learner", *RECORD),
        201,
    ),
    ("POST", "/v1/works/{}/versions/{}/feedback"): Row(
        lambda w, s, p: _send(
            f"/v1/works/{s.work}/versions/{s.version}/feedback", id=one(w, p, "feedback"), text="Say why."
        ),
        RECORD,
        201,
    ),
    ("POST", "/v1/feedback/{}/read"): Row(
        lambda _w, s, _p: _send(f"/v1/feedback/{s.feedback}/read"), ("learner",), 201
    ),
    ("POST", "/v1/works/{}/scores"): Row(
        lambda w, s, p: _send(
            f"/v1/works/{s.work}/scores",
            id=one(w, p, "score"),
            rubric=w.real.rubric,
            purpose="performance",
            occurred_at="2026-01-05T09:00:00.000Z",
            results=[{"competency": w.real.competency, "criterion": "thesis", "earned": "3", "possible": "4"}],
        ),
        RECORD,
        201,
    ),
}

EXHIBITING: Rows = {
    ("POST", "/v1/exhibitions"): Row(
        lambda w, s, p: _send("/v1/exhibitions", id=one(w, p, "exhibition"), school=s.school, works=[s.work]),
        RECORD,
        201,
    ),
    ("GET", "/v1/exhibitions"): _read("/v1/exhibitions?learner={s.learner}"),
    ("GET", "/v1/exhibitions/{}"): Row(lambda _w, s, p: {"url": f"/v1/exhibitions/{s.of('held', p)}"}, SEE),
    ("GET", "/v1/exhibitions/{}/results"): Row(
        lambda _w, s, p: {"url": f"/v1/exhibitions/{s.of('held', p)}/results"}, SEE
    ),
    ("GET", "/v1/exhibitions-due"): _read("/v1/exhibitions-due?section={s.section}", RECORD),
    ("POST", "/v1/exhibitions/{}/open"): Row(
        lambda w, s, p: _send(
            f"/v1/exhibitions/{s.of('plan', p)}/open", id=one(w, p, "open exhibition"), expected_version=1
        ),
        RECORD,
        201,
    ),
    ("POST", "/v1/exhibitions/{}/ballots"): Row(
        lambda w, s, p: _send(
            f"/v1/exhibitions/{s.of('held', p)}/ballots", id=one(w, p, "ballots"), role="family", count=3
        ),
        RECORD,
        201,
    ),
    ("POST", "/v1/exhibitions/{}/close"): Row(
        lambda w, s, p: _send(
            f"/v1/exhibitions/{s.of('closing', p)}/close", id=one(w, p, "close exhibition"), expected_version=2
        ),
        RECORD,
        201,
    ),
    ("GET", "/v1/ballots/{}"): Row(lambda _w, s, p: {"url": f"/v1/ballots/{s.of('ballot', p)}"}, PEOPLE),
    ("POST", "/v1/ballots/{}"): Row(
        lambda _w, s, p: _send(f"/v1/ballots/{s.of('vote', p)}", answers={"best": "boxer"}), PEOPLE, 201
    ),
}

JUDGING: Rows = {
    ("POST", "/v1/overrides"): Row(
        lambda w, s, p: _send(
            "/v1/overrides",
            id=one(w, p, "override"),
            learner=s.learner,
            competency=w.real.competency,
            level="Proficient",
            reason="Seen in class.",
        ),
        RECORD,
        201,
    ),
    ("POST", "/v1/overrides/{}/clear"): Row(
        lambda w, s, p: _send(
            f"/v1/overrides/{s.of('override', p)}/clear", id=one(w, p, "clear"), expected_version=1, reason="Enough."
        ),
        RECORD,
        201,
    ),
    ("POST", "/v1/redos"): Row(
        lambda w, s, p: _send(
            "/v1/redos", id=one(w, p, "redo"), learner=s.learner, competency=s.of("redo", p), note="Once more."
        ),
        (*FAMILY, *RECORD),
        201,
    ),
    ("POST", "/v1/redos/{}/relearn"): Row(
        lambda w, s, p: _send(f"/v1/redos/{s.of('relearn', p)}/relearn", id=one(w, p, "relearn"), kind="practice"),
        ("learner", *RECORD),
        201,
    ),
    ("POST", "/v1/redos/{}/open"): Row(
        lambda w, s, p: _send(f"/v1/redos/{s.of('open redo', p)}/open", id=one(w, p, "open redo"), expected_version=1),
        RECORD,
        201,
    ),
    ("POST", "/v1/reviews"): Row(
        lambda w, s, p: _send(
            "/v1/reviews",
            id=one(w, p, "review"),
            learner=s.learner,
            competency=w.real.competency,
            reason="It should be higher.",
        ),
        (*FAMILY, *RECORD),
        201,
    ),
    ("POST", "/v1/reviews/{}/answer"): Row(
        lambda w, s, p: _send(
            f"/v1/reviews/{s.of('review', p)}/answer",
            id=one(w, p, "answer"),
            expected_version=1,
            outcome="unchanged",
            answer="It stands.",
        ),
        RECORD,
        201,
    ),
}

GRADING: Rows = {
    ("POST", "/v1/releases"): Row(
        lambda w, s, p: _send(
            "/v1/releases",
            id=one(w, p, "release"),
            learner=s.learner,
            course=s.course,
            period=one(w, p, "release period"),
            states=seen(s),
            expected_version=0,
        ),
        GRADE,
        201,
    ),
    ("POST", "/v1/releases/{}/amend"): Row(
        lambda w, s, p: _send(
            f"/v1/releases/{s.of('amend', p)}/amend",
            id=one(w, p, "amend"),
            states=seen(w.real),
            expected_version=1,
            reason="Seen again.",
        ),
        GRADE,
        201,
    ),
    ("POST", "/v1/releases/{}/uphold"): Row(
        lambda w, s, p: _send(
            f"/v1/releases/{s.of('uphold', p)}/uphold",
            id=one(w, p, "uphold"),
            states=seen(w.real),
            expected_version=1,
            reason="Seen again.",
        ),
        GRADE,
        201,
    ),
    ("POST", "/v1/release-batches"): Row(
        lambda w, s, p: _send(
            "/v1/release-batches",
            id=one(w, p, "batch"),
            section=s.section,
            course=s.course,
            period=one(w, p, "batch period"),
            competencies=[w.real.graded],
        ),
        GRADE,
        201,
    ),
    ("POST", "/v1/release-batches/{}/release"): Row(
        lambda _w, s, p: _send(f"/v1/release-batches/{s.of('batch', p)}/release"), GRADE, 202
    ),
    ("POST", "/v1/audits"): Row(lambda w, s, p: _send("/v1/audits", id=one(w, p, "audit"), grade=s.grade), SEE, 202),
    ("POST", "/v1/verifications"): Row(lambda _w, s, _p: _send("/v1/verifications", learner=s.learner), VERIFY, 202),
}

BELONGING: Rows = {
    ("POST", "/v1/guardians"): Row(
        lambda w, s, p: _send("/v1/guardians", id=one(w, p, "link"), learner=s.learner, guardian=one(w, p, "friend")),
        ADMINISTER,
        201,
    ),
    ("POST", "/v1/guardians/unlink"): Row(
        lambda w, s, p: _send(
            "/v1/guardians/unlink", id=one(w, p, "unlink"), learner=s.learner, guardian=one(w, p, "friend")
        ),
        ADMINISTER,
        201,
    ),
    ("POST", "/v1/learners/{}/forget"): Row(
        lambda w, s, p: _send(f"/v1/learners/{s.learner}/forget", id=one(w, p, "forget"), reason="Her wish."),
        DISTRICT,
        201,
    ),
    ("POST", "/v1/learners/{}/forget/approve"): Row(
        lambda w, s, p: _send(
            f"/v1/learners/{s.leaving}/forget/approve", id=one(w, p, "approve"), request=s.of("forgetting", p)
        ),
        DISTRICT,
        201,
    ),
    ("POST", "/v1/rosters"): Row(lambda _w, _s, _p: _send("/v1/rosters", orgs=[], users=[]), DISTRICT),
    ("POST", "/v1/rosters/ids"): Row(
        lambda _w, _s, _p: _send("/v1/rosters/ids", kind="user", sourced_ids=["learner"]), DISTRICT
    ),
    ("POST", "/v1/roles"): Row(lambda w, _s, p: _send("/v1/roles", id=one(w, p, "grant"), **role(w, p)), DISTRICT, 201),
    ("POST", "/v1/roles/revocations"): Row(
        lambda w, _s, p: _send("/v1/roles/revocations", id=one(w, p, "revocation"), **role(w, p)), DISTRICT, 201
    ),
}

DEFINING: Rows = {
    ("PUT", "/v1/documents/{}"): Row(
        lambda w, _s, p: {"url": f"/v1/documents/{document_digest(framework(w, p))}", "json": framework(w, p)},
        DISTRICT,
        201,
    ),
    ("POST", "/v1/adoptions"): Row(
        lambda w, s, p: _send(
            "/v1/adoptions",
            id=one(w, p, "adoption"),
            scope=f"school/{s.school}",
            policy=w.real.policy,
            mode="recompute",
        ),
        ADMINISTER,
        201,
    ),
}

TRYING: Rows = {
    ("POST", "/v1/what-ifs"): Row(
        lambda w, s, p: _send(
            "/v1/what-ifs", id=one(w, p, "what-if"), scope=f"school/{s.school}", policy=w.real.policy
        ),
        ADMINISTER,
        202,
    ),
    ("GET", "/v1/what-ifs/{}"): _read("/v1/what-ifs/{s.what_if}", VERIFY),
    ("GET", "/v1/what-ifs/{}/learners"): Row(
        lambda w, s, _p: {"url": f"/v1/what-ifs/{s.what_if}/learners?competency={w.real.competency}"}, VERIFY
    ),
    ("DELETE", "/v1/what-ifs/{}"): Row(lambda _w, s, p: {"url": f"/v1/what-ifs/{s.of('what-if', p)}"}, ADMINISTER, 204),
}

SIGNING_IN: Rows = {
    ("POST", "/v1/tokens"): Row(
        lambda w, _s, p: {"url": "/v1/tokens", "headers": {"Authorization": f"Bearer {w.personal_tokens.get(p, p)}"}},
        SIGNED_IN,
    ),
    ("GET", "/v1/personal-tokens"): _read("/v1/personal-tokens", SIGNED_IN),
    ("POST", "/v1/personal-tokens"): Row(
        lambda _w, _s, _p: _send("/v1/personal-tokens", label="one more"),
        tuple(person for person in SIGNED_IN if person != "panelist"),
        201,
    ),
    ("DELETE", "/v1/personal-tokens/{}"): Row(
        lambda _w, s, _p: {"url": f"/v1/personal-tokens/{s.personal_token}"}, ("learner",), 204
    ),
    ("GET", "/v1/session"): _read("/v1/session", ()),
    ("GET", "/v1/accounts"): _read("/v1/accounts", DISTRICT),
    ("PUT", "/v1/accounts"): Row(
        lambda w, s, p: _send(
            "/v1/accounts", issuer="https://issuer.test", subject=one(w, p, "subject"), person=s.learner
        ),
        DISTRICT,
        201,
    ),
    ("DELETE", "/v1/accounts/{}"): Row(lambda _w, s, _p: {"url": f"/v1/accounts/{s.account}"}, DISTRICT, 204),
    ("GET", "/sign-in"): Row(lambda _w, _s, _p: {"url": "/sign-in"}, PEOPLE, 303),
    ("GET", "/sign-in/callback"): Row(lambda _w, _s, _p: {"url": "/sign-in/callback"}, PEOPLE, 400),
    ("POST", "/sign-out"): Row(lambda _w, _s, _p: {"url": "/sign-out"}, PEOPLE),
    ("GET", "/v1/openapi.json"): _read("/v1/openapi.json", PEOPLE),
    ("GET", "/.well-known/jwks.json"): _read("/.well-known/jwks.json", PEOPLE),
    ("GET", "/docs"): _read("/docs", PEOPLE),
    ("GET", "/health"): _read("/health", PEOPLE),
}

TABLE: Rows = {
    **READING,
    **RECORDING,
    **EXHIBITING,
    **PANELS,
    **PORTFOLIOS,
    **JUDGING,
    **GRADING,
    **BELONGING,
    **DEFINING,
    **TRYING,
    **SIGNING_IN,
}
"""All of it."""
