"""Grades and reviews."""

from pathlib import Path

from shared.runtime.migrate import apply

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    apply(Path(__file__).with_suffix(".sql"))
