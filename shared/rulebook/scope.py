"""Where a policy is in force: the district, a school, a framework, a competency or one learner (DESIGN §5, §11)."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from shared.ledger.identifiers import is_id

ScopeKind: TypeAlias = Literal["learner", "competency", "framework", "school", "district"]

SPECIFICITY: tuple[ScopeKind, ...] = ("learner", "competency", "framework", "school", "district")
"""The most specific first: a policy for one learner is an accommodation and goes before every other."""


class ScopeError(ValueError):
    """A text that is no scope; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope; `id` is None for the district alone."""

    kind: ScopeKind
    id: str | None = None

    def __str__(self) -> str:
        return self.kind if self.id is None else f"{self.kind}/{self.id}"


def administered(scope: str) -> str:
    """Whose administrators decide on a scope: a school's own, otherwise the district's."""
    return scope if scope.startswith("school/") else "district"


def read_scope(text: str) -> Scope:
    """The scope that a text names: `district`, or `school/{id}`, `framework/{id}`, `competency/{id}`, `learner/{id}`.

    Raises ScopeError.
    """
    if text == "district":
        return Scope("district")
    kind, _, name = text.partition("/")
    if kind not in SPECIFICITY or kind == "district" or not is_id(name):
        raise ScopeError(f"{text[:80]!r} must be district, school/id, framework/id, competency/id or learner/id")
    return Scope(cast(ScopeKind, kind), name)
