"""Values that the answers of `mastery` have in common, for the OpenAPI document."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

Decimal: TypeAlias = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,11})(\.[0-9]{0,5}[1-9])?$", examples=["3.25"])]

Status: TypeAlias = Literal[
    "no_policy", "no_evidence", "not_enough", "not_yet", "mastered", "slipped", "under_review", "forgotten"
]
