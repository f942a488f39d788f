"""Where a learner is with everything, what comes next and why, what slipped, what was asked: hers, or her family's."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from services.gateway.domain.disclosures import Revealed
from services.gateway.http.pages.afterwards import at_least
from services.gateway.http.pages.learners.explaining import Explaining
from services.gateway.http.pages.learners.map_picture import MapPicture, map_picture
from services.gateway.http.pages.learners.viewers import Viewer, viewer_of
from services.gateway.http.pages.relations import Relations
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting
from services.gateway.http.visitors import Visitor
from shared.runtime.problems import Problem

STEPS = 5
"""Next steps that are shown: more would be a list to choose from, and no step."""

UNRECORDED = frozenset({"no_evidence", "no_policy"})


@dataclass(frozen=True, slots=True)
class Subject:
    """A framework, with the competencies that are shown of it, by area too, and the next step in it."""

    title: str
    places: Sequence[Mapping[str, Any]]
    areas: Sequence[tuple[str | None, Sequence[Mapping[str, Any]]]]
    statuses: Sequence[str]
    step: Mapping[str, Any] | None
    left_out: int

    @property
    def begun(self) -> bool:
        return any(status not in UNRECORDED for status in self.statuses)

    def picture(self) -> MapPicture | None:
        """The map of its competencies; None where there is hardly a link to draw."""
        return map_picture(self.places)


@dataclass(frozen=True, slots=True)
class Found:
    """All that the services tell for the page."""

    subjects: Sequence[Subject]
    steps: Sequence[Mapping[str, Any]]
    slipped: Sequence[Mapping[str, Any]]
    flagged: Sequence[Mapping[str, Any]]
    redos: Sequence[Mapping[str, Any]]
    questions: Sequence[Mapping[str, Any]]
    statements: Mapping[str, str]
    resting: frozenset[str]
    recent: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class MasteryPages:
    """Makes the page."""

    relations: Relations
    visiting: Visiting

    async def shown(  # noqa: PLR0913 - what a page may have to say beside itself
        self,
        request: Request,
        visitor: Visitor,
        learner: str,
        *,
        done: str | None = None,
        seen: str | None = None,
        problem: Problem | None = None,
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        """The page; after a refusal with that and what was typed. Raises Problem as the API does."""
        reader = self.visiting.reader(request, visitor)
        viewer = await viewer_of(visitor, learner, self.relations)
        found = await self._found(visitor, learner, seen)
        texts = await self._texts(visitor, viewer, learner, found)
        return page(
            "learner/family.html" if viewer.family else "learner/mastery.html",
            reader,
            status=200 if problem is None else problem.status,
            learner=learner,
            viewer=viewer,
            name=texts.names.get(learner),
            texts=texts,
            found=found,
            tell=Explaining.to(reader.language),
            done=done,
            problem=problem,
            typed=typed,
        )

    async def _found(self, visitor: Visitor, learner: str, seen: str | None) -> Found:
        asking, since = self.visiting.asking, at_least(seen)
        told, asked = await asyncio.gather(
            asking.read(visitor, f"/v1/learners/{learner}/overview", **since),
            asking.read(visitor, "/v1/reviews", learner=learner, limit="200", **since),
        )
        states = {state["competency"]: state for state in told["states"]}
        statements = {
            one["competency"]: one["statement"] for framework in told["frameworks"] for one in framework["competencies"]
        }
        statements |= {id_: state["statement"] for id_, state in states.items() if state.get("statement")}
        made = subjects(told["frameworks"], states, told["next"])
        return Found(
            subjects=made,
            steps=in_order(told["next"], made)[:STEPS],
            slipped=[state for state in told["states"] if state["status"] == "slipped"],
            flagged=told["flagged"],
            redos=[redo for redo in told["redos"] if redo["waits_for"] != "over"],
            questions=newest_first(asked["items"]),
            statements=statements,
            resting=frozenset(
                one["competency"]
                for framework in told["frameworks"]
                for one in framework["competencies"]
                if one["rests_on"]
            ),
            recent=told["recent"],
        )

    async def _texts(
        self,
        visitor: Visitor,
        viewer: Viewer,
        learner: str,
        found: Found,
    ) -> Revealed:
        recent = found.recent if viewer.family else ()
        refs = [piece["feedback_ref"] for piece in recent if "feedback_ref" in piece]
        for question in found.questions:
            answered = question.get("answered")
            refs += [question["reason_ref"], *([answered["answer_ref"]] if answered else [])]
        return await self.visiting.asking.revealed(
            visitor, viewer.purpose, texts=list(dict.fromkeys(refs))[:200], names=[learner]
        )


def in_order(steps: Sequence[Mapping[str, Any]], made: Sequence[Subject]) -> list[Mapping[str, Any]]:
    """Next steps as the API orders them, those first that lie in a subject which was begun."""
    begun = {
        place["competency"] for subject in made if subject.begun for _, places in subject.areas for place in places
    }
    return sorted(steps, key=lambda step: step["competency"] not in begun)


def newest_first(questions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Questions, those that are not answered first."""
    newest = sorted(questions, key=lambda question: str(question["requested_at"]), reverse=True)
    return sorted(newest, key=lambda question: question["state"] != "open")


def subjects(
    frameworks: Sequence[Mapping[str, Any]],
    states: Mapping[str, Mapping[str, Any]],
    following: Sequence[Mapping[str, Any]],
) -> list[Subject]:
    """The frameworks as subjects, those first in which anything is recorded; in the order of the framework, never of
    levels. What is recorded of a competency that no framework has any more comes last, without a title.
    """
    made: list[Subject] = []
    placed: set[str] = set()
    for framework in frameworks:
        places = [{**place, **_level(states.get(place["competency"]))} for place in framework["competencies"]]
        placed |= {place["competency"] for place in places}
        here = {place["competency"] for place in places}
        made.append(
            Subject(
                title=framework["title"],
                places=places,
                areas=_by_area(places),
                statuses=[place["status"] for place in places],
                step=next((step for step in following if step["competency"] in here), None),
                left_out=framework["left_out"],
            )
        )
    others = sorted((state for id_, state in states.items() if id_ not in placed), key=lambda one: one.get("code", ""))
    if others:
        statuses = [state["status"] for state in others]
        made.append(Subject("", (), [(None, others)], statuses, None, 0))
    return sorted(made, key=lambda subject: not subject.begun)


def _by_area(places: Sequence[Mapping[str, Any]]) -> list[tuple[str | None, Sequence[Mapping[str, Any]]]]:
    """By what they are parts of, in the order of the framework."""
    areas: dict[str | None, list[Mapping[str, Any]]] = {}
    for place in places:
        areas.setdefault(place.get("area"), []).append(place)
    return list(areas.items())


def _level(state: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """What a place takes from the state: its level, and a status that an override set."""
    return {"level": None} if state is None else {"level": state["level"], "status": state["status"]}
