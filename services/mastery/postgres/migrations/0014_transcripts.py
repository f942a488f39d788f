"""Codes of the transcripts that were given out."""

from pathlib import Path

from shared.runtime.migrate import apply

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    apply(Path(__file__).with_suffix(".sql"))
