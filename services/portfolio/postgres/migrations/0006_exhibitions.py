"""Exhibitions, and the works that are shown at them."""

from pathlib import Path

from shared.runtime.migrate import apply

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    apply(Path(__file__).with_suffix(".sql"))
