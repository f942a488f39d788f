"""What HTTP answers about redos."""

from typing import Any

from fastapi import Response

from services.mastery.flows.list_redos import ListedRedo, RedoPage
from services.mastery.flows.look_ahead import Ahead
from services.mastery.flows.read_redos import Redos, SeenRedo
from services.mastery.http.answers import as_of_document
from services.mastery.http.grounds import named
from shared.ledger.instants import Instant, instant_text
from shared.rulebook.redoing import Cycle, Opening, Relearned, Standing
from shared.rulebook.redoing_words import next_step
from shared.runtime.answering import private_answer
from shared.runtime.disclosing import disclose


def redos_answer(redos: Redos) -> Response:
    document = {
        "learner": redos.learner,
        "as_of": as_of_document(redos.horizon),
        "under_review": redos.horizon.under_review,
        "redos": redo_documents(redos),
    }
    return private_answer(document, redos.horizon.pins)


def redo_documents(redos: Redos) -> list[dict[str, Any]]:
    return [redo_document(seen) for seen in redos.redos]


def waiting_answer(page: RedoPage) -> Response:
    onward = None if page.next is None else f"{page.next[0]}:{page.next[1]}"
    answer = private_answer({"items": [_waiting(one, page.now) for one in page.redos], "next": onward}, page.reached)
    return disclose(answer, "redos", [one.cycle.learner for one in page.redos])


def redo_document(seen: SeenRedo) -> dict[str, Any]:
    cycle, done = seen.cycle, seen.standing.done
    return {
        **_begun(cycle, seen.standing, None if seen.named is None else seen.named.code),
        "required": seen.required,
        "relearn": _to_relearn(seen),
        "relearned": [_step(one, kind=one.kind) for one in cycle.relearned],
        **(
            {}
            if cycle.opened is None
            else {"opened": _step(cycle.opened, task=cycle.opened.task, work=cycle.opened.work)}
        ),
        **({} if done is None else {"done_by": done.event}),
    }


def _waiting(one: ListedRedo, now: Instant) -> dict[str, Any]:
    waited = max(0, now - one.standing.since) // 1000
    return {**_begun(one.cycle, one.standing, one.code), "waiting_seconds": waited}


def _begun(cycle: Cycle, standing: Standing, code: str | None) -> dict[str, Any]:
    return {
        "id": cycle.id,
        "learner": cycle.learner,
        "competency": cycle.competency,
        **_given(code=code),
        "begun": cycle.begun,
        "by": cycle.actor,
        "recorded_at": instant_text(cycle.recorded_at),
        "version": cycle.newest,
        **_given(evidence=cycle.evidence, note_ref=cycle.note_ref),
        "waits_for": standing.turn.value,
        "since": instant_text(standing.since),
        "missing": standing.missing,
        "anew": standing.anew,
        "next": next_step(standing),
    }


def _to_relearn(seen: SeenRedo) -> dict[str, Any]:
    return {
        **_given(criterion=seen.weakest, feedback_ref=seen.feedback_ref, work=seen.work),
        "first": _gaps(seen.ahead, "first"),
        "find_out": _gaps(seen.ahead, "find_out"),
    }


def _gaps(ahead: Ahead | None, which: str) -> list[dict[str, str]]:
    return [] if ahead is None else named(getattr(ahead.judged, which), ahead.seen.graph)


def _step(step: Relearned | Opening, **more: str | None) -> dict[str, Any]:
    return {
        "event": step.event,
        "by": step.actor,
        "recorded_at": instant_text(step.recorded_at),
        **_given(evidence=step.evidence, note_ref=step.note_ref, **more),
    }


def _given(**members: str | None) -> dict[str, str]:
    return {name: value for name, value in members.items() if value is not None}
