"""What every worklist is asked for with: whose, and which page of it."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Query

from services.mastery.flows.whose import Whose, Worklist
from shared.contracts.values import Id
from shared.runtime.as_of import AtLeastText, read_at_least
from shared.runtime.problems import invalid
from shared.runtime.tokens import Caller, Verifier, person

MOST = 500

After = Annotated[str | None, Query(description="`next` of the page before.", max_length=80)]
Limit = Annotated[int, Query(ge=1, le=MOST)]


def asked_worklist(verifier: Verifier) -> Callable[..., Awaitable[Worklist]]:
    """What a worklist's route depends on. Raises `problems.invalid` unless it is asked for exactly one of the three."""

    async def worklist(
        reader: Annotated[Caller, Depends(person(verifier))],
        section: Annotated[
            Id | None, Query(description="Everyone in this section. Exactly one of the three is given.")
        ] = None,
        school: Annotated[Id | None, Query(description="Everyone in this school.")] = None,
        learner: Annotated[Id | None, Query(description="This learner.")] = None,
        at_least: AtLeastText = None,
    ) -> Worklist:
        given = [
            whose
            for whose in (
                None if section is None else Whose("section", section),
                None if school is None else Whose("school", school),
                None if learner is None else Whose("learner", learner),
            )
            if whose is not None
        ]
        if len(given) != 1:
            raise invalid("Exactly one of section, school and learner must be given.", field="section")
        return Worklist(reader.id, given[0], read_at_least(at_least))

    return worklist
