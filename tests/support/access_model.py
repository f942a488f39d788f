"""The relations as plain sets and the rules as one would tell them: an oracle of access, apart from the tables."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tests.support.relations import Relations


@dataclass
class Model:
    """The relations as plain sets, and the rules as one would tell them: an oracle apart from the tables."""

    now: int
    grants: dict[tuple[str, str, str], int | None] = field(default_factory=dict)
    sections: dict[str, tuple[str, str]] = field(default_factory=dict)
    enrolments: set[tuple[str, str, str | None]] = field(default_factory=set)
    guardians: set[tuple[str, str]] = field(default_factory=set)

    def held(self, person: str, roles: Sequence[str]) -> set[str]:
        return {
            scope
            for (who, role, scope), ends in self.grants.items()
            if who == person and role in roles and (ends is None or ends > self.now)
        }

    def reached(self, person: str, learner: str, roles: Sequence[str], course: str | None = None) -> bool:
        scopes = self.held(person, roles)
        if "district" in scopes:
            return True
        for who, school, section in self.enrolments:
            if who != learner:
                continue
            if f"school/{school}" in scopes:
                return True
            place = None if section is None else self.sections.get(section)
            if place is not None and f"section/{section}" in scopes and course in {None, place[1]}:
                return True
        return False

    def visible(self, person: str, learner: str) -> bool:
        family_ = person == learner or (learner, person) in self.guardians
        return family_ or self.reached(person, learner, ("teacher", "administrator", "auditor"))

    def belongs(self, person: str) -> bool:
        roles = self.held(person, ("teacher", "administrator", "auditor"))
        return bool(roles) or any(person in pair for pair in self._people())

    def _people(self) -> Iterator[tuple[str, ...]]:
        yield from ((learner,) for learner, _, _ in self.enrolments)
        yield from ((guardian,) for _, guardian in self.guardians)


class Story:
    """Random events, told to the model as they are to the ledger."""

    def __init__(self, seed: int, now: int) -> None:
        self.chance = random.Random(seed)
        self.model, self.relations = Model(now), Relations()
        self.learners = self._ids(5)
        self.people = [*self.learners[:2], *self._ids(5)]
        self.schools, self.courses, self.sections = self._ids(2), self._ids(2), self._ids(3)
        self.forgotten: set[str] = set()

    def told(self, events: int) -> "Story":
        """Let some things happen."""
        steps = [self._open, self._grant, self._revoke, self._enrol, self._withdraw, self._link, self._unlink]
        for _ in range(events):
            self.chance.choice([*steps, self._enrol, self._enrol, self._forget])()
        return self

    def _ids(self, count: int) -> list[str]:
        """The same for the same seed, so that a story that fails can be told again."""
        return [str(UUID(int=self.chance.getrandbits(128), version=4)) for _ in range(count)]

    def _learner(self) -> str:
        return self.chance.choice([learner for learner in self.learners if learner not in self.forgotten])

    def _open(self) -> None:
        section, school, course = (self.chance.choice(of) for of in (self.sections, self.schools, self.courses))
        self.model.sections[section] = (school, course)
        self.relations.opened(section, school, course=course)

    def _grant(self) -> None:
        where = ["district", f"school/{self.chance.choice(self.schools)}"]
        scope = self.chance.choice([*where, f"section/{self.chance.choice(self.sections)}"])
        role = "teacher" if scope.startswith("section") else self.chance.choice(["administrator", "auditor"])
        person = self.chance.choice(self.people)
        ends = self.chance.choice([None, None, self.model.now, self.model.now + 1])
        self.model.grants[person, role, scope] = ends
        self.relations.granted(person, role, scope, ends)

    def _revoke(self) -> None:
        if self.model.grants:
            key = self.chance.choice(sorted(self.model.grants))
            del self.model.grants[key]
            self.relations.revoked(*key)

    def _enrol(self) -> None:
        learner, school = self._learner(), self.chance.choice(self.schools)
        section = self.chance.choice([None, *self.sections])
        self.model.enrolments.add((learner, school, section))
        self.relations.enrolled(learner, school, section)

    def _withdraw(self) -> None:
        if self.model.enrolments:
            learner, school, section = self.chance.choice(sorted(self.model.enrolments, key=str))
            self.model.enrolments = {
                known
                for known in self.model.enrolments
                if known[:2] != (learner, school) or (section is not None and known[2] != section)
            }
            self.relations.withdrawn(learner, school, section)

    def _link(self) -> None:
        learner, guardian = self._learner(), self.chance.choice(self.people)
        self.model.guardians.add((learner, guardian))
        self.relations.linked(learner, guardian)

    def _unlink(self) -> None:
        if self.model.guardians:
            pair = self.chance.choice(sorted(self.model.guardians))
            self.model.guardians.remove(pair)
            self.relations.unlinked(*pair)

    def _forget(self) -> None:
        if len(self.forgotten) < len(self.learners) - 2:
            learner = self._learner()
            self.forgotten.add(learner)
            self.model.enrolments = {known for known in self.model.enrolments if known[0] != learner}
            self.model.guardians = {known for known in self.model.guardians if known[0] != learner}
            self.relations.forgotten(learner)
