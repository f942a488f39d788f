"""What every question about one learner is asked with: by whom, of whom, as of when, and after which positions."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends

from services.mastery.flows.reading import Question
from services.mastery.ports import District
from shared.contracts.values import Id
from shared.runtime.as_of import AsOfText, AtLeastText, read_as_of, read_at_least
from shared.runtime.tokens import Caller, Verifier, person


def asked_of_learner(district: District, verifier: Verifier) -> Callable[..., Awaitable[Question]]:
    """What a route of `/v1/learners/{learner}/…` depends on. Raises a 422 Problem for what cannot be read."""

    async def asked(
        learner: Id,
        reader: Annotated[Caller, Depends(person(verifier))],
        as_of: AsOfText = None,
        at_least: AtLeastText = None,
    ) -> Question:
        at = read_as_of(as_of, zone=district.zone, now=district.now())
        return Question(reader.id, learner, at, read_at_least(at_least))

    return asked
