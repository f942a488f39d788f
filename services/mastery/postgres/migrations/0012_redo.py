"""Redos, and the words that scores came with."""

from pathlib import Path

from shared.runtime.migrate import apply

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    apply(Path(__file__).with_suffix(".sql"))
