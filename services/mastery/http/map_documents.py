"""What an answer about a learner's map looks like, for the OpenAPI document."""

from typing import Literal

from pydantic import BaseModel, Field

from services.mastery.http.readiness_documents import GroundDocument
from shared.contracts.values import Id
from shared.runtime.documents import AsOfDocument


class PlaceDocument(GroundDocument):
    """A competency on the map. `rests_on` are those directly below it, whether or not they are on the map."""

    statement: str
    area: str | None = Field(None, description="What it is a part of at the top of its framework.")
    readiness: Literal["ready", "not_ready", "unknown"]
    rests_on: list[Id]


class MappedFrameworkDocument(BaseModel):
    """A framework, in its own order. `left_out` is how many of its competencies are not on the map: of a large one it
    has what anything is recorded of, what lies one link away, and the first next steps.
    """

    framework: Id
    title: str
    competencies: list[PlaceDocument]
    left_out: int


class MapDocument(BaseModel):
    """What rests on what, and where the learner is: an order of competencies, never of learners."""

    learner: Id
    as_of: AsOfDocument
    frameworks: list[MappedFrameworkDocument]
