"""Which learners would stand elsewhere with a competency, and why: folded again as known then, in words."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import NamedTuple

from services.mastery.domain.what_ifs import Change, WhatIf, tried_adoption
from services.mastery.flows.read_what_if import seen_by
from services.mastery.ports import District, Record
from shared.rulebook.definitions import Definitions
from shared.rulebook.explain import Explanation, explain
from shared.rulebook.fold import fold
from shared.rulebook.known import Known, Pin, known_of
from shared.rulebook.wording import why

PAGE = 50
"""Learners that are looked at for a page at once: each is folded twice."""


class Basis(NamedTuple):
    """What the evidence comes to under a policy, scaled by 10^6, and how many pieces count."""

    value: int | None
    counted: int


@dataclass(frozen=True, slots=True)
class WhyChanged:
    """A learner who would stand elsewhere, and why: what the level rests on and would, and in sentences."""

    change: Change
    now: Basis
    then: Basis
    why: Sequence[str]


@dataclass(frozen=True, slots=True)
class LearnersWanted:
    """At most `limit` learners with a competency, after one of this id."""

    what_if: str
    competency: str
    after: str | None
    limit: int


async def list_what_if_learners(
    wanted: LearnersWanted, reader: str, district: District
) -> tuple[list[WhyChanged], str | None]:
    """Those whom the reader may see, by id, and from where the next page goes on.

    Raises UnknownError, also where the what-if is not hers to see. A learner who was forgotten since is on no page.
    """
    what_if, _ = await seen_by(wanted.what_if, reader, district)
    competency, after = wanted.competency, wanted.after
    found: list[WhyChanged] = []
    while True:
        most = min(PAGE, wanted.limit - len(found) + 1)
        changes = await district.what_ifs.changes(wanted.what_if, competency, after, most)
        room = changes[: wanted.limit - len(found)]
        visible = await district.rights.visible(reader, [change.learner for change in room])
        records = await district.records.several(sorted(visible), competency)
        known = {record.learner.id: record for record in records if not record.forgotten}
        seen = [(change, known[change.learner]) for change in room if change.learner in known]
        found += await asyncio.to_thread(_all_told, seen, what_if, competency, district.zone)
        after = room[-1].learner if room else after
        if len(room) < len(changes):
            return found, after
        if len(changes) < most:
            return found, None


def _all_told(
    seen: Sequence[tuple[Change, Record]], what_if: WhatIf, competency: str, zone: tzinfo
) -> list[WhyChanged]:
    return [_told(change, what_if, competency, record, zone) for change, record in seen]


def _told(change: Change, what_if: WhatIf, competency: str, record: Record, zone: tzinfo) -> WhyChanged:
    """What both policies make of what was known when the what-if was folded."""
    asked, pins = what_if.asked, {pin[:2]: pin.position for pin in what_if.pins}
    definitions = pins["definitions", 0]
    evidence = pins.get(("evidence", record.learner.shard), 0)
    adoption = tried_adoption(asked.document, asked.scope, asked.mode, definitions)
    pieces, overrides = record.contributions.get(competency, ()), record.overrides.get(competency, ())

    def said(under: Definitions, reached: int) -> tuple[Sequence[str], Basis]:
        known = Known.at_pins(
            (Pin("definitions", 0, reached), Pin("evidence", record.learner.shard, evidence)), record.learner.shard
        )
        state = fold(record.learner, competency, pieces, under, known, overrides)
        return _in_short(explain(state, known_of(pieces, known)), zone), Basis(state.value, len(state.counted))

    now, on = said(record.view.definitions, definitions)
    then, would_rest_on = said(record.view.definitions.trying(adoption), adoption.position)
    sentences = [*_each("As it is: ", now), *_each("Under this policy: ", then)]
    if on.counted != would_rest_on.counted:
        sentences.append(f"Of the pieces of evidence {on.counted} count as it is, and {would_rest_on.counted} would.")
    return WhyChanged(change, on, would_rest_on, sentences)


def _in_short(explanation: Explanation, zone: tzinfo) -> Sequence[str]:
    """Why, without the sentence about each piece."""
    sentences = why(explanation, zone)
    of_pieces = len(explanation.counted) + len(explanation.set_aside) + (explanation.weakest is not None)
    return sentences[: max(1, len(sentences) - of_pieces)]


def _each(opening: str, sentences: Sequence[str]) -> list[str]:
    return [opening + sentence if index == 0 else sentence for index, sentence in enumerate(sentences)]
