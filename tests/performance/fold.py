"""How many contributions a second one core folds, state digests included, beside hashing the same states' bytes.

python -m tests.performance.fold
"""

import gc
import hashlib
import random
import time
from typing import Any
from uuid import UUID

from shared.rulebook.contribution import Contribution, Result
from shared.rulebook.definitions import Adoption, Definitions, Enrolment, Learner, Mode
from shared.rulebook.fold import fold
from shared.rulebook.policy import read_policy
from shared.rulebook.scope import Scope
from shared.rulebook.state import State, canonical_state
from tests.performance import Figure
from tests.support.ledger_writer import named, policy_document

CONTRIBUTIONS = 200_000
LIMIT = "SHA-256 over the same canonical states, one core"
ADA, THEME, NORTH = named("Ada"), named("theme"), named("North")


async def figures() -> list[Figure]:
    """Contributions a second of processor time, for short and long lists and for each method."""
    policies = {
        "highest": policy_document("ascertain.highest@1"),
        "decaying average": policy_document("ascertain.decaying_average@1", weight="0.65"),
    }
    gc.collect()
    gc.freeze()
    try:
        return [
            _figure(f"fold by {name}, lists of {length}", length, policy)
            for name, policy in policies.items()
            for length in (5, 20, 100)
        ]
    finally:
        gc.unfreeze()


def _figure(name: str, length: int, policy: dict[str, Any]) -> Figure:
    chance = random.Random(4)
    lists = [_pieces(chance, length) for _ in range(CONTRIBUTIONS // length)]
    learner = Learner(ADA, 7, (Enrolment(NORTH, 1, 0),))
    definitions = Definitions.of([Adoption(Scope("district"), Mode.RECOMPUTE, read_policy(policy), 1, 0)])
    begin = time.process_time()
    states = [fold(learner, THEME, pieces, definitions) for pieces in lists]
    folded = time.process_time() - begin
    return Figure(name, CONTRIBUTIONS / folded, "contributions/s", LIMIT, CONTRIBUTIONS / _hashing(states))


def _hashing(states: list[State]) -> float:
    texts = [canonical_state(state).encode() for state in states]
    begin = time.process_time()
    for text in texts:
        hashlib.sha256(text).hexdigest()
    return time.process_time() - begin


def _pieces(chance: random.Random, length: int) -> tuple[Contribution, ...]:
    return tuple(
        Contribution(
            event=str(UUID(int=chance.getrandbits(128))),
            kind="attempt",
            purpose="performance",
            occurred_at=1000 * index,
            recorded_at=1000 * index + 5,
            position=index + 2,
            results=(Result(chance.randint(0, 10) * 10**6, 10**7),),
        )
        for index in range(length)
    )
