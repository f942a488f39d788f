"""What is said of how sure a state is, for the OpenAPI document."""

from typing import Literal

from pydantic import BaseModel, Field, JsonValue

from services.mastery.http.values import Decimal, Status
from shared.contracts.documents import CountedKind
from shared.contracts.values import Id, Moment

SURENESS: dict[str, JsonValue] = {
    "rests": "open",
    "rests_on": {
        "pieces": 2,
        "kinds": {"attempt": 1, "rubric_score": 1},
        "oldest": "2026-11-12T09:00:00.000Z",
        "newest": "2026-11-20T10:00:00.000Z",
    },
}
CERTAINTY: dict[str, JsonValue] = {
    **SURENESS,
    "left_out_of": 2,
    "left_out": [{"event": "0b5c7d0e-6f0a-4d0b-9f5e-4d3d3f0f6c11", "status": "not_yet", "level": "Developing"}],
    "one_more": [{"value": "3", "worth": "Proficient", "status": "mastered", "level": "Proficient"}],
    "moves": [
        {"level": "Exemplary", "pieces": 1, "value": "3.607692", "masters": True, "or_more": True, "exact": True}
    ],
    "can_lower": True,
    "probability": None,
    "missing": None,
    "words": ["This rests on 1 attempt and 1 rubric score, the newest of 20 November 2026."],
}


class RestsOnDocument(BaseModel):
    """The pieces that count: how many, of which kinds, and when the oldest and the newest took effect."""

    pieces: int
    kinds: dict[CountedKind, int]
    oldest: Moment | None
    newest: Moment | None


class SurenessDocument(BaseModel):
    """How a state rests on its evidence, by single changes: one piece left out, or one more at a level beside it.

    `firm`: none moves it. `leaning`: some do, all the same way. `open`: some raise it, others lower it. Null while
    there is no level to be sure of. Beside an override it is said of the evidence alone.
    """

    rests: Literal["firm", "leaning", "open"] | None
    rests_on: RestsOnDocument


class LeftOutDocument(BaseModel):
    """Where it would be without this piece."""

    event: Id
    status: Status
    level: str | None


class OneMoreDocument(BaseModel):
    """Where it would be with one more piece worth `value`, where the level `worth` begins (null: below all levels)."""

    value: Decimal
    worth: str | None
    status: Status
    level: str | None


class NextResultDocument(BaseModel):
    """What would reach a level, or the cut: so many more results of at least this value."""

    level: str | None
    pieces: int
    value: Decimal
    masters: bool = Field(description="Whether the cut is reached then.")
    or_more: bool = Field(description="Whether every greater result does it too.")
    exact: bool = Field(description="Whether it is sure that no smaller one does.")


class MissingDocument(BaseModel):
    """What a level still needs: pieces, pieces of further kinds, and days between the first and the last."""

    pieces: int
    kinds: int
    days: int


class CertaintyDocument(SurenessDocument):
    """How sure a state is, what would change it, and that in words."""

    left_out_of: int = Field(description="Of how many of the newest pieces each was left out, one by one.")
    left_out: list[LeftOutDocument] = Field(description="The pieces without which it would be elsewhere.")
    one_more: list[OneMoreDocument]
    moves: list[NextResultDocument] = Field(
        description="What would reach the next level, and the cut; none that can: empty."
    )
    can_lower: bool = Field(description="Whether a single next result could lower the level or take mastery.")
    probability: Decimal | None = Field(description="Under knowledge tracing, how probable it is that this is known.")
    missing: MissingDocument | None = Field(description="What is missing, where there is not enough for a level.")
    words: list[str]
