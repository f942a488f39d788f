"""Tombstones that nobody takes away."""

from pathlib import Path

from shared.runtime.migrate import apply

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    apply(Path(__file__).with_suffix(".sql"))
