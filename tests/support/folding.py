"""The rulebook asked as a service asks it: from raw entries, through contributions and definitions, to states."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.ledger.canonical import canonical
from shared.ledger.entry import Entry, entry_from_envelope
from shared.rulebook.contributing import LearnerRecord, gather
from shared.rulebook.defining import adoption_of, placements_of
from shared.rulebook.definitions import Adoption, Definitions, Learner, Placement
from shared.rulebook.fold import fold
from shared.rulebook.known import EVERYTHING, Known
from shared.rulebook.policy import read_policy
from shared.rulebook.state import State


@dataclass(frozen=True)
class Gathered:
    """What the entries of both ledgers come to, ready to fold."""

    definitions: Definitions
    learners: Mapping[str, Learner]
    records: Mapping[str, LearnerRecord]

    def state(self, learner: str, competency: str, known: Known = EVERYTHING) -> State:
        record = self.records[learner]
        pieces, overrides = record.contributions.get(competency, ()), record.overrides.get(competency, ())
        return fold(self.learners[learner], competency, pieces, self.definitions, known, overrides)

    def states(self) -> dict[tuple[str, str], State]:
        return {
            (learner, competency): self.state(learner, competency)
            for learner, record in self.records.items()
            for competency in sorted(record.competencies)
        }


def gathered(entries: Iterable[Mapping[str, Any]], documents: Mapping[str, Mapping[str, Any]]) -> Gathered:
    """Everything that the entries say, in whatever order they come."""
    adoptions: list[Adoption] = []
    placements: list[Placement] = []
    own: dict[str, list[tuple[Entry, Mapping[str, Any]]]] = defaultdict(list)
    for raw in entries:
        body = raw["body"]
        entry = entry_from_envelope(raw["envelope"], canonical(body))
        if entry.ledger == "evidence":
            own[entry.owner].append((entry, body))
        elif entry.event == "PolicyAdopted":
            adoptions.append(adoption_of(entry, body, read_policy(documents[body["policy"]])))
        elif entry.event == "DocumentPublished" and body["format"] == "ascertain.framework@1":
            placements += placements_of(documents[body["digest"]], entry.position, entry.recorded_at)
    records = {owner: gather(pairs) for owner, pairs in own.items()}
    learners = {owner: Learner(owner, pairs[0][0].shard, records[owner].schools) for owner, pairs in own.items()}
    return Gathered(Definitions.of(adoptions, placements), learners, records)
