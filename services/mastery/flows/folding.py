"""Folding on the event loop of a service."""

import asyncio
from collections.abc import Sequence

from shared.rulebook.contribution import Contribution
from shared.rulebook.definitions import Definitions, Learner
from shared.rulebook.fold import fold
from shared.rulebook.known import EVERYTHING, Known
from shared.rulebook.outcome import Outcome, Outcomes
from shared.rulebook.override import Override
from shared.rulebook.state import State

MANY = 2_000
"""Contributions to one state from which it is folded in a thread, so that the event loop goes on."""


async def folded(  # noqa: PLR0913, PLR0917 - as `fold`
    learner: Learner,
    competency: str,
    contributions: Sequence[Contribution],
    definitions: Definitions,
    known: Known = EVERYTHING,
    overrides: Sequence[Override] = (),
) -> State:
    """`fold`, without holding up everyone else on the loop where a list is very long."""
    if len(contributions) < MANY:
        return fold(learner, competency, contributions, definitions, known, overrides)
    return await asyncio.to_thread(fold, learner, competency, contributions, definitions, known, overrides)


async def outcome_of_ordered(
    outcomes: Outcomes,
    learner: Learner,
    competency: str,
    contributions: Sequence[Contribution],
    overrides: Sequence[Override] = (),
) -> Outcome:
    """What `folded` comes to, as everything is known now, of contributions that stand in fold order already."""
    if len(contributions) < MANY:
        return outcomes.of(learner, competency, contributions, overrides)
    return await asyncio.to_thread(outcomes.of, learner, competency, contributions, overrides)
