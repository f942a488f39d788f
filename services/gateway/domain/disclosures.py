"""What was shown of a learner to somebody else, in ids, words of ours and numbers. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from shared.ledger.identifiers import is_id
from shared.ledger.instants import Instant

Purpose: TypeAlias = Literal[
    "teaching", "grading", "review", "support", "administration", "audit", "family", "own-record"
]
"""Why somebody wants to read names and texts. A closed list: in a free word a name could stand."""

PURPOSES: tuple[Purpose, ...] = get_args(Purpose)

BY_SHARE = "share"
"""What a learner's share showed to whoever had its link: nobody knows who, so the share stands for the person."""

_LEARNERS = "/v1/learners/{id}/"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """`person` was shown `count` things of the kind `what` that tell of `learner`. BY_SHARE: `person` is the share."""

    learner: str
    person: str
    what: str
    count: int = 1
    purpose: Purpose | None = None

    def __post_init__(self) -> None:
        if not (is_id(self.learner) and is_id(self.person)) or self.count < 1:
            raise ValueError("A disclosure names two people by their ids, and counts from 1.")


@dataclass(frozen=True, slots=True)
class NotedDisclosure:
    """A disclosure as the log has it. `number` grows with the time at which it was written."""

    number: int
    at: Instant
    disclosure: Disclosure


@dataclass(frozen=True, slots=True)
class RevealedText:
    """A text, and the learners it tells of."""

    text: str
    learners: Collection[str]


@dataclass(frozen=True, slots=True)
class RevealedName:
    given: str
    family: str
    of_learner: bool


def by_family(name: RevealedName | None) -> tuple[str, str]:
    """By what people are looked for in a list: those without a name last."""
    return ("\uffff", "") if name is None else (name.family.casefold(), name.given.casefold())


@dataclass(frozen=True, slots=True)
class Revealed:
    """Texts by reference and names by person, as far as whoever asked may read them."""

    texts: Mapping[str, RevealedText]
    names: Mapping[str, RevealedName]

    def tells_only_of_others(self, person: str) -> bool:
        """Whether a text or a name in it tells of other learners, and not of the person beside them."""
        texts = any(text.learners and person not in text.learners for text in self.texts.values())
        return texts or any(name.of_learner and named != person for named, name in self.names.items())


def disclosures_of(person: str, revealed: Revealed, purpose: Purpose) -> list[Disclosure]:
    """What `person` learns of other learners by this: one disclosure a learner for texts, and one for names."""
    texts = Counter(learner for text in revealed.texts.values() for learner in text.learners if learner != person)
    named = [learner for learner, name in revealed.names.items() if name.of_learner and learner != person]
    return [
        *(Disclosure(learner, person, "texts", count, purpose) for learner, count in sorted(texts.items())),
        *(Disclosure(learner, person, "names", 1, purpose) for learner in sorted(named)),
    ]


def read_of_learner(template: str, path: Sequence[str]) -> tuple[str, str] | None:
    """The learner that a read is about and what is read of her, where the route's template says that it is one.

    `path` are the segments of the request's path, the first of them empty.
    """
    if not template.startswith(_LEARNERS):
        return None
    return path[3], template.rpartition("/")[2]
