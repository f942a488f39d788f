"""Why is a learner where she is with one competency? With what she, and who speaks or teaches for her, can do there."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from services.gateway.domain.disclosures import Revealed
from services.gateway.http.pages.afterwards import at_least
from services.gateway.http.pages.learners.chart import Chart, chart
from services.gateway.http.pages.learners.explaining import Explaining
from services.gateway.http.pages.learners.mastery import newest_first
from services.gateway.http.pages.learners.viewers import Viewer, viewer_of
from services.gateway.http.pages.relations import Relations
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting
from services.gateway.http.visitors import Visitor
from shared.ledger.instants import instant_text
from shared.runtime.clock import Clock
from shared.runtime.problems import Problem

MOST_TEXTS = 200
"""Of the newest pieces the words that they came with are shown, as many as one asks for at once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page is asked for: of whom, of what, as of when, and after which position at least."""

    learner: str
    competency: str
    as_of: str | None = None
    seen: str | None = None

    @property
    def path(self) -> str:
        return f"/learners/{self.learner}/competencies/{self.competency}"


@dataclass(frozen=True, slots=True)
class Turned:
    """What came of a form on the page: what was done; or why not, at which form, and what was typed in it."""

    done: str | None = None
    problem: Problem | None = None
    at: str = ""
    typed: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class WhyPages:
    """Makes the page."""

    relations: Relations
    visiting: Visiting
    clock: Clock

    async def shown(self, request: Request, visitor: Visitor, asked: Asked, turned: Turned) -> Response:
        """The page, with what a form on it came to. Raises Problem as the API does."""
        reader = self.visiting.reader(request, visitor)
        state = await self._state(visitor, asked)
        if state is None:
            return page("learner/nothing_then.html", reader, asked=asked, tell=Explaining.to(reader.language))
        viewer = await viewer_of(visitor, asked.learner, self.relations)
        policy, questions, checked = await asyncio.gather(
            self._policy(visitor, state),
            self._questions(visitor, asked, state),
            self._checked(visitor, asked),
        )
        texts = await self._texts(visitor, viewer, asked, state, questions)
        return page(
            "learner/why.html",
            reader,
            status=200 if turned.problem is None else turned.problem.status,
            asked=asked,
            turned=turned,
            viewer=viewer,
            name=texts.names.get(asked.learner),
            texts=texts,
            state=state,
            policy=policy,
            chart=_chart(state, policy),
            redo=state.get("redo"),
            questions=questions,
            checked=checked_of(state, checked),
            tell=Explaining.to(reader.language),
            now=instant_text(self.clock()),
        )

    async def _state(self, visitor: Visitor, asked: Asked) -> Any:
        """The state as of when it is asked; None where there is one now, and there was nothing then."""
        path = f"/v1{asked.path}/explanation"
        if not asked.as_of:
            return await self.visiting.asking.read(visitor, path, **at_least(asked.seen))
        try:
            return await self.visiting.asking.read(visitor, path, as_of=asked.as_of)
        except Problem as problem:
            if problem.status != 404:
                raise
        await self.visiting.asking.read(visitor, path)
        return None

    async def _policy(self, visitor: Visitor, state: Mapping[str, Any]) -> Any:
        if state["policy"] is None:
            return None
        return await self.visiting.asking.document(visitor, state["policy"])

    async def _questions(self, visitor: Visitor, asked: Asked, state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """What was asked about this level and its pieces, and not of other things."""
        if asked.as_of:
            return []
        about = {"learner": asked.learner, "limit": "200"}
        found = await self.visiting.asking.read(visitor, "/v1/reviews", **about, **at_least(asked.seen))
        pieces = {piece["event"] for piece in (*state["counted"], *state["set_aside"])}
        return [
            question
            for question in newest_first(found["items"])
            if question["about"].get("competency") == asked.competency or question["about"].get("evidence") in pieces
        ]

    async def _checked(self, visitor: Visitor, asked: Asked) -> Any:
        """What the audit has checked of her record; None where that cannot be known now."""
        try:
            return await self.visiting.asking.read(visitor, f"/v1/learners/{asked.learner}/verified")
        except Problem as problem:
            if problem.status not in {404, 503}:
                raise
            return None

    async def _texts(
        self,
        visitor: Visitor,
        viewer: Viewer,
        asked: Asked,
        state: Mapping[str, Any],
        questions: Sequence[Mapping[str, Any]],
    ) -> Revealed:
        refs = [
            *([state["override"]["reason_ref"]] if state["override"] else []),
            *[ref for question in questions for ref in _refs_of(question)],
            *(_refs_of_redo(state["redo"]) if state.get("redo") else []),
            *[
                piece["feedback_ref"]
                for piece in reversed([*state["set_aside"], *state["counted"]])
                if piece.get("feedback_ref")
            ],
        ]
        chosen = list(dict.fromkeys(refs))[:MOST_TEXTS]
        return await self.visiting.asking.revealed(visitor, viewer.purpose, texts=chosen, names=[asked.learner])


@dataclass(frozen=True, slots=True)
class Checked:
    """How many of the pieces that a level rests on the audit has checked, of how many, when, and whether all agreed."""

    number: int
    of: int
    at: str
    equal: bool


def checked_of(state: Mapping[str, Any], verified: Mapping[str, Any] | None) -> Checked | None:
    """What was checked of a state; None where nothing of it ever was. `verified` is what the audit answers."""
    if verified is None or verified["state"] is None:
        return None
    through = verified["through"]
    number = sum(through is not None and piece["recorded_at"] <= through for piece in state["counted"])
    return Checked(number, len(state["counted"]), verified["ended_at"], verified["state"] == "equal")


def _refs_of(question: Mapping[str, Any]) -> list[str]:
    answered = question.get("answered")
    return [question["reason_ref"], *([answered["answer_ref"]] if answered else [])]


def _refs_of_redo(redo: Mapping[str, Any]) -> list[str]:
    said = [redo, *redo["relearned"], *([redo["opened"]] if redo.get("opened") else [])]
    refs = [one["note_ref"] for one in said if one.get("note_ref")]
    hint = redo["relearn"].get("feedback_ref")
    return [*refs, *([hint] if hint else [])]


def _chart(state: Mapping[str, Any], policy: Mapping[str, Any] | None) -> Chart | None:
    if policy is None:
        return None
    scale = policy["scale"]
    return chart([piece["value_after"] for piece in state["counted"]], top=scale["top"], cut=scale["cut"])
