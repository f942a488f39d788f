"""What a section's grid looks like, for the OpenAPI document."""

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from services.mastery.http.values import Status
from shared.contracts.values import Id

_SECTION, _LEARNER = "1b9d6bcd-bbfd-8b2d-9b5d-ab8dfbbd4bed", "8f14e45f-ceea-8e7a-9c3b-2f1d0a5b6c7d"
_FRAMEWORK, _LINEAR = "3f2b7c9a-5d4e-4b6f-8a1c-9d0e2f3a4b5c", "c9f0f895-fb98-4b91-8f5e-0c1d2e3f4a5b"
_REDO = "0b5c7d0e-6f0a-4d0b-9f5e-4d3d3f0f6c11"

What: TypeAlias = Literal["conference", "opening", "score", "review"]


class WaitingDocument(BaseModel):
    """What waits for the teacher: of the redo with this id, or the review. `competency` is null where it is of none;
    `redo_of` is the piece that a score would do over, where there is one.
    """

    what: What
    id: Id
    competency: Id | None
    redo_of: Id | None = None


class CellDocument(BaseModel):
    """Where a learner is with a competency. `needs_evidence` says that there is not enough yet for a level, or that
    there is none of what she is ready for; `version` is the position of the newest piece in her shard, 0 without any.
    """

    status: Status
    level: str | None
    ready: bool = Field(description="She is ready for it, and has not mastered it.")
    needs_evidence: bool
    waiting: list[What]
    version: int


class RowDocument(BaseModel):
    """A learner: all that waits of hers, also beyond these columns, and her cells in the order of the columns."""

    learner: Id
    waiting: list[WaitingDocument]
    cells: list[CellDocument]


class ColumnDocument(BaseModel):
    competency: Id
    code: str
    statement: str
    framework: Id


class GridFrameworkDocument(BaseModel):
    """A framework that `within` may name."""

    framework: Id
    title: str


class GridDocument(BaseModel):
    """A section's learners by a page of competencies. `refolding` says that states wait to be folded again."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "section": _SECTION,
                    "frameworks": [{"framework": _FRAMEWORK, "title": "Mathematics, grade 8"}],
                    "columns": [
                        {
                            "competency": _LINEAR,
                            "code": "8.ee.c.7",
                            "statement": "Solves linear equations in one variable.",
                            "framework": _FRAMEWORK,
                        }
                    ],
                    "rows": [
                        {
                            "learner": _LEARNER,
                            "waiting": [{"what": "opening", "id": _REDO, "competency": _LINEAR, "redo_of": None}],
                            "cells": [
                                {
                                    "status": "not_yet",
                                    "level": "Developing",
                                    "ready": True,
                                    "needs_evidence": False,
                                    "waiting": ["opening"],
                                    "version": 345,
                                }
                            ],
                        }
                    ],
                    "next": None,
                    "refolding": False,
                    "course": None,
                }
            ]
        }
    )

    section: Id
    frameworks: list[GridFrameworkDocument]
    columns: list[ColumnDocument] = Field(description="By code.")
    rows: list[RowDocument] = Field(description="In the order of ids, never of levels.")
    next: str | None = Field(description="`after` of the next page of columns.")
    refolding: bool
    course: Id | None = Field(description="With `own`: what is shown is of this course's frameworks. Null: of any.")
